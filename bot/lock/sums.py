"""Sums of whole columns, added up anew from what the results hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.lock.agreement import Figure, agrees
from bot.lock.attribution import Saying
from bot.lock.figures import figures, plain
from tools.base import Result
from tools.wording import money

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
            rows = getattr(result, column.rows)
            amounts = [getattr(row, column.amount) for row in rows]
            currencies = {row.currency for row in rows}
            if len(rows) > 1 and None not in amounts and len(currencies) == 1:
                names = frozenset(plain(row.name) for row in rows)
                yield from (Sum(figure, names) for figure in figures(money(sum(amounts), *currencies)))


def is_sum(saying: Saying, figure: Figure, known: Sequence[Sum]) -> bool:
    """Whether a figure is said to be a sum, and is that of a whole column: of nobody named, or of everybody."""
    named = saying.names.named(saying.text[: figure.start])
    return bool(_TOGETHER.search(saying.text)) and any(
        agrees(figure, each.figure) and (not named or named >= each.names) for each in known
    )
