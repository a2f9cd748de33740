"""Whether a model says what the tools said: each figure beside its own record, and no record but theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Literal

from bot.lock.agreement import Figure
from bot.lock.attribution import Attribution, Saying
from bot.lock.claims import deeds, is_disordered
from bot.lock.comparing import fallen, is_common, is_extreme, is_listed, is_most, is_ratio, is_shown, is_span, is_tally
from bot.lock.facts import Facts
from bot.lock.figures import figures, plain
from bot.lock.measures import called
from bot.lock.names import Names
from bot.lock.numerals import number
from bot.lock.readings import readings
from bot.lock.references import is_unresolved, resolved
from bot.lock.sentences import sentences
from bot.lock.sums import Sum, is_sum, sums
from tools.base import Result

Reason = Literal["figure", "record", "name", "reference", "word", "claim"]

# What stands around a number of the records shown.
_COUNTED = re.compile(
    r"\b(?:of(?: the| your| our)?(?: last| past)?|all|top|best|first|next|last|these|those|other|remaining|come) $",
    re.I,
)
_COUNTED_AFTER = re.compile(
    r" (?:others?|more|of the \w+ (?:have|has|are|were)|are|follow|of them|on (?:the|your) list|for you)\b", re.I
)
_TOP = re.compile(r"\b(?:top|best|first|last|bottom) $", re.I)
_OF = re.compile(r"(\w+) out of (\w+)")
# A number of those shown that are picked out, which no tool need have counted.
_PICKED = re.compile(r" (?:(?:out )?of (?:the|these|those|them|your|our|my|all)|have|has|are|were|need)\b", re.I)

_RECORDS = ("lead", "deal", "account", "customer", "rep")


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
        saying = Saying(said, figures(self.names.masked(self._facts.unquoted(said))), plain(before), self.names)
        if self.names.strangers(said, saying.figures):
            return "name"
        if any(deeds(saying, self._facts)) or is_disordered(saying, self._facts):
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
            if not self._facts.calls(figure, names, called(figure, self.names.masked(saying.text))):
                return "word"
        return None

    def _may_say(self, saying: Saying, figure: Figure, names: frozenset[str]) -> bool:
        if figure.kind == "share" and figure.side:
            return is_extreme(saying, figure, self._facts)
        if figure.kind == "share" and is_common(saying, figure, self._facts):
            return True
        if figure.kind == "most":
            return is_most(saying, figure, names, self._facts)
        if figure.unit == "rank" and not saying.named and not figure.start:
            return True  # "First, write to them": the order of what to do
        if figure.unit == "rank" and not self.names.records:
            return True
        if figure.unit == "part" and self._is_of(saying, figure):
            return True
        if figure.unit in ("ratio", "part") and is_ratio(saying, figure, self._facts):
            return True
        if self._facts.holds(figure, names, is_named=bool(saying.named)) or self._counts(saying, figure, names):
            return True
        if is_shown(saying, figure) or is_tally(saying, figure, self._facts) or is_listed(saying, figure):
            return True
        if is_span(saying, figure, self._facts):
            return True
        if (below := fallen(saying, figure)) and self._facts.holds(below, names):
            return True
        return is_sum(saying, figure, self._sums)

    def _is_of(self, saying: Saying, figure: Figure) -> bool:
        """Whether a tool told so many of so many: "103 out of 756"."""
        found = _OF.fullmatch(saying.text[figure.start : figure.end])
        return found is not None and self._facts.tells(*(f"{number(found[i]):.0f}" for i in (1, 2)))

    def _counts(self, saying: Saying, figure: Figure, names: frozenset[str]) -> bool:
        """Whether a figure is how many records are shown, or how many others: "all five", "the other four"."""
        if (_PICKED.match(saying.text, figure.end) or _TOP.search(saying.text, 0, figure.start)) and self._facts.counts(
            replace(figure, unit="others"), 0
        ):
            return True
        if figure.value == 1 and figure.unit in _RECORDS and not self.names.named(saying.text[: figure.start]):
            return not saying.text[figure.start].isdigit()  # "One deal stands out: that of Ada"
        is_counted = _COUNTED.search(saying.text, 0, figure.start) or _COUNTED_AFTER.match(saying.text, figure.end)
        if not names or is_counted:
            return self._facts.counts(figure, len(saying.named))
        is_of_all = figure.unit in _RECORDS and not self.names.named(saying.until_clause_ends(figure))
        return is_of_all and self._facts.counts(figure, 0)

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
