"""Sentences and their parts."""

from __future__ import annotations

import re
from itertools import pairwise

_BREAK = re.compile(r"(?<=[.!?])[ \t]+(?=[\"'“(*_]*[A-Z\d•–-])|(?<=\n)")
# An initial, a few short forms and the number of an item end in a full stop, and end no sentence.
_SHORT = re.compile(r"(?:\b(?:[A-Z]|[A-Z]\.[A-Z]|Mr|Mrs|Ms|Dr|St|Co|Inc|Ltd|e\.g|i\.e|a\.m|p\.m|vs)|(?:^|\n)\s*\d+)\.$")
_CLAUSE = re.compile(r"[;,](?=\s)|(?<!one)(?<!body)(?<!all)\s(?:and|while|but|whereas|then)\s|\s[–—·|]\s|:\s|\.\s")


def sentences(text: str) -> list[str]:
    """The sentences of a text with the space behind each, lines of lists among them; together they are the text."""
    ends = [found.end() for found in _BREAK.finditer(text) if not _is_inside(text[: found.start()])]
    return [text[a:b] for a, b in pairwise([0, *ends, len(text)]) if b > a]


def _is_inside(ahead: str) -> bool:
    """Whether what stands ahead of a break is no whole sentence: it ends in a short form, or within a reference."""
    return bool(_SHORT.search(ahead)) or ahead.rfind("{{") > ahead.rfind("}}")


def clauses(text: str) -> list[tuple[int, int]]:
    """Where the clauses of a sentence begin and end."""
    return [(a, b) for a, b in pairwise([0, *(found.end() for found in _CLAUSE.finditer(text)), len(text)]) if b > a]
