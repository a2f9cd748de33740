"""Nudges that were considered: which were sent, which were held back and why, and what people made of them.

A nudge is about one record, for one person, of one kind. Found again within its cooldown it is the same nudge. Sending
one claims its row and posts its notice in one transaction, with its person's other nudges held meanwhile, so that any
number of replicas send it once and never more of them than the person wishes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Index, Text, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge import notices
from knowledge.crm import Person
from knowledge.database import Database, Table
from knowledge.errors import UnknownRecord
from knowledge.ledger import new_id

# Sent; held back for a reason that may pass; left out so that the effect of nudges can be told; its time went by.
Verdict = Literal["sent", "held", "control", "skipped"]
Response = Literal["acted", "snoozed", "useless", "muted"]
BRIEF = "brief"
NOTICE = "nudge:"
# An action within this time after a nudge is taken for its answer.
ANSWERED_WITHIN = timedelta(days=1)


class Considered(Table):
    """A nudge, and the last word on whether to send it.

    `at` is when it was found, `decided_at` when the last word was said; `followed_at` is when its person first did
    something about its record after it was found, whether it was sent or not.
    """

    __tablename__ = "nudges"
    __table_args__ = (
        Index("ix_nudges_person_decided", "person_id", "decided_at"),
        Index("ix_nudges_at", "at"),
        Index("ix_nudges_record", "record"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[str]
    kind: Mapped[str]
    record: Mapped[str]
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    gain: Mapped[float]
    chance: Mapped[float]
    verdict: Mapped[str]
    why: Mapped[str]
    decided_at: Mapped[datetime]
    response: Mapped[str | None]
    responded_at: Mapped[datetime | None]
    words: Mapped[str | None] = mapped_column(Text)
    followed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Nudge:
    """A nudge as it is on record.

    Attributes
    ----------
    record : table and id, such as `leads/L-17`; of a brief its day
    facts : counts, instants and ids that it is told by
    gain : what is at stake, in money or wins
    chance : that it is acted on, as it was expected
    """

    id: str
    key: str
    person_id: str
    kind: str
    record: str
    at: datetime
    facts: Mapping[str, Any]
    gain: float
    chance: float
    verdict: Verdict
    why: str
    decided_at: datetime
    response: Response | None
    responded_at: datetime | None
    followed_at: datetime | None

    @property
    def acted(self) -> bool:
        """Whether it was acted on: by a click, or by something done about its record within a day."""
        answered = self.followed_at is not None and timedelta() <= self.followed_at - self.decided_at <= ANSWERED_WITHIN
        return self.response == "acted" or (answered and self.response is None)

    def is_settled(self, now: datetime) -> bool:
        """Whether it is known what became of it."""
        return self.acted or self.response is not None or now > self.decided_at + ANSWERED_WITHIN


@dataclass(frozen=True)
class Draft:
    """A nudge to be put on record, and what is said of it now."""

    person_id: str
    kind: str
    record: str
    facts: Mapping[str, Any]
    gain: float
    chance: float
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Tally:
    """How many nudges reached people, and how many of them were acted on."""

    sent: int
    acted: int


def history(
    db: Database, since: datetime, person_ids: Collection[str] | None = None, *, verdict: Verdict | None = None
) -> list[Nudge]:
    """Nudges that were decided since an instant, to some people and in one way if given, in the order in which they
    were found."""
    query = select(Considered).where(Considered.decided_at >= since).order_by(Considered.at, Considered.id)
    if person_ids is not None:
        query = query.where(Considered.person_id.in_(list(person_ids)))
    if verdict is not None:
        query = query.where(Considered.verdict == verdict)
    with db.read() as session:
        return [_nudge(row) for row in session.scalars(query)]


def read(db: Database, id_: str) -> Nudge:
    """A nudge.

    Raises
    ------
    UnknownRecord
        When there is none of that id.
    """
    with db.read() as session:
        row = session.get(Considered, id_)
        if row is None:
            raise UnknownRecord
        return _nudge(row)


def keep(db: Database, drafts: Mapping[str, Draft], *, at: datetime) -> None:
    """Keeps what is said now of nudges that are not sent, by their keys; one that was sent meanwhile stays sent."""
    with db.write(books=False) as session:
        for key, draft in drafts.items():
            _put(session, key, draft, at)


def send(
    db: Database, key: str, draft: Draft, *, at: datetime, tool: str, good_until: datetime, since: datetime, most: int
) -> bool:
    """Claims a nudge and posts its notice, unless it was sent before or its person had `most` since an instant;
    whether it did."""
    with db.write(books=False) as session:
        # Held until the end: of two replicas, the second counts what the first has sent.
        session.execute(select(Person.id).where(Person.id == draft.person_id).with_for_update())
        claimed = Considered.verdict.in_(("sent", "control"))
        ours = select(func.count()).where(claimed, Considered.person_id == draft.person_id, Considered.kind != BRIEF)
        if draft.kind != BRIEF and (session.scalar(ours.where(Considered.decided_at >= since)) or 0) >= most:
            return False
        if (id_ := _put(session, key, draft, at)) is None:
            return False
        if draft.verdict == "sent":
            notices.post(
                session,
                key=f"{NOTICE}{id_}",
                person_id=draft.person_id,
                tool=tool,
                args={"nudge": id_},
                at=at,
                good_until=good_until,
            )
        return True


def respond(db: Database, id_: str, response: Response, *, at: datetime, words: str | None = None) -> Nudge:
    """Keeps what a person made of a nudge; the last word counts.

    Raises
    ------
    UnknownRecord
        When there is none of that id.
    """
    with db.write(books=False) as session:
        row = session.get(Considered, id_)
        if row is None:
            raise UnknownRecord
        row.response, row.responded_at, row.words = response, at, words or row.words
        return _nudge(row)


def follow(db: Database, found: Mapping[str, datetime]) -> None:
    """Keeps when people first did something about the records of nudges, by the nudges' ids."""
    with db.write(books=False) as session:
        for id_, at in found.items():
            session.execute(update(Considered).where(Considered.id == id_).values(followed_at=at))


