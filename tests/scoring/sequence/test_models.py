"""What every sequence model keeps to."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from skops import io

from scoring.registry import TRUSTED
from scoring.sequence import Boosted, Lstm, Ngram, SequenceModel, Sequences, trial
from scoring.sequence.judging import judge

MODELS = list(trial.candidates(None))


def taught(name: str, learnt: Sequences, seed: int = 0) -> SequenceModel:
    if name == "LSTM":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    return trial.candidates(None, seed)[name]().fit(learnt)


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, learnt: Sequences) -> SequenceModel:
    return taught(request.param, learnt)


def test_chances_are_of_every_step_and_of_the_end_and_add_up(model: SequenceModel, later: Sequences) -> None:
    known = later.prefixes()
    said = model.predict(known)
    assert said.chances.shape == (len(known), len(learnt_names := model.names) + 1)
    assert learnt_names == ("call", "mail")
    assert (said.chances > 0).all()
    assert np.allclose(said.chances.sum(axis=1), 1)
    assert (said.days >= 0).all()


def test_what_follows_a_prefix_is_not_looked_at(model: SequenceModel, later: Sequences) -> None:
    half = later.until(float(np.median(later.at)))
    place = {case: i for i, case in enumerate(later.cases)}
    known = half.prefixes()
    same = later.starts[[place[case] for case in half.cases[known.case]]] + half.position[known.last]
    whole = model.predict(replace(later.prefixes(), last=same))
    cut = model.predict(known)
    assert np.allclose(whole.chances, cut.chances, atol=1e-6)
    assert np.allclose(whole.days, cut.days, atol=1e-4)


def test_an_answer_does_not_hang_on_what_else_is_asked(model: SequenceModel, later: Sequences) -> None:
    known = later.prefixes()
    some = np.array([200, 3, 77])
    everything, few = model.predict(known), model.predict(known.take(some))
    assert np.allclose(everything.chances[some], few.chances, atol=1e-6)
    assert np.allclose(everything.days[some], few.days, atol=1e-4)


def test_a_step_never_met_is_borne(model: SequenceModel, later: Sequences) -> None:
    strange = replace(later, names=("call", "visit"))
    said = model.predict(strange.prefixes())
    assert np.isfinite(said.chances).all()
    assert np.isfinite(said.days).all()


def test_a_stored_model_says_what_the_taught_one_says(model: SequenceModel, later: Sequences) -> None:
    read = io.loads(io.dumps(model), trusted=list(TRUSTED))
    known = later.prefixes()
    assert np.array_equal(read.predict(known).chances, model.predict(known).chances)
    assert np.array_equal(read.predict(known).days, model.predict(known).days)


@pytest.mark.parametrize("name", MODELS)
def test_the_same_seed_teaches_the_same(name: str, learnt: Sequences, later: Sequences) -> None:
    one, other = (taught(name, learnt, seed=3).predict(later.prefixes()) for _ in range(2))
    assert np.array_equal(one.chances, other.chances)
    assert np.array_equal(one.days, other.days)


@pytest.mark.parametrize("name", ["3-gram", "boosting"])
def test_what_takes_two_steps_to_know_is_learnt(name: str, learnt: Sequences, later: Sequences) -> None:
    known = later.prefixes()
    simple, better = judge(taught("1-gram", learnt), known), judge(taught(name, learnt), known)
    assert better.accuracy.low > simple.accuracy.high
    assert better.log_loss.high < simple.log_loss.low


def test_the_slow_way_to_count_says_the_same(learnt: Sequences) -> None:
    known = learnt.prefixes()
    after_call = known.following[known.before(0) == learnt.names.index("call")]
    counted = np.bincount(after_call, minlength=3) / len(after_call)
    usual = (np.bincount(known.following, minlength=3) + 2 / 3) / (len(known) + 2)
    shrunk = (counted * len(after_call) + 2 * usual) / (len(after_call) + 2)
    said = Ngram(1).fit(learnt).predict(known).chances[known.before(0) == learnt.names.index("call")]
    assert np.allclose(said, shrunk)


def test_days_are_the_middle_of_what_followed(learnt: Sequences) -> None:
    known = learnt.prefixes()
    at = (known.before(0) == learnt.names.index("mail")) & ~np.isnan(known.days)
    said = Ngram(1).fit(learnt).predict(known.take(at)).days
    assert said == pytest.approx(np.median(known.days[at]), abs=0.05)


def test_old_evidence_gives_way_to_new(later: Sequences) -> None:
    # The same cases; from halfway on, each step follows the ones after it instead of before.
    turned = np.where(
        later.first[later.case] > np.median(later.first), later.steps.reshape(-1, 8)[:, ::-1].ravel(), later.steps
    )
    drifted = replace(later, steps=turned)
    half = drifted.until(float(np.quantile(drifted.at, 0.8)))
    known = drifted.prefixes().take(drifted.at[drifted.prefixes().last] > np.quantile(drifted.at, 0.8))
    alike, fading = (judge(Ngram(3, half_life).fit(half), known).log_loss for half_life in (None, 0.1))
    assert fading.value < alike.value


def test_a_model_is_made_with_a_seed_of_its_own() -> None:
    made = trial.candidates(0.1, seed=7)
    boosted, network = made["boosting"](), made["LSTM"]()
    assert isinstance(boosted, Boosted)
    assert isinstance(network, Lstm)
    assert boosted.seed == network.seed == 7
    assert boosted.half_life == network.half_life == 0.1
