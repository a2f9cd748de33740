"""Appeals: a rep who wants a lead that went elsewhere, and the manager's answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import notices
from knowledge.assigning import assign
from knowledge.crm import Lead, Person, Team
from knowledge.database import Database
from knowledge.errors import AlreadyDecided, Overtaken, UnknownRecord
from knowledge.ledger import new_id
from knowledge.proposals import checking, history
from knowledge.proposals.store import Move
from knowledge.proposals.tables import Appealed

Status = Literal["pending", "granted", "refused"]


@dataclass(frozen=True)
class Appeal:
    """A person's wish for a lead that `owner_id` had then, and what became of it; `team_id` is the person's team."""

    id: str
    lead_id: str
    owner_id: str | None
    by: str
    team_id: str | None
    at: datetime
    text: str
    status: Status
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


def appeal(db: Database, lead_id: str, *, by: str, at: datetime, text: str) -> Appeal:
    """An appeal that waits for the manager of the person's team, who will be told.

    Raises
    ------
    UnknownRecord
        When there is no such lead or person.
    AlreadyDecided
        When the same person's appeal for it waits already, or has the lead.
    """
    with db.write(books=False) as session:
        # Held until the end, so that a click sent twice is one appeal.
        lead = session.get(Lead, lead_id, with_for_update=True)
        person = session.get(Person, by)
        if lead is None or person is None:
            raise UnknownRecord
        _check_new(session, lead, by)
        row = Appealed(
            id=new_id(),
            lead_id=lead_id,
            owner_id=lead.owner_id,
            by=by,
            team_id=person.team_id,
            at=at,
            text=text,
            status="pending",
        )
        session.add(row)
        history.add(session, "appeal", row.id, "appealed", by=by, at=at, reason=text, facts={"lead": lead_id})
        for manager_id in managers(session, [person.team_id]):
            _tell(session, row, manager_id, "new", at)
        return _appeal(row)


def read_appeal(db: Database, id_: str) -> Appeal:
    """An appeal.

    Raises
    ------
    UnknownRecord
        When there is none of that id.
    """
    with db.read() as session:
        row = session.get(Appealed, id_)
        if row is None:
            raise _unknown(id_)
        return _appeal(row)


def appeals(db: Database, team_ids: Collection[str | None] | None = None, status: Status | None = None) -> list[Appeal]:
    """Appeals of people of some teams (all by default), in a state if one is given; the oldest first."""
    query = select(Appealed).order_by(Appealed.at, Appealed.id)
    with db.read() as session:
        rows = session.scalars(query if status is None else query.where(Appealed.status == status)).all()
    return [_appeal(row) for row in rows if team_ids is None or row.team_id in team_ids]


def settle(db: Database, id_: str, *, granted: bool, by: str, at: datetime, reason: str | None) -> Appeal:
    """The appeal with its answer; if granted, the lead is the person's. Both are told, and so is who had the lead.

    Raises
    ------
    AlreadyDecided
        When somebody was faster.
    StaleProposal
        When it is granted but the lead moved or was decided meanwhile, or the person left or is away.
    """
    with db.write() as session:
        row = session.get(Appealed, id_, with_for_update=True)
        if row is None:
            raise _unknown(id_)
        if row.status != "pending":
            raise AlreadyDecided(f"This appeal was {row.status} already, so nothing was changed.", appeal=id_)
        if granted:
            _grant(session, row, by, at, reason)
        row.status, row.decided_by, row.decided_at, row.reason = "granted" if granted else "refused", by, at, reason
        verdict: history.Verdict = "granted" if granted else "refused"
        history.add(session, "appeal", id_, verdict, by=by, at=at, reason=reason, facts={"lead": row.lead_id})
        _tell(session, row, row.by, "settled", at)
        return _appeal(row)


def managers(session: Session, team_ids: Collection[str | None]) -> list[str]:
    """Who answers for some teams; the admins, where nobody does."""
    teams = select(Team.manager_id).where(Team.id.in_([id_ for id_ in team_ids if id_]), Team.manager_id.is_not(None))
    here = select(Person.id).where(Person.active, Person.left_on.is_(None)).order_by(Person.id)
    found = session.scalars(here.where(Person.id.in_(teams))).all()
    return list(found or session.scalars(here.where(Person.role == "admin")))


def _grant(session: Session, row: Appealed, by: str, at: datetime, reason: str | None) -> None:
    move = Move(row.lead_id, row.owner_id, row.by, 0.0, 0.0, None, 0.0, reason or "An appeal was granted.")
    checking.check(session, [move], checking.hold(session, [row.lead_id]), at)
    assign(session, row.lead_id, row.by, at=at, by=by, reason=move.why)
    if row.owner_id is not None and row.owner_id != by:
        key, args = f"{row.id}:moved:{row.owner_id}", {"lead": row.lead_id}
        notices.post(session, key=key, person_id=row.owner_id, tool="assignment_news", args=args, at=at)


def _check_new(session: Session, lead: Lead, by: str) -> None:
    if lead.owner_id == by:
        raise Overtaken("This lead is yours already; there is nothing to appeal.")
    same = select(Appealed.id).where(Appealed.lead_id == lead.id, Appealed.by == by, Appealed.status == "pending")
    if session.scalars(same).first() is not None:
        raise AlreadyDecided("You appealed for this lead already; your manager has yet to answer.", lead=lead.id)


def _tell(session: Session, row: Appealed, person_id: str, event: str, at: datetime) -> None:
    key = f"{row.id}:{event}:{person_id}"
    notices.post(session, key=key, person_id=person_id, tool="appeal_news", args={"appeal": row.id}, at=at)


def _appeal(row: Appealed) -> Appeal:
    return Appeal(
        row.id,
        row.lead_id,
        row.owner_id,
        row.by,
        row.team_id,
        row.at,
        row.text,
        cast("Status", row.status),
        row.decided_by,
        row.decided_at,
        row.reason,
    )


def _unknown(id_: str) -> UnknownRecord:
    return UnknownRecord(f'There is no appeal "{id_[:40]}"; ask why the lead went where it did.')
