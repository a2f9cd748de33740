"""Leads change hands here and nowhere else, with everything that hangs on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from knowledge import local_edits
from knowledge.crm import Assignment, Deal, DealChange, Lead, LeadChange
from knowledge.ledger import new_id
from knowledge.scores import CallListEntry, mark_stale

# Below the number of variables that SQLite takes in one statement.
LEADS_A_STATEMENT = 10_000


@dataclass(frozen=True)
class Handover:
    """A lead that goes to a person, or to nobody; `reason` is a sentence for people."""

    lead_id: str
    to_id: str | None
    reason: str


def assign(session: Session, lead_id: str, to_id: str | None, *, at: datetime, by: str | None, reason: str) -> None:
    """Gives a lead to a person or to nobody, inside the caller's transaction; see `hand_over`."""
    hand_over(session, [Handover(lead_id, to_id, reason)], at=at, by=by)


def hand_over(session: Session, handovers: Sequence[Handover], *, at: datetime, by: str | None) -> None:
    """Gives leads to other owners, inside the caller's transaction; one that has its owner already is left alone.

    The lead, its history, its assignments, its place in the call list and an open deal of the old owner's go along,
    and the lead waits to be scored anew.
    """
    for start in range(0, len(handovers), LEADS_A_STATEMENT):
        _hand_over(session, handovers[start : start + LEADS_A_STATEMENT], at, by)


def _hand_over(session: Session, handovers: Sequence[Handover], at: datetime, by: str | None) -> None:
    owners = _owners(session, [each.lead_id for each in handovers])
    moved = [each for each in handovers if each.lead_id in owners and owners[each.lead_id] != each.to_id]
    if not moved:
        return
    _move_deals(session, moved, owners, at)
    _move_leads(session, moved, owners, at)
    _move_assignments(session, moved, at, by)
    mark_stale(session, [each.lead_id for each in moved])


def _owners(session: Session, ids: Sequence[str]) -> dict[str, str | None]:
    """Who has the leads now; they are kept from other writers, in an order that all of them keep."""
    query = select(Lead.id, Lead.owner_id).where(Lead.id.in_(ids)).order_by(Lead.id).with_for_update()
    return dict(session.execute(query).all())


def _move_leads(session: Session, moved: Sequence[Handover], owners: Mapping[str, str | None], at: datetime) -> None:
    connection, given = session.connection(), [{"key": each.lead_id, "owner": each.to_id} for each in moved]
    for table, key in ((Lead, Lead.id), (CallListEntry, CallListEntry.lead_id)):
        statement = update(table.__table__).where(key == bindparam("key"))  # type: ignore[arg-type]
        connection.execute(statement.values(owner_id=bindparam("owner")), given)
    changes: list[dict[str, Any]] = [
        {
            "id": new_id(),
            "lead_id": each.lead_id,
            "at": at,
            "field": "owner_id",
            "old": owners[each.lead_id],
            "new": each.to_id,
        }
        for each in moved
    ]
    connection.execute(insert(LeadChange), changes)
    local_edits.note(session, "leads", [each.lead_id for each in moved], "owner_id", at)


def _move_assignments(session: Session, moved: Sequence[Handover], at: datetime, by: str | None) -> None:
    ids = [each.lead_id for each in moved]
    running = Assignment.lead_id.in_(ids) & Assignment.end.is_(None)
    local_edits.note(session, "assignments", session.scalars(select(Assignment.id).where(running)).all(), "to", at)
    session.execute(update(Assignment).where(running).values(end=at))
    given = [
        {"id": new_id(), "lead_id": each.lead_id, "person_id": each.to_id, "from": at, "by": by, "reason": each.reason}
        for each in moved
        if each.to_id is not None
    ]
    if given:
        session.connection().execute(insert(Assignment.__table__), given)  # type: ignore[arg-type]


def _move_deals(session: Session, moved: Sequence[Handover], owners: Mapping[str, str | None], at: datetime) -> None:
    """An open deal goes with its lead, if both were in the same hands."""
    to = {each.lead_id: each.to_id for each in moved}
    for deal in session.scalars(select(Deal).where(Deal.lead_id.in_(to), Deal.outcome == "open").order_by(Deal.id)):
        lead_id = str(deal.lead_id)
        if deal.owner_id == owners[lead_id]:
            change = DealChange(id=new_id(), deal_id=deal.id, at=at, field="owner", old=deal.owner_id, new=to[lead_id])
            session.add(change)
            deal.owner_id = to[lead_id]
            local_edits.note(session, "deals", [deal.id], "owner_id", at)
