"""The figures of a text: amounts, shares, counts, durations, dates and times, with unit and precision."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.lock import days, quantities
from bot.lock.agreement import Figure
from bot.lock.numerals import decimals

_PATTERNS = [(re.compile(pattern, re.I), read) for pattern, read in (*days.PATTERNS, *quantities.PATTERNS)]
_NO_FIGURE = re.compile(
    r"\b(?:(?:this|that|the|which|each|every|no|any|some|other|another|first|last|next|right|good|best) )one\b"
    r"|\bone (?:of|by|more thing|another)\b",
    re.I,
)
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_MARK_IN_NUMBER = re.compile(r"(?<=[\d$€£.,])[*_~`\\]+(?=[\d.,%])")


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
            if any(taken[match.start() : match.end()]) or (figure := read(match, text)) is None:
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            found.append(figure)
    return sorted(_ranged(found, text), key=lambda figure: figure.start)


def _ranged(found: list[Figure], text: str) -> Iterator[Figure]:
    """The figures, where the first of a range has the unit of the second: "1.0–20 %"."""
    by_start = {figure.start: figure for figure in found}
    for figure in found:
        gap = re.compile(r"\s?(?:–|-|to|and)\s?[$€£¥]?").match(text, figure.end)
        after = by_start.get(gap.end()) or by_start.get(gap.end() - 1) if gap else None
        if figure.kind == "number" and not figure.unit and after and (after.kind in ("percent", "money") or after.unit):
            scale = (
                1.0
                if after.kind != "number" or after.unit != "hours"
                else after.step / 10 ** -decimals(text[after.start : after.end])
            )
            yield Figure(
                after.kind,
                figure.value * scale,
                after.unit,
                figure.step * scale,
                figure.is_about or after.is_about,
                figure.start,
                figure.end,
            )
        else:
            yield figure
