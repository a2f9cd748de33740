"""Single deals, and those that somebody is to close: read one by one or by owner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from knowledge.crm import Activity, Deal, Task
from knowledge.database import Database
from knowledge.records import Event, event


@dataclass(frozen=True)
class DealRecord:
    """A deal as the books have it now."""

    id: str
    name: str
    lead_id: str | None
    owner_id: str | None
    stage: str | None
    amount: Decimal | None
    currency: str | None
    opened_at: datetime | None
    expected_close: date | None
    outcome: str
    closed_at: datetime | None


def by_id(db: Database, ids: Sequence[str]) -> dict[str, DealRecord]:
    """Deals by id."""
    with db.read() as session:
        return {row.id: _deal(row) for row in session.scalars(select(Deal).where(Deal.id.in_(list(ids))))}


def due(db: Database, owner_ids: Collection[str | None] | None, by: date, *, limit: int) -> list[str]:
    """Ids of open deals of some owners (None: everyone's) whose expected close is not after a day, or not known.

    Those with the largest amounts come first.
    """
    query = select(Deal.id).where(*_due(owner_ids, by)).order_by(Deal.amount.desc().nulls_last(), Deal.id)
    with db.read() as session:
        return list(session.scalars(query.limit(limit)))


def count_due(db: Database, owner_ids: Collection[str | None] | None, by: date) -> int:
    """How many deals `due` would find without a limit."""
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Deal).where(*_due(owner_ids, by))) or 0


def last_event(db: Database, deal: DealRecord, *, until: datetime) -> Event | None:
    """The latest event of a deal, or of the lead it grew out of."""
    of = Activity.deal_id == deal.id
    if deal.lead_id is not None:
        of = or_(of, (Activity.lead_id == deal.lead_id) & Activity.deal_id.is_(None))
    known = func.coalesce(Activity.recorded_at, Activity.at) <= until
    query = select(Activity).where(of, Activity.at <= until, known).order_by(Activity.at.desc(), Activity.id).limit(1)
    with db.read() as session:
        row = session.scalars(query).first()
        return None if row is None else event(row)


def without_next_step(db: Database, ids: Sequence[str]) -> set[str]:
    """Of some open deals, those for which nothing is left to do; none where most deals have no tasks at all."""
    with db.read() as session:
        todo = select(Task.deal_id).join(Deal, Deal.id == Task.deal_id)
        planned = set(session.scalars(todo.where(Task.done_at.is_(None), Deal.outcome == "open")))
        return set(ids) - planned if 2 * len(planned) >= _count_open(session) else set()


def _count_open(session: Session) -> int:
    return session.scalar(select(func.count()).where(Deal.outcome == "open")) or 0


def _due(owner_ids: Collection[str | None] | None, by: date) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = [
        Deal.outcome == "open",
        or_(Deal.expected_close.is_(None), Deal.expected_close <= by),
    ]
    if owner_ids is not None:
        named = Deal.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
        clauses.append(or_(named, Deal.owner_id.is_(None)) if None in owner_ids else named)
    return clauses


def _deal(row: Deal) -> DealRecord:
    return DealRecord(
        row.id,
        row.name,
        row.lead_id,
        row.owner_id,
        row.stage,
        row.amount,
        row.currency,
        row.opened_at,
        row.expected_close,
        row.outcome,
        row.closed_at,
    )
