"""What a text says by comparing records: "twice as likely", "none above 64 %"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from bot.lock.agreement import Figure
from bot.lock.attribution import Saying
from bot.lock.facts import Facts

# What words of a comparison are about.
_ABOUT = {
    "percent": re.compile(r"\b(?:likel\w+|chances?|probab\w+|odds|rate)\b", re.I),
    "money": re.compile(r"\b(?:worth|value|amount|big|large|size|much|brings?)\b", re.I),
    "number": re.compile(r"\bmany\b", re.I),
}
# How far a ratio may be from what is said, as a share of it.
_EXACT, _ROUGH = 0.025, 0.13


# What grows to a multiple of what it was, and what is said to be within the ends of an interval.
_GROWS = re.compile(r"(?:double|triple|quadruple)d?\b", re.I)
_MORE, _LESS = re.compile(r"\b(?:more than|over) $", re.I), re.compile(r"\b(?:less than|under|below) $", re.I)
_ZERO = re.compile(r"\b(?:includ|span|cross|contain|straddl)\w* $", re.I)
_FALLS = re.compile(
    r"\b(?:f[ae]ll|drop|lost|los[es]|down|less|declin|shr[aiu]nk|minus|cost|short|lower|behind|below)\w*", re.I
)


def is_shown(saying: Saying, figure: Figure) -> bool:
    """Whether what a figure says of two others, or of one, stands beside it: "less than half of $337,600: $159,000"."""
    others = [each for each in saying.figures if each.kind in ("percent", "money", "number") and not _is_part(each)]
    if figure.unit in ("times", "ratio") or _is_part(figure):
        pairs = [(one, two) for one, two in combinations(others, 2) if (one.kind, one.unit) == (two.kind, two.unit)]
        grows = _GROWS.match(saying.text, figure.start)
        ratios = [b.value / (a.value or 1) if grows else a.value / (b.value or 1) for a, b in pairs]
        return any(_fits(ratio, figure, saying.text) for ratio in ratios) or _is_beside(figure, others)
    if figure.kind == "number" and not figure.value and _ZERO.search(saying.text, 0, figure.start):
        return any(a.kind == b.kind and a.value * b.value < 0 for a, b in combinations(others, 2))
    if figure.unit.startswith("hours") and figure.is_about:
        return any(_rounds(figure, each) for each in others)
    bounded = figure.kind == "percent" and figure.side
    return bool(bounded) and any(
        0 <= (each.value - figure.value) * figure.side <= figure.value / 4
        for each in others
        if each.kind == "percent" and not each.side
    )


def _rounds(figure: Figure, other: Figure) -> bool:
    """Whether a time is a rounding of another: "18 days, a bit more than two and a half weeks"."""
    off = other.value - figure.value
    is_time = other.unit.startswith("hours") and not other.is_about
    return is_time and abs(off) <= figure.step / 2 and off * figure.side >= 0


def _is_part(figure: Figure) -> bool:
    return figure.unit in ("part", "times", "ratio")


def _is_beside(figure: Figure, others: Sequence[Figure]) -> bool:
    """Whether a part of a whole stands beside it as a share: "about half (49 %)"."""
    return figure.unit == "part" and any(
        each.kind == "percent" and abs(each.value - figure.value) <= 3 for each in others
    )


def _fits(ratio: float, figure: Figure, text: str) -> bool:
    """Whether a ratio is the one said, or beyond it as far as to the next one."""
    said = figure.value / 100 if figure.unit == "part" else figure.value
    ahead = text[max(0, figure.start - 16) : figure.start]
    if _MORE.search(ahead):
        return said <= ratio < (said + 1 if said >= 1 else said * 1.5)
    if _LESS.search(ahead):
        return said * 2 / 3 < ratio <= said
    return abs(ratio / said - 1) <= (_ROUGH if figure.is_about and figure.unit != "part" else _EXACT)


def is_span(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether it is an end of a range from the lowest to the highest of all records: "with 7 to 16 deals each"."""
    if saying.named or figure.kind not in ("percent", "money", "number"):
        return False
    values = [
        each.value
        for name in saying.names.records
        for each in facts.first(name)
        if each.kind == figure.kind and (not figure.unit or figure.unit in each.unit.split("|"))
    ]
    ends = [each.value for each in saying.figures if each.kind == figure.kind]
    return len(values) > 1 and ends == [min(values), max(values)]


def fallen(saying: Saying, figure: Figure) -> Figure | None:
    """The figure below zero, where its sentence says that something fell, or cost something."""
    falls = figure.kind in ("money", "percent") and figure.value > 0 and _FALLS.search(saying.text)
    return replace(figure, value=-figure.value, side=-figure.side) if falls else None


def is_ratio(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether the first of the two records named is so many times the other, in what the sentence is about."""
    if len(saying.named) != 2:
        return False
    kinds = [kind for kind, words in _ABOUT.items() if words.search(saying.text)] or list(_ABOUT)
    one, other = (
        {(each.kind, each.unit): each.value for each in facts.first(name) if each.kind in kinds}
        for name in saying.named
    )
    ratios = [one[key] / other[key] for key in one.keys() & other.keys() if other[key]]
    return any(_is_near(ratio, figure) for ratio in ratios)


def _is_near(ratio: float, figure: Figure) -> bool:
    off = (ratio - figure.value) / figure.value
    return abs(off) <= (_ROUGH if figure.is_about else _EXACT) and off * figure.side >= 0


def is_most(saying: Saying, figure: Figure, names: frozenset[str], facts: Facts) -> bool:
    """Whether a record has the most or the least of all that are shown; of several, or of none, it cannot be told."""
    if len(names) != 1:
        return True
    values = {
        name: each.value * figure.value
        for name in saying.names.records
        for each in reversed(facts.first(name))
        if each.kind == figure.unit
    }
    return len(values) > 1 and all(values.get(name) == max(values.values()) for name in names)


def is_extreme(saying: Saying, bound: Figure, facts: Facts) -> bool:
    """Whether the figure that all or none lie above or below is the highest or the lowest of its kind."""
    figure = next((each for each in saying.figures if each.start > bound.start and each.unit != "rank"), None)
    if figure is None:
        return False
    values = [
        each.value
        for name in saying.names.records
        for each in facts.first(name)
        if each.kind == figure.kind and (not figure.unit or figure.unit in each.unit.split("|"))
    ]
    return len(values) > 1 and abs((max if bound.side > 0 else min)(values) - figure.value) < figure.step / 2
