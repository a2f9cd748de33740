"""Single records: found by name, read with their timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import func, null, or_, select

from knowledge import metrics
from knowledge.crm import Account, Activity, Deal, Lead, LeadChange
from knowledge.database import Database

Kind = Literal["lead", "deal", "account"]
Order = Literal["largest", "smallest", "newest", "oldest"]
KINDS: tuple[Kind, ...] = ("lead", "deal", "account")
Facet = Literal["industry", "segment"]
FACETS: tuple[Facet, ...] = ("industry", "segment")
# Any of a million leads has what these have, and they are read in a moment.
FACETS_AMONG = 20_000
_MODELS: dict[Kind, type[Lead] | type[Deal] | type[Account]] = {"lead": Lead, "deal": Deal, "account": Account}


@dataclass(frozen=True)
class Named:
    """A record by its name; a lead without one is called by its id."""

    kind: Kind
    id: str
    name: str
    company: str | None
    owner_id: str | None


@dataclass(frozen=True)
class LeadRecord:
    """A lead as the books have it now."""

    id: str
    name: str
    company: str | None
    email: str | None
    phone: str | None
    other_phones: Sequence[Any]
    timezone: str | None
    country: str | None
    source: str | None
    created_at: datetime | None
    owner_id: str | None
    status: str | None
    outcome: str
    outcome_at: datetime | None
    value: Decimal | None
    do_not_call: bool
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One line of a timeline."""

    id: str
    kind: str
    at: datetime
    person_id: str | None
    direction: str | None
    disposition: str | None
    duration_s: int | None
    subject: str | None
    body: str | None


@dataclass(frozen=True)
class Edit:
    """One field of a record that was edited."""

    id: str
    at: datetime
    field: str
    old: str | None
    new: str | None


def lead_name(name: str | None, id_: str) -> str:
    """What a lead is called."""
    return name or f"Lead {id_}"


def by_name(db: Database, kind: Kind, keys: Sequence[str], limit: int = 50) -> list[Named]:
    """Records whose name or id is one of `keys`, whatever the case."""
    model = _MODELS[kind]
    # The database folds both sides: what it takes for the same letter depends on its kind and locale.
    folded = [func.lower(key) for key in keys]
    ids = [key.removeprefix("Lead ").removeprefix("lead ") for key in keys]
    with db.read() as session:
        rows = [
            *session.scalars(select(model).where(func.lower(model.name).in_(folded)).limit(limit)),
            *session.scalars(select(model).where(model.id.in_(ids)).limit(limit)),
        ]
        return list({row.id: named(kind, row) for row in rows}.values())


def owned_by(
    db: Database, kind: Kind, owner_ids: Sequence[str | None], *, limit: int, open_only: bool = True
) -> list[Named]:
    """Records of some owners (None: without an owner), at most `limit`."""
    model = _MODELS[kind]
    company = Lead.company if model is Lead else null()
    query = select(model.id, model.name, company, model.owner_id).limit(limit)
    named = model.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
    query = query.where(named | model.owner_id.is_(None) if None in owner_ids else named)
    if open_only and model in (Lead, Deal):
        query = query.where((Lead if model is Lead else Deal).outcome == "open")
    with db.connect() as connection:
        return [
            Named(kind, id_, lead_name(name, id_), company, owner)
            for id_, name, company, owner in connection.execute(query)
        ]


def starting_with(db: Database, kind: Kind, prefixes: Sequence[str], limit: int = 500) -> list[Named]:
    """Records whose name starts with one of `prefixes`, at most `limit` for each; for books too big to read whole."""
    model = _MODELS[kind]
    found: list[Named] = []
    with db.read() as session:
        for prefix in prefixes:
            low, name = func.lower(prefix), func.lower(model.name)
            # A range reads the index on SQLite; PostgreSQL sorts by its own collation, where a range is no prefix.
            starts = (name >= low) & (name < low + "\uffff") if db.is_sqlite else func.starts_with(name, low)
            query = select(model).where(starts)
            found += [named(kind, row) for row in session.scalars(query.limit(limit))]
    return found


def matching(
    db: Database, kind: Literal["lead", "deal"], text: str, owner_ids: Sequence[str | None] | None, *, limit: int
) -> list[Named]:
    """Open records of some owners (None: everyone's) with a text in their name or company, by name."""
    model = Lead if kind == "lead" else Deal
    has = func.lower(model.name).contains(text.lower(), autoescape=True)
    if model is Lead:
        has = or_(has, func.lower(Lead.company).contains(text.lower(), autoescape=True))
    query = select(model).where(has, model.outcome == "open").order_by(func.lower(model.name), model.id)
    if owner_ids is not None:
        mine = model.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
        query = query.where(or_(mine, model.owner_id.is_(None)) if None in owner_ids else mine)
    with db.read() as session:
        return [named(kind, row) for row in session.scalars(query.limit(limit))]


def foremost(
    db: Database, kind: Literal["lead", "deal"], owner_ids: Sequence[str | None] | None, order: Order
) -> Named | None:
    """The first in an order of the open records of some owners (None: anyone's); None where nothing orders them."""
    model = Lead if kind == "lead" else Deal
    by_size = Lead.value if kind == "lead" else metrics.worth(metrics.currency(db), db)
    by_age = Lead.created_at if kind == "lead" else Deal.opened_at
    column = by_size if order in ("largest", "smallest") else by_age
    first = column.desc() if order in ("largest", "newest") else column.asc()
    query = select(model).where(model.outcome == "open", column.is_not(None)).order_by(first, model.id).limit(1)
    if model is Lead:
        query = query.where(Lead.merged_into.is_(None))
    if owner_ids is not None:
        query = query.where(model.owner_id.in_([id_ for id_ in owner_ids if id_ is not None]))
    with db.read() as session:
        row = session.scalars(query).first()
        return named(kind, row) if row else None


