"""What may be said in figures in a turn, and of which records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from bot.lock.agreement import Figure, agrees
from bot.lock.figures import figures, plain
from bot.lock.lines import Lines, is_document, items
from bot.lock.measures import UNKNOWN, Called, every, known_as
from bot.lock.moves import moves
from bot.lock.names import Names
from bot.lock.quantities import in_points, in_span, labelled, nouns
from bot.lock.words import HELPING
from tools.base import Result

# What is said not to have been.
_NEVER = re.compile(r"\b(?:not|never|no)\b(?: \w+)?? (?P<done>\w{3,}(?:ed|en|ne))\b", re.I)
# What is counted where a line says nothing of it, by the records that a result cites.
_CITED = {"leads": "lead|rep", "deals": "deal"}
# What a name may count.
_SIZES = ("site",)
_ITEM = re.compile(r"• (?P<label>(?!x)[^:]*: |)(?=x)")
_NUMBERED = re.compile(r"\s*(\d+)\. ")
# Calls that nobody picked up, and what nobody owns, as texts say it.
_NONE = (
    ("pick", re.compile(r"\b(?:no answer|voicemail|not reached)\b", re.I)),
    ("own", re.compile(r"\b(?:without an owner|no owner|unassigned)\b", re.I)),
)
_WON = re.compile(r"\bwon\b", re.I)
_SPEECH = re.compile(r"\b(?!x+\b)[a-z]{2,}", re.I)


@dataclass(frozen=True)
class Fact:
    """A figure that may be said, and the records that it stands beside; none where it is of all or of nobody.

    `called` is what it is called there, `label` the word that its line begins with where it names no record.
    """

    figure: Figure
    names: frozenset[str]
    called: Called = UNKNOWN
    label: str = ""

    @property
    def whose(self) -> str:
        """The record or the word that it stands behind; empty where there is none, or are several."""
        return next(iter(self.names)) if len(self.names) == 1 else self.label if not self.names else ""


@dataclass(frozen=True)
class Facts:
    """The figures of a turn: the tools' and the question's, places in lists, and today."""

    names: Names
    now: datetime

    def holds(self, figure: Figure, names: frozenset[str], *, is_named: bool = False) -> bool:
        """Whether a figure may be said of records; of none, where it is not said of any.

        A bare number beside a name is that record's: a count of all would say what it counts.
        """
        names = names if names & self._measured else frozenset()
        is_bare = is_named and (
            (figure.kind == "number" and not figure.unit) or (figure.side != 0 and figure.unit != "part")
        )
        return any(
            agrees(figure, fact.figure) and (not names or names & fact.names or not (fact.names or is_bare))
            for fact in self._all
        )

    def calls(self, figure: Figure, names: frozenset[str], said: Called) -> bool:
        """Whether what a figure is called is what one of those that it may be is called."""
        may_be = [
            fact
            for fact in self._all
            if agrees(figure, fact.figure) and (not names or not fact.names or names & fact.names)
        ]
        return not may_be or any(said.fits(fact.called) for fact in may_be)

    def counts(self, figure: Figure, named: int) -> bool:
        """Whether a figure says how many records are shown, or how many beside those that are named."""
        if figure.kind != "number" or figure.unit in ("hours", "rank", "times"):
            return False
        shown = {
            count for result in self.names.results for count in (len(result.names), len(items(result))) if count > 1
        }
        if figure.unit == "others":
            return any(0 < figure.value < count for count in shown)
        return figure.value in {*shown, *(count - named for count in shown), named} - {0, 1}

    def first(self, name: str) -> list[Figure]:
        """The first figure of each kind and unit that stands beside a record alone."""
        found: dict[tuple[str, str], Figure] = {}
        for fact in self._of_lines:
            if fact.names == {name}:
                found.setdefault((fact.figure.kind, fact.figure.unit), fact.figure)
        return list(found.values())

    def columns(self, kind: str, unit: str, said: Called = UNKNOWN) -> list[dict[str, float]]:
        """The values of a kind and unit that may be called what is said: the first of each record, the second."""
        found: dict[str, list[float]] = {}
        for fact in self._of_lines:
            is_alike = fact.figure.kind == kind and _is_of(unit, fact.figure.unit) and said.fits(fact.called)
            if fact.whose and is_alike:
                found.setdefault(fact.whose, []).append(fact.figure.value)
        most = max(map(len, found.values()), default=0)
        return [{name: own[place] for name, own in found.items() if place < len(own)} for place in range(most)]

    @cached_property
    def moves(self) -> list[tuple[Figure, Figure]]:
        """The figures that something went from and to."""
        return [move for line in self.lines.all for move in moves(line.text, line.figures)]

    @cached_property
    def crosses_zero(self) -> bool:
        """Whether an interval was told with an end on either side of zero."""
        ends = [fact.figure for fact in self._of_lines if fact.figure.kind in ("money", "percent")]
        return any(one.kind == two.kind and one.value < 0 < two.value for one, two in pairwise(ends))

    @cached_property
    def lines(self) -> Lines:
        """What the tools told, line by line."""
        return Lines(self.names)

    @cached_property
    def _all(self) -> list[Fact]:
        asked = [Fact(figure, frozenset()) for figure in figures(plain(self.names.question))]
        today = self.now.date()
        labels = [
            Fact(figure, frozenset({name}))
            for name in self.names.records
            for figure in figures(name)
            if figure.kind == "month" and figure.end - figure.start == len(name)
        ]
        sizes = [Fact(each, frozenset({name})) for name in self.names.records for each in _counts_of(name)]
        now = [Fact(figure, frozenset()) for figure in [_date(today), *_distances(today, today)[1:]]]
        told = [*self._of_lines, *asked]
        far = [Fact(each, fact.names) for fact in told for each in self._distances_of(fact.figure)]
        return [*told, *far, *self._ranks, *labels, *sizes, *self._of_none, *now]

    @cached_property
    def _ranks(self) -> list[Fact]:
        """The places of records: in the order that they are shown in, by numbers of items, and among items alike."""
        one = [line for line in self.lines.all if len(line.names) == 1]
        shown = [(place, name) for result in self.names.results for place, name in enumerate(result.names, 1)]
        return [
            *(_rank(place, frozenset({plain(name)})) for place, name in shown),
            *(_rank(int(item[1]), line.names) for line in one if (item := _NUMBERED.match(line.text))),
            *(_rank(place, names) for rows in self._alike for place, names in enumerate(rows, 1)),
        ]

    @cached_property
    def numbered(self) -> list[str]:
        """The records of the one list with numbers that was told, in its order; none where there are several."""
        items = [(line.text, line.names) for line in self.lines.all if _NUMBERED.match(line.text)]
        is_one = sum(text.lstrip().startswith("1. ") for text, _ in items) == 1
        return [name for _, names in items for name in names] if is_one and all(len(of) == 1 for _, of in items) else []

    @cached_property
    def _alike(self) -> list[list[frozenset[str]]]:
        """The records of the items of a list that begin with the same words, or with their names."""
        rows: dict[tuple[int, str], list[frozenset[str]]] = {}
        lists = 0
        for line in self.lines.all:
            item = _ITEM.match(line.text)
            lists += item is None
            if item and len(line.names) == 1:
                rows.setdefault((lists, item["label"]), []).append(line.names)
        return list(rows.values())

    @cached_property
    def _measured(self) -> frozenset[str]:
        """The records that have figures of their own."""
        return frozenset(name for fact in self._of_lines for name in fact.names)

    @cached_property
    def _of_lines(self) -> list[Fact]:
        return list(self._of_results())

    def _of_results(self) -> Iterable[Fact]:
        """A figure stands beside the records named in its line, or else in the last line that names any.

        What a record's text says in quotation marks is not the tools' word; what a document of the company says is.
        """
        for result, lines in zip(self.names.results, self.lines.by_result, strict=True):
            counted, head = _counted(result), ""
            for line in lines:
                text, head = line.text, head or line.text
                for figure in line.figures:
                    called = Called(every=every(figure, text)) if is_document(result) else known_as(figure, text, head)
                    yield Fact(_of(figure, text, head, counted), line.of(figure.start), called, line.label)

    @cached_property
    def _of_none(self) -> list[Fact]:
        """What was done to none, as "not touched yet" says of a record, and "without an owner"."""
        done = [
            (found["done"][:4].lower(), line.names) for line in self.lines.all for found in _NEVER.finditer(line.text)
        ]
        done += [(what, line.names) for line in self.lines.all for what, said in _NONE if said.search(line.text)]
        return [Fact(Figure("share", 0.0, what, 0.0, False, 0, 0), names) for what, names in done]

    def _distances_of(self, figure: Figure) -> Sequence[Figure]:
        """How far from today a date is, or what was some time ago."""
        if (figure.kind, figure.value, figure.unit) == ("relative", 0.0, "day"):
            return [replace(figure, unit="past")]
        if figure.unit == "hours ago" and figure.value < 24 * 366:
            then = (self.now - timedelta(hours=figure.value)).date()
            return [replace(each, is_about=True) for each in (_date(then), *_distances(then, self.now.date()))]
        if figure.kind != "date":
            return ()
        month, day = divmod(int(figure.value) % 10_000, 100)
        try:
            return _distances(date(int(figure.value) // 10_000 or self.now.year, month, day), self.now.date())
        except ValueError:
            return ()


def _counts_of(name: str) -> list[Figure]:
    """What a name counts: "Rocha Medical – 8 sites"."""
    return [each for each in figures(name) if each.kind == "number" and each.unit in _SIZES]


def _counted(result: Result) -> str:
    """What a result counts where it does not say what, with "|" between."""
    cited = {each.key.partition("/")[0] for each in result.citations if each.kind == "crm"}
    return "|".join(sorted({_CITED[each] for each in cited & _CITED.keys()}))


def _of(figure: Figure, line: str, head: str, counted: str) -> Figure:
    """A bare number of a line with words counts only what the line speaks of, or what its result is about.

    Of a line without any it counts what the head of its list speaks of. Deals of what was won are wins.
    """
    if figure.kind != "number":
        return figure
    if points := in_points(figure, line):
        return points
    if label := labelled(figure, line):
        return in_span(figure, label) or (figure if label in HELPING else replace(figure, unit=nouns(label) or "?"))
    if figure.unit == "deal" and _WON.search(head):
        return replace(figure, unit="deal|win")
    if figure.unit:
        return figure
    return replace(figure, unit=nouns(line) or counted or "?" if _SPEECH.search(line) else nouns(head))


def _is_of(said: str, known: str) -> bool:
    """Whether what is counted may be what is said, where both are known."""
    return not said or not known or bool({*said.split("|")} & {*known.split("|")})


def _rank(place: int, names: frozenset[str]) -> Fact:
    return Fact(Figure("number", float(place), "rank", 0.0, False, 0, 0), names)


def _date(day: date) -> Figure:
    return Figure("date", float(day.year * 10_000 + day.month * 100 + day.day), "", 0.0, False, 0, 0)


def _distances(day: date, today: date) -> list[Figure]:
    """How many days, weeks, months, quarters and years lie between a day and today; first, whether it is over."""
    spans = {
        "past": min(day.toordinal() - today.toordinal(), 1),
        "day": day.toordinal() - today.toordinal(),
        "week": (day.toordinal() - 1) // 7 - (today.toordinal() - 1) // 7,
        "month": (day.year - today.year) * 12 + day.month - today.month,
        "quarter": (day.year - today.year) * 4 + (day.month - 1) // 3 - (today.month - 1) // 3,
        "year": day.year - today.year,
    }
    return [Figure("relative", float(value), unit, 0.0, False, 0, 0) for unit, value in spans.items()]
