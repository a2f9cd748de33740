"""What answers of a language model may take: counted for each answer, and capped for each person and day."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import metrics

if TYPE_CHECKING:
    from tools.base import ToolContext

logger = logging.getLogger(__name__)

LAST_TODAY = "Your share of the language model is used up for today; until tomorrow I answer in my own words."
MILLION = 1_000_000


@dataclass(frozen=True)
class Prices:
    """US dollars for a million tokens, read and written."""

    read: float
    written: float

    def of(self, read: int, written: int) -> float:
        """What so many tokens cost."""
        return (read * self.read + written * self.written) / MILLION


@dataclass(frozen=True)
class Purse:
    """Counts tokens, and knows whose are used up.

    Parameters
    ----------
    spent : the tokens that a person's answers took since an instant
    note : keeps what an answer took, and says how many tokens that makes since an instant
    daily : tokens that a person's answers may take between two of their midnights
    """

    spent: Callable[[str, datetime], int]
    note: Callable[..., int]
    daily: int
    prices: Prices | None = None

    def allows(self, ctx: ToolContext) -> bool:
        """Whether the asker has any left for today."""
        return self.spent(ctx.asker.id, _midnight(ctx)) < self.daily

    def take(self, ctx: ToolContext, model: str, read: int, written: int) -> bool:
        """Counts the tokens of an answer; whether they used up the asker's day, which one answer of a day does."""
        usd = self.prices.of(read, written) if self.prices else None
        today = self.note(
            audit_id=ctx.audit_id,
            at=ctx.now,
            person_id=ctx.asker.id,
            model=model,
            input_tokens=read,
            output_tokens=written,
            usd=usd,
            since=_midnight(ctx),
        )
        metrics.spent(model, read, written)
        logger.info(
            "%d tokens read, %d written", read, written, extra={"action": "tokens_spent", "audit_id": ctx.audit_id}
        )
        return today - read - written < self.daily <= today


def _midnight(ctx: ToolContext) -> datetime:
    return ctx.now.astimezone(ctx.zone).replace(hour=0, minute=0, second=0, microsecond=0)
