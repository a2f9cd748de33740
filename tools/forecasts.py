"""What a period will bring: against quota, against something simple, and against what was told a week ago."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from knowledge import calendar, metrics, quotas
from knowledge.calendar import Period
from knowledge.citations import Citation, record
from knowledge.forecasts import Kept
from knowledge.quotas import Target
from scoring.forecast.bridge import Bridge, bridge
from scoring.forecast.clock import Floats
from scoring.forecast.outlook import COMBINED
from scoring.forecast.projection import Band, Projection
from tools import access, charts, forecast_words, projections, verdicts
from tools.access import Scope
from tools.base import Attachment, Owner, PeriodWords, ToolContext, tool
from tools.forecast_facts import OpenDeal, Outcome, PastForecast, SalesForecast, Split, Step
from tools.projections import STAGES, WEEK, Forecaster

# Comparing two colleagues by name says more of a person than of the books.
NAMED_AT_LEAST = 3
DEALS_SHOWN = 5
GROUPS_SHOWN = 12
NOBODY = "nobody"
_YEARLESS = re.compile(r"q[1-4]|(?!yesterday)[a-z]{3,9}", re.IGNORECASE)


@tool(
    words={
        "by": {
            "rep": """
                by rep / by reps / per rep / by person / per person / each rep / by salesperson / by owner / every rep /
                rep by rep / each of us / by name / individually / for each rep / for every rep / each person
                """,
            "team": "by team / per team / each team / by teams / team by team / for every team / for each team",
            "segment": """
                by segment / per segment / each segment / by segments / segment by segment / by size / by company size /
                for each segment
                """,
            "product": """
                by product / per product / each product / by products / product by product / by product line / for each
                product / for every product
                """,
        }
    }
)
def forecast_sales(
    ctx: ToolContext,
    *,
    period: PeriodWords = "this quarter",
    owner: Owner = "me",
    by: Annotated[Split | None, Field(description="what to split it by")] = None,
) -> SalesForecast | PastForecast:
    """What a period's bookings will come to (P10, P50, P90), against quota, and what moved since last week's forecast.

    Use for "what will we close this quarter", "are we going to hit the number", "forecast for Q3".
    """
    scope, span = access.scope(ctx, owner), _span(ctx, period)
    asked, currency = projections.forecaster(ctx), metrics.currency(ctx.db)
    aim = quotas.target(ctx.db, span, scope.owner_ids, ctx.zone)
    if span.end <= ctx.now:
        return _past(ctx, scope, span, asked, currency, aim)
    return _coming(ctx, scope, span, asked, currency, aim, by)


def _span(ctx: ToolContext, words: str) -> Period:
    """The period that is meant: a quarter or month without a year that is over is the one to come."""
    span = calendar.period(words, ctx.now, ctx.zone)
    if span.end > ctx.now or not _YEARLESS.fullmatch(words.strip()):
        return span
    start = span.start.astimezone(ctx.zone)
    quarter = f"{start.year + 1}-Q{(start.month + 2) // 3}" if words.strip()[0] in "qQ" else ""
    return calendar.period(quarter or f"{start.year + 1}-{start.month:02d}", ctx.now, ctx.zone)


def _coming(
    ctx: ToolContext, scope: Scope, span: Period, asked: Forecaster, currency: str, aim: Target | None, by: Split | None
) -> SalesForecast:
    told = asked.project(ctx, span, ctx.now)
    projections.keep(ctx, told, span, asked.version)
    owners, deals = scope.owner_ids, _deals(asked, told, scope)
    total = _outcome("all", told.band(owners), told.expected(owners), told.booked(owners), aim.amount if aim else None)
    way = _bridge(ctx, scope, span, asked, told)
    groups: dict[Split, tuple[Outcome, ...]] = {
        "rep": _by_person(ctx, told, scope, span),
        "team": _by_team(ctx, told, scope),
        "segment": _groups(told, scope, [name or "not known" for name in told.cells["segment"]]),
        "product": _groups(
            told, scope, [asked.history.products.get(id_, id_) or "not known" for id_ in told.cells["product_id"]]
        ),
    }
    split = by or ("rep" if groups["rep"] else "segment")
    facts: dict[str, Any] = {
        "period": str(span),
        "currency": currency,
        "total": total,
        "told_by": _told_by(asked),
        "quota": aim.amount if aim else None,
        "quota_chance": told.chance_of(aim.amount, owners) if aim else None,
        "stage_conversion": told.baseline(STAGES, owners),
        "last_period": told.baseline("last_period", owners),
        "to_come": told.to_come(owners),
        "series_factor": told.factor,
        "week_ago": way.before if way else None,
        "bridge": tuple(Step(name=name, amount=amount) for name, amount in way.parts.items()) if way else (),
        "split": split,
        "by_person": groups["rep"],
        "by_team": groups["team"],
        "by_segment": groups["segment"],
        "by_product": groups["product"],
        "deals": deals,
        "caveats": told.caveats,
    }
    words = forecast_words.Words(currency, str(span), scope.label)
    return SalesForecast(
        text=words.coming(facts, aim, groups[by] if by else None),
        citations=_citations(asked, deals, total, words, span),
        covers=f"{scope.label} deals, open and won, {span}",
        as_of=ctx.now,
        hidden=len(scope.hidden_people),
        owners=scope.owners,
        names=tuple(deal.name for deal in deals),
        files=(_picture(words, total, groups[split] if len(groups[split]) > 1 else ()),),
        **facts,
    )


def _past(
    ctx: ToolContext, scope: Scope, span: Period, asked: Forecaster, currency: str, aim: Target | None
) -> PastForecast:
    """What was booked, and what had been forecast when the period began."""
    projections.grade(ctx, asked.history)
    came = projections.booked(asked.history, ctx.now, scope.owner_ids, span.start, span.end)
    rows = projections.kept(ctx, projections.scope_key(ctx, scope), span)
    first, told, day = asked.history.first, None, None
    if rows:
        told, day = _outcome("all", _band(rows[0]), rows[0].mean, rows[0].booked, None), rows[0].at
    elif first is not None and span.start > first + 8 * WEEK:
        again = projections.as_of_then(asked, span.start)
        seen = again.project(ctx, span, span.start)
        told, day = _outcome("all", seen.band(scope.owner_ids), seen.expected(scope.owner_ids), 0.0, None), span.start
    words = forecast_words.Words(currency, str(span), scope.label)
    shown = words.day(day, ctx.zone) if day else None
    return PastForecast(
        text=words.past(came, told, shown, bool(rows), aim),
        citations=(
            record("reports", f"bookings?period={span}", f"bookings {span}", words.money(came)),
            *_model(asked, words.money(told.p50) if told else ""),
        ),
        covers=f"{scope.label} deals won {span}",
        as_of=ctx.now,
        hidden=len(scope.hidden_people),
        owners=scope.owners,
        period=str(span),
        currency=currency,
        came=came,
        quota=aim.amount if aim else None,
        told=told,
        told_on=shown,
        was_kept=bool(rows),
    )


def _band(row: Kept) -> Band:
    return Band(row.p10, row.p50, row.p90, row.mean)


def _outcome(name: str, band: Band, expected: float, booked: float, quota: float | None) -> Outcome:
    return Outcome(name=name, p10=band.p10, p50=band.p50, p90=band.p90, expected=expected, booked=booked, quota=quota)


def _told_by(asked: Forecaster) -> str:
    return "stage conversion" if asked.card is None else f"forecast {asked.card.version} ({asked.model.way})"


def _bridge(ctx: ToolContext, scope: Scope, span: Period, asked: Forecaster, told: Projection) -> Bridge | None:
    """What moved since a week ago; None where the books do not reach back so far."""
    then = ctx.now - WEEK
    if asked.history.first is None or then <= asked.history.first:
        return None
    rows = [row for row in projections.kept(ctx, projections.scope_key(ctx, scope), span) if row.at <= then]
    return bridge(
        # Only its mean is looked at, which needs no draws.
        asked.project(ctx, span, then, draws=1),
        told,
        known_then=asked.history.at(then),
        known_now=asked.history.at(ctx.now),
        owners=scope.owner_ids,
        kept=rows[-1].mean if rows and then - rows[-1].at < WEEK / 2 else None,
    )


def _groups(told: Projection, scope: Scope, labels: Sequence[str]) -> tuple[Outcome, ...]:
    """A group for each label, the largest first."""
    mine, named = told.of(scope.owner_ids), np.asarray(labels, dtype=object)

    def summed(figures: Floats, name: str) -> float:
        return float(figures[mine & (named == name)].sum())

    found = [
        _outcome(name, band, summed(told.odds.expected, name), summed(told.odds.certain, name), None)
        for name, band in told.by(labels, scope.owner_ids).items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.p50, each.name)))


def _by_person(ctx: ToolContext, told: Projection, scope: Scope, span: Period) -> tuple[Outcome, ...]:
    """Everyone's own, where there are enough to compare and the asker is more than a rep."""
    names = _who_may_book(ctx, told)
    groups = _groups(told, scope, [names.get(id_, NOBODY) for id_ in told.cells["owner_id"]])
    found = tuple(each for each in groups if each.name != NOBODY or each.expected > 0)
    if ctx.asker.role == "rep" or len([each for each in found if each.name != NOBODY]) < NAMED_AT_LEAST:
        return ()
    ids = {name: id_ for id_, name in names.items()}
    aims = {each.name: quotas.target(ctx.db, span, [ids.get(each.name, "")], ctx.zone) for each in found}
    return tuple(each.model_copy(update={"quota": aim.amount}) if (aim := aims[each.name]) else each for each in found)


