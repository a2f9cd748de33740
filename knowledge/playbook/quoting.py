"""What of a passage is quoted: the few sentences or rows that say most of what was asked."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.playbook import passages, words
from knowledge.playbook.passages import SENTENCE, Passage
from knowledge.playbook.words import Term

LENGTH, ROWS = 360, 6
CUT = "…"


def quoted(passage: Passage, terms: Sequence[Term], length: int = LENGTH) -> str:
    """The part of a passage that holds most of the terms, at most about `length` characters; of a table, its rows.

    Signs of omission stand where something was left out.
    """
    if passage.is_table:
        return _rows(passage.text.splitlines(), terms)
    if len(passage.text) <= length:
        return passage.text
    parts = [(line, part) for line, text in enumerate(passage.text.splitlines()) for part in SENTENCE.split(text)]
    values = [_value(part, terms) for _, part in parts]
    start, end = max(_windows([len(part) for _, part in parts], length), key=lambda each: _rank(values, each))
    told = ""
    for place in range(start, end):
        line, part = parts[place]
        told += ("" if place == start else "\n" if line != parts[place - 1][0] else " ") + part
    cut = told if len(told) <= length + len(CUT) else told[:length].rsplit(" ", 1)[0] + f" {CUT}"
    return f"{f'{CUT} ' if start else ''}{cut}{f' {CUT}' if end < len(parts) and cut == told else ''}"


def _windows(lengths: Sequence[int], most: int) -> list[tuple[int, int]]:
    """Each run of sentences that fits, as long as it can be; one sentence at least."""
    found = []
    for start in range(len(lengths)):
        end, total = start + 1, lengths[start]
        while end < len(lengths) and total + lengths[end] + 1 <= most:
            total, end = total + lengths[end] + 1, end + 1
        found.append((start, end))
    return found


def _rank(values: Sequence[float], window: tuple[int, int]) -> tuple[float, int]:
    start, end = window
    return sum(values[start:end]), -start


def _rows(lines: Sequence[str], terms: Sequence[Term]) -> str:
    above = passages.columns(lines)
    head, rows = lines[:above], lines[above:]
    if len(rows) <= ROWS:
        return "\n".join(lines)
    best = sorted(sorted(range(len(rows)), key=lambda place: (-_value(rows[place], terms), place))[:ROWS])
    return "\n".join([*head, *(rows[place] for place in best), CUT])


def _value(text: str, terms: Sequence[Term]) -> float:
    return words.covered(terms, frozenset(words.stems(text)), [1.0] * len(terms))
