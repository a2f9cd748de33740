"""Leads that a person put aside until an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from knowledge.crm import Snooze
from knowledge.database import Database


@dataclass(frozen=True)
class Snoozed:
    """A lead that is put aside, by whom and until when."""

    id: str
    lead_id: str
    person_id: str
    until: datetime


def put(db: Database, id_: str, lead_id: str, person_id: str, *, until: datetime, at: datetime) -> Snoozed:
    """Puts a lead aside; whatever it was put aside for before takes no more effect. Putting it twice does it once."""
    with db.write() as session:
        session.execute(delete(Snooze).where(Snooze.lead_id == lead_id, Snooze.until > at, Snooze.id != id_))
        row = session.merge(Snooze(id=id_, lead_id=lead_id, person_id=person_id, until=until))
        return _snoozed(row)


def end(db: Database, id_: str) -> Snoozed | None:
    """Takes a lead up again; None where that was done already."""
    with db.write() as session:
        row = session.get(Snooze, id_)
        if row is not None:
            session.delete(row)
        return _snoozed(row) if row else None


def read(db: Database, id_: str) -> Snoozed | None:
    """A snooze by its id."""
    with db.read() as session:
        row = session.get(Snooze, id_)
        return _snoozed(row) if row else None


def running(db: Database, lead_id: str, at: datetime) -> Snoozed | None:
    """What a lead is put aside for at an instant, the longest if there are several."""
    query = select(Snooze).where(Snooze.lead_id == lead_id, Snooze.until > at).order_by(Snooze.until.desc())
    with db.read() as session:
        row = session.scalars(query.limit(1)).first()
        return _snoozed(row) if row else None


def _snoozed(row: Snooze) -> Snoozed:
    return Snoozed(row.id, row.lead_id, row.person_id, row.until)