def _who_may_book(ctx: ToolContext, told: Projection) -> dict[str, str]:
    """Names by id of those who are there or booked something; what others left behind is nobody's any more."""
    there = {person.id for person in ctx.roster.people if person.active}
    booked = set(told.cells.loc[told.odds.certain > 0, "owner_id"])
    return {id_: name for id_, name in ctx.roster.names.items() if id_ in there | booked}


def _by_team(ctx: ToolContext, told: Projection, scope: Scope) -> tuple[Outcome, ...]:
    teams = {person.id: person.team or "no team" for person in ctx.roster.people}
    found = _groups(told, scope, [teams.get(id_, "no team") for id_ in told.cells["owner_id"]])
    return found if ctx.asker.role != "rep" and len(found) > 1 else ()


def _deals(asked: Forecaster, told: Projection, scope: Scope) -> tuple[OpenDeal, ...]:
    """The open deals with the most weight."""
    mine = told.deals[told.of(scope.owner_ids)[told.deals["cell"].to_numpy()]]
    heaviest = (mine["chance"] * mine["worth"]).sort_values(ascending=False, kind="stable").index[:DEALS_SHOWN]
    names = asked.history.deals["name"]
    return tuple(
        OpenDeal(
            deal_id=str(id_),
            name=str(names[id_]),
            chance=float(mine.at[id_, "chance"]),
            worth=float(mine.at[id_, "worth"]) / (told.factor or 1.0),
        )
        for id_ in heaviest
        if mine.at[id_, "chance"] > 0
    )


