"""References to the figures of results: "{{Ada Byron: chance}}" is written by a model, the figure by us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.lock.agreement import Figure
from bot.lock.figures import figures, plain
from bot.lock.names import Names
from bot.lock.quantities import with_unit
from bot.lock.sentences import sentences

# With the unit or sign that a model may have written around it all the same.
_REFERENCE = re.compile(
    r"(?P<sign>[$€£¥]?)\{\{\s*(?:(?P<name>[^{}]+?)\s*:\s*)?(?P<word>[^{}:]+?)\s*\}\}(?P<unit>\s?%)?"
)


def resolved(text: str, names: Names) -> str:
    """The text with the tools' figures in the place of references; one that leads to no single figure stays."""
    return _REFERENCE.sub(lambda found: _figure(found, names) or found[0], text)


def is_unresolved(text: str) -> bool:
    """Whether there is a reference, or a piece of one, in a text."""
    return "{{" in text or "}}" in text


def _figure(reference: re.Match[str], names: Names) -> str | None:
    """The figure that stands nearest to the word in the lines of the record, as the tool wrote it."""
    name, word = plain(reference["name"] or ""), plain(reference["word"])
    cells = sorted(cell for line in _lines(name, names) for cell in _cells(line, word, names))
    nearest = {cell.text for cell in cells if cell.gap == cells[0].gap}
    if len(nearest) != 1:
        return None
    (figure,) = nearest
    return figure if figure.endswith("%") else figure + (reference["unit"] or "")


def _lines(name: str, names: Names) -> Iterator[str]:
    """The lines that name a record, or those that name none."""
    asked = names.named(name) if name else frozenset()
    if name and len(asked) != 1:
        return
    for result in names.results:
        yield from (line for line in plain(result.text).split("\n") if names.named(line) == asked)


@dataclass(frozen=True, order=True)
class _Cell:
    """A figure, and how far it stands from the word that was asked for."""

    gap: int
    text: str


def _cells(line: str, word: str, names: Names) -> Iterator[_Cell]:
    """The figures of the sentences that say the word."""
    masked, at = names.masked(line), 0
    for part in sentences(masked):
        for place in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", part, re.I):
            for figure in figures(part):
                end = with_unit(figure, part)
                yield _Cell(_gap(figure, end, place), line[at + figure.start : at + end])
        at += len(part)


def _gap(figure: Figure, end: int, word: re.Match[str]) -> int:
    return figure.start - word.end() if figure.start >= word.end() else max(word.start() - end, 0)
