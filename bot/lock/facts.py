"""What may be said in figures in a turn, and of which records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from bot.lock.agreement import Figure, agrees
from bot.lock.figures import figures, plain
from bot.lock.measures import UNKNOWN, Called, every, known_as
from bot.lock.names import Names
from bot.lock.quantities import nouns
from tools.base import Result

# A line that goes on about the record of the line above; of a list any other one is about all of it.
_GOES_ON = re.compile(r"\s|[•▲▼*–-] ")
# What is said not to have been.
_NEVER = re.compile(r"\b(?:not|never|no)\b(?: \w+)?? (?P<done>\w{3,}(?:ed|en|ne))\b", re.I)
# What is counted where a line says nothing of it, by the records that a result cites.
_CITED = {"leads": "lead|rep", "deals": "deal"}
# What a name may count.
_SIZES = ("site",)
_NUMBERED = re.compile(r"\s*(\d+)\. ")
_ITEM = re.compile(r"\s*(?:\d+\.|•) ")
# Calls that nobody picked up, as texts say it.
_UNHEARD = re.compile(r"\b(?:no answer|voicemail|not reached)\b", re.I)
# A change in points, at the head of a line.
_IN_POINTS = re.compile(r"\s*• [+-]$")
_SPEECH = re.compile(r"\b(?!x+\b)[a-z]{2,}", re.I)
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True)
class Fact:
    """A figure that may be said, and the records that it stands beside; none where it is of all or of nobody.

    `called` is what it is called there.
    """

    figure: Figure
    names: frozenset[str]
    called: Called = UNKNOWN


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
        is_bare = is_named and figure.kind == "number" and not figure.unit
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
        shown = {count for result in self.names.results for count in (len(result.names), _items(result)) if count > 1}
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

    def about(self, names: frozenset[str]) -> str:
        """What the tools said of records, or all that they said where none is meant, and what was asked."""
        lines = [line for result in self.names.results for line, of in self._lines(result) if not names or names & of]
        return "\n".join([*lines, plain(self.names.question)])

    def beside(self, name: str) -> str:
        """What the tools said of a record, in small letters."""
        lines = [line for result in self.names.results for line, of in self._lines(result) if name in of]
        return "\n".join(lines).lower()

    def tally(self, word: str) -> int:
        """How many lines of lists have a word."""
        lines = [line for result in self.names.results for line in plain(result.text).split("\n") if _ITEM.match(line)]
        return sum(bool(re.search(rf"\b{re.escape(word)}\b", line)) for line in lines)

    def tells(self, *numbers: str) -> bool:
        """Whether numbers stand together in a line that was told."""
        lines = [line for result in self.names.results for line, _ in self._lines(result)]
        alone = [re.compile(rf"(?<![\d.,]){number}(?![\d%]|[.,]\d| %)") for number in numbers]
        return any(all(each.search(line) for each in alone) for line in lines)

    def unquoted(self, said: str) -> str:
        """The text without what it quotes word for word: a quotation may say what its author said."""
        told = [plain(result.text) for result in self.names.results]
        return _QUOTED.sub(lambda found: _blank(found) if any(found[0] in text for text in told) else found[0], said)

    @cached_property
    def _all(self) -> list[Fact]:
        asked = [Fact(figure, frozenset()) for figure in figures(plain(self.names.question))]
        ranks = [
            Fact(Figure("number", float(place), "rank", 0.0, False, 0, 0), frozenset({plain(name)}))
            for result in self.names.results
            for place, name in enumerate(result.names, 1)
        ]
        ranks += [
            Fact(Figure("number", float(item[1]), "rank", 0.0, False, 0, 0), names)
            for result in self.names.results
            for line, names in self._lines(result)
            if (item := _NUMBERED.match(line)) and len(names) == 1
        ]
        today = self.now.date()
        labels = [
            Fact(figure, frozenset({name}))
            for name in self.names.records
            for figure in figures(name)
            if figure.kind == "month" and figure.end - figure.start == len(name)
        ]
        sizes = [Fact(each, frozenset({name})) for name in self.names.records for each in _counts_of(name)]
        nobody = [Fact(figure, names) for figure, names in self._of_none]
        now = [Fact(figure, frozenset()) for figure in [_date(today), *_distances(today, today)[1:]]]
        told = [*self._of_lines, *asked]
        far = [Fact(each, fact.names) for fact in told for each in self._distances_of(fact.figure)]
        return [*told, *far, *ranks, *labels, *sizes, *nobody, *now]

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
        for result in self.names.results:
            counted, head = _counted(result), ""
            is_document = any(each.kind == "playbook" for each in result.citations)
            for line, names in self._lines(result):
                head = head or line
                for figure in figures(line):
                    called = known_as(figure, line, head) if not is_document else Called(every=every(figure, line))
                    yield Fact(_of(figure, line, counted), names, called)

    @cached_property
    def _of_none(self) -> list[tuple[Figure, frozenset[str]]]:
        """What was done to none, as "not touched yet" says of a record."""
        return [
            (Figure("share", 0.0, found["done"][:4].lower(), 0.0, False, 0, 0), names)
            for result in self.names.results
            for line, names in self._lines(result)
            for found in _NEVER.finditer(line)
        ] + [
            (Figure("share", 0.0, "pick", 0.0, False, 0, 0), names)
            for result in self.names.results
            for line, names in self._lines(result)
            if _UNHEARD.search(line)
        ]

    def _lines(self, result: Result) -> Iterable[tuple[str, frozenset[str]]]:
        """The lines of a text without names and quotations, each with the records that it is about."""
        last: frozenset[str] = frozenset()
        is_document = any(each.kind == "playbook" for each in result.citations)
        text = plain(result.text) if is_document else _QUOTED.sub(_blank, plain(result.text))
        is_list = len(result.names) != 1
        for line in text.split("\n"):
            goes_on = line.strip() and (not is_list or _GOES_ON.match(line))
            last = self.names.named(line) or (last if goes_on else frozenset())
            yield self.names.masked(line), last

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


def _of(figure: Figure, line: str, counted: str) -> Figure:
    """A bare number of a line with words counts only what the line speaks of, or what its result is about."""
    if figure.kind == "number" and _IN_POINTS.match(line[: figure.start]):
        return replace(figure, kind="percent", unit="")
    if figure.kind != "number" or figure.unit or not _SPEECH.search(line):
        return figure
    return replace(figure, unit=nouns(line) or counted or "?")


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


def _items(result: Result) -> int:
    """How many lines of a list a text has."""
    return sum(bool(_ITEM.match(line)) for line in plain(result.text).split("\n"))


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])
