"""Forecasts on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge import forecasts
from knowledge.forecasts import Kept


@pytest.fixture
def told(now) -> Kept:
    end = now + timedelta(30)
    return Kept(now, now - timedelta(30), end, "person:ana", ["ana"], 1.0, 2.0, 3.0, 2.1, 0.5, 1.9, 4)


def test_a_day_keeps_the_first_of_a_scope_and_period(db, told):
    forecasts.keep(db, [told])
    forecasts.keep(db, [replace(told, p50=9.0), replace(told, scope="all", owner_ids=None)])
    (kept,) = forecasts.told(db, "person:ana")
    assert kept == told
    (everyone,) = forecasts.told(db, "all")
    assert everyone.owner_ids is None


def test_another_day_and_another_period_are_kept_beside_it(db, told):
    later = replace(told, at=told.at + timedelta(1), p50=2.5)
    forecasts.keep(db, [told, later, replace(told, end=told.end + timedelta(90))])
    assert [each.p50 for each in forecasts.told(db, "person:ana", until=told.end)] == [2.0, 2.5]


def test_a_forecast_is_graded_once_when_its_period_is_over(db, told):
    forecasts.keep(db, [told])
    assert forecasts.grade(db, now=told.end - timedelta(1), came=lambda _: 7.0) == 0
    assert forecasts.grade(db, now=told.end, came=lambda each: 7.0 if each.owner_ids == ["ana"] else 0.0) == 1
    assert forecasts.grade(db, now=told.end + timedelta(1), came=lambda _: 8.0) == 0
    assert forecasts.told(db, "person:ana")[0].actual == 7.0
