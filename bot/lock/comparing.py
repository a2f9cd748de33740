"""What a text says by comparing records: "twice as likely", "none above 64 %"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from bot.lock.agreement import SAME, Figure, agrees
from bot.lock.attribution import Saying
from bot.lock.facts import Facts
from bot.lock.measures import UNKNOWN, Called
from bot.lock.numerals import SAID, number
from bot.lock.quantities import nouns

# What words of a comparison are about.
_ABOUT = {
    "percent": re.compile(r"\b(?:likel\w+|chances?|probab\w+|odds|rate)\b", re.I),
    "money": re.compile(r"\b(?:worth|value|amount|big\w*|large\w*|small\w*|size|much|brings?)\b", re.I),
    "number": re.compile(r"\bmany\b", re.I),
}
# How far a ratio may be from what is said, as a share of it.
_EXACT, _ROUGH = 0.025, 0.13


# What grows to a multiple of what it was, and what is said to be within the ends of an interval.
_THAT = re.compile(r" (?:that|as much|as many)\b(?! as)", re.I)
_GROWS = re.compile(r"(?:double|triple|quadruple)d?\b", re.I)
_ZERO = re.compile(r"\b(?:(?:includ|span|cross|contain|straddl)\w*|clear of) $", re.I)
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


_BE_FIRST = re.compile(r"\byou(?:['’]d| would|['’]ll| will) be the $", re.I)
_OF_THE = re.compile(rf"\bof the ({SAID}|\d+)\b.*\bthe $", re.I)
_THAN = re.compile(
    r"(?:\b(?:chances?|odds|probability|likelihood|risk) (?:is|are) )?"
    r"\b(?:(?P<less>less|fewer|lower|smaller|safer)|more|higher|larger|bigger|greater|riskier|likelier|better)"
    r"(?: [\w'’-]+){0,3} than\b",
    re.I,
)
_ONLY_TO = re.compile(r" only to\b", re.I)


def is_shown(saying: Saying, figure: Figure) -> bool:
    """Whether what a figure says of two others, or of one, stands beside it: "less than half of $337,600: $159,000"."""
    kinds, no_units = ("percent", "money", "number"), ("times", "ratio")
    others = [
        each
        for each in saying.figures
        if each.kind in kinds and each.unit not in no_units and each.start != figure.start
    ]
    if figure.unit == "times" and figure.value == sum(each.kind == "time" for each in saying.figures):
        return True  # "twice on 16 November, at 11:31 and again at 12:38"
    if figure.unit in ("times", "ratio") or _is_part(figure):
        pairs = [(one, two) for one, two in combinations(others, 2) if _is_alike(one, two)]
        grows, is_that = _GROWS.match(saying.text, figure.start), _THAT.match(saying.text, figure.end)
        ratios = [a.value / (b.value or 1) for a, b in pairs if not grows]
        ratios += [b.value / (a.value or 1) for a, b in pairs if grows or is_that]
        return any(_fits(ratio, figure) for ratio in ratios) or _is_beside(figure, others)
    if _is_between(figure, others, saying.text) or _is_added(figure, others):
        return True
    if figure.unit.startswith("hours") and figure.is_about:
        return any(_rounds(figure, each) for each in others)
    return bool(figure.kind == "percent" and figure.side) and any(
        agrees(figure, each) for each in others if not each.side
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


def _fits(ratio: float, figure: Figure) -> bool:
    """Whether a ratio is the one said, or beyond it as far as to the next one."""
    said = figure.value / 100 if figure.unit == "part" else figure.value
    if figure.side > 0:
        return said <= ratio < (said + 1 if said >= 1 else said * 1.5)
    if figure.side < 0:
        return said * 2 / 3 < ratio <= said
    if figure.unit == "part":
        return abs(100 * ratio - figure.value) <= figure.step / 2
    return abs(ratio / said - 1) <= (_ROUGH if figure.is_about else _EXACT)


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


def is_zero(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether an interval that was told is said to include zero, or to be clear of it."""
    is_zero = figure.kind == "number" and not figure.value and _ZERO.search(saying.text, 0, figure.start)
    return bool(is_zero) and facts.crosses_zero


def is_fall(saying: Saying, figure: Figure, names: frozenset[str], facts: Facts) -> bool:
    """Whether it was told below zero, where its sentence says that something fell, or cost something."""
    falls = figure.kind in ("money", "percent") and figure.value > 0 and _FALLS.search(saying.text)
    return bool(falls) and facts.holds(replace(figure, value=-figure.value, side=-figure.side), names)


