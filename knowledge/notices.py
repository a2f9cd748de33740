"""What people have to be told: kept with the change that it tells of, and delivered later, once.

A notice holds no words: when it is delivered, its tool is run for its person, who hears what is so then. One that is
not delivered by the time it is good for is skipped, and that is on record too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.database import Database, Table
from knowledge.ledger import new_id

# Twice as long after each attempt: a Slack that is down for an evening is outlasted.
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 9


class Posted(Table):
    """A notice on its way; its key is unique, so that one change is told of once."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str]
    to: Mapped[str | None]
    tool: Mapped[str]
    args: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    good_until: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(index=True)
    skipped_at: Mapped[datetime | None]
    channel: Mapped[str | None]
    ts: Mapped[str | None]


@dataclass(frozen=True)
class Notice:
    """What a person is to be told: the answer of `tool`, asked with `args`.

    Attributes
    ----------
    to : the channel it is meant for, by id; None for the person's direct messages
    good_until : after that it is too late to tell it; None if it never is
    attempts : how often it was taken, counting this time
    until : whoever took it delivers it before that, for others may take it then
    """

    id: str
    key: str
    person_id: str
    to: str | None
    tool: str
    args: Mapping[str, Any]
    at: datetime
    good_until: datetime | None
    attempts: int
    until: datetime

    def is_late(self, now: datetime) -> bool:
        """Whether it is too late to tell it."""
        return self.good_until is not None and now > self.good_until


def post(
    session: Session,
    *,
    key: str,
    person_id: str,
    tool: str,
    args: Mapping[str, Any],
    at: datetime,
    to: str | None = None,
    good_until: datetime | None = None,
) -> None:
    """Keeps a notice to be delivered from `at` on, in the transaction of what it tells of; a key that is known stays
    as it was.

    Its tool is run for its person wherever it goes; in a channel (`to`) it is posted only if everyone there may see it.
    """
    kind = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    row = {"id": new_id(), "key": key, "person_id": person_id, "tool": tool, "args": dict(args), "at": at}
    row |= {"to": to, "good_until": good_until, "attempts": 0}
    session.execute(kind.insert(Posted).values(row).on_conflict_do_nothing())


def is_kept(db: Database, key: str) -> bool:
    """Whether a notice of that key was ever posted."""
    with db.read() as session:
        return session.scalar(select(Posted.id).where(Posted.key == key)) is not None


def due_to(db: Database, now: datetime) -> set[str]:
    """The people for whom there is something to deliver now, by id."""
    with db.read() as session:
        return set(session.scalars(select(Posted.person_id).where(_due(now)).distinct()))


def take(db: Database, now: datetime, limit: int = 20, *, people: Collection[str] | None = None) -> list[Notice]:
    """Notices to deliver now, to some people if given, the oldest first; nobody else takes them during the lease."""
    due = _due(now) if people is None else _due(now) & Posted.person_id.in_(people)
    query = select(Posted).where(due).order_by(Posted.at, Posted.id).limit(limit).with_for_update(skip_locked=True)
    with db.read() as session:  # most of the time there is none, and no writer is kept waiting for that
        if session.scalars(select(Posted.id).where(due).limit(1)).first() is None:
            return []
    with db.write(books=False) as session:
        return [_leased(row, now) for row in session.scalars(query)]


def sent(db: Database, id_: str, *, at: datetime, channel: str | None = None, ts: str | None = None) -> None:
    """Marks a notice as delivered, and where; without a channel: there was nothing to tell any more."""
    with db.write(books=False) as session:
        row = session.get_one(Posted, id_)
        row.sent_at, row.channel, row.ts = at, channel, ts


def skipped(db: Database, id_: str, *, at: datetime) -> None:
    """Marks a notice as skipped: it is too late to tell it."""
    with db.write(books=False) as session:
        session.get_one(Posted, id_).skipped_at = at


def waiting(db: Database) -> int:
    """Notices not delivered yet, not skipped and not given up."""
    with db.read() as session:
        return session.scalar(select(func.count()).where(_open())) or 0


def _due(now: datetime) -> ColumnElement[bool]:
    free = Posted.leased_until.is_(None) | (Posted.leased_until < now)
    return _open() & free & (Posted.at <= now)


def _open() -> ColumnElement[bool]:
    return Posted.sent_at.is_(None) & Posted.skipped_at.is_(None) & (Posted.attempts < MAX_ATTEMPTS)


def _leased(row: Posted, now: datetime) -> Notice:
    row.leased_until, row.attempts = (until := now + LEASE * 2**row.attempts), row.attempts + 1
    told = (row.id, row.key, row.person_id, row.to, row.tool, row.args, row.at, row.good_until)
    return Notice(*told, row.attempts, until)
