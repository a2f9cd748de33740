"""A small semantic layer: counts, sums, rates and averages of the books by a dimension, never free SQL.

A metric says which table it counts, which rows, at which instant they count and how they are put together; a dimension
says where it is found for each table. Whatever combination makes sense is one grouped query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import aliased

from knowledge.calendar import Period, period
from knowledge.crm import Account, Activity, Deal, Lead, Person, Rate, Team
from knowledge.database import Database
from knowledge.errors import BadInput

Metric = Literal[
    "leads",
    "conversions",
    "conversion_rate",
    "deals",
    "won_deals",
    "lost_deals",
    "win_rate",
    "pipeline_value",
    "bookings",
    "average_deal_size",
    "activities",
    "calls",
    "meetings",
    "time_to_first_touch",
    "time_to_close",
]
Dimension = Literal["rep", "team", "source", "stage", "industry", "segment", "kind", "day", "week", "month", "quarter"]
Filter = Literal["source", "stage", "industry", "segment", "kind", "outcome", "status", "country"]
Unit = Literal["count", "share", "money", "hours", "days"]
BUCKETS = ("day", "week", "month", "quarter")
MAX_BUCKETS = 120
# How far a split by time reaches where no period is asked; a year for longer steps.
DAYS_SHOWN = {"day": 30, "week": 84}
# What lies outside of the steps is said as such, so that the parts add up to the whole.
EARLIER, LATER, UNDATED = "earlier", "later", "no date"


@dataclass(frozen=True)
class Row:
    """One group: its label, the figure and the number of records that it is made from."""

    label: str
    value: float | None
    n: int


@dataclass(frozen=True)
class Report:
    """The figure over all, then by group; `left_out` counts deals without an amount or without a rate for it."""

    metric: Metric
    unit: Unit
    total: Row
    rows: Sequence[Row]
    currency: str
    left_out: int


@dataclass(frozen=True)
class _Measure:
    """How a metric is read: `value` aggregates to the figure, `at` is when a row counts."""

    table: type[Lead] | type[Deal] | type[Activity]
    unit: Unit
    at: Any
    where: tuple[Any, ...] = ()
    value: Callable[[ColumnElement[Any]], ColumnElement[Any]] | None = None


def _share(won: ColumnElement[bool]) -> Callable[[ColumnElement[Any]], ColumnElement[Any]]:
    return lambda _: func.avg(case((won, 1.0), else_=0.0))


def _sum(amount: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(amount), 0.0)


# A lead still marked open is won when its first deal is.
_DEAL_WON_AT = (
    select(func.min(Deal.closed_at)).where(Deal.lead_id == Lead.id, Deal.outcome == "won").correlate(Lead)
).scalar_subquery()
_LEAD_OUTCOME = case((Lead.outcome != "open", Lead.outcome), (_DEAL_WON_AT.is_not(None), "won"), else_="open")
_LEAD_WON_AT = case((Lead.outcome != "open", Lead.outcome_at), else_=_DEAL_WON_AT)
_WON, _LOST, _OPEN = (Deal.outcome == outcome for outcome in ("won", "lost", "open"))
_NOT_MERGED = Lead.merged_into.is_(None)
_MEASURES: dict[Metric, _Measure] = {
    "leads": _Measure(Lead, "count", Lead.created_at, (_NOT_MERGED,)),
    "conversions": _Measure(Lead, "count", _LEAD_WON_AT, (_NOT_MERGED, _LEAD_OUTCOME == "won")),
    "conversion_rate": _Measure(
        Lead, "share", Lead.created_at, (_NOT_MERGED, _LEAD_OUTCOME != "open"), _share(_LEAD_OUTCOME == "won")
    ),
    "deals": _Measure(Deal, "count", Deal.opened_at),
    "won_deals": _Measure(Deal, "count", Deal.closed_at, (_WON,)),
    "lost_deals": _Measure(Deal, "count", Deal.closed_at, (_LOST,)),
    "win_rate": _Measure(Deal, "share", Deal.closed_at, (or_(_WON, _LOST),), _share(_WON)),
    "pipeline_value": _Measure(Deal, "money", Deal.expected_close, (_OPEN,), _sum),
    "bookings": _Measure(Deal, "money", Deal.closed_at, (_WON,), _sum),
    "average_deal_size": _Measure(Deal, "money", Deal.closed_at, (_WON,), func.avg),
    "activities": _Measure(Activity, "count", Activity.at),
    "calls": _Measure(Activity, "count", Activity.at, (Activity.kind == "call",)),
    "meetings": _Measure(Activity, "count", Activity.at, (Activity.kind == "meeting",)),
    "time_to_first_touch": _Measure(Lead, "hours", Lead.created_at, (_NOT_MERGED,), func.avg),
    "time_to_close": _Measure(Deal, "days", Deal.closed_at, (_WON,), func.avg),
}


def report(
    db: Database,
    metric: Metric,
    *,
    by: Dimension | None,
    span: Period | None,
    where: dict[Filter, str],
    owner_ids: Sequence[str | None] | None,
    now: datetime,
    zone: ZoneInfo,
    readable: Sequence[str | None] | None = None,
) -> Report:
    """A metric over the records of some owners (None: everyone's; an id None: records without an owner).

    Of the leads that activities were with, only those of `readable` owners (given alike) lend their source, industry
    and the like; to others it is as if those were not known.

    Raises
    ------
    BadInput
        When the metric has no such dimension, or a time split would have too many steps.
    """
    measure = _MEASURES[metric]
    base = currency(db)
    number = _number(metric, base, db)
    query = _filtered(measure, span, where, owner_ids, now, zone, readable)
    label, order = _label(measure, by, span, now, zone) if by else (literal(""), [])
    value = measure.value(number) if measure.value else func.count()
    columns = (value, func.count(number), func.count())
    with db.connect() as connection:
        overall = connection.execute(query.with_only_columns(*columns, maintain_column_froms=True)).one()
        split = query.with_only_columns(label.label("label"), *columns, maintain_column_froms=True).group_by("label")
        groups = connection.execute(split).all() if by else []
    rows = [Row(str(name), _float(figure), n) for name, figure, n, _ in groups]
    figure, n, all_ = overall
    return Report(
        metric,
        measure.unit,
        Row("", _float(figure), n),
        _ordered(rows, order, measure.unit),
        base,
        all_ - n if measure.unit == "money" else 0,
    )


def currency(db: Database) -> str:
    """The base currency of the books: the one that most deals are in."""
    query = (
        select(Deal.currency).where(Deal.currency.is_not(None)).group_by(Deal.currency).order_by(func.count().desc())
    )
    with db.read() as session:
        return session.scalar(query.limit(1)) or "USD"


def _number(metric: Metric, base: str, db: Database) -> ColumnElement[Any]:
    """What is added up or averaged: an amount in the base currency, or a span of time."""
    if metric == "time_to_first_touch":
        touch = (
            select(func.min(Activity.at))
            .where(Activity.lead_id == Lead.id, Activity.person_id.is_not(None))
            .correlate(Lead)
            .scalar_subquery()
        )
        return _days(Lead.created_at, touch, db) * 24
    if metric == "time_to_close":
        return _days(Deal.opened_at, Deal.closed_at, db)
    if _MEASURES[metric].table is not Deal:
        return literal(1)
    return worth(base, db)


def worth(base: str, db: Database) -> ColumnElement[Any]:
    """A deal's amount in the base currency, by the rate of the day it closed or else was opened; NULL without one."""
    at = func.coalesce(Deal.closed_at, Deal.opened_at)
    rate = (
        select(Rate.rate)
        .where(
            Rate.currency == Deal.currency, Rate.day <= func.date(at) if db.is_sqlite else Rate.day <= cast(at, Date)
        )
        .order_by(Rate.day.desc())
        .limit(1)
        .correlate(Deal)
        .scalar_subquery()
    )
    own = or_(Deal.currency.is_(None), Deal.currency == base)
    return type_coerce(Deal.amount, Float) * case((own, 1.0), else_=rate)


def _days(start: Any, end: Any, db: Database) -> ColumnElement[Any]:
    if db.is_sqlite:
        return func.julianday(end) - func.julianday(start)
    return func.extract("epoch", end - start) / 86_400.0


def _filtered(
    measure: _Measure,
    span: Period | None,
    where: dict[Filter, str],
    owner_ids: Sequence[str | None] | None,
    now: datetime,
    zone: ZoneInfo,
    readable: Sequence[str | None] | None,
) -> Select[Any]:
    query = _joined(measure.table, readable).where(*measure.where)
    at = measure.at
    if span is not None:
        query = query.where(at >= _bound(measure, span.start, zone), at < _bound(measure, span.end, zone))
    if at is not Deal.expected_close:
        query = query.where(or_(at.is_(None), at <= now) if span is None else at <= now)
    query = query.where(_owned(_owner(measure.table), owner_ids))
    for name, wanted in where.items():
        query = query.where(func.lower(_column(measure.table, name)) == func.lower(wanted))
    return query


def _owned(owner: Any, owner_ids: Sequence[str | None] | None) -> ColumnElement[bool]:
    """Whether a row is one of those owners'."""
    if owner_ids is None:
        return true()
    named: ColumnElement[bool] = owner.in_([id_ for id_ in owner_ids if id_ is not None])
    return or_(named, owner.is_(None)) if None in owner_ids else named


def _bound(measure: _Measure, at: datetime, zone: ZoneInfo) -> date | datetime:
    """The edge of a period as the measure has it: a due date is a day on nobody's clock, all else an instant."""
    return at.astimezone(zone).date() if measure.at is Deal.expected_close else at


_DealAccount = aliased(Account)


def _joined(table: type[Any], readable: Sequence[str | None] | None) -> Select[Any]:
    """The table with what its dimensions are read from."""
    owner = _owner(table)
    query = (
        select(table)
        .select_from(table)
        .outerjoin(Person, Person.id == owner)
        .outerjoin(Team, Team.id == Person.team_id)
    )
    if table is Activity:
        query = query.outerjoin(Lead, and_(Lead.id == Activity.lead_id, _owned(Lead.owner_id, readable)))
    if table is Deal:
        query = query.outerjoin(Lead, Lead.id == Deal.lead_id)
    if table is Deal:
        query = query.outerjoin(_DealAccount, _DealAccount.id == Deal.account_id)
    return query


def _owner(table: type[Any]) -> Any:
    return Activity.person_id if table is Activity else table.owner_id


def _column(table: type[Any], name: str) -> Any:
    """Where a dimension or filter is found for a table.

    Raises
    ------
    BadInput
        When the table has no such thing.
    """
    columns: dict[str, Any] = {
        "source": Lead.source,
        "segment": Lead.attributes["segment"].as_string(),
        "industry": Lead.attributes["industry"].as_string(),
        "country": Lead.country,
    }
    if table is Deal:
        columns |= {
            "stage": Deal.stage,
            "outcome": Deal.outcome,
            "industry": func.coalesce(_DealAccount.industry, columns["industry"]),
            "country": func.coalesce(_DealAccount.country, Lead.country),
        }
    elif table is Lead:
        columns |= {"stage": Lead.status, "status": Lead.status, "outcome": Lead.outcome}
    else:
        columns |= {"kind": Activity.kind, "outcome": Activity.disposition}
    if name not in columns:
        kind = {Lead: "Leads", Deal: "Deals", Activity: "Activities"}[table]
        raise BadInput(f"{kind} have no {name}; they can be split by rep, team, {', '.join(sorted(columns))} or time.")
    return columns[name]


def _label(
    measure: _Measure, by: Dimension, span: Period | None, now: datetime, zone: ZoneInfo
) -> tuple[ColumnElement[Any], list[str]]:
    """The expression that groups by a dimension, and the order of its labels where they have one."""
    if by == "rep":
        return func.coalesce(Person.name, "nobody"), []
    if by == "team":
        return func.coalesce(Team.name, "no team"), []
    if by not in BUCKETS:
        return func.coalesce(_column(measure.table, by), "not known"), []
    steps = _steps(by, span or _around(measure, by, now, zone), zone)
    if measure.at is not Deal.expected_close:
        # What counts once it has happened has nothing to show of steps to come.
        steps = [step for step in steps if step.start <= now] or steps[:1]
    names = [_step_name(by, step.start.astimezone(zone).date()) for step in steps]
    within = zip((_bound(measure, step.end, zone) for step in steps), names, strict=True)
    return case(
        (measure.at.is_(None), UNDATED),
        (measure.at < _bound(measure, steps[0].start, zone), EARLIER),
        *((measure.at < end, name) for end, name in within),
        else_=LATER,
    ), [EARLIER, *names, LATER, UNDATED]


def _around(measure: _Measure, unit: str, now: datetime, zone: ZoneInfo) -> Period:
    """The steps shown where no period is asked: up to today, or from today on for what is due."""
    days = timedelta(DAYS_SHOWN.get(unit, 365))
    today = period("today", now, zone)
    if measure.at is Deal.expected_close:
        return Period(f"next {days.days} days", today.start, today.end + days)
    return Period(f"last {days.days} days", today.start - days, today.end)


def _steps(unit: str, span: Period, zone: ZoneInfo) -> list[Period]:
    """The days, weeks, months or quarters of a period, in order."""
    words = "today" if unit == "day" else f"this {unit}"
    steps = [period(words, span.start, zone)]
    while steps[-1].end < span.end:
        if len(steps) == MAX_BUCKETS:
            raise BadInput(f"That is more than {MAX_BUCKETS} {unit}s; ask for a shorter period or longer steps.")
        steps.append(period(words, steps[-1].end, zone))
    return steps


def _step_name(unit: str, day: date) -> str:
    match unit:
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "month":
            return f"{day:%Y-%m}"
        case "week":
            return f"week of {day:%Y-%m-%d}"
        case _:
            return day.isoformat()


def _ordered(rows: list[Row], order: list[str], unit: Unit) -> list[Row]:
    """Time in its own order, with steps in which nothing happened; everything else by size."""
    if not order:
        return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0), row.label))
    found = {row.label: row for row in rows}
    empty = 0.0 if unit in ("count", "money") else None
    outside = (EARLIER, LATER, UNDATED)
    return [found.get(name, Row(name, empty, 0)) for name in order if name in found or name not in outside]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
