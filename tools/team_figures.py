"""The figures of a summary: results beside those of the period before, quota, and what became of the pipeline.

Every one of them is read as `pipeline_report` and `forecast_sales` read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import calendar, call_list, changes, metrics, nudges, quotas, stock
from knowledge.calendar import Period
from knowledge.metrics import Metric, Unit
from tools import projections, wording
from tools.base import ToolContext
from tools.projections import Owners
from tools.teams import Stretch

RESULTS: dict[Metric, str] = {
    "bookings": "booked",
    "won_deals": "deals won",
    "deals": "deals opened",
    "calls": "calls",
}
# The shortest first: a year's quota says little of a week where there are the quarter's.
AIMED = ("month", "quarter", "year")


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class Figure(_Facts):
    """A result of the period, and the same of the period before up to the same point."""

    metric: Metric
    noun: str
    value: float
    before: float
    shown: str
    shown_before: str


class Aim(_Facts):
    """What was to be sold and what of it is, from the start of the quota's own period until now.

    `won` is how many deals that came of; `gone` the share of that period that is over; chance and forecast are None
    once it is over.
    """

    unit: str
    start: datetime
    end: datetime
    amount: float
    booked: float
    won: int
    gone: float
    chance: float | None
    p10: float | None
    p50: float | None
    p90: float | None


class Moved(_Facts):
    """Deals by what became of them in the period, and the open pipeline at its start and its end."""

    opened: int
    won: int
    lost: int
    slipped: int
    pushed: int
    pulled: int
    advanced: int
    set_back: int
    open_before: float
    open_after: float


class Waiting(_Facts):
    """Open leads that can be called and that nobody who should was ever in touch with, as of now.

    `worth` is the sum of their chances times their values, `oldest_days` how long the oldest has waited.
    """

    count: int
    worth: float
    oldest_days: int | None


class Nudged(_Facts):
    """How many nudges reached the team in the period, and how many of them somebody acted on."""

    sent: int
    acted: int


def results(ctx: ToolContext, owners: Owners, asked: Stretch) -> tuple[Figure, ...]:
    """The results of a stretch, each beside that of the stretch before."""
    currency = metrics.currency(ctx.db)
    return tuple(_figure(ctx, metric, noun, owners, asked, currency) for metric, noun in RESULTS.items())


def reported(ctx: ToolContext, metric: Metric, owners: Owners, span: Period) -> float:
    """A metric of some owners in a period, as `pipeline_report` says it."""
    ids = None if owners is None else list(owners)
    found = metrics.report(ctx.db, metric, by=None, span=span, where={}, owner_ids=ids, now=ctx.now, zone=ctx.zone)
    return found.total.value or 0.0


def aim(ctx: ToolContext, owners: Owners, asked: Stretch) -> Aim | None:
    """The quota of the period itself, or of the month, quarter or year that its end lies in; None if nobody set one."""
    found = _aimed(ctx, owners, asked)
    if found is None:
        return None
    unit, span, amount = found
    until = min(ctx.now, span.end)
    told = None
    if ctx.now < span.end:
        told = projections.forecaster(ctx).project(ctx, span, ctx.now)
    band = told.band(owners) if told else None
    return Aim(
        unit=unit,
        start=span.start,
        end=span.end,
        amount=amount,
        booked=reported(ctx, "bookings", owners, span),
        won=round(reported(ctx, "won_deals", owners, span)),
        gone=(until - span.start) / (span.end - span.start),
        chance=told.chance_of(amount, owners) if told else None,
        p10=band.p10 if band else None,
        p50=band.p50 if band else None,
        p90=band.p90 if band else None,
    )


def moved(found: changes.Changes) -> Moved:
    """How many deals each change was of."""
    counts = {name: len(ids) for name, ids in vars(found).items() if isinstance(ids, tuple)}
    return Moved(**counts, open_before=found.open_before, open_after=found.open_after)


def untouched(ctx: ToolContext, owners: Owners) -> pd.DataFrame:
    """The open leads that their owner never was in touch with: `owner_id`, `created_at`, `worth` (NaN: not to call).

    Those of nobody are among them, as they wait for somebody.
    """
    ids = None if owners is None else [*owners, *([] if None in owners else [None])]
    leads = stock.read(ctx.db, ctx.now, ids)
    waiting = leads[leads["owner_id"].isna() | ~leads["worked"].astype(bool)]
    worth = call_list.worth(ctx.db, list(map(str, waiting.index)), callable_only=True)
    return waiting[["owner_id", "created_at", "name"]].assign(worth=waiting.index.map(worth).astype("float64"))


def waiting(ctx: ToolContext, leads: pd.DataFrame) -> Waiting:
    """How many leads wait, what they are worth, and how long the oldest has waited."""
    oldest = leads["created_at"].min()
    days = None if pd.isna(oldest) else (ctx.now - oldest.to_pydatetime()).days
    return Waiting(count=len(leads), worth=float(leads["worth"].sum()), oldest_days=days)


def nudged(ctx: ToolContext, owners: Owners, asked: Stretch) -> Nudged:
    """What became of the nudges of a stretch."""
    ids = None if owners is None else [owner for owner in owners if owner is not None]
    found = nudges.tally(ctx.db, ids, asked.span.start, asked.until)
    return Nudged(sent=found.sent, acted=found.acted)


def cumulated(ctx: ToolContext, owners: Owners, span: Period) -> Sequence[tuple[float, float]]:
    """How bookings add up over a period: days since its start, and what was booked by then."""
    days = (span.end - span.start).days
    found = metrics.report(
        ctx.db,
        "bookings",
        by="day" if days <= metrics.MAX_BUCKETS else "week",
        span=span,
        where={},
        owner_ids=None if owners is None else list(owners),
        now=ctx.now,
        zone=ctx.zone,
    )
    step, total, points = days / max(1, len(found.rows)), 0.0, [(0.0, 0.0)]
    for place, row in enumerate(found.rows, 1):
        total += row.value or 0.0
        points.append((place * step, total))
    return points


def _figure(ctx: ToolContext, metric: Metric, noun: str, owners: Owners, asked: Stretch, currency: str) -> Figure:
    value, before = (reported(ctx, metric, owners, span) for span in (asked.span, asked.earlier))
    unit: Unit = "money" if metric == "bookings" else "count"
    shown, shown_before = (wording.figure(round(each), unit, currency) for each in (value, before))
    return Figure(metric=metric, noun=noun, value=value, before=before, shown=shown, shown_before=shown_before)


def _aimed(ctx: ToolContext, owners: Owners, asked: Stretch) -> tuple[str, Period, float] | None:
    own = quotas.target(ctx.db, asked.span, owners, ctx.zone)
    if own and own.amount and not own.is_pro_rata:
        return "period", asked.span, own.amount
    last = asked.until - calendar.INSTANT
    for unit in AIMED:
        span = calendar.period(f"this {unit}", last, ctx.zone)
        found = quotas.target(ctx.db, span, owners, ctx.zone)
        if found and found.amount and not found.is_pro_rata:
            return unit, span, found.amount
    return None
