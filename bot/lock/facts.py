"""What may be said in figures in a turn, and of which records."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.lock.agreement import Figure, agrees
from bot.lock.figures import figures, plain
from bot.lock.names import Names

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
        if any(
            agrees(figure, fact.figure) and (not names or not fact.names or names & fact.names) for fact in self._all
        ):
            return True
        return not names and any(agrees(figure, count) for count in self._counts)

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
        today = [Fact(figure, frozenset()) for figure in figures(f"{self.now:%Y-%m-%d}")]
        return [*self._of_results(), *asked, *ranks, *today]

    @cached_property
    def _counts(self) -> list[Figure]:
        """How many records are shown, which may be said where none of them is named."""
        counts = {len(result.names) for result in self.names.results if len(result.names) > 1}
        return [figure for count in counts for figure in figures(f"{count} of them")]

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
                yield from (Fact(figure, last) for figure in figures(self.names.masked(line)))


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])
