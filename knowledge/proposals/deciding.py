"""A click on a proposal: approved, rejected or undone, wholly or not at all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import holdouts, notices, staff
from knowledge.assigning import Handover, hand_over
from knowledge.crm import Person
from knowledge.database import Database
from knowledge.errors import TooLate
from knowledge.proposals import checking, history, store
from knowledge.proposals.store import Move, Proposal
from knowledge.proposals.tables import Proposed

UNDO_WITHIN = timedelta(days=1)


@dataclass(frozen=True)
class Undone:
    """Leads that went back to who had them, and those that moved on since and stay where they are."""

    back: tuple[str, ...]
    kept: tuple[str, ...]


def approve(db: Database, id_: str, *, by: str, at: datetime) -> Proposal:
    """The proposal, every lead of it with its new owner; everyone touched will be told.

    Raises
    ------
    AlreadyDecided
        When somebody was faster.
    StaleProposal
        When anything moved meanwhile; then nothing is changed, and the proposal still waits.
    """
    with db.write() as session:
        row = _pending(session, id_)
        proposal = store.proposal_of(session, row, id_)
        moving = [move for move in proposal.moves if move.changes_owner]
        held = checking.hold(session, (move.lead_id for move in proposal.moves))
        checking.check(session, moving, held, at)
        hand_over(session, [Handover(move.lead_id, move.to_id, move.why) for move in moving], at=at, by=by)
        # A lead that was decided before the plan began says nothing about it, in whichever arm it was to be.
        arms = {move.lead_id: move.arm for move in proposal.moves if move.lead_id in held.owners}
        holdouts.record(session, arms, at=at)
        _decide(session, row, "approved", by, at)
        _tell(session, proposal.touched - {by}, id_, "approved", at)
        return store.proposal_of(session, row, id_)


def reject(db: Database, id_: str, *, by: str, at: datetime, reason: str | None) -> Proposal:
    """The proposal, turned down; nothing else is changed.

    Raises
    ------
    AlreadyDecided
        When somebody was faster.
    """
    with db.write(books=False) as session:
        row = _pending(session, id_)
        _decide(session, row, "rejected", by, at, reason)
        return store.proposal_of(session, row, id_)


def undo(db: Database, id_: str, *, by: str, at: datetime) -> Undone:
    """What went back and what did not: leads that were decided or moved on since stay where they are.

    Raises
    ------
    AlreadyDecided
        When the proposal is not an approved one.
    TooLate
        More than a day after it was approved.
    """
    with db.write() as session:
        row = store.locked(session, id_)
        if row.status != "approved" or row.decided_at is None:
            raise store.already(row)
        if at - row.decided_at > UNDO_WITHIN:
            raise TooLate("A plan can be undone for a day after it was approved; make a new plan instead.")
        proposal = store.proposal_of(session, row, id_)
        undone = _give_back(session, [move for move in proposal.moves if move.changes_owner], by, at)
        holdouts.end(session, [move.lead_id for move in proposal.moves], at=at)
        row.status = "undone"
        facts = {"back": len(undone.back), "kept": len(undone.kept)}
        history.add(session, "proposal", id_, "undone", by=by, at=at, facts=facts)
        _tell(session, proposal.touched - {by}, id_, "undone", at)
        return undone


def _pending(session: Session, id_: str) -> Proposed:
    row = store.locked(session, id_)
    if row.status != "pending":
        raise store.already(row)
    return row


def _decide(
    session: Session, row: Proposed, verdict: history.Verdict, by: str, at: datetime, reason: str | None = None
) -> None:
    row.status, row.decided_by, row.decided_at, row.reason = verdict, by, at, reason
    history.add(session, "proposal", row.id, verdict, by=by, at=at, reason=reason, facts={"kind": row.kind})
    session.flush()


def _give_back(session: Session, moves: Sequence[Move], by: str, at: datetime) -> Undone:
    """Leads that are still where the plan put them, to who had them; if that one left, they stay."""
    held = checking.hold(session, (move.lead_id for move in moves))
    givers = {move.from_id for move in moves if move.from_id is not None}
    left = {id_ for id_, reason in staff.unfit(session, givers, at).items() if reason != staff.AWAY}
    back = [move for move in moves if (move.lead_id, move.to_id) in held.owners.items() and move.from_id not in left]
    hand_over(session, [Handover(move.lead_id, move.from_id, "The plan was undone.") for move in back], at=at, by=by)
    returned = tuple(move.lead_id for move in back)
    return Undone(returned, tuple(move.lead_id for move in moves if move.lead_id not in {*returned}))


def _tell(session: Session, ids: Collection[str], id_: str, event: str, at: datetime) -> None:
    here = select(Person.id).where(Person.id.in_(list(ids)), Person.active, Person.left_on.is_(None))
    for person_id in session.scalars(here.order_by(Person.id)):
        key = f"{id_}:{event}:{person_id}"
        notices.post(session, key=key, person_id=person_id, tool="plan_news", args={"proposal": id_}, at=at)
