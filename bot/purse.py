"""What answers of a language model may take: counted for each answer, and capped for each person and day."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import metrics
from bot.conversation import LETTERS_PER_TOKEN, is_planned

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from tools.base import ToolContext

logger = logging.getLogger(__name__)

LAST_TODAY = "That was your last answer in a language model's words for today; until tomorrow I answer in my own."
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
    note : keeps what an answer took
    daily : tokens that a person's answers may take between two of their midnights
    """

    spent: Callable[[str, datetime], int]
    note: Callable[..., None]
    daily: int
    prices: Prices | None = None

    def allows(self, ctx: ToolContext) -> bool:
        """Whether the asker has any left for today."""
        return self._today(ctx) < self.daily

    def take(self, ctx: ToolContext, model: str, messages: Sequence[BaseMessage]) -> bool:
        """Counts what the messages of an answer took; whether that was the last of the asker's day."""
        read, written = used(messages)
        usd = self.prices.of(read, written) if self.prices else None
        self.note(
            audit_id=ctx.audit_id,
            at=ctx.now,
            person_id=ctx.asker.id,
            model=model,
            input_tokens=read,
            output_tokens=written,
            usd=usd,
        )
        metrics.spent(model, read, written)
        logger.info(
            "%d tokens read, %d written", read, written, extra={"action": "tokens_spent", "audit_id": ctx.audit_id}
        )
        return not self.allows(ctx)

    def _today(self, ctx: ToolContext) -> int:
        midnight = ctx.now.astimezone(ctx.zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.spent(ctx.asker.id, midnight)


def used(messages: Sequence[BaseMessage]) -> tuple[int, int]:
    """The tokens that a language model read and wrote for some messages; the planner's own are free.

    Where a provider does not tell, as some do not for streams, they are estimated from the letters.
    """
    from langchain_core.messages import AIMessage

    read = written = letters = 0
    for message in messages:
        if isinstance(message, AIMessage) and not is_planned(message):
            usage = message.usage_metadata
            told = usage is not None and usage["input_tokens"] > 0
            read += usage["input_tokens"] if usage and told else letters // LETTERS_PER_TOKEN
            written += usage["output_tokens"] if usage and told else len(message.text) // LETTERS_PER_TOKEN
        letters += len(message.text)
    return read, written