def _citations(
    asked: Forecaster, deals: Sequence[OpenDeal], total: Outcome, words: forecast_words.Words, span: Period
) -> tuple[Citation, ...]:
    return (
        *(record("deals", deal.deal_id, deal.name, words.deal(deal.chance, deal.worth)) for deal in deals),
        record("reports", f"bookings?period={span}", f"booked so far, {span}", words.money(total.booked)),
        *_model(asked, words.money(total.p50)),
    )


def _model(asked: Forecaster, value: str) -> tuple[Citation, ...]:
    key = f"forecast@{asked.version}" if asked.card else "forecast#stage_conversion"
    return (Citation(kind="model", key=key, label=_named(asked), value=value),)


def _named(asked: Forecaster) -> str:
    """What told it, as people call it."""
    if asked.card is None:
        return "how deals of each stage usually end"
    way = "" if asked.model.way == COMBINED else f": {verdicts.named(asked.model.way, verdicts.BASELINES)}"
    return f"forecast {asked.card.version}{way}"


def _picture(words: forecast_words.Words, total: Outcome, groups: Sequence[Outcome]) -> Attachment:
    rows = [total.model_copy(update={"name": words.whose}), *(each for each in groups[:GROUPS_SHOWN] if each.p90 > 0)]
    title = words.title(total)
    figure = charts.ranges(
        [charts.Range(each.name, each.booked, each.p10, each.p50, each.p90, each.quota) for each in rows],
        title,
        told=words.money,
        certain="solid booked",
        aim="quota",
    )
    return Attachment(name="forecast.png", title=title, content=charts.png(figure))
