"""What a reader gives of a file: its text in pieces, each with its place, and what the file says of itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# Zero-width signs, directions of writing and the like: a person does not see them, so an assistant does not read them.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})
# Fillers and selectors of variants are not seen either, though they count as letters and marks.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
)
# What is longer is no heading, and is told only in part above each of its passages.
MAX_HEADING = 300
# Stands between the cells of a table's row.
CELLS = " | "


@dataclass(frozen=True)
class Block:
    """A paragraph, list or table.

    Attributes
    ----------
    section : the headings above it, outermost first
    line, page : where it starts, counted from 1; None where a kind of file has no such thing
    table : whether it is one; its first line holds the names of its columns
    """

    text: str
    section: tuple[str, ...] = ()
    line: int | None = None
    page: int | None = None
    table: bool = False


@dataclass(frozen=True)
class Draft:
    """A file as it was read: its blocks in order, what it says of itself (title, owner, reviewed …), where it links."""

    blocks: tuple[Block, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    links: tuple[str, ...] = ()


class Outline:
    """The headings above the text that is being read."""

    def __init__(self) -> None:
        self._above: list[tuple[int, str]] = []

    @property
    def section(self) -> tuple[str, ...]:
        return tuple(title for _, title in self._above)

    def enter(self, level: int, title: str) -> None:
        """A heading begins: those of its level and below end."""
        self._above = [each for each in self._above if each[0] < level]
        if title := heading(title):
            self._above.append((level, title))


def clean(text: str) -> str:
    """The text as a person sees it: nothing invisible, no stray spaces; line breaks stay."""
    lines = (" ".join("".join(filter(is_seen, line)).split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def is_seen(sign: str) -> bool:
    """Whether a person sees a sign, or the space that it takes."""
    return sign.isspace() or (unicodedata.category(sign) not in UNSEEN and sign not in FILLERS)


def heading(text: str) -> str:
    """A heading as it is kept: one line of it, and not a long one."""
    return " ".join(clean(text).split())[:MAX_HEADING].rstrip()


def row(cells: Iterable[str]) -> str:
    """A line of a table."""
    return CELLS.join(" ".join(clean(cell).split()) for cell in cells)
