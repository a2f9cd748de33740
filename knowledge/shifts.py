"""Working time: how long a person was at work between two instants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from knowledge import calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Where nobody wrote down a person's hours.
USUAL_DAYS, USUAL_FROM, USUAL_TO = DAYS[:5], time(9), time(17)
# Beyond this nobody asks how long exactly.
MOST_DAYS = 31


def worked(
    start: datetime,
    end: datetime,
    hours: Mapping[str, Any] | None,
    zone: str | None,
    off: Collection[tuple[date, date]] = (),
) -> timedelta:
    """How long a person was at work from `start` to `end`, on the own clock; counted over the last month at most.

    Parameters
    ----------
    hours : `days`, `from` and `to`, as people have them; Monday to Friday, 9:00 to 17:00 where they cannot be read
    off : first and last days of absences
    """
    clock = ZoneInfo(zone) if zone and calendar.is_zone(zone) else ZoneInfo("UTC")
    on, opens, closes = _read(hours)
    start = max(start, end - timedelta(MOST_DAYS))
    day, last, total = start.astimezone(clock).date(), end.astimezone(clock).date(), timedelta()
    while day <= last:
        if DAYS[day.weekday()] in on and not any(first <= day <= final for first, final in off):
            # In UTC: two wall clocks of one zone are subtracted as if no clock were ever changed.
            begins, ends = (datetime.combine(day, at, clock).astimezone(UTC) for at in (opens, closes))
            total += max(timedelta(), min(end, ends) - max(start, begins))
        day += timedelta(1)
    return total


def days(hours: Mapping[str, Any] | None) -> Collection[str]:
    """The days on which somebody of these hours works, among `DAYS`."""
    return _read(hours)[0]


def _read(hours: Mapping[str, Any] | None) -> tuple[Collection[str], time, time]:
    try:
        given = hours or {}
        on = [str(day).strip().lower()[:3] for day in given["days"]]
        return on, time.fromisoformat(given["from"]), time.fromisoformat(given["to"])
    except (KeyError, TypeError, ValueError):
        return USUAL_DAYS, USUAL_FROM, USUAL_TO
