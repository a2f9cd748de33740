"""What people enter by a click: what was done with a lead or deal, and that it is won or lost.

A click may come twice, so an entry brings its own id, and only the first counts. What it closes is stamped with the
entry's instant; by that it is found again when the entry is taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from knowledge import local_edits
from knowledge.crm import Activity, Deal, Lead, LeadChange
from knowledge.database import Database
from knowledge.errors import AlreadyDecided, TooLate
from knowledge.ledger import new_id
from knowledge.records import Named, named
from knowledge.scores import mark_stale

UNDO_WITHIN = timedelta(hours=1)
CLOSING = ("won", "lost")


@dataclass(frozen=True)
class Entry:
    """What was done at an instant, and when that was entered; a disposition of `CLOSING` closes the record."""

    id: str
    at: datetime
    recorded_at: datetime
    person_id: str
    kind: str
    direction: str | None
    disposition: str | None
    body: str | None
    lead_id: str | None = None
    deal_id: str | None = None
    account_id: str | None = None


def write(db: Database, entry: Entry) -> list[Named]:
    """Keeps an entry, if it is not there already, and closes what it closes; what was closed beside its record.

    Raises
    ------
    AlreadyDecided
        When it closes a record that is closed; then nothing is written.
    """
    with db.write() as session:
        if not _added(session, entry):
            return []
        if entry.lead_id is not None:
            mark_stale(session, [entry.lead_id])
        return _close(session, entry) if entry.disposition in CLOSING else []


def read(db: Database, id_: str) -> Entry | None:
    """An entry by its id."""
    with db.read() as session:
        row = session.get(Activity, id_)
        return _entry(row) if row else None


def take_back(db: Database, id_: str, *, at: datetime) -> Entry:
    """Deletes an entry and opens again what it closed.

    Raises
    ------
    AlreadyDecided
        When it was taken back before, or what it closed has been changed since.
    TooLate
        When it has stood for longer than `UNDO_WITHIN`.
    """
    with db.write() as session:
        row = session.get(Activity, id_, with_for_update=True)
        if row is None:
            raise AlreadyDecided("That was taken back already.")
        entry = _entry(row)
        if at - entry.recorded_at > UNDO_WITHIN:
            raise TooLate("That has stood for more than an hour and cannot be taken back here; change it in your CRM.")
        if entry.disposition in CLOSING:
            _reopen(session, entry, at)
        session.delete(row)
        if entry.lead_id is not None:
            mark_stale(session, [entry.lead_id])
        return entry


def closed_with(db: Database, *, lead_id: str | None, deal_id: str | None) -> list[Named]:
    """What else is closed where a deal is, or a lead if no deal is given.

    An open lead and its only open deal are decided together, if both are in the same hands.
    """
    with db.read() as session:
        return _named(_together(session, lead_id, deal_id)[1:])


def _together(session: Session, lead_id: str | None, deal_id: str | None) -> list[Lead | Deal]:
    """The record that is asked for, and what is decided with it; kept from other writers."""
    lead = session.get(Lead, lead_id, with_for_update=True) if lead_id else None
    deal = session.get(Deal, deal_id, with_for_update=True) if deal_id else None
    asked = deal or lead
    if asked is None:
        return []
    if lead is None or lead.outcome != "open":
        return [asked]
    query = select(Deal).where(Deal.lead_id == lead.id, Deal.outcome == "open").with_for_update()
    of_lead = session.scalars(query).all()
    if len(of_lead) != 1 or of_lead[0].owner_id != lead.owner_id or deal not in (None, of_lead[0]):
        return [asked]
    return [asked, lead if deal else of_lead[0]]


def _added(session: Session, entry: Entry) -> bool:
    connection = session.connection()
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(Activity)
    adding = insert.values(**asdict(entry), attributes={}).on_conflict_do_nothing()
    return bool(connection.scalars(adding.returning(Activity.id)).all())


def _close(session: Session, entry: Entry) -> list[Named]:
    together = _together(session, entry.lead_id, entry.deal_id)
    if not together or together[0].outcome != "open":
        raise AlreadyDecided(f"That is {together[0].outcome if together else 'gone'} already; nothing was written.")
    for record in together:
        _decide(session, record, str(entry.disposition), entry.at, at=entry.at)
        local_edits.note(session, record.__tablename__, [record.id], "outcome", entry.at)
        local_edits.note(session, record.__tablename__, [record.id], _decided_at(record), entry.at)
    return _named(together[1:])


def _reopen(session: Session, entry: Entry, at: datetime) -> None:
    """Opens what the entry closed; what the books have closed anew since is theirs."""
    lead = session.get(Lead, entry.lead_id, with_for_update=True) if entry.lead_id else None
    of_entry = Deal.id == entry.deal_id if entry.deal_id else Deal.lead_id == entry.lead_id
    deals = session.scalars(select(Deal).where(of_entry).with_for_update()).all()
    decided = (entry.disposition, entry.at)
    closed = [each for each in (lead, *deals) if each and (each.outcome, getattr(each, _decided_at(each))) == decided]
    if not closed:
        raise AlreadyDecided("What that closed was changed since, so it stays as it is.")
    for record in closed:
        _decide(session, record, "open", None, at=at)
        local_edits.forget(session, record.__tablename__, record.id, ("outcome", _decided_at(record)))


def _decide(session: Session, record: Lead | Deal, outcome: str, when: datetime | None, *, at: datetime) -> None:
    """Closes a record, or opens it again; the history of deals holds no outcomes, their instants tell."""
    new = {"outcome": outcome, _decided_at(record): when}
    for field, value in new.items():
        if isinstance(record, Lead):
            change = LeadChange(id=new_id(), lead_id=record.id, at=at, field=field)
            change.old, change.new = _text(getattr(record, field)), _text(value)
            session.add(change)
        setattr(record, field, value)


def _named(closed: Sequence[Lead | Deal]) -> list[Named]:
    return [named("lead" if isinstance(each, Lead) else "deal", each) for each in closed]


def _decided_at(record: Lead | Deal) -> str:
    return "outcome_at" if isinstance(record, Lead) else "closed_at"


def _text(value: str | datetime | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _entry(row: Activity) -> Entry:
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})
