from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.reading import periods
from knowledge import calendar

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bookings last quarter", ["last quarter"]),
        ("leads in the last two weeks", ["last 2 weeks"]),
        ("meetings ytd", ["this year"]),
        ("sales month to date", ["this month"]),
        ("revenue 2025 by quarter", ["2025"]),
        ("by the end of the quarter", ["this quarter"]),
        ("before quarter end", ["this quarter"]),
        ("the quarter before last", ["quarter before last"]),
        ("the third quarter of 2025", ["q3 2025"]),
        ("october bookings against november", ["october", "november"]),
        ("in march", ["in march"]),
        ("what came in between January and march", ["january to march"]),
        ("from q1 to q2 2025", ["q1 2025 to q2 2025"]),
        ("the coming month", ["next month"]),
        ("over the next 3 months", ["next 3 months"]),
        ("the past year", ["last 12 months"]),
        ("the quarter after this one", ["next quarter"]),
        ("the month before this", ["last month"]),
        ("may I record a call", []),
        ("march on", []),
    ],
)
def test_periods_are_found_in_words_that_the_calendar_knows(text: str, words: list[str]) -> None:
    masked, found = periods.found(text, "someperiod")
    assert [each.lower().removeprefix("in ") for each in found] == [each.removeprefix("in ") for each in words]
    assert masked.count("someperiod") == len(words)
    for each in found:
        calendar.period(each, NOW, ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("period", "earlier"),
    [("this month", "last month"), ("last quarter", "quarter before last"), ("next year", "this year"), ("q1", None)],
)
def test_the_period_before_one(period: str, earlier: str | None) -> None:
    assert periods.before(period) == earlier


@pytest.mark.parametrize(
    ("period", "later"), [("last month", "this month"), ("this quarter", "next quarter"), ("next year", None)]
)
def test_the_period_after_one(period: str, later: str | None) -> None:
    assert periods.after(period) == later


@pytest.mark.parametrize(
    ("period", "months"), [("last 12 months", 12), ("last quarter", 3), ("last 2 years", 24), ("this year", None)]
)
def test_how_many_months_a_past_period_has(period: str, months: int | None) -> None:
    assert periods.months(period) == months
