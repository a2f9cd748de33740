"""What a text says by comparing records: "twice as likely", "none above 64 %"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from bot.lock.agreement import SAME, Figure
from bot.lock.attribution import Saying
from bot.lock.facts import Facts
from bot.lock.figures import plain
from bot.lock.words import HELPING

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


# What sets two figures apart.
_APART = re.compile(
    r"\b(?:more|less|fewer|over|under|above|below|beyond|past|ahead|behind|short|up|down|higher|lower|better|worse"
    r"|gap|differ\w*|apart|another|longer|earlier|later|bigger|smaller|left|to go|missing|points?|r[io]se"
    r"|f[ae]ll|drop\w*|gain\w*|grew|lost|shr[aiu]nk|remain\w*)\b",
    re.I,
)


_DENIES = re.compile(r"\b(?:not|no|never|without|cannot)\b|n['’]t\b", re.I)


def is_shown(saying: Saying, figure: Figure) -> bool:
    """Whether what a figure says of two others, or of one, stands beside it: "less than half of $337,600: $159,000"."""
    others = [each for each in saying.figures if each.kind in ("percent", "money", "number") and not _is_part(each)]
    if figure.unit == "times" and figure.value == sum(each.kind == "time" for each in saying.figures):
        return True  # "twice on 16 November, at 11:31 and again at 12:38"
    if figure.unit in ("times", "ratio") or _is_part(figure):
        pairs = [(one, two) for one, two in combinations(others, 2) if _is_alike(one, two)]
        grows = _GROWS.match(saying.text, figure.start)
        ratios = [b.value / (a.value or 1) if grows else a.value / (b.value or 1) for a, b in pairs]
        return any(_fits(ratio, figure, saying.text) for ratio in ratios) or _is_beside(figure, others)
    if _is_between(figure, others, saying.text) or _is_added(figure, others):
        return True
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


def _is_between(figure: Figure, others: Sequence[Figure], text: str) -> bool:
    """Whether it is said to be the difference of two figures beside it: "18 more than last week's 140: 158"."""
    alike = [each for each in others if _is_alike(each, figure)]
    return bool(_APART.search(text)) and any(
        _is_roughly(abs(one.value - other.value), figure) for one, other in combinations(alike, 2)
    )


def _is_added(figure: Figure, others: Sequence[Figure]) -> bool:
    """Whether it is the sum of all the figures of its kind that follow: "14 leads wait: 12 of nobody, 2 of Bo"."""
    parts = [each.value for each in others if _is_alike(each, figure) and each.start > figure.start]
    return len(parts) > 1 and _is_roughly(sum(parts), figure)


def _is_alike(one: Figure, other: Figure) -> bool:
    is_same_unit = not one.unit or not other.unit or one.unit == other.unit
    return one.start != other.start and one.kind == other.kind and is_same_unit


def _is_roughly(value: float, figure: Figure) -> bool:
    return value > 0 and abs(value - figure.value) <= (figure.step / 2 if figure.is_about else SAME)


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
    return abs(ratio / said - 1) <= (_ROUGH if figure.is_about and figure.step > 1 else _EXACT)


def is_span(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether it is an end of a range from the lowest to the highest of the records: "with 7 to 16 deals each"."""
    if len(saying.named) in (1, 2) or figure.kind not in ("percent", "money", "number"):
        return False
    values = [
        each.value
        for name in saying.named or saying.names.records
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
    said = figure.value / 100 if figure.unit == "part" else figure.value
    off = (ratio - said) / said
    if figure.unit == "part":
        return abs(off) <= figure.step / 2 / figure.value and off * figure.side >= 0
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


def is_common(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether what all are said to be stands in what was told of each: "all were in quiet hours"."""
    said, told = _said_of(saying, figure), _told_of(saying, figure)
    records = {plain(name) for result in saying.names.results for name in result.names}
    if figure.value != 100 or not (said or told) or len(records) < 2 or _DENIES.search(saying.text):
        return False
    shown = [
        name
        for name in records
        if all(facts.holds(each, frozenset({name})) for each in told)
        and (told or all(word in facts.beside(name) for word in said))
    ]
    count = next((each.value for each in saying.figures if _is_count(each, figure)), len(records))
    return len(shown) >= min(count, len(records))


def _is_count(count: Figure, figure: Figure) -> bool:
    """Whether it says how many all are: "all five"."""
    return count.kind == "number" and 0 <= count.start - figure.end <= 2


def _told_of(saying: Saying, figure: Figure) -> list[Figure]:
    """The figures that all are said to have."""
    end = len(saying.until_clause_ends(figure))
    kinds = ("time", "date", "percent", "money")
    return [each for each in saying.figures if figure.end < each.start < end and each.kind in kinds]


def _said_of(saying: Saying, figure: Figure) -> set[str]:
    """The beginnings of the words that follow a figure in its clause, without other figures and helping words."""
    text = saying.until_clause_ends(figure)
    for each in saying.figures:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    words = re.findall(r"[^\W\d_]{3,}", text[figure.end :].lower())
    return {word[:5] for word in words if word not in HELPING}


def is_tally(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether as many lines of lists name what its clause does: "three belong to Ellie"."""
    if figure.kind != "number" or figure.value < 1 or figure.unit in ("hours", "rank", "times", "ratio"):
        return False
    after = saying.until_clause_ends(figure)[figure.end :]
    return any(facts.tally(word) == figure.value for word in re.findall(r"\b[A-Z][\w’'-]{2,}", after))


def is_listed(saying: Saying, figure: Figure) -> bool:
    """Whether as many records are named after it, and none before: "three won deals: …"."""
    if figure.kind != "number" or figure.value < 2 or figure.unit in ("hours", "rank", "times", "ratio"):
        return False
    after = saying.text[figure.end :]
    return len(saying.names.named(after)) == figure.value and not saying.names.named(saying.text[: figure.start])
