"""Which sequence model serves, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from knowledge.errors import NotTrained
from scoring.sequence import Sequences, best, by_time, judging, run, trial
from tests.scoring.sequence.conftest import planted


def test_what_judges_began_after_all_that_was_learnt_from(learnt: Sequences) -> None:
    known, after = by_time(learnt)
    assert known.at.max() < after.first.min()
    assert not set(known.cases) & set(after.cases)
    # Cases that were under way are learnt from as far as they had come.
    assert 0 < known.ended.mean() < 1


def test_what_needs_two_steps_is_served_by_a_model_that_sees_them(learnt: Sequences, later: Sequences) -> None:
    found = run(learnt, later)
    assert found.serves != "1-gram"
    assert all(gain.low > 0 for name, gain in found.gains.items() if name == found.serves)
    assert found.prefixes == len(later.prefixes())
    assert found.judged[found.serves].log_loss.value < found.judged["1-gram"].log_loss.value


def test_where_the_last_step_is_all_there_is_to_know_the_baseline_serves() -> None:
    # Every case is an endless walk in which each step follows from the last one alone; open cases, so none has an end.
    random, frame = np.random.default_rng(0), planted(300, seed=2)
    after = {"call": ["mail", "meet"], "mail": ["meet", "call"], "meet": ["call", "mail"]}
    steps = ["call"]
    while len(steps) < len(frame):
        steps.append(after[steps[-1]][int(random.random() < 0.2)])
    walk = Sequences.of(frame.assign(step=steps), ended={})
    found = run(*by_time(walk))
    assert found.serves == "1-gram"
    assert found.serves_days in found.judged


def test_the_one_that_serves_is_taught_anew_on_all(learnt: Sequences, later: Sequences) -> None:
    found = run(learnt, later)
    model = best(found, learnt)
    known = later.prefixes()
    what, when = (trial.candidates(found.half_life)[name]().fit(learnt) for name in (found.serves, found.serves_days))
    assert np.array_equal(model.predict(known).chances, what.predict(known).chances)
    assert np.array_equal(model.predict(known).days, when.predict(known).days)


def test_too_few_cases_are_refused_and_it_is_said_how_many_are_needed(later: Sequences) -> None:
    few = later.take(np.arange(len(later)) < 12)
    with pytest.raises(NotTrained, match="40 are needed"):
        run(few, later)


def test_where_one_thing_always_follows_there_is_nothing_to_foretell() -> None:
    lone = planted(160, seed=7).drop_duplicates("case")
    with pytest.raises(NotTrained, match="nothing to foretell"):
        run(*by_time(Sequences.of(lone)))


def test_a_process_that_turned_is_learnt_from_its_latest_past() -> None:
    first, second = planted(150, seed=3), planted(150, seed=4)
    backwards = second["step"].to_numpy().reshape(-1, 8)[:, ::-1].ravel()
    second = second.assign(case="x" + second["case"], step=backwards, at=second["at"] + pd.Timedelta(days=40))
    # What follows two of a kind has changed, so of the first half nothing holds.
    assert trial.choose_half_life(Sequences.of(pd.concat([first, second]))) is not None
    assert trial.choose_half_life(Sequences.of(planted(600, seed=3))) is None


def test_figures_are_those_of_a_plain_count(learnt: Sequences, later: Sequences) -> None:
    model, known = trial.candidates(None)["1-gram"]().fit(learnt), later.prefixes()
    said, judged = model.predict(known), judging.judge(model, later.prefixes())
    came = known.following
    assert judged.accuracy.value == pytest.approx((said.chances.argmax(axis=1) == came).mean())
    assert judged.log_loss.value == pytest.approx(-np.log(said.chances[np.arange(len(came)), came]).mean())
    assert judged.days_off is not None
    assert judged.days_off.value == pytest.approx(np.nanmean(np.abs(said.days - known.days)))
    assert judged.accuracy.low < judged.accuracy.value < judged.accuracy.high
