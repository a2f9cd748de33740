"""The durable inbox: each event from Slack is taken on once, whatever replica hears it and however often it is sent.

An event is claimed before Slack hears that it arrived. It then waits for a worker, is leased to one, and is done, or
tried again later. Who waits in the same lane is taken one after the other, by all replicas together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from knowledge.database import Database
from knowledge.ledger import InboxEvent as Event

# Slack's last redelivery comes about five minutes after the first; a day leaves room for a clock gone wrong.
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Taken:
    """An event in the hand of a worker; `attempts` counts this one and tells it from every other."""

    key: str
    payload: dict[str, Any]
    attempts: int


class Inbox:
    """Events claimed, leased to whoever works on them, and marked done."""

    def __init__(self, db: Database, lease: timedelta = timedelta(minutes=2)) -> None:
        self._db = db
        self._lease = lease

    def claim(self, key: str, payload: dict[str, Any], now: datetime, *, lane: str | None = None) -> bool:
        """Whether this is the first time the event is seen; it then waits for a worker, in a lane of its own if not
        said."""
        return self._add(key, payload, now, lane, leased_until=None, attempts=0)

    def begin(self, key: str, payload: dict[str, Any], now: datetime) -> bool:
        """Like `claim`, for somebody who works on it at once; others take it up when the lease has run out."""
        return self._add(key, payload, now, None, leased_until=now + self._lease, attempts=1)

    def take(self, now: datetime) -> Taken | None:
        """The event that waited longest, leased to the caller: new, due again, or left by a worker who went away."""
        with self._db.read() as session:  # most of the time there is none, and no writer is kept waiting for that
            if session.scalars(select(Event.key).where(_free(now)).limit(1)).first() is None:
                return None
        query = select(Event).where(_free(now)).order_by(Event.received_at, Event.key).limit(1)
        with self._db.write(books=False) as session:
            row = session.scalars(query.with_for_update(skip_locked=True, of=Event)).first()
            if row is None:
                return None
            row.leased_until, row.attempts = now + self._lease, row.attempts + 1
            return Taken(row.key, row.payload, row.attempts)

    def hold(self, key: str, payload: dict[str, Any], now: datetime, *, attempts: int) -> bool:
        """Keeps an event a while longer, with what is known of it by now; whether it still is the worker's."""
        held = update(Event).where(Event.key == key, Event.attempts == attempts, Event.done_at.is_(None))
        with self._db.write(books=False) as session:
            kept = held.values(payload=payload, leased_until=now + self._lease).returning(Event.key)
            return session.scalar(kept) is not None

    def retry(self, key: str, due: datetime, *, attempts: int) -> None:
        """Puts an event back that still is the worker's, to be taken again once it is due."""
        mine = update(Event).where(Event.key == key, Event.attempts == attempts, Event.done_at.is_(None))
        with self._db.write(books=False) as session:
            session.execute(mine.values(leased_until=None, due_at=due))

    def release(self, key: str) -> None:
        """Forgets an event, so that the same may be taken on again."""
        with self._db.write(books=False) as session:
            session.execute(delete(Event).where(Event.key == key))

    def finish(self, key: str, now: datetime) -> None:
        """Marks an event as answered, be it by an error that was told; only its key is kept, and that for a day."""
        with self._db.write(books=False) as session:
            session.execute(update(Event).where(Event.key == key).values(done_at=now, payload={}))
            session.execute(delete(Event).where(Event.received_at < now - KEPT))

    def due(self, now: datetime) -> int:
        """Events that a worker could take now."""
        with self._db.read() as session:
            return _count(session, _free(now))

    def try_out(self) -> None:
        """Writes as a claim does, but nothing; what hinders a claim is raised."""
        with self._db.write(books=False) as session:
            session.execute(update(Event).where(Event.key == "").values(done_at=None))

    def waiting(self) -> int:
        """Events taken on and not yet answered."""
        with self._db.read() as session:
            return _count(session, Event.done_at.is_(None))

    def _add(self, key: str, payload: dict[str, Any], now: datetime, lane: str | None, **state: Any) -> bool:
        row = {"key": key, "lane": lane or key, "received_at": now, "due_at": now, "payload": payload} | state
        insert = (sqlite if self._db.is_sqlite else postgresql).insert(Event).values(row).on_conflict_do_nothing()
        with self._db.write(books=False) as session:
            # Asked for by its key: PostgreSQL's driver does not count the rows of an insert.
            return session.scalar(insert.returning(Event.key)) is not None


def _free(now: datetime) -> ColumnElement[bool]:
    """Due, in nobody's hand, and nor is any other of its lane."""
    other = aliased(Event)
    in_hand = other.done_at.is_(None) & (other.leased_until >= now) & (other.lane == Event.lane)
    free = Event.leased_until.is_(None) | (Event.leased_until < now)
    return Event.done_at.is_(None) & (Event.due_at <= now) & free & ~select(other.key).where(in_hand).exists()


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Event).where(which)) or 0
