"""Summaries of a team that a manager switched on: posted every day or every week, to a channel or to themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Mapped, mapped_column

from knowledge import notices
from knowledge.database import Database, Table
from knowledge.errors import UnknownRecord
from knowledge.ledger import new_id
from knowledge.rotas import Rota

Cadence = Literal["daily", "weekly"]
CADENCES: tuple[Cadence, ...] = ("daily", "weekly")
# A summary that is later than this is old: a laptop that wakes at noon posts none for the morning.
GOOD_FOR = timedelta(minutes=30)
NOON = time(12)
WEEK_DAYS = 7
DAY = timedelta(days=1)


class TeamPost(Table):
    """A summary that is posted, from `since` until it was switched off; `time` is on its person's clock."""

    __tablename__ = "team_posts"

    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(index=True)
    team_id: Mapped[str | None]
    cadence: Mapped[str]
    time: Mapped[str]
    to: Mapped[str | None]
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Post:
    """A summary that is posted.

    Attributes
    ----------
    team_id : of which team; None for whatever is its person's own
    time : when, on the clock of its person
    to : the channel that it goes to, by id; None for its person's direct messages
    """

    id: str
    person_id: str
    team_id: str | None
    cadence: Cadence
    time: time
    to: str | None
    since: datetime


def switch_on(
    db: Database,
    *,
    person_id: str,
    team_id: str | None,
    cadence: Cadence,
    time: time,
    to: str | None,
    at: datetime,
) -> Post:
    """Has a summary posted from now on, in the place of one of the same team that goes to the same place."""
    made = Post(new_id(), person_id, team_id, cadence, time, to, at)
    with db.write(books=False) as session:
        for row in session.scalars(_open(person_id)):
            if (row.team_id, row.to) == (team_id, to):
                row.ended_at = at
        session.add(TeamPost(**vars(made) | {"time": f"{time:%H:%M}"}))
    return made


def switch_off(db: Database, id_: str, *, person_id: str, at: datetime) -> Post:
    """Ends a post of that person's.

    Raises
    ------
    UnknownRecord
        When they have none of that id.
    """
    with db.write(books=False) as session:
        row = session.get(TeamPost, id_)
        if row is None or row.person_id != person_id:
            raise UnknownRecord("You have no summary posted by that name.")
        row.ended_at = row.ended_at or at
        return _post(row)


def active(db: Database, person_id: str | None = None) -> list[Post]:
    """The posts that are on, of one person or of all, the oldest first."""
    with db.read() as session:
        return [_post(row) for row in session.scalars(_open(person_id))]


def read(db: Database, id_: str) -> Post:
    """A post, on or off.

    Raises
    ------
    UnknownRecord
        When there is none of that id.
    """
    with db.read() as session:
        row = session.get(TeamPost, id_)
        if row is None:
            raise UnknownRecord("No summary is posted by that name.")
        return _post(row)


def slots(post: Post, rota: Rota, since: datetime, until: datetime) -> list[datetime]:
    """The instants (UTC) at which a post is due, after `since` and up to `until`, in order.

    Every working day of its person, or on the first one of a week.
    """
    day, last = (rota.today(at) for at in (since, until))
    found = []
    while day <= last:
        if _is_due(post.cadence, rota, day):
            at = rota.at(day, post.time)
            found += [at] if since < at <= until and at > post.since else []
        day += DAY
    return found


def covered(post: Post, rota: Rota, day: date) -> str:
    """The period that a post of a day tells of: the last week; the day itself from noon on, before it the last one at
    work."""
    if post.cadence == "weekly":
        return "last week"
    if post.time < NOON:
        before = (day - n * DAY for n in range(1, 2 * WEEK_DAYS))
        day = next((each for each in before if rota.works_on(each)), day - DAY)
    return day.isoformat()


def announce(db: Database, post: Post, slot: datetime, *, tool: str, args: dict[str, str]) -> bool:
    """Puts a post of a slot on its way, once whoever else does; whether it was not before."""
    key = f"team_post/{post.id}/{slot.isoformat()}"
    if notices.is_kept(db, key):
        return False
    with db.write(books=False) as session:
        notices.post(
            session,
            key=key,
            person_id=post.person_id,
            tool=tool,
            args=args,
            at=slot,
            to=post.to,
            good_until=slot + GOOD_FOR,
        )
    return True


def _is_due(cadence: Cadence, rota: Rota, day: date) -> bool:
    if not rota.works_on(day):
        return False
    monday = day - day.weekday() * DAY
    return cadence == "daily" or not any(rota.works_on(monday + n * DAY) for n in range(day.weekday()))


def _open(person_id: str | None) -> Select[TeamPost]:
    query = select(TeamPost).where(TeamPost.ended_at.is_(None)).order_by(TeamPost.since, TeamPost.id)
    return query if person_id is None else query.where(TeamPost.person_id == person_id)


def _post(row: TeamPost) -> Post:
    at = time.fromisoformat(row.time)
    return Post(row.id, row.person_id, row.team_id, cast("Cadence", row.cadence), at, row.to, row.since)
