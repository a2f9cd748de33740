"""What another way to share out leads would have been worth, where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from knowledge.errors import BadInput
from scoring.policy import Logged, PolicyValue, propensities, value_of

N_REPS, REPEATS = 4, 300


class World:
    """Leads of three territories; two reps work each, one works two, and some close more than others."""

    def __init__(self, n: int = 500) -> None:
        random = np.random.default_rng(0)
        self.territory = random.integers(0, 3, n)
        reach = np.array([[0.6, 0.4, 0.0, 0.0], [0.0, 0.3, 0.7, 0.0], [0.0, 0.0, 0.2, 0.8]])
        self.propensity = reach[self.territory]
        skill = np.array([0.5, -0.3, 0.2, -0.6])
        self.chance = expit(-1 + 0.8 * random.normal(size=n)[:, None] + skill)

    def log(self, random: np.random.Generator, *, predicted: np.ndarray | None = None) -> Logged:
        n = len(self.territory)
        rep = (random.random(n)[:, None] > self.propensity.cumsum(axis=1)).sum(axis=1)
        won = (random.random(n) < self.chance[np.arange(n), rep]).astype(float)
        flat = np.full((n, N_REPS), won.mean())
        return Logged(rep, won, self.propensity, flat if predicted is None else predicted)

    @property
    def keen(self) -> np.ndarray:
        """The better rep of each territory more often."""
        better = np.where(self.propensity > 0, self.chance, -1).argmax(axis=1)
        return 0.4 * self.propensity + 0.6 * np.eye(N_REPS)[better]

    def truth(self, policy: np.ndarray) -> float:
        return float((policy * self.chance).sum(axis=1).mean())


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def repeats(world: World) -> list[PolicyValue]:
    return [value_of(world.keen, world.log(np.random.default_rng(seed))) for seed in range(REPEATS)]


@pytest.mark.parametrize("estimate", ["ips", "snips", "dr"])
def test_nine_in_ten_intervals_cover_the_true_value(world: World, repeats: list[PolicyValue], estimate: str) -> None:
    truth = world.truth(world.keen)
    found = [getattr(each, estimate) for each in repeats]
    assert 0.86 <= np.mean([each.low <= truth <= each.high for each in found]) <= 0.94
    assert np.mean([each.value for each in found]) == pytest.approx(truth, abs=0.006)


def test_the_gain_over_what_was_done_is_covered_too(world: World, repeats: list[PolicyValue]) -> None:
    gain = world.truth(world.keen) - world.truth(world.propensity)
    assert gain > 0.02
    assert 0.86 <= np.mean([each.gain.low <= gain <= each.gain.high for each in repeats]) <= 0.94


def test_a_good_model_of_the_chances_narrows_the_interval_and_a_bad_one_does_not_bias_it(world: World) -> None:
    truth, widths, centres = world.truth(world.keen), {}, {}
    for name, predicted in (("good", world.chance), ("bad", 1 - world.chance)):
        found = [value_of(world.keen, world.log(np.random.default_rng(s), predicted=predicted)) for s in range(100)]
        widths[name] = np.mean([each.dr.high - each.dr.low for each in found])
        centres[name] = np.mean([each.dr.value for each in found])
    assert widths["good"] < widths["bad"]
    assert centres == {"good": pytest.approx(truth, abs=0.01), "bad": pytest.approx(truth, abs=0.015)}


def test_wrong_propensities_do_no_harm_where_the_chances_are_right(world: World) -> None:
    log = world.log(np.random.default_rng(0))
    as_expected = world.chance[np.arange(len(log.rep)), log.rep]
    found = value_of(world.keen, Logged(log.rep, as_expected, np.full_like(world.propensity, 0.25), world.chance))
    assert found.dr.value == pytest.approx(world.truth(world.keen))
    assert abs(found.ips.value - world.truth(world.keen)) > 0.02


def test_a_policy_that_does_what_was_done_is_worth_what_came_of_it(world: World) -> None:
    found = value_of(world.propensity, world.log(np.random.default_rng(1)))
    assert found.ips.value == pytest.approx(found.logged.value)
    assert found.snips.value == pytest.approx(found.logged.value)
    assert found.effective == pytest.approx(len(world.territory))
    assert found.tells


def test_nothing_is_claimed_of_what_was_hardly_ever_done(world: World) -> None:
    elsewhere = np.eye(N_REPS)[np.where(world.territory == 0, 3, 0)]
    found = value_of(elsewhere, world.log(np.random.default_rng(1)))
    assert found.unsupported == 1.0
    assert not found.tells
    assert "cannot be told" in found.statement
    assert found.ips.value == 0


def test_leads_of_one_unit_leave_the_interval_as_wide_as_one(world: World) -> None:
    log = world.log(np.random.default_rng(1))
    apart = value_of(world.keen, log)
    four = np.tile(np.arange(len(log.rep)), 4)
    copies = Logged(log.rep[four], log.reward[four], log.propensity[four], log.predicted[four], four)
    together = value_of(world.keen[four], copies)
    assert together.dr.high - together.dr.low == pytest.approx(apart.dr.high - apart.dr.low, rel=1e-6)


def test_propensities_are_learnt_from_what_decided_them(world: World) -> None:
    log = world.log(np.random.default_rng(1))
    found = propensities(pd.DataFrame({"territory": world.territory}), log.rep, N_REPS)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert np.abs(found - world.propensity).mean() < 0.03


def test_one_rep_alone_had_every_lead() -> None:
    found = propensities(pd.DataFrame({"territory": ["a"] * 20}), np.zeros(20, dtype=np.intp), 2)
    np.testing.assert_array_equal(found, np.tile([1.0, 0.0], (20, 1)))


@pytest.mark.parametrize("policy", [np.ones((500, 3)) / 3, np.ones((500, N_REPS)), -np.ones((500, N_REPS)) / N_REPS])
def test_what_is_no_policy_is_refused(world: World, policy: np.ndarray) -> None:
    with pytest.raises(BadInput):
        value_of(policy, world.log(np.random.default_rng(1)))


@given(seed=st.integers(0, 10_000), n=st.integers(2, 60))
@settings(max_examples=30, deadline=None)
def test_estimates_lie_in_their_intervals(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    propensity, policy = (random.dirichlet(np.ones(3), n) for _ in range(2))
    log = Logged(random.integers(0, 3, n), random.random(n), propensity, random.random((n, 3)))
    found = value_of(policy, log)
    for each in (found.logged, found.ips, found.dr, found.gain):
        assert each.low <= each.value <= each.high
    assert 0 <= found.unsupported <= 1
    assert 0 <= found.effective <= n + 1e-9
