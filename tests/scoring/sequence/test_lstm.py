"""The recurrent network: taught by PyTorch, run by numpy, and missed by nobody who did not ask for it."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder

import numpy as np
import pytest

from knowledge.errors import MissingExtra
from scoring.sequence import Lstm, Ngram, Sequences, learning, run
from scoring.sequence.judging import judge


class Missing(MetaPathFinder):
    """Finds everything but PyTorch."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "torch":
            raise ModuleNotFoundError(name)


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra was never installed."""
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])


@pytest.mark.usefixtures("without_torch")
def test_without_pytorch_it_says_what_to_install(learnt: Sequences) -> None:
    with pytest.raises(MissingExtra, match=r'pip install "callsheet\[sequence\]"'):
        Lstm().fit(learnt)


@pytest.mark.usefixtures("without_torch")
def test_without_pytorch_the_trial_goes_on_and_says_so(learnt: Sequences, later: Sequences) -> None:
    found = run(learnt, later)
    assert list(found.judged) == ["1-gram", "3-gram", "boosting"]
    assert "callsheet[sequence]" in " ".join(found.missing)
    assert "callsheet[sequence]" in str(found)


def test_what_is_asked_of_a_taught_network_needs_no_pytorch(
    network: Lstm, later: Sequences, request: pytest.FixtureRequest
) -> None:
    # Only now: it was taught with PyTorch.
    request.getfixturevalue("without_torch")
    assert network.predict(later.prefixes()).chances.shape == (len(later.prefixes()), 3)


@pytest.fixture(scope="module")
def network(learnt: Sequences) -> Lstm:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "MOST_ROUNDS", 30)
        return Lstm(hidden=24).fit(learnt)


def test_what_takes_two_steps_to_know_is_learnt(network: Lstm, learnt: Sequences, later: Sequences) -> None:
    simple, better = judge(Ngram(1).fit(learnt), later.prefixes()), judge(network, later.prefixes())
    assert better.accuracy.low > simple.accuracy.high
    assert better.log_loss.high < simple.log_loss.low


def test_when_the_next_step_comes_is_learnt_as_well(network: Lstm, later: Sequences) -> None:
    off = judge(network, later.prefixes()).days_off
    assert off is not None
    # Calls take one day and mails six, a tenth more or less; who knows nothing is off by two and a half.
    assert off.value < 0.8


def test_numpy_runs_the_network_as_pytorch_does(network: Lstm, later: Sequences) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    weights = network.weights
    rows = np.random.default_rng(0).normal(size=(5, 9, len(weights.ahead))).astype(np.float32)
    net = torch.nn.LSTM(len(weights.ahead), len(weights.back), batch_first=True)
    own = {
        "weight_ih_l0": weights.ahead.T,
        "weight_hh_l0": weights.back.T,
        "bias_ih_l0": weights.bias,
        "bias_hh_l0": np.zeros_like(weights.bias),
    }
    net.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(each)) for name, each in own.items()})
    with torch.no_grad():
        states = net(torch.from_numpy(rows))[0].numpy()
    said = np.concatenate([states, rows], axis=2) @ weights.out + weights.level
    assert np.allclose(weights.run(rows), said, atol=1e-5)


def test_teaching_leaves_the_random_numbers_of_others_alone(learnt: Sequences, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    monkeypatch.setattr("scoring.sequence.learning.MOST_ROUNDS", 1)
    before, threads = torch.random.get_rng_state(), torch.get_num_threads()
    Lstm(hidden=4).fit(learnt)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.get_num_threads() == threads
