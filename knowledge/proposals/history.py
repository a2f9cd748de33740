"""The ledger of what people decided, and standing rules in their name: rows are only ever added."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.proposals.tables import Decided

Subject = Literal["proposal", "appeal", "lead"]
Verdict = Literal[
    "approved", "rejected", "adjusted", "replaced", "undone", "appealed", "granted", "refused", "taken_back", "given"
]


@dataclass(frozen=True)
class Decision:
    """Who (None: a standing rule) decided what of which proposal, appeal or lead, and why."""

    at: datetime
    by: str | None
    subject: Subject
    subject_id: str
    decision: Verdict
    reason: str | None
    facts: Mapping[str, Any]


def add(
    session: Session,
    subject: Subject,
    subject_id: str,
    decision: Verdict,
    *,
    by: str | None,
    at: datetime,
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Writes a decision down, inside the caller's transaction."""
    row = Decided(
        at=at, by=by, subject=subject, subject_id=subject_id, decision=decision, reason=reason, facts=dict(facts or {})
    )
    session.add(row)


def decisions(db: Database, *, subject: Subject | None = None, ids: Collection[str] | None = None) -> list[Decision]:
    """All that was decided, the oldest first; of one kind of subject and of some of them, if these are given."""
    query = select(Decided).order_by(Decided.id)
    if subject is not None:
        query = query.where(Decided.subject == subject)
    if ids is not None:
        query = query.where(Decided.subject_id.in_(list(ids)))
    with db.read() as session:
        return [_decision(row) for row in session.scalars(query)]


def times(db: Database, decision: Verdict, lead_ids: Collection[str]) -> dict[str, int]:
    """How often something was decided of some leads; those of which it never was are not in it."""
    query = (
        select(Decided.subject_id, func.count())
        .where(Decided.subject == "lead", Decided.decision == decision, Decided.subject_id.in_(list(lead_ids)))
        .group_by(Decided.subject_id)
    )
    with db.read() as session:
        return dict(session.execute(query).all())


def _decision(row: Decided) -> Decision:
    return Decision(
        row.at,
        row.by,
        cast("Subject", row.subject),
        row.subject_id,
        cast("Verdict", row.decision),
        row.reason,
        row.facts,
    )
