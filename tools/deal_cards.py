"""What the models that serve say of open deals, a card each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import deals, metrics, pipeline
from knowledge.calendar import Period
from knowledge.deals import DealRecord
from knowledge.pipeline import DealSnapshot
from scoring.deals import Flags, Slippage, Win
from scoring.deals.flags import Raised
from scoring.deals.outlook import Outlook
from scoring.registry import Served
from tools import wording
from tools.base import ToolContext

NO_NEXT_STEP = Raised(
    "no next step", "no task is open for it, as one is for most deals", "Put a next step with a date on it.", 1.0, 0.0
)


class Odds(BaseModel):
    """A chance, or a number of days, and its 90 % interval."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{wording.percent(self.value)} ({wording.interval(self.low, self.high)})"


class RedFlag(BaseModel):
    """A rule that a deal breaks: the evidence in words, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str
    advice: str


class DealCard(BaseModel):
    """One deal at risk; `expected_loss` is its amount times the chance that it does not come in time.

    `in_time` is the chance that it is won by the end of the period asked about, whose last day is `by`.
    """

    model_config = ConfigDict(frozen=True)

    deal_id: str
    name: str
    owner: str
    stage: str | None
    amount: float | None
    currency: str
    expected_close: date | None
    is_overdue: bool
    win: Odds | None
    slip: Odds | None
    in_time: Odds | None = None
    by: date | None = None
    expected_loss: float | None
    flags: tuple[RedFlag, ...]


EVENTS = {"win": "be won", "slippage": "slip or be lost"}
# Of any of the three models.
AnyServed: TypeAlias = Served[Any]


def outlook(ctx: ToolContext, ids: Sequence[str]) -> Outlook:
    """What the models that serve say of some deals now."""
    return outlook_on(ctx, pipeline.load(ctx.db, until=ctx.now, ids=ids).at(ctx.now))


def outlook_on(ctx: ToolContext, snapshot: DealSnapshot) -> Outlook:
    """What the models that serve say of the deals of a snapshot."""
    served = serving(ctx)
    models = {name: served[name].model if name in served else None for name in ("win", "slippage", "flags")}
    return Outlook(snapshot, **models)


def serving(ctx: ToolContext) -> dict[str, AnyServed]:
    """The models of open deals that serve, by name."""
    found = {kind.name: ctx.models.serving(kind) for kind in (Win, Slippage, Flags)}
    return {name: served for name, served in found.items() if served is not None}


def usual(ctx: ToolContext) -> tuple[str, ...]:
    """Of which chances a plain rule stands in for a model, a sentence for those of each rule."""
    found: dict[str, list[str]] = {}
    for name, served in serving(ctx).items():
        if name in EVENTS and served.model.stand_in:
            found.setdefault(served.model.stand_in, []).append(f"to {EVENTS[name]}")
    return tuple(
        f"The chance {wording.listing(events)} is {words}: no model does better." for words, events in found.items()
    )


def event(served: AnyServed) -> str:
    """What a model gives the chance of, and what the chance rests on where a plain rule stands in for the model."""
    words = served.model.stand_in
    return f"{served.model.event}: {words}, no model does better" if words else str(served.model.event)


def cards(ctx: ToolContext, view: Outlook, span: Period) -> list[DealCard]:
    """The open deals of an outlook, with the chance of each to be won within a period."""
    currency, ids = currency_of(ctx), [str(id_) for id_ in view.snapshot.open_ids]
    bare, in_time, day = deals.without_next_step(ctx.db, ids), view.won_by(span.end), last_day(ctx, span)
    return [
        _card(ctx, view, id_, currency, id_ in bare).model_copy(update={"in_time": odds(in_time, id_), "by": day})
        for id_ in ids
    ]


def last_day(ctx: ToolContext, span: Period) -> date:
    """The last day of a period on the asker's calendar."""
    return (span.end - timedelta(microseconds=1)).astimezone(ctx.zone).date()


def _card(ctx: ToolContext, view: Outlook, id_: str, currency: str, is_bare: bool) -> DealCard:
    row, risk = view.row(id_), float(view.risk[id_])
    amount = None if pd.isna(row["amount"]) else float(row["amount"])
    raised = (*view.raised[id_], *((NO_NEXT_STEP,) if is_bare else ()))
    return DealCard(
        deal_id=id_,
        name=row["name"],
        owner=ctx.roster.name(row["owner_id"]),
        stage=row["stage"],
        amount=amount,
        currency=currency,
        expected_close=None if pd.isna(row["expected_close"]) else row["expected_close"].date(),
        is_overdue=id_ in view.overdue,
        win=odds(view.wins, id_),
        slip=odds(view.slips, id_),
        expected_loss=None if amount is None or risk != risk else amount * risk,
        flags=tuple(RedFlag(name=each.name, text=each.text, advice=each.advice) for each in raised),
    )


def closed(ctx: ToolContext, held: DealRecord) -> DealCard:
    """A deal of which nothing is left to be said but what it came to."""
    return DealCard(
        deal_id=held.id,
        name=held.name,
        owner=ctx.roster.name(held.owner_id),
        stage=held.stage,
        amount=None if held.amount is None else float(held.amount),
        currency=held.currency or currency_of(ctx),
        expected_close=held.expected_close,
        is_overdue=False,
        win=None,
        slip=None,
        expected_loss=None,
        flags=(),
    )


def odds(found: pd.DataFrame, id_: str) -> Odds | None:
    """A row of `value`, `low`, `high`, or None where there is none for the id."""
    if id_ not in found.index:
        return None
    return Odds(**{end: float(found[end][id_]) for end in ("value", "low", "high")})


def facts(card: DealCard, *, with_owner: bool = True) -> list[str]:
    """What the books say of a deal, a phrase each."""
    due = _day(card.expected_close)
    told = [
        None if card.amount is None else wording.money(card.amount, card.currency),
        card.stage,
        None if due is None else f"overdue since {due}" if card.is_overdue else f"due {due}",
        f"owner {card.owner}" if with_owner else None,
    ]
    return [each for each in told if each]


def risks(card: DealCard) -> list[str]:
    """What the models say of a deal at risk, a phrase each; to be won matters here only if it is in time."""
    told = [
        f"{card.slip} to {EVENTS['slippage']}" if card.slip else None,
        f"{wording.money(card.expected_loss, card.currency)} at stake" if card.expected_loss else None,
        f"{wording.percent(card.in_time.value)} to be won by {_day(card.by)}" if card.in_time else None,
        f"{card.win} to {EVENTS['win']}" if card.win and not card.in_time else None,
    ]
    return [each for each in told if each]


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day.day} {day:%b %Y}"


def currency_of(ctx: ToolContext) -> str:
    """The base currency of the books."""
    return ctx.keep("currency", lambda: metrics.currency(ctx.db))
