"""What may be said in figures in a turn, and of which records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from bot.lock.agreement import Figure, agrees
from bot.lock.figures import figures, plain
from bot.lock.names import Names
from bot.lock.quantities import nouns

_SPEECH = re.compile(r"\b(?!x+\b)[a-z]{2,}", re.I)
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True)
class Fact:
    """A figure that may be said, and the records that it stands beside; none where it is of all or of nobody."""

    figure: Figure
    names: frozenset[str]


@dataclass(frozen=True)
class Facts:
    """The figures of a turn: the tools' and the question's, places in lists, and today."""

    names: Names
    now: datetime

    def holds(self, figure: Figure, names: frozenset[str]) -> bool:
        """Whether a figure may be said of records; of none, where it is not said of any."""
        return any(
            agrees(figure, fact.figure) and (not names or not fact.names or names & fact.names) for fact in self._all
        )

    def counts(self, figure: Figure, named: int) -> bool:
        """Whether a figure says how many records are shown, or how many beside those that are named."""
        if figure.kind != "number" or figure.unit in ("hours", "rank", "times"):
            return False
        shown = {len(result.names) for result in self.names.results if len(result.names) > 1}
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
        today = self.now.date()
        now = [Fact(figure, frozenset()) for figure in [_date(today), *_distances(today, today)[1:]]]
        told = [*self._of_lines, *asked]
        far = [Fact(each, fact.names) for fact in told for each in self._distances_of(fact.figure)]
        return [*told, *far, *ranks, *now]

    @cached_property
    def _of_lines(self) -> list[Fact]:
        return list(self._of_results())

    def _of_results(self) -> Iterable[Fact]:
        """A figure stands beside the records named in its line, or else in the last line that names any.

        What a record's text says in quotation marks is not the tools' word; what a document of the company says is.
        """
        for result in self.names.results:
            last: frozenset[str] = frozenset()
            is_document = any(each.kind == "playbook" for each in result.citations)
            text = plain(result.text) if is_document else _QUOTED.sub(_blank, plain(result.text))
            for line in text.split("\n"):
                last = self.names.named(line) or (last if line.strip() else frozenset())
                masked = self.names.masked(line)
                yield from (Fact(_of(figure, masked), last) for figure in figures(masked))

    def _distances_of(self, figure: Figure) -> Sequence[Figure]:
        """How far from today a date is, or what was some time ago."""
        if figure.unit == "hours ago" and figure.value < 24 * 366:
            then = (self.now - timedelta(hours=figure.value)).date()
            return [replace(each, is_about=True) for each in _distances(then, self.now.date())]
        if figure.kind != "date":
            return ()
        month, day = divmod(int(figure.value) % 10_000, 100)
        try:
            return _distances(date(int(figure.value) // 10_000 or self.now.year, month, day), self.now.date())
        except ValueError:
            return ()


def _of(figure: Figure, line: str) -> Figure:
    """A bare number of a line with words counts only what the line speaks of."""
    is_bare = figure.kind == "number" and not figure.unit
    return replace(figure, unit=nouns(line)) if is_bare and _SPEECH.search(line) else figure


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


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])
