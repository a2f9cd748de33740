"""A figure of a text, and whether what is said is what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

Kind = Literal[
    "money",
    "percent",
    "number",
    "time",
    "date",
    "monthday",
    "month",
    "weekday",
    "period",
    "relative",
    "share",
    "most",
    "year",
]

# Values that differ by less are the same; floats of hours are not exact.
SAME = 1e-6
# A place in a list or a number of times is neither a bare number nor of anything else.
_NOT_OWN = ("others", "whole")
_APART = ("rank", "times", "ratio")
# Which nouns a number of times may be said with: "met with us 3 times" are three meetings, "pushed twice" two pushes.
_EVENTS = ("", "call", "email", "meeting")
# From which unit on, in hours, a time may be said in longer ones than it was told in, and how far it may be from it,
# as a share of it: 31 days are a month, 11 days a week and a half.
_LONG, _FAR = 84, 0.05


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    Attributes
    ----------
    value : in its unit's smallest sense: dollars, per cent, hours, minutes of a day, an ordinal day, days or weeks from
        today, 100 for all and 0 for none, 1 for the most and -1 for the least, or itself
    unit : what is counted or measured; "" where it is not said, with "|" between where it may be one of several
    step : how far apart neighbours of the value are, as exactly as it is said; 0 for what is never rounded
    is_about : whether it is said to be rounded
    decimals : how many digits are written behind the point
    side : where it is said to be rounded, on which side of it the true one lies: 1 above, -1 below, 0 either
    """

    kind: Kind
    value: float
    unit: str
    step: float
    is_about: bool
    start: int
    end: int
    decimals: int = 0
    side: int = 0


def agrees(said: Figure, known: Figure) -> bool:
    """Whether what is said is what is known, or a rounding of it that is said to be one."""
    if said.kind == "year":
        return said.value == _year(known)
    if said.kind != known.kind:
        return _across(said, known)
    if said.kind == "date":
        # A year that either leaves out is the other's.
        return said.value == known.value or (
            said.value % 10_000 == known.value % 10_000 and min(said.value, known.value) < 10_000
        )
    if said.kind == "time":
        off = known.value - said.value if said.unit != "clock" else (known.value - said.value + 360) % 720 - 360
        return abs(off) <= said.step / 2 and off * said.side >= 0
    if said.kind == "month":
        # A year that either leaves out is the other's here too.
        return said.value == known.value or (
            said.value % 100 == known.value % 100 and min(said.value, known.value) < 100
        )
    if said.kind == "period":
        # And here.
        return said.value == known.value or (said.value % 10 == known.value % 10 and min(said.value, known.value) < 10)
    if said.kind not in ("money", "percent", "number"):
        return (said.value, said.unit) == (known.value, known.unit)
    is_same = _same_unit(said.unit, known.unit) or (known.unit == "times" and said.unit in _EVENTS)
    return is_same and (_near(said, known.value, known.decimals) or _is_converted(said, known.value, known.step))


def _year(known: Figure) -> float:
    """The year of a date, a month or a quarter."""
    return (
        known.value // {"date": 10_000, "month": 100, "period": 10}.get(known.kind, 1) if known.kind != "number" else 0
    )


def _is_converted(said: Figure, hours: float, step: float) -> bool:
    """Whether a time is said in longer units than it was told in, as exactly as these allow."""
    is_longer = said.unit.startswith("hours") and said.step >= _LONG and said.step > step
    return is_longer and said.side == 0 and abs(said.value - hours) <= hours * _FAR


def _near(said: Figure, value: float, decimals: int) -> bool:
    """Whether a value is the one said; more digits behind the point than are known are made up."""
    if abs(said.value - value) < SAME:
        return said.decimals <= decimals
    if not said.is_about or (value - said.value) * said.side < 0:
        return False
    return abs(said.value - value) <= said.step / 2 * (1 + 1e-9)


def _same_unit(said: str, known: str) -> bool:
    if "hours" in (said[:5], known[:5]):
        # "5 days" may be said of what was "5 days ago", "in 5 days" may not.
        return (said[:5] == known[:5] and "hours" in (said, known)) or said == known
    if any((said == unit) != (known == unit) for unit in _APART):
        return False
    return said in ("", *_NOT_OWN) or not known or bool({*said.split("|")} & {*known.split("|")})


def _across(said: Figure, known: Figure) -> bool:
    """Whether figures of two kinds are one: the weekday of a date, 0.34 for 34 %."""
    if known.kind == "date":
        return _as_date(said, known)
    if known.kind == "relative" and known.unit == "day" and said.unit.startswith("hours"):
        return not known.is_about and _as_distance(said, known)
    if said.kind == "number" and known.kind == "percent":
        return not said.unit and 0 < said.value <= 1 and _near(_in_percent(said), known.value, known.decimals)
    return False


def _as_distance(said: Figure, known: Figure) -> bool:
    """Whether a duration is how far a day is from today: "in 10 days" of a date."""
    way = {"hours ago": -1, "hours ahead": 1}.get(said.unit, 1 if known.value > 0 else -1)
    hours = known.value * 24 * way
    return hours > 0 and (_near(replace(said, decimals=0), hours, 0) or _is_converted(said, hours, 24.0))


def _in_percent(said: Figure) -> Figure:
    return Figure(
        "percent", said.value * 100, "", said.step * 100, said.is_about, 0, 0, max(said.decimals - 2, 0), said.side
    )


def _as_date(said: Figure, known: Figure) -> bool:
    """Whether a weekday, a month or a day of the month is that of a date."""
    month, day = divmod(int(known.value) % 10_000, 100)
    year = int(known.value) // 10_000
    if said.kind == "month":
        return said.value % 100 == month and int(said.value) // 100 in (0, year or int(said.value) // 100)
    if said.kind == "monthday":
        return said.value == day
    return said.kind == "weekday" and year > 0 and not known.is_about and said.value == date(year, month, day).weekday()
