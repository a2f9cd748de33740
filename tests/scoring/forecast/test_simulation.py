"""Draws against what they were drawn from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.forecast.simulation import Odds, shifted, simulate


def odds(n: int = 400, cells: int = 4, seed: int = 0) -> Odds:
    random = np.random.default_rng(seed)
    return Odds(
        random.uniform(0, 0.6, n),
        random.lognormal(7, 0.5, n),
        random.integers(0, cells, n),
        random.uniform(0, 5, cells),
        900.0,
        400.0,
        random.uniform(0, 9_000, cells),
    )


@pytest.mark.parametrize("correlation", [0.0, 0.05])
def test_the_mean_and_the_spread_are_those_of_the_model(correlation: float) -> None:
    book = odds()
    drawn = simulate(book, correlation, draws=6_000)
    total = drawn.sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(drawn.mean(axis=1), book.expected, rtol=0.02)
    assert total.std() == pytest.approx(np.sqrt(book.noise + correlation * book.pull**2), rel=0.06)


def test_a_common_shock_moves_groups_together() -> None:
    one, other = simulate(odds(cells=2), 0.1, draws=4_000)
    apart = np.corrcoef(*simulate(odds(cells=2), 0.0, draws=4_000))[0, 1]
    assert np.corrcoef(one, other)[0, 1] > 0.3 > abs(apart) + 0.2


@given(st.floats(0.001, 0.999), st.floats(0.0, 0.3))
def test_a_shock_keeps_the_mean_of_a_chance(chance: float, correlation: float) -> None:
    shock = np.linspace(-8, 8, 4_001)
    weight = np.exp(-(shock**2) / 2)
    found = shifted(np.array([chance]), correlation, shock)[0]
    assert (found * weight).sum() / weight.sum() == pytest.approx(chance, abs=1e-4)


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    same = [simulate(odds(), 0.02, draws=50, seed=3) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    assert (simulate(odds(), 0.02, draws=50, seed=4) != same[0]).any()


def test_many_deals_are_drawn_in_parts_that_add_up() -> None:
    book = odds(n=20_000, cells=50)
    np.testing.assert_allclose(simulate(book, 0.0, draws=400).sum(axis=0).mean(), book.expected.sum(), rtol=0.01)


def test_with_nothing_open_and_nothing_to_come_all_draws_are_what_is_booked() -> None:
    nothing = np.zeros(0)
    book = Odds(nothing, nothing, nothing.astype(np.intp), np.zeros(2), 0.0, 0.0, np.array([5.0, 7.0]))
    assert (simulate(book, 0.1, draws=20) == np.array([[5.0], [7.0]])).all()


def test_what_is_to_come_has_the_mean_and_the_spread_of_a_compound_poisson_sum() -> None:
    for wins in (0.02, 3.0, 90.0):
        odds = to_come(wins)
        found = simulate(odds, 0.0, draws=40_000).sum(axis=0, dtype=np.float64)
        assert found.mean() == pytest.approx(odds.expected.sum(), rel=0.05)
        assert found.var() == pytest.approx(odds.noise, rel=0.08)


def test_a_forecast_moves_no_more_than_what_it_rests_on() -> None:
    before, after = (np.median(simulate(to_come(wins, 100), 0.03).sum(axis=0)) for wins in (0.3, 0.3 * (1 + 1e-4)))
    assert after == pytest.approx(before, rel=2e-4)


def to_come(wins: float, cells: int = 2) -> Odds:
    """Deals that are not opened yet, and none that is."""
    none = np.zeros(0)
    return Odds(none, none, none.astype(np.intp), np.full(cells, wins), 9_000.0, 12_000.0, np.zeros(cells))
