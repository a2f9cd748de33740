"""What a bare number of a sentence may be besides: of the unit of another figure in it, or a stretch of time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.lock.agreement import Figure
from bot.lock.attribution import Saying
from bot.lock.numerals import number
from bot.lock.quantities import LONG, in_points, in_span, labelled

# What follows a number that leaves its unit to another one: "84 % (52 to 97)", "in 18 days, not 31".
_ENDS = re.compile(
    r"\s*(?:$|[.,;:!?)*–—-]|(?:and|or|to|vs\.?|versus|against|for|at|on|in|while|but|after|before|now|today|this|last"
    r"|is|are|was|were|instead|so|ago|earlier)\b)"
)
_LAST = re.compile(r"\bthe $", re.I)


def readings(figure: Figure, saying: Saying) -> Iterator[Figure]:
    """The figure as what its label names, or as it stands, then as what its sentence leaves out."""
    if of_label := in_span(figure, labelled(figure, saying.text)):
        yield of_label
        return
    yield in_points(figure, saying.text) or figure
    if figure.unit in LONG and figure.value == -1 and _LAST.search(saying.text, 0, figure.start):
        yield replace(figure, kind="number", unit="hours", value=LONG[figure.unit], step=LONG[figure.unit])
    if figure.kind == "number" and not figure.unit and _ENDS.match(saying.text, figure.end):
        others = (each for each in saying.figures if each.start != figure.start)
        yield from (read for each in others if (read := _like(figure, each, saying.text)))


def _like(figure: Figure, other: Figure, text: str) -> Figure | None:
    """A bare number in the unit of another figure."""
    if other.kind in ("percent", "money") and other.unit != "part":
        return replace(figure, kind=other.kind, unit=other.unit)
    if other.unit.startswith("hours") and (count := number(text[other.start : other.end])):
        scale = other.value / count
        return replace(figure, unit="hours", value=figure.value * scale, step=figure.step * scale)
    return None
