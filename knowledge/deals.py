"""Single deals, and those that somebody is to close: read one by one or by owner."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from knowledge import pipeline, reading
from knowledge.crm import Activity, Deal, DealChange, Task
from knowledge.database import Database
from knowledge.metrics import currency
from knowledge.records import Event, event


@dataclass(frozen=True)
class DealRecord:
    """A deal as the books have it now."""

    id: str
    name: str
    lead_id: str | None
    account_id: str | None
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


def due(db: Database, owner_ids: Collection[str | None] | None, by: date) -> pd.DataFrame:
    """Open deals of some owners (None: everyone's) whose expected close is not after a day, or not known.

    Indexed by id: `owner_id`, `amount` in the base currency, `expected_close` as the first instant (UTC) of the day.
    """
    names = ("id", "owner_id", "amount", "currency", "opened_at", "expected_close", "closed_at")
    query = select(*(reading.plain(Deal.__table__.c[name], db.is_sqlite).label(name) for name in names))
    with db.connect() as connection:
        rows = connection.execute(query.where(*_due(owner_ids, by)).order_by(Deal.id)).fetchall()
        found = reading.framed(rows, {name: Deal.__table__.c[name] for name in names}).set_index("id")
        rate = pipeline.rates(connection, found, currency(db))["rate_opened"]
    close = pd.to_datetime(found["expected_close"], utc=True).astype("datetime64[us, UTC]")
    return pd.DataFrame({"owner_id": found["owner_id"], "amount": found["amount"] * rate, "expected_close": close})


def changed(db: Database, since: datetime) -> dict[str, datetime]:
    """Deals that were edited, or for which something was done, after an instant, and when that was last."""
    found: dict[str, datetime] = {}
    with db.connect() as connection:
        for rows in (DealChange, Activity):
            latest = select(rows.deal_id, func.max(rows.at)).where(rows.at > since, rows.deal_id.is_not(None))
            for id_, at in connection.execute(latest.group_by(rows.deal_id)):
                found[str(id_)] = max(at, found.get(str(id_), at))
    return found


def put_off(
    db: Database, owner_ids: Collection[str | None] | None, since: datetime, until: datetime
) -> dict[str, tuple[date, date]]:
    """Open deals of some owners (None: everyone's) that were put off in a span of time: from which day to which."""
    query = (
        select(Deal.id, DealChange.old, DealChange.new)
        .join(Deal, Deal.id == DealChange.deal_id)
        .where(DealChange.field == "expected_close", DealChange.at > since, DealChange.at <= until)
        .where(Deal.outcome == "open", *_of(owner_ids))
        .order_by(DealChange.at)
    )
    found: dict[str, tuple[date, date]] = {}
    with db.connect() as connection:
        for id_, old, new in connection.execute(query):
            if old and new:
                before, after = (date.fromisoformat(day[:10]) for day in (old, new))
                found[id_] = found.get(id_, (before, after))[0], after
    return {id_: days for id_, days in found.items() if days[0] < days[1]}


def count_due(db: Database, owner_ids: Collection[str | None] | None, by: date) -> int:
    """How many deals `due` would find."""
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Deal).where(*_due(owner_ids, by))) or 0


def open_of_lead(db: Database, lead_id: str) -> DealRecord | None:
    """The open deal that a lead has grown into, the latest if there are several."""
    query = select(Deal).where(Deal.lead_id == lead_id, Deal.outcome == "open").order_by(Deal.opened_at.desc())
    with db.read() as session:
        row = session.scalars(query.limit(1)).first()
        return None if row is None else _deal(row)


def won_after(
    db: Database,
    owner_ids: Collection[str | None] | None,
    *,
    kind: str,
    marks: str,
    before: datetime,
    limit: int,
) -> list[DealRecord]:
    """Those of the latest deals of some owners (None: everyone's), won by an instant, that saw a step of the seller's.

    A step is a kind of activity with exactly these marks, as `pipeline` names them; `limit` deals are searched.
    """
    latest = select(Deal).where(Deal.outcome == "won", Deal.closed_at <= before, *_of(owner_ids))
    won = latest.order_by(Deal.closed_at.desc(), Deal.id).limit(limit).subquery()
    ours = (Activity.person_id.is_not(None), func.coalesce(Activity.direction, "") != "inbound", Activity.kind == kind)
    known = func.coalesce(Activity.recorded_at, Activity.at) <= before
    of_deal = select(won.c.id, Activity.attributes).join(Activity, Activity.deal_id == won.c.id)
    of_lead = select(won.c.id, Activity.attributes).join(
        Activity, (Activity.lead_id == won.c.lead_id) & Activity.deal_id.is_(None)
    )
    with db.connect() as connection:
        rows = [row for query in (of_deal, of_lead) for row in connection.execute(query.where(*ours, known))]
    found = by_id(db, sorted({id_ for id_, attributes in rows if pipeline.marks_of(attributes) == marks}))
    return sorted(found.values(), key=lambda each: (each.closed_at, each.id), reverse=True)


def amounts(db: Database, held: Sequence[DealRecord]) -> pd.Series:
    """What closed deals brought in the base currency, by id; NaN where that is not known."""
    names = ("amount", "currency", "opened_at", "closed_at")
    frame = pd.DataFrame({name: [getattr(each, name) for each in held] for name in names}, [each.id for each in held])
    for name in ("opened_at", "closed_at"):
        frame[name] = pd.to_datetime(frame[name], utc=True).astype("datetime64[us, UTC]")
    with db.connect() as connection:
        rates = pipeline.rates(connection, frame, currency(db))
    return frame["amount"].astype("float64") * rates["rate_closed"].fillna(rates["rate_opened"])


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
    return [
        Deal.outcome == "open",
        or_(Deal.expected_close.is_(None), Deal.expected_close <= by),
        *_of(owner_ids),
    ]


def _of(owner_ids: Collection[str | None] | None) -> list[ColumnElement[bool]]:
    if owner_ids is None:
        return []
    named = Deal.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
    return [or_(named, Deal.owner_id.is_(None)) if None in owner_ids else named]


def _deal(row: Deal) -> DealRecord:
    return DealRecord(
        row.id,
        row.name,
        row.lead_id,
        row.account_id,
        row.owner_id,
        row.stage,
        row.amount,
        row.currency,
        row.opened_at,
        row.expected_close,
        row.outcome,
        row.closed_at,
    )
