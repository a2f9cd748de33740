"""Whose figure each of a sentence is, as far as its grammar tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from bot.lock.agreement import Figure
from bot.lock.names import Names
from bot.lock.sentences import clauses, sentences

# Units of what is said of other figures.
_SHARES = ("part", "times", "ratio", "rank")

_PRONOUN = re.compile(r"\s*(?:but |though |and |so )?(?:they|he|she|it|his|her|their|its)\b", re.I)
# Whom a clause is about that is of nobody named: of another one, or of several.
_ANOTHER = re.compile(r"\b(?:next (?:best|highest|closest|one)|runner-up|second[ -]best|the (?:others?|rest))\b", re.I)
_SEVERAL = re.compile(r"\b(?:of (?:the|these|those) (?:two|three|four|five|six|seven|eight|nine|ten)|of them)\b", re.I)
_LISTED = re.compile(r"(?: \w+){0,2}(?:,|,? (?:and|or|vs\.?))(?: \w+)? ")

Attribution = list[tuple[Figure, frozenset[str]]]


@dataclass(frozen=True)
class Saying:
    """A `plain` sentence with the figures in it, and what was said before it."""

    text: str
    figures: Sequence[Figure]
    before: str
    names: Names

    @cached_property
    def named(self) -> list[str]:
        """The records that it names, in its order."""
        return self.names.in_order(self.text)

    def ways(self) -> Iterator[Attribution]:
        """The figures with the records they may be of.

        Within a clause that names several, each is of the last name before it, or each of the next one; or else, of a
        kind with as many figures as there are records, the first is of the first one, the second of the second. What
        follows in clauses that name nobody may be of the first, which the sentence is about: "Ada is as likely as Bo,
        53 % and 54 %, but smaller"; and what follows a pronoun: "Ada is just behind Bo, but she is worth more".
        """
        yield [(figure, self._before(figure, names)) for figure, names in self._by_clause]
        if len(self.named) > 1:
            yield [(figure, self._subject(figure) or self._before(figure, names)) for figure, names in self._by_clause]
            yield [(figure, self._after(figure, names)) for figure, names in self._by_clause]
            yield [(figure, self._turns.get(figure.start, names)) for figure, names in self._by_clause]
            if self._is_of_first:
                yield [(figure, self._turns.get(figure.start, frozenset(self.named[:1]))) for figure in self.figures]

    def until_clause_ends(self, figure: Figure) -> str:
        """The sentence to the end of the clause that a figure stands in."""
        ends = (end for _, end in clauses(self.names.masked(self.text)) if end > figure.start)
        return self.text[: next(ends, len(self.text))]

    @cached_property
    def _by_clause(self) -> Attribution:
        """The figures with the records of their clause: its own, or the last named, or the first."""
        parts = [
            (start, end, self.names.named(self.text[start:end])) for start, end in clauses(self.names.masked(self.text))
        ]
        names = next((named for _, _, named in parts if named), frozenset()) or self.last_named
        found: Attribution = []
        for start, end, named in parts:
            names = named or names
            own = names if named or not self._is_of_others(start, end) else frozenset()
            found.extend((figure, own) for figure in self.figures if start <= figure.start < end)
        return found

    def _is_of_others(self, start: int, end: int) -> bool:
        """Whether a clause that names nobody is of others, or its sentence without names of several."""
        return bool(_ANOTHER.search(self.text, start, end) or (not self.named and _SEVERAL.search(self.text)))

    @cached_property
    def last_named(self) -> frozenset[str]:
        """The records of the sentence before, which a sentence without any goes on about."""
        for sentence in reversed(sentences(self.before)[-2:]):
            if named := self.names.named(sentence):
                return named
        return frozenset()

    def _before(self, figure: Figure, names: frozenset[str]) -> frozenset[str]:
        own = [name for name in self.named if name in names] if len(names) > 1 else []
        return next((frozenset({name}) for name in reversed(own) if self._places[name] < figure.start), names)

    def _subject(self, figure: Figure) -> frozenset[str]:
        """The first record, where a clause that goes on with a pronoun stands between the figure and the last name."""
        masked = self.names.masked(self.text)
        parts = [(a, b) for a, b in clauses(masked) if a <= figure.start]
        goes_on = next((a for a, _ in reversed(parts) if _PRONOUN.match(masked, a)), None)
        is_of_first = goes_on is not None and not self.names.named(self.text[goes_on : parts[-1][1]])
        return frozenset(self.named[:1] if is_of_first else ())

    def _after(self, figure: Figure, names: frozenset[str]) -> frozenset[str]:
        own = [name for name in self.named if name in names] if len(names) > 1 else []
        return next(
            (frozenset({name}) for name in own if self._places[name] > figure.start), frozenset(own[-1:]) or names
        )

    @cached_property
    def _is_of_first(self) -> bool:
        """Whether the first clause names them all, and the others name nobody."""
        parts = [self.names.named(self.text[start:end]) for start, end in clauses(self.names.masked(self.text))]
        return len(parts) > 1 and len(parts[0]) == len(self.named) and not any(parts[1:])

    @cached_property
    def _turns(self) -> dict[int, frozenset[str]]:
        """Where figures begin that are of one record each, in turn.

        They are those of a kind that has as many for each record, and lists of as many as there are records ("9 deals
        each, out of 20 and 26").
        """
        turns: dict[int, frozenset[str]] = {}
        for alike in self._by_kind.values():
            share, rest = divmod(len(alike), len(self.named))
            for run in [alike] if not rest else self._runs(alike):
                turns |= {
                    each.start: frozenset({self.named[i // (share if not rest else 1)]}) for i, each in enumerate(run)
                }
        return turns

    def _runs(self, alike: Sequence[Figure]) -> Iterator[Sequence[Figure]]:
        """The figures that stand one after the other in a list, one for each record."""
        for i in range(len(alike) - len(self.named) + 1):
            run = alike[i : i + len(self.named)]
            if all(_LISTED.fullmatch(self.text[one.end : other.start]) for one, other in pairwise(run)):
                yield run

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: self.names.place(name, self.text) for name in self.named}

    @cached_property
    def _by_kind(self) -> dict[str, list[Figure]]:
        """The figures of each kind; parts and multiples are of none."""
        found: dict[str, list[Figure]] = {}
        for figure in self.figures:
            found.setdefault(figure.unit if figure.unit in _SHARES else figure.kind, []).append(figure)
        return found
