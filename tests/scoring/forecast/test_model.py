"""The forecast over a pipeline whose truth is known, and over a public one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory
from scoring.evaluation import Evaluation
from scoring.forecast import Forecast, plain
from scoring.forecast.projection import Projection
from scoring.registry import dumps, loads
from tests.scoring.forecast.conftest import AS_OF, Pipeline
from tests.scoring.forecast.public import loans

MONTH = timedelta(days=28)


@pytest.fixture(scope="module")
def found(pipeline: DealHistory) -> Evaluation:
    return Forecast.evaluate(pipeline, as_of=AS_OF)


@pytest.fixture(scope="module")
def fitted(pipeline: DealHistory, found: Evaluation) -> Forecast:
    return Forecast(**found.settings).fit(pipeline, as_of=AS_OF)


def test_a_forecast_is_judged_beside_its_baselines(found: Evaluation) -> None:
    assert found.refusal is None
    assert set(found.baselines) == {"stage_conversion", "last_period", "mean_4_weeks"}
    wape = found.metrics["wape"]
    assert wape is not None
    assert wape.value < 0.25
    assert wape.value <= min(each["wape"].value for each in found.baselines.values() if each["wape"])
    assert all(told.low <= told.said <= told.high for told in found.told)


def test_short_books_are_refused(make_pipeline: Pipeline) -> None:
    assert "too short" in (Forecast.evaluate(make_pipeline(2.0, days=60), as_of=AS_OF).refusal or "")
    assert Forecast.evaluate(make_pipeline(0.0), as_of=AS_OF).refusal


def test_an_unfitted_forecast_refuses(pipeline: DealHistory) -> None:
    with pytest.raises(NotTrained):
        Forecast().project(pipeline, as_of=AS_OF, after=AS_OF, until=AS_OF + MONTH)


def test_parts_add_up_to_the_whole(pipeline: DealHistory, fitted: Forecast) -> None:
    told = fitted.project(pipeline, as_of=AS_OF, after=AS_OF - MONTH, until=AS_OF + MONTH, draws=500)
    parts = [told.draws[told.of([owner])].sum(axis=0) for owner in ("rep0", "rep1", "rep2")]
    np.testing.assert_allclose(sum(parts), told.draws.sum(axis=0), rtol=1e-4)
    by_owner = told.by(told.cells["owner_id"].to_list())
    assert sum(band.mean for band in by_owner.values()) == pytest.approx(told.band().mean, rel=1e-4)
    assert told.expected() == pytest.approx(told.band().mean, rel=0.03)


def test_the_booked_part_of_a_period_is_certain(pipeline: DealHistory, fitted: Forecast) -> None:
    told = fitted.project(pipeline, as_of=AS_OF, after=AS_OF - MONTH, until=AS_OF + MONTH, draws=200)
    deals = pipeline.deals[(pipeline.deals["outcome"] == "won")]
    booked = deals.loc[deals["closed_at"] > pd.Timestamp(AS_OF - MONTH), "amount"].sum()
    assert told.booked() == pytest.approx(booked)
    assert told.draws.sum(axis=0).min() >= booked * 0.999


def test_two_halves_of_a_window_make_the_whole(pipeline: DealHistory, fitted: Forecast) -> None:
    middle, end = AS_OF + MONTH, AS_OF + 2 * MONTH
    parts = [
        fitted.project(pipeline, as_of=AS_OF, after=after, until=until, draws=10).expected()
        for after, until in ((AS_OF, middle), (middle, end), (AS_OF, end))
    ]
    assert parts[0] + parts[1] == pytest.approx(parts[2], rel=0.02)


def test_rows_of_later_and_in_another_order_change_nothing(pipeline: DealHistory) -> None:
    past = AS_OF - timedelta(days=60)
    order = np.random.default_rng(0).permutation(len(pipeline.deals))
    shuffled = replace(pipeline, deals=pipeline.deals.iloc[order], attributes=pipeline.attributes.iloc[order])
    cut = shuffled.deals["opened_at"] <= pd.Timestamp(past)
    early = replace(shuffled, deals=shuffled.deals[cut], attributes=shuffled.attributes[cut])
    one, other = (
        plain(books, past).project(books, as_of=past, after=past, until=past + MONTH, draws=100)
        for books in (pipeline, early)
    )
    np.testing.assert_array_equal(one.draws, other.draws)


def test_a_forecast_survives_being_stored(pipeline: DealHistory, fitted: Forecast) -> None:
    stored = loads(dumps(fitted))
    assert isinstance(stored, Forecast)
    window = {"as_of": AS_OF, "after": AS_OF, "until": AS_OF + MONTH, "draws": 50}
    np.testing.assert_array_equal(stored.project(pipeline, **window).draws, fitted.project(pipeline, **window).draws)


def test_it_says_what_it_cannot_know(pipeline: DealHistory, fitted: Forecast, as_of: datetime) -> None:
    said = " ".join(fitted.project(pipeline, as_of=as_of, after=as_of, until=as_of + 20 * MONTH, draws=10).caveats)
    assert "season" in said
    assert "further than" in said


def test_loans_of_a_bank_are_told_better_than_by_stage_conversion(shared) -> None:
    books = loans(shared)
    found = Forecast.evaluate(books, as_of=books.until)
    wape = found.metrics["wape"]
    assert wape is not None
    assert wape.value <= 0.09
    assert wape.value < min(each["wape"].value for each in found.baselines.values() if each["wape"])
    for inside in (found.metrics["coverage_80"], found.metrics["coverage_80_forward"]):
        assert inside is not None
        assert 0.75 <= inside.value <= 0.85
    assert found.metrics["deal_auc"].value > 0.75  # type: ignore[union-attr]


def test_deals_to_come_are_opened_by_those_who_are_still_there(pipeline: DealHistory) -> None:
    there = pd.DataFrame({"left_on": [None, AS_OF.date() - timedelta(days=30), None]}, index=["rep0", "rep1", "rep2"])
    until = AS_OF + timedelta(days=60)

    def coming(history: DealHistory) -> Projection:
        return plain(history, AS_OF).project(history, as_of=AS_OF, after=AS_OF, until=until, draws=1)

    before, after = coming(pipeline), coming(replace(pipeline, people=there))
    assert before.to_come(["rep1"]) > 0
    assert after.to_come(["rep1"]) == 0
    assert after.to_come() == pytest.approx(before.to_come())
    assert after.expected(["rep1"]) > 0
