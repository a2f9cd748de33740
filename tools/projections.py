"""Forecasts as tools ask for them: by the model that serves, of one period, for some owners, and kept for grading."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pandas as pd

from knowledge import calendar, forecasts, pipeline
from knowledge.calendar import Period
from knowledge.forecasts import Kept
from knowledge.models import Card
from knowledge.people import Person
from knowledge.pipeline import DealHistory
from scoring.forecast import Forecast, plain
from scoring.forecast.projection import Projection
from scoring.forecast.simulation import DRAWS
from tools.access import Scope
from tools.base import Services, ToolContext

WEEK = timedelta(days=7)
STAGES = "stage_conversion"
Owners = Collection[str | None] | None


@dataclass(frozen=True)
class Forecaster:
    """The forecast that serves, or plain stage conversion where none does, with the books that it looks at."""

    model: Forecast
    card: Card | None
    history: DealHistory

    @property
    def version(self) -> int | None:
        return self.card.version if self.card else None

    def project(self, ctx: ToolContext, span: Period, as_of: datetime, *, draws: int = DRAWS) -> Projection:
        """A period as it is forecast at an instant; asked again within the hour, nothing is drawn anew."""
        hour = as_of.replace(minute=0, second=0, microsecond=0)
        key = ("forecast", self.version, span.start, span.end, hour, draws)
        return ctx.keep(
            key,
            lambda: self.model.project(self.history, as_of=as_of, after=span.start, until=span.end, draws=draws),
        )


def forecaster(ctx: ToolContext) -> Forecaster:
    """What forecasts for this question."""
    history = ctx.keep("deals without activities", lambda: pipeline.load(ctx.db, until=ctx.now, with_activities=False))
    served = ctx.models.serving(Forecast)
    if served is not None:
        return Forecaster(served.model, served.card, history)
    return Forecaster(ctx.keep("plain forecast", lambda: plain(history, ctx.now)), None, history)


def as_of_then(asked: Forecaster, at: datetime) -> Forecaster:
    """What could have been told at an instant by what was known then: deals alone, unweighted by later errors."""
    model = plain(asked.history, at)
    model.correlation = asked.model.correlation
    return replace(asked, model=model, card=None)


def scope_key(ctx: ToolContext, scope: Scope) -> str:
    """What the forecasts of a scope are kept under."""
    if scope.owner_ids is None:
        return "all"
    if len(scope.people) == 1 and scope.people[0].role != "manager":
        return f"person:{scope.people[0].id}"
    return f"manager:{ctx.asker.id}"


def booked(history: DealHistory, now: datetime, owners: Owners, start: datetime, end: datetime) -> float:
    """What some owners booked in a period, as the books stand now."""
    deals = history.at(now).deals
    within = (deals["closed_at"] >= pd.Timestamp(start)) & (deals["closed_at"] < pd.Timestamp(end))
    won = deals[(deals["outcome"] == "won") & within]
    mine = won if owners is None else won[won["owner_id"].isin([owner for owner in owners if owner])]
    return float(mine["amount"].sum())


def keep(ctx: ToolContext, told: Projection, span: Period, version: int | None) -> None:
    """Keeps what was told of a period for the company, every manager's people and every person who may book."""
    selling = set(told.cells["owner_id"])
    scopes: list[tuple[str, Sequence[str | None] | None]] = [("all", None)]
    scopes += [(f"person:{person.id}", [person.id]) for person in ctx.roster.people if person.id in selling]
    scopes += [
        (f"manager:{person.id}", ids)
        for person in ctx.roster.people
        if person.role == "manager" and selling & set(ids := _people_of(ctx, person))
    ]
    forecasts.keep(ctx.db, [_row(told, span, version, key, owners) for key, owners in scopes])


def keep_weekly(services: Services) -> int:
    """Keeps this quarter's forecast once a week, whoever asks or not, and grades what is over; how many were kept.

    Quarters end when they do on each clock that somebody lives by, as they do for whoever asks.
    """
    everyone, found = services.roster(), 0
    zones = {person.timezone or services.policy.default_zone: person for person in everyone.people if person.active}
    for _, person in sorted(zones.items()):
        ctx = services.for_(person, everyone)
        span, monday = (calendar.period(words, ctx.now, ctx.zone) for words in ("this quarter", "this week"))
        if forecasts.is_kept(ctx.db, span.start, span.end, since=monday.start):
            continue
        asked = forecaster(ctx)
        keep(ctx, asked.project(ctx, span, ctx.now), span, asked.version)
        grade(ctx, asked.history)
        found += 1
    return found


def grade(ctx: ToolContext, history: DealHistory) -> None:
    """Adds what came to the forecasts whose period is over."""
    forecasts.grade(
        ctx.db, now=ctx.now, came=lambda each: booked(history, ctx.now, each.owner_ids, each.start, each.end)
    )


def kept(ctx: ToolContext, key: str, span: Period) -> list[Kept]:
    """What was told of exactly this period, oldest first."""
    rows = forecasts.told(ctx.db, key, since=span.end - WEEK, until=span.end)
    return [row for row in rows if (row.start, row.end) == (span.start, span.end)]


def _people_of(ctx: ToolContext, manager: Person) -> list[str]:
    return [person.id for person in (manager, *ctx.roster.members(ctx.roster.teams_of(manager)))]


def _row(told: Projection, span: Period, version: int | None, key: str, owners: Sequence[str | None] | None) -> Kept:
    band = told.band(owners)
    return Kept(
        told.as_of,
        span.start,
        span.end,
        key,
        owners,
        band.p10,
        band.p50,
        band.p90,
        told.expected(owners),
        told.booked(owners),
        told.baseline(STAGES, owners),
        version,
    )
