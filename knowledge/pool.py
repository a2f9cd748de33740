"""Leads that nobody owns: found, given away, gathered for a click; and taken back from who lets them lie."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from knowledge import holdouts, notices
from knowledge.assigning import Handover, hand_over
from knowledge.crm import Absence, Activity, Assignment, Lead, Person, Snooze
from knowledge.database import Database
from knowledge.proposals import Move, Proposal, checking, history, latest, store
from knowledge.proposals.appealing import managers
from knowledge.proposals.tables import Moved, Proposed
from knowledge.scores import CallListEntry

# Who is said to have changed an owner where nobody clicked.
RULE = "rule"
# A plan that waits longer keeps its leads from nobody.
PLAN_WAITS = timedelta(days=1)


@dataclass(frozen=True)
class Gift:
    """A lead that nobody owns and who is to have it; `facts` say how that was decided."""

    lead_id: str
    to_id: str
    reason: str
    arm: store.Arm
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Idle:
    """A hot lead that nobody touched since its owner got it, with what decides how long that is in working time."""

    lead_id: str
    owner_id: str
    since: datetime
    working_hours: dict[str, Any] | None
    timezone: str | None
    off: tuple[tuple[date, date], ...]


def unowned(db: Database, now: datetime, limit: int) -> list[str]:
    """Open leads without an owner that no click is asked for, the newest first: those of plans not a day old wait, and
    so do those that a manager would not have given away."""
    awaits = (Proposed.status == "pending") & (Proposed.kind == "plan") & (Proposed.at > now - PLAN_WAITS)
    refused = Proposed.status.in_(("rejected", "undone")) & (Proposed.kind == "arrivals")
    kept = select(Moved.lead_id).join(Proposed, Proposed.id == Moved.proposal_id).where(or_(awaits, refused))
    query = (
        select(Lead.id)
        .where(Lead.owner_id.is_(None), Lead.outcome == "open", Lead.merged_into.is_(None), Lead.id.not_in(kept))
        .order_by(Lead.created_at.desc(), Lead.id)
        .limit(limit)
    )
    with db.read() as session:
        return list(session.scalars(query))


def give(db: Database, gifts: Sequence[Gift], *, at: datetime) -> list[Gift]:
    """Gives leads away under a standing rule; those that were given, the others having found an owner meanwhile."""
    with db.write() as session:
        held = checking.hold(session, (gift.lead_id for gift in gifts))
        given = [gift for gift in gifts if (gift.lead_id, None) in held.owners.items()]
        hand_over(session, [Handover(gift.lead_id, gift.to_id, gift.reason) for gift in given], at=at, by=RULE)
        holdouts.record(session, {gift.lead_id: gift.arm for gift in given}, at=at)
        for gift in given:
            facts = {**gift.facts, "to": gift.to_id, "arm": gift.arm}
            history.add(session, "lead", gift.lead_id, "given", by=None, at=at, reason=gift.reason, facts=facts)
            _tell(session, gift.lead_id, gift.to_id, "given", at)
    return given


def waiting(db: Database, now: datetime, ids: Collection[str]) -> dict[str, str | None]:
    """Leads in proposals for new ones that wait for a click and can still be carried out, with the team of each; those
    of all such proposals that hold any of `ids`."""
    asked = select(Moved.proposal_id).where(Moved.lead_id.in_(ids))
    query = select(Proposed).where(Proposed.kind == "arrivals", Proposed.status == "pending", Proposed.id.in_(asked))
    found: dict[str, str | None] = {}
    with db.read() as session:
        for row in session.scalars(query.order_by(Proposed.at)).all():
            moves = store.proposal_of(session, row, row.id).moves
            held = checking.hold(session, (move.lead_id for move in moves))
            if not any(checking.changes(session, moves, held, now)):
                found |= {move.lead_id: row.team_ids[0] for move in moves}
    return found


def gather(
    db: Database, team_id: str | None, moves: Sequence[Move], *, at: datetime, figures: Mapping[str, Any]
) -> Proposal | None:
    """One proposal for all new leads of a team, in the place of the last one if that still waits; None if that says it
    all. The manager is told once a day."""
    asked = waiting(db, at, [move.lead_id for move in moves])
    if all(move.lead_id in asked and asked[move.lead_id] == team_id for move in moves):
        return None
    last = latest(db, [team_id], kind="arrivals", status="pending")
    with db.write(books=False) as session:
        made = store.add(
            session,
            kind="arrivals",
            by=None,
            at=at,
            team_ids=[team_id],
            arguments={},
            figures=figures,
            moves=moves,
            replaces=last.id if last else None,
        )
        for manager_id in managers(session, [team_id]):
            key, args = f"arrivals:{team_id}:{at.date()}:{manager_id}", {"proposal": made.id}
            notices.post(session, key=key, person_id=manager_id, tool="arrivals_news", args=args, at=at)
    return made


def idle(db: Database, team_ids: Collection[str | None] | None, *, now: datetime, share: float) -> list[Idle]:
    """Leads among the `share` worth most of all that may be called, which nobody touched since a rep of some teams
    (None: of any) got them; a snoozed one was seen."""
    touched = (
        select(Activity.id)
        .where(Activity.lead_id == Lead.id, Activity.person_id.is_not(None), Activity.at >= Assignment.start)
        .exists()
    )
    snoozed = select(Snooze.id).where(Snooze.lead_id == Lead.id, Snooze.until > now).exists()
    query = (
        select(Lead.id, Person.id, Assignment.start, Person.working_hours, Person.timezone)
        .join(CallListEntry, CallListEntry.lead_id == Lead.id)
        .join(Person, Person.id == Lead.owner_id)
        .join(Assignment, (Assignment.lead_id == Lead.id) & (Assignment.person_id == Person.id))
        .where(Assignment.end.is_(None), Assignment.start <= now, Lead.outcome == "open", Lead.merged_into.is_(None))
        .where(CallListEntry.blocked == "", ~touched, ~snoozed, Person.role == "rep")
        .order_by(Lead.id, Assignment.start)
    )
    if team_ids is not None:
        teams = Person.team_id.in_([id_ for id_ in team_ids if id_ is not None])
        query = query.where(or_(teams, Person.team_id.is_(None)) if None in team_ids else teams)
    with db.read() as session:
        rows = session.execute(query.where(CallListEntry.worth >= _worth_of(session, share))).all()
        off = _absences(session, {owner for _, owner, *_ in rows})
    # Books from elsewhere may hold two assignments that nobody ended; the later one counts.
    found = {id_: Idle(id_, owner, at, hours, zone, off.get(owner, ())) for id_, owner, at, hours, zone in rows}
    return list(found.values())


def take_back(db: Database, found: Sequence[Idle], *, at: datetime, reason: str) -> list[Idle]:
    """Takes leads from their owners under a standing rule; those that were, the others having moved on meanwhile."""
    with db.write() as session:
        held = checking.hold(session, (each.lead_id for each in found))
        still = [each for each in found if (each.lead_id, each.owner_id) in held.owners.items()]
        taken = [each for each in still if not _touched(session, each)]
        hand_over(session, [Handover(each.lead_id, None, reason) for each in taken], at=at, by=RULE)
        for each in taken:
            facts = {"from": each.owner_id, "since": each.since.isoformat()}
            history.add(session, "lead", each.lead_id, "taken_back", by=None, at=at, reason=reason, facts=facts)
            _tell(session, each.lead_id, each.owner_id, "taken_back", at)
    return taken


def losers(db: Database, lead_ids: Collection[str]) -> dict[str, set[str]]:
    """From whom each of some leads was taken back, as often as it was; the others are not in it."""
    found: dict[str, set[str]] = {}
    for each in history.decisions(db, subject="lead", ids=lead_ids):
        if each.decision == "taken_back":
            found.setdefault(each.subject_id, set()).add(each.facts["from"])
    return found


def times_taken_back(db: Database, lead_ids: Collection[str]) -> dict[str, int]:
    """How often each of some leads was taken back; those that never were are not in it."""
    return history.times(db, "taken_back", lead_ids)


def last_given(db: Database, person_ids: Collection[str]) -> dict[str, datetime]:
    """When each of some people was last given a lead; who never was is not in it."""
    query = select(Assignment.person_id, func.max(Assignment.start)).group_by(Assignment.person_id)
    with db.read() as session:
        return dict(session.execute(query.where(Assignment.person_id.in_(list(person_ids)))).all())


def _worth_of(session: Session, share: float) -> float:
    """What the least of the best `share` of all leads that may be called is worth."""
    callable_ = select(CallListEntry.worth).where(CallListEntry.blocked == "")
    count = session.scalar(select(func.count()).where(CallListEntry.blocked == "")) or 0
    best = callable_.order_by(CallListEntry.worth.desc()).offset(max(0, round(count * share) - 1)).limit(1)
    worth = session.scalar(best)
    return float("inf") if worth is None else worth


def _absences(session: Session, ids: Iterable[str]) -> dict[str, tuple[tuple[date, date], ...]]:
    found: dict[str, tuple[tuple[date, date], ...]] = {}
    for row in session.scalars(select(Absence).where(Absence.person_id.in_(list(ids)))):
        found[row.person_id] = (*found.get(row.person_id, ()), (row.start, row.end))
    return found


def _touched(session: Session, each: Idle) -> bool:
    query = select(Activity.id).where(Activity.lead_id == each.lead_id, Activity.person_id.is_not(None))
    return session.scalars(query.where(Activity.at >= each.since).limit(1)).first() is not None


def _tell(session: Session, lead_id: str, person_id: str, event: str, at: datetime) -> None:
    key = f"{lead_id}:{event}:{person_id}:{at.isoformat()}"
    notices.post(session, key=key, person_id=person_id, tool="assignment_news", args={"lead": lead_id}, at=at)
