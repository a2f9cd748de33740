"""What a text says by comparing records: "twice as likely", "none above 64 %"."""

from __future__ import annotations

import re

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