def leads(db: Database, ids: Sequence[str]) -> dict[str, LeadRecord]:
    """Leads by id."""
    with db.read() as session:
        return {row.id: _lead(row) for row in session.scalars(select(Lead).where(Lead.id.in_(list(ids))))}


def timeline(db: Database, lead_id: str, *, until: datetime, limit: int) -> list[Event]:
    """The latest events of a lead, newest first."""
    query = (
        select(Activity)
        .where(Activity.lead_id == lead_id, Activity.at <= until)
        .order_by(Activity.at.desc(), Activity.id)
        .limit(limit)
    )
    with db.read() as session:
        return [event(row) for row in session.scalars(query)]


def learnt(db: Database, lead_id: str, *, since: datetime, until: datetime) -> list[Event]:
    """The events of a lead that the books learnt of between two instants, newest first."""
    known_at = func.coalesce(Activity.recorded_at, Activity.at)
    query = (
        select(Activity)
        .where(Activity.lead_id == lead_id, Activity.at <= until, known_at <= until)
        .where(or_(Activity.at > since, known_at > since))
        .order_by(Activity.at.desc(), Activity.id)
    )
    with db.read() as session:
        return [event(row) for row in session.scalars(query)]


def edits(db: Database, lead_id: str, *, since: datetime, until: datetime) -> list[Edit]:
    """What was edited on a lead's record between two instants, newest first."""
    query = select(LeadChange).where(LeadChange.lead_id == lead_id, LeadChange.at > since, LeadChange.at <= until)
    with db.read() as session:
        rows = session.scalars(query.order_by(LeadChange.at.desc(), LeadChange.id))
        return [Edit(row.id, row.at, row.field.removeprefix("attributes."), row.old, row.new) for row in rows]


def activity_count(db: Database, lead_id: str) -> int:
    """How many events a lead has."""
    with db.read() as session:
        return session.scalar(select(func.count()).where(Activity.lead_id == lead_id)) or 0


def last_touches(db: Database, lead_ids: Sequence[str], *, until: datetime) -> dict[str, Event]:
    """The latest event that a colleague took part in, for each lead that has one."""
    newest = (
        select(Activity.lead_id, func.max(Activity.at).label("at"))
        .where(Activity.lead_id.in_(list(lead_ids)), Activity.person_id.is_not(None), Activity.at <= until)
        .group_by(Activity.lead_id)
        .subquery()
    )
    query = select(Activity).join(newest, (Activity.lead_id == newest.c.lead_id) & (Activity.at == newest.c.at))
    with db.read() as session:
        return {str(row.lead_id): event(row) for row in session.scalars(query.where(Activity.person_id.is_not(None)))}


def deals_of(db: Database, lead_id: str) -> list[tuple[str, str, Decimal | None, str | None]]:
    """Deals opened from a lead: id, name, amount, stage or outcome."""
    with db.read() as session:
        rows = session.scalars(select(Deal).where(Deal.lead_id == lead_id).order_by(Deal.opened_at))
        return [(row.id, row.name, row.amount, row.stage if row.outcome == "open" else row.outcome) for row in rows]


def sources(db: Database) -> list[str]:
    """Every source that leads have come from."""
    with db.connect() as connection:
        return sorted(name for (name,) in connection.execute(select(Lead.source).distinct()) if name)


def facets(db: Database, among: int = FACETS_AMONG) -> dict[Facet, list[str]]:
    """What else the latest leads are told apart by, and every value that they have of it."""
    latest = select(Lead.attributes).order_by(Lead.id.desc()).limit(among).subquery()
    found: dict[Facet, list[str]] = {}
    with db.connect() as connection:
        for facet in FACETS:
            values = connection.execute(select(latest.c.attributes[facet].as_string()).distinct())
            found[facet] = sorted(value for (value,) in values if value)
    return found


def count_open(db: Database, owner_ids: Sequence[str]) -> int:
    """Open leads of some owners."""
    query = select(func.count()).where(Lead.owner_id.in_(list(owner_ids)), Lead.outcome == "open")
    with db.read() as session:
        return session.scalar(query) or 0


def last_write(db: Database, *, until: datetime) -> datetime | None:
    """When something last happened in the books: how fresh they are."""
    with db.read() as session:
        return session.scalar(select(func.max(Activity.at)).where(Activity.at <= until))


def named(kind: Kind, row: Any) -> Named:
    """A row of a table of that kind by its name."""
    return Named(
        kind, row.id, lead_name(row.name, row.id), row.company if isinstance(row, Lead) else None, row.owner_id
    )


def _lead(row: Lead) -> LeadRecord:
    return LeadRecord(
        row.id,
        lead_name(row.name, row.id),
        row.company,
        row.email,
        row.phone,
        row.other_phones or (),
        row.timezone,
        row.country,
        row.source,
        row.created_at,
        row.owner_id,
        row.status,
        row.outcome,
        row.outcome_at,
        row.value,
        bool(row.do_not_call),
        row.attributes or {},
    )


def event(row: Activity) -> Event:
    """A row of the table as an event."""
    return Event(**{name: getattr(row, name) for name in Event.__dataclass_fields__})
