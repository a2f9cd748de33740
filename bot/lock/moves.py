"""What went from one figure to another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.lock.agreement import Figure

_FROM, _TO = re.compile(r"\bfrom $", re.I), re.compile(r"(?: [\w-]+){0,2} to ")
_WAS = re.compile(r"[^.;\d]{0,24}(?:[▲▼]|\b(?:up|down)) from ", re.I)


def moves(text: str, found: Sequence[Figure]) -> Iterator[tuple[Figure, Figure]]:
    """The figures that something went from and to: "from 4.7 % to 4.4 %", "70 calls (▼ from 110)", "70, up from 40"."""
    for one, other in pairwise(each for each in found if each.kind in ("money", "percent", "number")):
        gap = text[one.end : other.start]
        if _TO.fullmatch(gap) and _FROM.search(text, 0, one.start):
            yield one, other
        elif _WAS.fullmatch(gap):
            yield other, one
