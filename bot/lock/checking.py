"""Whether a model says what the tools said: each figure beside its own record, and no record but theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.lock.facts import Facts
from bot.lock.figures import figures, plain
from bot.lock.names import Names
from bot.lock.sentences import clauses, sentences
from tools.base import Result

Reason = Literal["figure", "record", "name"]


@dataclass(frozen=True)
class Lock:
    """What may be said in one turn.

    Parameters
    ----------
    results : what the tools said in this turn
    question : what was asked; its figures and names may be said again
    now : on the asker's clock: today may be named
    """

    results: Sequence[Result]
    question: str
    now: datetime

    def fault(self, sentence: str, before: str = "") -> Reason | None:
        """Why a sentence may not be said; None where it may. `before` is what was said before it."""
        said = plain(sentence)
        found = figures(self.names.masked(self._facts.unquoted(said)))
        if self.names.strangers(said, found):
            return "name"
        for start, end, names in self._clauses(said, before):
            for figure in found:
                if start <= figure.start < end and not self._facts.holds(figure, names):
                    return "record" if self._facts.holds(figure, frozenset()) else "figure"
        return None

    def own(self, sentence: str) -> str:
        """The tools' own words about what a sentence is about: the line with most of its names and kinds of figure."""
        said = plain(sentence)
        names, kinds = self.names.named(said), _kinds(said)
        best = max(
            self._lines, key=lambda line: (len(names & self.names.named(line)), len(kinds & _kinds(line))), default=""
        )
        return best.strip() if names & self.names.named(best) else ""

    @cached_property
    def names(self) -> Names:
        """Whom the results and the question name."""
        return Names(self.results, self.question)

    @cached_property
    def _facts(self) -> Facts:
        return Facts(self.names, self.now)

    def _clauses(self, said: str, before: str) -> Iterable[tuple[int, int, frozenset[str]]]:
        """The clauses of a sentence, and the records that each is about: its own, or the last named, or the first."""
        parts = [(start, end, self.names.named(said[start:end])) for start, end in clauses(self.names.masked(said))]
        names = next((named for _, _, named in parts if named), frozenset()) or self._last_named(before)
        for start, end, named in parts:
            names = named or names
            yield start, end, names

    def _last_named(self, before: str) -> frozenset[str]:
        """The records of the sentence before, which a sentence without any goes on about."""
        for sentence in reversed(sentences(plain(before))[-2:]):
            if named := self.names.named(sentence):
                return named
        return frozenset()

    @cached_property
    def _lines(self) -> list[str]:
        return [line for result in self.results for line in self._sentences(plain(result.text))]

    def _sentences(self, text: str) -> Iterable[str]:
        """The sentences of a text; a name with a full stop in it ends none."""
        at = 0
        for sentence in sentences(self.names.masked(text)):
            yield text[at : at + len(sentence)]
            at += len(sentence)


def _kinds(text: str) -> set[str]:
    return {figure.kind for figure in figures(text)}
