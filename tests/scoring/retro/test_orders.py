"""Gains are those of a list walked by hand, one call at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.retro import orders
from scoring.retro.orders import SHARES

ONCE = slice(0, 1)


def rows(won: list[bool], spans: list[int] | None = None, called: list[bool] | None = None) -> pd.DataFrame:
    n = len(won)
    return pd.DataFrame(
        {"span": spans or [0] * n, "won": won, "called": called or [True] * n, "lead": [f"L{i}" for i in range(n)]}
    )


def walked(won: list[bool], order: list[int], share: float) -> float:
    """Wins after a share of one list, the last call in part if it comes to that."""
    ranked = [won[i] for i in sorted(range(len(won)), key=lambda i: -order[i])]
    calls = share * len(ranked)
    whole = int(calls + 1e-9)
    part = (calls - whole) * ranked[whole] if whole < len(ranked) else 0.0
    return sum(ranked[:whole]) + part


@given(st.lists(st.booleans(), min_size=1, max_size=12).filter(any), st.randoms())
def test_wins_are_those_met_while_walking_down_each_months_list(won, random):
    split = random.randint(0, len(won))
    order = random.sample(range(len(won)), len(won))
    table = rows(won, [int(i >= split) for i in range(len(won))])
    found = orders.gains(table, {"it": np.array(order, float)}, np.ones((1, len(won))))["it"]
    for place in (0, 10, 33, 50, 87, 100):
        share = SHARES[place]
        expected = walked(won[:split], order[:split], share) + walked(won[split:], order[split:], share)
        assert found.wins[0, place] == pytest.approx(expected)


def test_a_perfect_order_needs_no_more_calls_than_there_are_wins():
    won = [True] * 20 + [False] * 80
    found = orders.gains(rows(won), {"best": np.arange(100.0)[::-1]}, np.ones((1, 100)))["best"]
    assert found.calls_to_keep(0.9).value == pytest.approx(0.18)
    assert found.per_100(0.5).value == pytest.approx(40)


def test_leads_of_the_same_chance_are_called_together_in_whatever_order_they_come():
    won = np.array([True, False] * 50)
    table = rows(won.tolist())
    tied = orders.gains(table, {"tied": np.zeros(100)}, np.ones((1, 100)))["tied"]
    np.testing.assert_allclose(tied.kept[0], SHARES)


def test_the_same_effort_counts_wins_among_as_many_leads_as_were_called():
    won, called = [True, True, False, True, False, False], [True, False, True, False, True, False]
    table = rows(won, called=called)
    best = np.array([6.0, 5, 1, 4, 2, 3])
    found = orders.won_with_same_effort(table, {"best": best, "worst": -best}, np.ones((1, 6)))
    assert found["as_done"].value == pytest.approx(1 / 3)
    assert found["best"].value == pytest.approx(1)
    assert found["worst"].value == pytest.approx(0)


def test_all_rows_of_a_lead_are_drawn_together():
    weights = orders.draws(pd.Series(["a", "b", "a", "c", "b"]))
    assert (weights[0] == 1).all()
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 4]).all()
    assert (weights[1:, 0] != weights[1:, 1]).any()


def test_intervals_hold_the_figure_and_narrow_with_more_leads():
    random = np.random.default_rng(0)

    def keep(n: int) -> orders.Metric:
        chance = random.random(n)
        table = rows((random.random(n) < chance).tolist())
        return orders.gains(table, {"it": chance}, orders.draws(table["lead"]))["it"].calls_to_keep(0.9)

    small, large = keep(100), keep(3000)
    assert small.low <= small.value <= small.high
    assert large.high - large.low < (small.high - small.low) / 2
