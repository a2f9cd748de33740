"""Sums of whole columns, added up anew from what the results hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, cast

from bot.lock.agreement import Figure, agrees
from bot.lock.attribution import Saying
from bot.lock.figures import figures, plain
from tools.base import Column, Result
from tools.wording import count, money

# Words without which no figure is taken for a sum.
_TOGETHER = re.compile(
    r"\b(?:together|altogether|combined|in (?:total|all|sum)|total(?:s|ling)?|sum|adds? up|added up|overall"
    r"|all (?:\w+ )?(?:of them|leads|deals))\b",
    re.I,
)


@dataclass(frozen=True)
class Sum:
    """The sum of a column, and the records that it is of."""

    figure: Figure
    names: frozenset[str]


def sums(results: Sequence[Result]) -> Iterator[Sum]:
    """The sums of the columns that results declare, where every row has an amount and all are in one currency."""
    for result in results:
        for column in result.addable:
            rows = attrgetter(column.rows)(result)
            amounts = [each for row in rows if (each := _amount(row, column.amount)) is not None]
            is_whole = len(amounts) == len(rows) and (not column.of or getattr(result, column.of) == len(rows))
            if len(rows) > 1 and is_whole and (told := _told(result, column, rows, amounts)):
                names = frozenset(plain(getattr(row, column.name)) for row in rows) if column.name else frozenset()
                yield from (Sum(figure, names) for figure in figures(told))


def _amount(row: object, path: str) -> float | None:
    """What a path leads to; None where something on it is not known."""
    for field in path.split("."):
        row = getattr(row, field, None)
    return cast("float | None", row)


def _told(result: Result, column: Column, rows: Sequence[Any], amounts: Sequence[float]) -> str:
    """The sum with its unit; empty where the amounts are in several currencies."""
    if column.noun:
        return count(round(sum(amounts)), column.noun)
    currencies = {str(getattr(row, "currency", None) or getattr(result, "currency", "")) for row in rows}
    return money(round(sum(amounts)), *currencies) if len(currencies) == 1 else ""


def is_sum(saying: Saying, figure: Figure, known: Sequence[Sum]) -> bool:
    """Whether a figure is said to be a sum, and is that of a whole column: of nobody named, or of everybody."""
    named = saying.names.named(saying.text[: figure.start])
    return bool(_TOGETHER.search(saying.text)) and any(
        agrees(figure, each.figure) and (not named or named >= each.names) for each in known
    )
