"""Who has had a lead, since when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from knowledge.crm import Assignment
from knowledge.database import Database


@dataclass(frozen=True)
class Tenure:
    """A person who has a lead, or had it; `by` is whose hand or which rule gave it."""

    person_id: str
    since: datetime
    until: datetime | None
    by: str | None
    reason: str | None


def history(db: Database, lead_id: str, *, until: datetime) -> Sequence[Tenure]:
    """Everyone who has had a lead, the latest first."""
    query = select(Assignment).where(Assignment.lead_id == lead_id, Assignment.start <= until)
    with db.read() as session:
        rows = session.scalars(query.order_by(Assignment.start.desc(), Assignment.id.desc()))
        return [Tenure(row.person_id, row.start, row.end, row.by, row.reason) for row in rows]