def reached(db: Database, since: datetime, until: datetime, person_ids: Collection[str] | None = None) -> list[Nudge]:
    """Nudges that reached their people in a period, no briefs among them, the oldest first."""
    query = (
        select(Considered)
        .join(notices.Posted, notices.Posted.key == literal(NOTICE) + Considered.id)
        .where(Considered.verdict == "sent", Considered.kind != BRIEF, notices.Posted.channel.is_not(None))
        .where(Considered.decided_at >= since, Considered.decided_at < until)
        .order_by(Considered.at, Considered.id)
    )
    if person_ids is not None:
        query = query.where(Considered.person_id.in_(list(person_ids)))
    with db.read() as session:
        return [_nudge(row) for row in session.scalars(query)]


def tally(db: Database, person_ids: Collection[str] | None, since: datetime, until: datetime) -> Tally:
    """How many nudges reached some people (None: everyone) in a period, and how many were acted on; no briefs."""
    found = reached(db, since, until, person_ids)
    return Tally(len(found), sum(each.acted for each in found))


def skipped(db: Database, person_id: str, since: datetime) -> list[Nudge]:
    """A person's nudges since an instant that came too late to be told, the oldest first."""
    late = notices.Posted.skipped_at.is_not(None) | (Considered.verdict == "skipped")
    query = (
        select(Considered)
        .outerjoin(notices.Posted, notices.Posted.key == literal(NOTICE) + Considered.id)
        .where(Considered.person_id == person_id, Considered.decided_at >= since, late)
        .order_by(Considered.at, Considered.id)
    )
    with db.read() as session:
        return [_nudge(row) for row in session.scalars(query)]


def _put(session: Session, key: str, draft: Draft, at: datetime) -> str | None:
    """Writes a nudge down unless it was settled before; its id if it was not."""
    kind = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    said = vars(draft) | {"facts": dict(draft.facts), "decided_at": at}
    insert = kind.insert(Considered).values(said | {"id": new_id(), "key": key, "at": at})
    open_ = Considered.verdict == "held"
    written = insert.on_conflict_do_update(index_elements=["key"], set_=said, where=open_).returning(Considered.id)
    return session.scalars(written).first()


def _nudge(row: Considered) -> Nudge:
    return Nudge(
        row.id,
        row.key,
        row.person_id,
        row.kind,
        row.record,
        row.at,
        row.facts,
        row.gain,
        row.chance,
        cast("Verdict", row.verdict),
        row.why,
        row.decided_at,
        cast("Response | None", row.response),
        row.responded_at,
        row.followed_at,
    )
