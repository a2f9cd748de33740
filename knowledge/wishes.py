"""What each person wishes of nudges: how many a day, when the brief comes, when none may, and which kinds never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table


class Wished(Table):
    """A person's wishes; who never said any has no row."""

    __tablename__ = "nudge_settings"

    person_id: Mapped[str] = mapped_column(primary_key=True)
    max_per_day: Mapped[int]
    daily_at: Mapped[str]
    quiet_from: Mapped[str]
    quiet_to: Mapped[str]
    mute_until: Mapped[datetime | None]
    muted: Mapped[list[Any]]
    at: Mapped[datetime]


@dataclass(frozen=True)
class Wishes:
    """What a person wishes of nudges; times are on the person's own clock.

    Attributes
    ----------
    max_per_day : nudges a day at most, the daily brief not counted
    daily_at : when the brief comes on working days
    quiet_from, quiet_to : between these no nudge comes; none are quiet where both are the same
    mute_until : no nudge and no brief before that
    muted : kinds of nudges that never come
    """

    max_per_day: int = 5
    daily_at: time = time(8, 30)
    quiet_from: time = time(19)
    quiet_to: time = time(8)
    mute_until: datetime | None = None
    muted: frozenset[str] = frozenset()

    def is_quiet(self, at: time) -> bool:
        """Whether a time of day is in the quiet hours, which may go past midnight."""
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def is_muted(self, now: datetime) -> bool:
        """Whether nothing may come for now."""
        return self.mute_until is not None and now < self.mute_until


def read(db: Database, person_id: str) -> Wishes:
    """What a person wishes; the defaults where nothing was said."""
    return everyone(db, person_id).get(person_id, Wishes())


def everyone(db: Database, person_id: str | None = None) -> dict[str, Wishes]:
    """What people wish, by id, of those who said anything; of one person if given."""
    query = select(Wished) if person_id is None else select(Wished).where(Wished.person_id == person_id)
    with db.read() as session:
        return {row.person_id: _wishes(row) for row in session.scalars(query)}


def keep(db: Database, person_id: str, wishes: Wishes, *, at: datetime) -> None:
    """Keeps what a person wishes from now on."""
    row = {
        "max_per_day": wishes.max_per_day,
        "daily_at": f"{wishes.daily_at:%H:%M}",
        "quiet_from": f"{wishes.quiet_from:%H:%M}",
        "quiet_to": f"{wishes.quiet_to:%H:%M}",
        "mute_until": wishes.mute_until,
        "muted": sorted(wishes.muted),
        "at": at,
    }
    with db.write(books=False) as session:
        kind = sqlite if session.connection().dialect.name == "sqlite" else postgresql
        insert = kind.insert(Wished).values(row | {"person_id": person_id})
        session.execute(insert.on_conflict_do_update(index_elements=["person_id"], set_=row))


def _wishes(row: Wished) -> Wishes:
    daily_at, quiet_from, quiet_to = map(time.fromisoformat, (row.daily_at, row.quiet_from, row.quiet_to))
    return Wishes(row.max_per_day, daily_at, quiet_from, quiet_to, row.mute_until, frozenset(row.muted))
