"""Whether a model says what the tools said: each figure beside its own record, and no record but theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.lock.agreement import Figure
from bot.lock.attribution import Attribution, Saying
from bot.lock.claims import is_disordered, is_reversed, is_untold
from bot.lock.comparing import (
    is_fall,
    is_miscompared,
    is_most,
    is_of_move,
    is_place,
    is_ratio,
    is_shown,
    is_span,
    is_unbeaten,
    is_zero,
)
from bot.lock.counting import is_counted
from bot.lock.facts import Facts
from bot.lock.figures import figures, plain
from bot.lock.groups import is_absent, is_bound, is_bounded, is_common, is_miscounted, is_thought, is_told
from bot.lock.measures import called
from bot.lock.names import Names
from bot.lock.readings import readings
from bot.lock.references import is_unresolved, resolved
from bot.lock.sentences import sentences
from bot.lock.sums import Sum, is_sum, sums
from tools.base import Result

# What is untrue of a sentence though each figure of it may be said.
_UNTRUE = (is_untold, is_disordered, is_reversed, is_miscompared, is_miscounted)
Reason = Literal["figure", "record", "name", "reference", "word", "claim"]


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
        if is_unresolved(sentence):
            return "reference"
        said = plain(sentence)
        saying = Saying(said, figures(self.names.masked(self._facts.lines.unquoted(said))), plain(before), self.names)
        if self.names.strangers(said, saying.figures):
            return "name"
        if any(is_untrue(saying, self._facts) for is_untrue in _UNTRUE):
            return "claim"
        faults = [self._fault(saying, way) for way in saying.ways()]
        return faults[0] if all(faults) else None

    def resolved(self, text: str) -> str:
        """The text with the tools' figures in the place of references to them."""
        return resolved(text, self.names)

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

    @cached_property
    def _sums(self) -> Sequence[Sum]:
        return list(sums(self.results))

    def _fault(self, saying: Saying, way: Attribution) -> Reason | None:
        for figure, names in way:
            if not any(self._may_say(saying, each, names) for each in readings(figure, saying)):
                return "record" if self._facts.holds(figure, frozenset()) else "figure"
            is_called = self._facts.calls(figure, names, called(figure, self.names.masked(saying.text)))
            if not is_called and not is_counted(saying, figure, names, self._facts):
                return "word"
        return None

    def _may_say(self, saying: Saying, figure: Figure, names: frozenset[str]) -> bool:
        facts = self._facts
        if figure.kind == "most":
            return is_most(saying, figure, names, facts)
        if is_bound(saying, figure):
            return is_bounded(saying, figure, facts)
        return (
            facts.holds(figure, names, is_named=bool(saying.named))
            or is_place(saying, figure, facts)
            or is_counted(saying, figure, names, facts)
            or is_common(saying, figure, facts)
            or is_told(saying, figure, facts)
            or is_absent(saying, figure, facts)
            or is_thought(saying, figure, facts)
            or is_bounded(saying, figure, facts)
            or is_unbeaten(saying, figure, facts)
            or is_ratio(saying, figure, facts)
            or is_of_move(saying, figure, facts)
            or is_shown(saying, figure)
            or is_span(saying, figure, facts)
            or is_zero(saying, figure, facts)
            or is_fall(saying, figure, names, facts)
            or is_sum(saying, figure, self._sums)
        )

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
