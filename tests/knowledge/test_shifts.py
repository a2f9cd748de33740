"""Working time runs on the person's own clock, on working days, and not in absences."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.shifts import days_worked, worked

WEEK = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30"}
HOUR = timedelta(hours=1)
# A Monday; Berlin is an hour ahead of UTC.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def hours(start, end, *, week=WEEK, zone="Europe/Berlin", off=()):
    return worked(MONDAY + start * HOUR, MONDAY + end * HOUR, week, zone, off) / HOUR


def test_only_the_hours_at_work_count():
    assert hours(0, 10) == 2.0
    assert hours(8, 10) == 2.0
    assert hours(12, 20) == 4.5
    assert hours(18, 31) == 0.0
    assert hours(0, 24, zone="America/New_York") == 8.5


def test_weekends_and_absences_do_not():
    assert hours(0, 24 * 7) == 5 * 8.5
    assert hours(0, 24 * 7, off=[(date(2026, 3, 3), date(2026, 3, 4))]) == 3 * 8.5


def test_the_day_on_which_clocks_change_is_as_long_as_it_is():
    nights = {"days": ["sun"], "from": "00:00", "to": "06:00"}
    assert hours(24 * 26, 24 * 28, week=nights) == 5.0


@pytest.mark.parametrize("week", [None, {}, {"days": 3}, {"days": ["mon"], "from": "nine", "to": "17:00"}])
def test_who_has_no_hours_that_can_be_read_keeps_the_usual_ones(week):
    assert hours(0, 24 * 7, week=week, zone="no zone") == 5 * 8.0


@given(st.lists(st.integers(0, 24 * 21), min_size=3, max_size=3).map(sorted))
def test_time_adds_up(at):
    start, middle, end = at
    assert hours(start, middle) + hours(middle, end) == pytest.approx(hours(start, end))


@given(start=st.integers(0, 24 * 20), length=st.integers(0, 24 * 10))
def test_days_at_work_are_hours_at_work_by_the_length_of_a_day(start, length):
    off = [(date(2026, 3, 10), date(2026, 3, 11))]
    begins, ends = MONDAY + start * HOUR, MONDAY + (start + length) * HOUR
    days = days_worked(begins, ends, WEEK, "Europe/Berlin", off)
    assert days == pytest.approx(worked(begins, ends, WEEK, "Europe/Berlin", off) / HOUR / 8.5)


def test_days_at_work_are_counted_over_any_length_of_time():
    assert days_worked(MONDAY, MONDAY + timedelta(weeks=52), WEEK, "Europe/Berlin") == 260.0
