"""Blocks of a document as passages: what is quoted, searched and voted on."""

from __future__ import annotations

import hashlib
import itertools
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from knowledge.playbook.blocks import CELLS, Block

# A passage is as long as what a person reads at a glance; a table is kept whole up to what Slack shows of one.
LENGTH, TABLE_LENGTH = 900, 2_500
# A line as short as this before a table says what the table holds.
CAPTION = 250
BETWEEN = " › "
SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“'(]?[A-Z0-9])")


@dataclass(frozen=True)
class Passage:
    """A few paragraphs, a list or a table under one heading.

    Attributes
    ----------
    id : made of the document and the words, so that it stays while they do
    section : the headings above it, joined; empty where there are none
    """

    id: str
    document_id: str
    position: int
    section: str
    text: str
    line: int | None
    page: int | None
    is_table: bool


def split(document_id: str, title: str, blocks: Sequence[Block]) -> list[Passage]:
    """The passages of a document, in order. A heading that only repeats the title is left away."""
    seen: dict[str, int] = {}
    found = []
    for position, block in enumerate(_joined(blocks)):
        section = BETWEEN.join(each for each in block.section if each.casefold() != title.casefold())
        key = f"{document_id}\n{section}\n{block.text}"
        seen[key] = seen.get(key, -1) + 1
        id_ = hashlib.sha256(f"{key}\n{seen[key]}".encode()).hexdigest()[:20]
        found.append(Passage(id_, document_id, position, section, block.text, block.line, block.page, block.table))
    return found


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """Blocks that stand together under one heading, joined up to a passage's length; tables stay alone."""
    told = (block for block in blocks if block.text)
    for table, group in itertools.groupby(_captioned(told), lambda each: (each.table, each.section, each.page)):
        if table[0]:
            yield from itertools.chain.from_iterable(_rows(block) for block in group)
            continue
        waiting: Block | None = None
        for block in itertools.chain.from_iterable(_parts(each) for each in group):
            if waiting is None:
                waiting = block
            elif len(waiting.text) + len(block.text) < LENGTH:
                waiting = _with(waiting, f"{waiting.text}\n{block.text}")
            else:
                yield waiting
                waiting = block
        if waiting is not None:
            yield waiting


def _captioned(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, what introduces a table being the first line of it."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None and block.table and (block.section, block.page) == (waiting.section, waiting.page):
            text = f"{' '.join(waiting.text.split())}\n{block.text}"
            block, waiting = Block(text, block.section, waiting.line, block.page, table=True), None
        if waiting is not None:
            yield waiting
        waiting = block if not block.table and len(block.text) <= CAPTION else None
        if waiting is None:
            yield block
    if waiting is not None:
        yield waiting


def columns(lines: Sequence[str]) -> int:
    """How many of a table's lines come before its rows: what introduces it, and the names of its columns."""
    return 1 + next((place for place, line in enumerate(lines) if CELLS in line), 0)


def _parts(block: Block) -> Iterator[Block]:
    """A block no longer than a passage, or its sentences in as few parts as hold them."""
    if len(block.text) <= LENGTH:
        yield block
        return
    for text in _packed(_sentences(block.text), LENGTH):
        yield _with(block, text)


def _sentences(text: str) -> Iterator[tuple[str, str]]:
    """Sentences, each with what stands before it."""
    for line in text.splitlines():
        before = "\n"
        for sentence in SENTENCE.split(line):
            # A "sentence" of thousands of letters is no language, but has to be kept within bounds as well.
            for piece in textwrap.wrap(sentence, LENGTH, break_on_hyphens=False):
                yield before, piece
                before = " "


def _rows(table: Block) -> Iterator[Block]:
    """A table whole, or in parts that each begin with the names of its columns."""
    if len(table.text) <= TABLE_LENGTH:
        yield table
        return
    lines = table.text.splitlines()
    head, rows = "\n".join(lines[: columns(lines)]), lines[columns(lines) :]
    if len(head) > TABLE_LENGTH // 2:  # no names of columns, but a text set as a table
        head, rows = "", lines
    room = TABLE_LENGTH - len(head) - 1
    pieces = (("\n", piece) for each in rows for piece in textwrap.wrap(each, room, break_on_hyphens=False))
    for text in _packed(pieces, room):
        yield _with(table, f"{head}\n{text}" if head else text)


def _packed(pieces: Iterable[tuple[str, str]], length: int) -> Iterator[str]:
    """Pieces, each with what stands before it, in as few texts of at most a length as they fit into in order."""
    waiting: list[str] = []
    size = 0
    for before, piece in pieces:
        if waiting and size + len(before) + len(piece) > length:
            yield "".join(waiting)
            waiting, size = [], 0
        waiting += [before, piece] if waiting else [piece]
        size += len(piece) + (len(before) if size else 0)
    if waiting:
        yield "".join(waiting)


def _with(block: Block, text: str) -> Block:
    return Block(text, block.section, block.line, block.page, block.table)
