"""The durable inbox: each event from Slack is taken on once, whatever replica hears it and however often it is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.database import Database
from knowledge.ledger import InboxEvent as Event

# Slack's last redelivery comes about five minutes after the first; a day leaves room for a clock gone wrong.
KEPT = timedelta(days=1)
MAX_ATTEMPTS = 3


class Inbox:
    """Events claimed, leased to whoever works on them, and marked done."""

    def __init__(self, db: Database, lease: timedelta = timedelta(minutes=2)) -> None:
        self._db = db
        self._lease = lease

    def claim(self, key: str, payload: dict[str, Any], now: datetime) -> bool:
        """Whether this is the first time the event is seen; the caller then works on it while the lease runs."""
        row = {"key": key, "received_at": now, "payload": payload, "leased_until": now + self._lease, "attempts": 1}
        insert = (sqlite if self._db.is_sqlite else postgresql).insert(Event).values(row).on_conflict_do_nothing()
        with self._db.write(books=False) as session:
            # Asked for by its key: PostgreSQL's driver does not count the rows of an insert.
            return session.scalar(insert.returning(Event.key)) is not None

    def hold(self, key: str, payload: dict[str, Any], now: datetime) -> None:
        """Keeps an event for who works on it a while longer, with what is known of it by now."""
        with self._db.write(books=False) as session:
            held = {"payload": payload, "leased_until": now + self._lease}
            session.execute(update(Event).where(Event.key == key).values(held))

    def release(self, key: str) -> None:
        """Forgets an event, so that the same may be taken on again."""
        with self._db.write(books=False) as session:
            session.execute(delete(Event).where(Event.key == key))

    def finish(self, key: str, now: datetime) -> None:
        """Marks an event as answered, be it by an error that was told."""
        with self._db.write(books=False) as session:
            session.execute(update(Event).where(Event.key == key).values(done_at=now))
            session.execute(delete(Event).where(Event.received_at < now - KEPT))

    def take_unfinished(self, now: datetime, limit: int = 10) -> list[tuple[str, dict[str, Any]]]:
        """Events whose worker went away before it answered, leased anew: key and payload, oldest first."""
        gone = Event.done_at.is_(None) & (Event.leased_until < now) & (Event.attempts < MAX_ATTEMPTS)
        query = select(Event).where(gone).order_by(Event.received_at).limit(limit).with_for_update(skip_locked=True)
        with self._db.write(books=False) as session:
            rows = session.scalars(query).all()
            for row in rows:
                row.leased_until, row.attempts = now + self._lease, row.attempts + 1
            return [(row.key, row.payload) for row in rows]

    def try_out(self) -> None:
        """Writes as a claim does, but nothing; what hinders a claim is raised."""
        with self._db.write(books=False) as session:
            session.execute(update(Event).where(Event.key == "").values(done_at=None))

    def waiting(self) -> int:
        """Events taken on and not yet answered."""
        with self._db.read() as session:
            return session.scalar(select(func.count()).where(Event.done_at.is_(None))) or 0
