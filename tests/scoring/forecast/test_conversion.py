"""Chances of deals against those they were drawn with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.pipeline import DealHistory
from scoring.forecast.clock import Clock
from scoring.forecast.conversion import EDGES, Conversion, along
from scoring.forecast.deals import UNKNOWN, Deals
from tests.scoring.forecast.conftest import AS_OF, LOSE, STAGES, WIN, Pipeline


@pytest.fixture(scope="module")
def deals(pipeline: DealHistory) -> Deals:
    return Deals.at(pipeline, AS_OF, Clock.even())


def test_the_chance_in_the_last_stage_is_the_one_it_was_drawn_with(deals: Deals) -> None:
    conversion = Conversion.of(deals, is_fine=False)
    place, chance = conversion.chances(deals, 0.0, 14.0)
    _, stage, _ = deals.standing(deals.now)
    found = chance[np.array(deals.stages)[stage] == STAGES[1]]
    true = WIN / (WIN + LOSE) * (1 - np.exp(-14 * (WIN + LOSE)))
    assert len(place) == deals.is_open.sum()
    assert found.mean() == pytest.approx(true, abs=0.05)


def test_curves_rise_and_stay_chances(deals: Deals) -> None:
    curves = Conversion.of(deals).curves
    assert (np.diff(curves, axis=1) >= -1e-12).all()
    assert ((curves >= 0) & (curves <= 1)).all()


def test_a_window_is_the_difference_of_its_ends(deals: Deals) -> None:
    conversion = Conversion.of(deals)
    parts = [conversion.chances(deals, *window)[1] for window in ((0, 10), (10, 30), (0, 30))]
    np.testing.assert_allclose(parts[0] + parts[1], parts[2])


def test_between_two_edges_a_curve_is_straight() -> None:
    curves = np.arange(len(EDGES), dtype=float)[None] / 100
    assert along(curves, 2.5)[0] == pytest.approx(0.025)
    assert along(curves, 10_000)[0] == curves[0, -1]


def test_what_came_later_does_not_change_the_past(pipeline: DealHistory) -> None:
    past = AS_OF - timedelta(days=60)
    moment = pd.Timestamp(past)
    later = (pipeline.deals["closed_at"] > moment).to_numpy()
    forgotten = replace(
        pipeline,
        deals=pipeline.deals.assign(
            outcome=pipeline.deals["outcome"].where(~later, "open"),
            closed_at=pipeline.deals["closed_at"].where(~later),
        ),
    )
    one, other = (Conversion.of(Deals.at(books, past)) for books in (pipeline, forgotten))
    np.testing.assert_array_equal(one.curves, other.curves)


def test_a_stage_whose_moves_nobody_records_is_not_looked_at(pipeline: DealHistory) -> None:
    ends = pipeline.deals.assign(stage=pipeline.deals["outcome"])
    assert Deals.at(replace(pipeline, deals=ends, changes=pipeline.changes[:0]), AS_OF).stages == (UNKNOWN,)


def test_amounts_that_only_won_deals_have_are_not_looked_at(pipeline: DealHistory) -> None:
    won = pipeline.deals["outcome"] == "won"
    books = replace(pipeline, deals=pipeline.deals.assign(amount=pipeline.deals["amount"].where(won)))
    past = Deals.at(books, AS_OF - timedelta(days=60))
    assert np.isnan(past.amount[past.is_open]).all()
    assert (past.worth[past.is_open] == past.typical_amount).all()


def test_empty_books_have_no_chances(make_pipeline: Pipeline, as_of: datetime) -> None:
    deals = Deals.at(make_pipeline(0.0), as_of)
    assert len(Conversion.of(deals).chances(deals, 0, 28)[1]) == 0


def test_a_week_of_the_clock_has_seven_days_and_a_busy_day_counts_more() -> None:
    # 19,800 days after 1970 is a Monday less four days: a span of weeks begins anywhere.
    wins = np.full(500, 19_804.5)
    clock = Clock.of(wins)
    at = np.array([19_804.0, 19_805.0, 19_811.0])
    passed = clock(at)
    assert passed[2] - passed[0] == pytest.approx(7)
    assert passed[1] - passed[0] > 5