def is_ratio(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether the first of the two records named is so many times the other, in what the sentence is about."""
    if figure.unit not in ("ratio", "part") or len(saying.named) != 2:
        return False
    kinds = [kind for kind, words in _ABOUT.items() if words.search(saying.text)] or list(_ABOUT)
    one, other = (
        {(each.kind, each.unit): each.value for each in facts.first(name) if each.kind in kinds}
        for name in saying.named
    )
    ratios = [one[key] / other[key] for key in one.keys() & other.keys() if other[key]]
    return any(_fits(ratio, figure) for ratio in ratios)


def is_of_move(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether a figure beside it went to so many times, or such a part of, what it was: "four, twice as many as"."""
    if figure.unit not in ("ratio", "part"):
        return False
    moved = [(was, now) for was, now in facts.moves if any(agrees(each, now) for each in saying.figures)]
    return any(_fits(now.value / was.value, figure) for was, now in moved if was.value)


def is_most(saying: Saying, figure: Figure, names: frozenset[str], facts: Facts) -> bool:
    """Whether a record has the most or the least of all that are shown; of several, or of none, it cannot be told."""
    if len(names) != 1:
        return True
    kind, _, unit = figure.unit.partition(" ")
    columns = facts.columns(kind, unit)
    (name,) = names
    return any(_is_top(name, column, figure.value) for column in (columns if unit else columns[:1]))


def _is_top(name: str, column: Mapping[str, float], side: float) -> bool:
    values = [each * side for each in column.values()]
    return len(values) > 1 and name in column and column[name] * side == max(values)


def is_unbeaten(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether nobody has more than the one that is named: "nobody has won more deals than Ada"."""
    found = _THAN.search(saying.text, figure.end) if (figure.kind, figure.value) == ("share", 0.0) else None
    named = saying.names.in_order(saying.text[found.end() :]) if found else []
    if found is None or len(named) != 1:
        return False
    side = -1 if found["less"] else 1
    compared = [facts.columns(*each) for each in _compared(saying.text[figure.start : found.end()])]
    return any(_is_top(named[0], column, side) for columns in compared for column in columns)


def is_miscompared(saying: Saying, facts: Facts) -> bool:
    """Whether the first of the two records named is said to have more than the other, or less, and has not."""
    found = _THAN.search(saying.names.masked(saying.text))
    one, other = saying.named if len(saying.named) == 2 else ("", "")
    if not found or not saying.names.place(one, saying.text) < found.start() < saying.names.place(other, saying.text):
        return False
    side = -1 if found["less"] else 1
    for kind, unit, said in _compared(saying.text[saying.names.place(one, saying.text) : found.end()]):
        columns = [column for column in facts.columns(kind, unit, said) if one in column and other in column]
        off = [(column[one] - column[other]) * side for column in columns]
        if off and min(off) < 0 >= max(off):
            return True
    return False


def _compared(text: str) -> Iterator[tuple[str, str, Called]]:
    """Kinds and units of what a comparison is about, and what that is called."""
    if re.search(r"risk|safer", text, re.I):
        yield "percent", "", Called(frozenset({"risk"}))
    elif unit := nouns(text):
        yield "number", unit, UNKNOWN
    else:
        yield from ((kind, "", UNKNOWN) for kind, words in _ABOUT.items() if words.search(text))


def is_place(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether a place is one of what to do ("First, write to them"), of nobody, or by the figures of its sentence."""
    if figure.unit != "rank":
        return False
    if (last := _OF_THE.search(saying.text, 0, figure.start)) and number(last[1]) == figure.value:
        return True  # "Two of the three were lost; the third went cold"
    if _BE_FIRST.search(saying.text, 0, figure.start):
        return True
    is_of_nobody = not saying.names.records or (not saying.named and not figure.start)
    return is_of_nobody or bool(_ONLY_TO.match(saying.text, figure.end) and _is_second(saying, facts))


def _is_second(saying: Saying, facts: Facts) -> bool:
    """Whether by a figure of the sentence the second record that it names is the first of all, the first the second."""
    columns = [
        column for each in saying.figures if each.unit != "rank" for column in facts.columns(each.kind, each.unit)
    ]
    tops = [sorted(column, key=lambda name: -column[name])[:2] for column in columns]
    return any(top == saying.named[1::-1] for top in tops)
