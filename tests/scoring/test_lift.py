"""The effect of plans, told only when it is there."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.lift import Arm, leads_needed, lift

TRIALS = 1_000


def arms(n: int, rates: tuple[float, float], seed: int) -> list[bool]:
    """Whether an effect is told, in many trials with a tenth of the leads left to the old rule."""
    rng, sizes = np.random.default_rng(seed), (n - n // 10, n // 10)
    won = [rng.binomial(size, rate, TRIALS) for size, rate in zip(sizes, rates, strict=True)]
    return [
        lift(Arm(sizes[0], int(new)), Arm(sizes[1], int(old)), share=0.1, usual=0.1).is_sure
        for new, old in zip(*won, strict=True)
    ]


@pytest.mark.parametrize("n", [200, 5_000])
@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_where_both_arms_are_alike_an_effect_is_seldom_told(n: int, rate: float) -> None:
    # One in twenty, and three standard errors of the simulation.
    assert np.mean(arms(n, (rate, rate), seed=n)) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / TRIALS)


def test_as_many_leads_as_it_asks_for_show_a_difference_of_a_fifth() -> None:
    n = leads_needed(0.15, 0.1)
    assert 0.74 <= np.mean(arms(n, (0.18, 0.15), seed=1)) <= 0.86


def test_a_large_effect_is_found_and_its_interval_holds_it() -> None:
    found = lift(Arm(2_700, 540), Arm(300, 30), share=0.1, usual=0.1)
    assert found.is_sure
    assert found.effect == pytest.approx(0.1)
    assert found.low < 0.1 < found.high


def test_an_empty_arm_says_nothing_and_all_is_still_missing() -> None:
    found = lift(Arm(0, 0), Arm(0, 0), share=0.1, usual=0.05)
    assert not found.is_sure
    assert found.missing == found.needed > 1_000
