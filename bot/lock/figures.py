"""The figures of a text: amounts, shares, counts, durations, dates and times, with unit and precision."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.lock import days, quantifiers, quantities, wholes
from bot.lock.agreement import Figure
from bot.lock.bounds import stated
from bot.lock.numerals import NUMBER, SIZE, decimals, value

_PATTERNS = [
    (re.compile(pattern, re.I), read)
    for pattern, read in (
        *days.PATTERNS,
        *wholes.BEFORE,
        *quantities.PATTERNS,
        *wholes.AFTER,
        *quantifiers.PATTERNS,
    )
]
_NO_FIGURE = re.compile(
    r"\bone (?:by|another)\b|\ban? \w+ or two\b|^\W*step \d+|\b(?:time for|just|only|make) one \w+", re.I
)
# Between the two ends of an interval.
_TO = re.compile(r"(?<=\d)?\s?(?:–|-|to)\s?")
_WINDOW = re.compile(r"\b(?:in|within|over) the (?:last|past) $")
# An interval in brackets, a few words behind its figure: "1.2 points on average (0.5–1.9)"; "11 % (318 leads)" is none.
_OPENS, _ENDS = re.compile(r"(?: \w+){0,3}\s?\("), re.compile(r"(?:–|-| to )[\d.,]+\)")
_LISTED = re.compile(r"(?:,|,? and|,? or| to|\s?[–-])(?: on)?(?: the)? ?")
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_MARK_IN_NUMBER = re.compile(r"(?<=[\d$€£.,])[*_~`\\]+(?=[\d.,%])|(?<![\w])_+(?=\w)|(?<=\w)_+(?!\w)")


def plain(text: str) -> str:
    """The text with every digit a plain one, and nothing in it that no reader sees."""
    return _MARK_IN_NUMBER.sub("", _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text.replace("\u2212", "-"))))


def figures(text: str) -> list[Figure]:
    """Every figure of a `plain` text, in its order."""
    taken = [False] * (len(text) + 1)
    found: list[Figure] = []
    for match in _NO_FIGURE.finditer(text):
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if all(taken[match.start() : match.end()]):
                continue
            figure = read(match, text)
            if figure is None or any(taken[figure.start : figure.end]):
                continue
            taken[figure.start : figure.end] = [True] * (figure.end - figure.start)
            found.append(stated(figure, text))
    ranged = sorted(_ranged(found, text), key=lambda figure: figure.start)
    return list(_inherited(_carried(ranged), text))


def _carried(found: list[Figure]) -> Iterator[Figure]:
    """The figures, each about what it is said to be where one before it, as exact and of its kind, is about that."""
    about = set()
    for figure in found:
        key = (figure.kind, figure.step, figure.decimals)
        if figure.is_about and not figure.side:
            about.add(key)
        yield replace(figure, is_about=True) if key in about else figure


def _inherited(found: Iterable[Figure], text: str) -> Iterator[Figure]:
    """The figures, where a bare one that is set against another, or is an end of its interval, has its unit."""
    last: Figure | None = None
    for figure in found:
        if (
            last
            and last.kind == "monthday"
            and figure.unit == "rank"
            and _LISTED.fullmatch(text[last.end : figure.start])
        ):
            figure = replace(figure, kind="monthday", unit="")
        if last and figure.kind == "number" and not figure.unit:
            figure = _like(figure, last, text)
        yield figure
        # What was done "in the last 30 days" is set against another number of times, and not against the days.
        last = last if _WINDOW.search(text, 0, figure.start) else figure


def _like(figure: Figure, last: Figure, text: str) -> Figure:
    end = quantities.with_unit(last, text)
    gap = text[end : figure.start]
    if last.kind == "date":
        return _of_month(figure, last) if _LISTED.fullmatch(gap) else figure
    is_end = _TO.fullmatch(gap) or (_OPENS.fullmatch(gap) and _ENDS.match(text, figure.end))
    if _has_unit(last) and is_end:
        return replace(figure, kind=last.kind, unit=last.unit)
    if not quantities.AGAINST.fullmatch(gap):
        return figure
    if _has_unit(last):
        return replace(figure, kind=last.kind, unit=last.unit)
    span = last.unit.partition(" ")[0]
    scale = last.value / (value(text[last.start : last.end]) or 1) if _has_span(last, text) else 1.0
    return replace(figure, unit=span, value=figure.value * scale, step=figure.step * scale)


def _of_month(day: Figure, date: Figure) -> Figure:
    """A bare number beside a date, as a day of its month: "24 and 25 December"."""
    return replace(day, kind="date", value=date.value // 100 * 100 + day.value) if 1 <= day.value <= 31 else day


def _has_span(figure: Figure, text: str) -> bool:
    return figure.unit.startswith("hours") and text[figure.start].isdigit()


def _ranged(found: list[Figure], text: str) -> Iterator[Figure]:
    """The figures, where the first of a range has the unit of the second: "1.0–20 %"."""
    by_start = {figure.start: figure for figure in found}
    for figure in found:
        gap = re.compile(r"\s?(?:–|-|to|and)\s?[$€£¥]?").match(text, figure.end)
        after = by_start.get(gap.end()) or by_start.get(gap.end() - 1) if gap else None
        if after and figure.kind == after.kind == "money" and (scale := _scale(figure, after, text)) > 1:
            yield replace(figure, value=figure.value * scale, step=after.step, is_about=True)
            continue
        if after and after.kind == "date" and figure.kind == "number" and not figure.unit:
            yield _of_month(figure, after)
            continue
        if figure.kind != "number" or figure.unit or not after or not (_has_unit(after) or after.unit):
            yield figure
            continue
        is_long = after.unit.startswith("hours")
        scale = after.step / 10 ** -decimals(text[after.start : after.end]) if is_long else 1.0
        yield replace(
            figure,
            kind=after.kind,
            unit=after.unit,
            value=figure.value * scale,
            step=figure.step * scale,
            is_about=figure.is_about or after.is_about,
        )


def _scale(figure: Figure, after: Figure, text: str) -> float:
    """The size that the first of two amounts has from the second: "between $1.59 and $2.05 million"."""
    has_size = [bool(re.search(rf"\d\s?{SIZE}$", text[each.start : each.end], re.I)) for each in (figure, after)]
    said = re.search(NUMBER, text[after.start : after.end])
    return after.value / value(said[0]) if said and has_size == [False, True] and figure.value < 1000 else 1.0


def _has_unit(figure: Figure) -> bool:
    return figure.kind in ("percent", "money") and figure.unit != "part"
