"""A figure of a text, and whether what is said is what is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["money", "percent", "number", "time", "date", "month", "weekday", "period"]

# Values that differ by less are the same; floats of hours are not exact.
SAME = 1e-6


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    Attributes
    ----------
    value : in its unit's smallest sense: dollars, per cent, hours, minutes of a day, an ordinal day, or itself
    unit : what is counted or measured; "" where it is not said
    step : how far apart neighbours of the value are, as exactly as it is said; 0 for what is never rounded
    is_about : whether it is said to be rounded
    """

    kind: Kind
    value: float
    unit: str
    step: float
    is_about: bool
    start: int
    end: int


def agrees(said: Figure, known: Figure) -> bool:
    """Whether what is said is what is known, or a rounding of it that is said to be one."""
    if said.kind != known.kind:
        return _as_date(said, known)
    if said.kind in ("time", "period", "month", "weekday"):
        return said.value == known.value
    if said.kind == "date":
        # A year that either leaves out is the other's.
        return said.value == known.value or (
            said.value % 10_000 == known.value % 10_000 and min(said.value, known.value) < 10_000
        )
    if said.unit and known.unit and said.unit != known.unit:
        return False
    # A duration, a place in a list or a number of times is neither a bare number nor of anything else.
    if any((said.unit == unit) != (known.unit == unit) for unit in ("hours", "rank", "times")):
        return False
    if abs(said.value - known.value) < SAME:
        return True
    return said.is_about and said.step > known.step and abs(said.value - known.value) <= said.step / 2 * (1 + 1e-9)


def _as_date(said: Figure, known: Figure) -> bool:
    """Whether a weekday or a month is that of a date."""
    if known.kind != "date":
        return False
    month, day = divmod(int(known.value) % 10_000, 100)
    year = int(known.value) // 10_000
    if said.kind == "month":
        return said.value == month
    return said.kind == "weekday" and year > 0 and said.value == date(year, month, day).weekday()
