"""What the tools told, line by line, and which records each line is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from bot.lock.agreement import Figure
from bot.lock.figures import figures, plain
from bot.lock.names import Names
from tools.base import Result

# A line that goes on about the record of the line above; of a list any other one is about all of it.
_GOES_ON = re.compile(r"\s|[•▲▼*–-] ")
_ITEM = re.compile(r"\s*(?:\d+\.|•) ")
_LABEL = re.compile(r"• ([A-Z][\w&/' -]{1,40}): ")
_ALL_OF = re.compile(r"\blast (\d+) of (\d+) events\b")
_QUOTED = re.compile("“[^”]*”")


@dataclass(frozen=True)
class Line:
    """A line without names, the same with them, and the records that it is about."""

    text: str
    raw: str
    names: frozenset[str]

    @cached_property
    def figures(self) -> list[Figure]:
        """The figures in it."""
        return figures(self.text)

    @cached_property
    def label(self) -> str:
        """The word that an item begins with: a stage, a source, a product."""
        found = _LABEL.match(self.raw)
        return found[1] if found else ""

    def of(self, start: int) -> frozenset[str]:
        """The records that what stands at a place is about: in brackets behind a name, that one."""
        opened = self.raw.rfind("(", 0, start)
        if len(self.names) < 2 or opened <= self.raw.rfind(")", 0, start):
            return self.names
        ahead = self.raw[:opened].rstrip()
        return frozenset(name for name in self.names if ahead.endswith(name)) or self.names


@dataclass(frozen=True)
class Lines:
    """The lines of a turn."""

    names: Names

    @cached_property
    def by_result(self) -> list[list[Line]]:
        """The lines of each result."""
        return [list(self._of(result)) for result in self.names.results]

    @cached_property
    def all(self) -> list[Line]:
        """The lines of all results."""
        return [*chain.from_iterable(self.by_result)]

    def _of(self, result: Result) -> Iterable[Line]:
        """The lines of a text, without what quotation marks of a record's say."""
        last: frozenset[str] = frozenset()
        text = plain(result.text) if is_document(result) else _QUOTED.sub(blank, plain(result.text))
        is_list = len(result.names) != 1
        for line in text.split("\n"):
            goes_on = line.strip() and (not is_list or _GOES_ON.match(line))
            last = self.names.named(line) or (last if goes_on else frozenset())
            yield Line(self.names.masked(line), line, last)

    @cached_property
    def items(self) -> list[str]:
        """The lines of lists, with the names in them."""
        return [line for result in self.names.results for line in items(result)]

    @cached_property
    def told(self) -> str:
        """All that was told, in small letters."""
        return "\n".join(plain(result.text) for result in self.names.results).lower()

    def about(self, names: frozenset[str]) -> str:
        """What the tools said of records, or all that they said where none is meant, and what was asked."""
        told = [line.text for line in self.all if not names or names & line.names]
        return "\n".join([*told, plain(self.names.question)])

    def beside(self, name: str) -> str:
        """What the tools said of a record, in small letters, with the names in it."""
        return "\n".join(line.raw for line in self.all if name in line.names).lower()

    def tally(self, word: str) -> int:
        """How many lines of lists have a word."""
        return sum(bool(re.search(rf"\b{re.escape(word)}\b", line)) for line in self.items)

    def events(self, noun: str) -> int:
        """How many lines of lists tell of a call, an e-mail or a meeting, as "18 Nov 2026 18:25: email by Bo" does."""
        told = re.compile(rf"\d: {noun.replace('email', 'e-?mail')}s?\b", re.I)
        return sum(bool(told.search(line)) for line in self.items)

    @cached_property
    def is_timeline(self) -> bool:
        """Whether all events of a record are listed."""
        found = _ALL_OF.search(self.told)
        return found is not None and found[1] == found[2]

    def tells(self, *numbers: str) -> bool:
        """Whether numbers stand together in a line that was told."""
        alone = [re.compile(rf"(?<![\d.,]){number}(?![\d%]|[.,]\d| %)") for number in numbers]
        return any(all(each.search(line.text) for each in alone) for line in self.all)

    def unquoted(self, said: str) -> str:
        """The text without what it quotes word for word: a quotation may say what its author said."""
        return _QUOTED.sub(lambda found: blank(found) if found[0].lower() in self.told else found[0], said)


def items(result: Result) -> list[str]:
    """The lines of a text that are items of a list."""
    return [line for line in plain(result.text).split("\n") if _ITEM.match(line)]


def is_document(result: Result) -> bool:
    """Whether a text is the company's own, whose quotations are its word."""
    return any(each.kind == "playbook" for each in result.citations)


def blank(found: re.Match[str]) -> str:
    """Letters in the place of what was found, which no figure is read from."""
    return "x" * len(found[0])
