"""Working time: how long a person was at work between two instants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from knowledge import calendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Where nobody wrote down a person's hours.
USUAL_DAYS, USUAL_FROM, USUAL_TO = DAYS[:5], time(9), time(17)
_LONG_AGO = date(1970, 1, 1)
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


def days_worked(
    start: datetime,
    end: datetime,
    hours: Mapping[str, Any] | None,
    zone: str | None,
    off: Collection[tuple[date, date]] = (),
) -> float:
    """How many days a person was at work from `start` to `end`, and what part of those they began or ended in.

    Takes what `worked` takes, and any length of time.
    """
    clock = ZoneInfo(zone) if zone and calendar.is_zone(zone) else ZoneInfo("UTC")
    on, opens, closes = _read(hours)
    week = [day in on for day in DAYS]
    if not any(week):
        return 0.0
    away = [first + timedelta(n) for first, last in off for n in range((last - first).days + 1)]

    def until(at: datetime) -> float:
        local = at.astimezone(clock)
        whole = np.busday_count(_LONG_AGO, local.date(), weekmask=week, holidays=away)
        if not np.is_busday(local.date(), weekmask=week, holidays=away):
            return float(whole)
        begins, ends = (datetime.combine(local.date(), each) for each in (opens, closes))
        part = (local.replace(tzinfo=None) - begins) / (ends - begins) if ends > begins else 1.0
        return float(whole) + min(max(part, 0.0), 1.0)

    return max(0.0, until(end) - until(start))


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
