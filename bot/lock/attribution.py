"""Whose figure each of a sentence is, as far as its grammar tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.lock.agreement import Figure
from bot.lock.names import Names
from bot.lock.sentences import clauses, sentences

# Units of what is said of other figures.
_SHARES = ("part", "times", "ratio")

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
        53 % and 54 %, but smaller".
        """
        yield [(figure, self._before(figure, names)) for figure, names in self._by_clause]
        if len(self.named) > 1:
            yield [(figure, self._after(figure, names)) for figure, names in self._by_clause]
            yield [
                (figure, frozenset({self._share(figure, place)}) if self._is_of_each(figure) else names)
                for (figure, names), (_, place) in zip(self._by_clause, self._by_kind, strict=True)
            ]
            if self._is_of_first:
                yield [(figure, self._in_turn(figure, place)) for figure, place in self._by_kind]

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
        names = next((named for _, _, named in parts if named), frozenset()) or self._last_named()
        found: Attribution = []
        for start, end, named in parts:
            names = named or names
            found.extend((figure, names) for figure in self.figures if start <= figure.start < end)
        return found

    def _last_named(self) -> frozenset[str]:
        """The records of the sentence before, which a sentence without any goes on about."""
        for sentence in reversed(sentences(self.before)[-2:]):
            if named := self.names.named(sentence):
                return named
        return frozenset()

    def _before(self, figure: Figure, names: frozenset[str]) -> frozenset[str]:
        own = [name for name in self.named if name in names] if len(names) > 1 else []
        return next((frozenset({name}) for name in reversed(own) if self._places[name] < figure.start), names)

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

    def _in_turn(self, figure: Figure, place: int) -> frozenset[str]:
        return frozenset({self._share(figure, place) if self._is_of_each(figure) else self.named[0]})

    def _share(self, figure: Figure, place: int) -> str:
        """The record that a figure is of where each has as many of its kind."""
        return self.named[place * len(self.named) // self._count_by_kind[_kind(figure)]]

    def _is_of_each(self, figure: Figure) -> bool:
        """Whether there are as many of its kind for each record."""
        return self._count_by_kind[_kind(figure)] % len(self.named) == 0

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: self.names.place(name, self.text) for name in self.named}

    @cached_property
    def _by_kind(self) -> list[tuple[Figure, int]]:
        """The figures, each with its place among those of its kind; parts and multiples are of none."""
        return [
            (each, sum(_kind(other) == _kind(each) for other in self.figures[:place]))
            for place, each in enumerate(self.figures)
        ]

    @cached_property
    def _count_by_kind(self) -> dict[str, int]:
        return {_kind(figure): place + 1 for figure, place in self._by_kind}


def _kind(figure: Figure) -> str:
    return figure.unit if figure.unit in _SHARES else figure.kind
