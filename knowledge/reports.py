"""The figures of long jobs, kept so that asking again need not wait."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from knowledge.database import Database
from knowledge.ledger import Report, new_id


def save(db: Database, kind: str, at: datetime, numbers: dict[str, Any], key: str = "") -> None:
    """Keeps the figures of a report; `key` tells apart what it was asked for (months, whose records)."""
    with db.write(books=False) as session:
        session.add(Report(id=new_id(), kind=kind, key=key, at=at, numbers=numbers))


def latest(
    db: Database, kind: str, key: str = "", since: datetime | None = None
) -> tuple[datetime, dict[str, Any]] | None:
    """When the newest report of a kind was made, and its figures; None if there is none, or none since an instant."""
    query = select(Report.at, Report.numbers).where(Report.kind == kind, Report.key == key)
    if since is not None:
        query = query.where(Report.at >= since)
    with db.read() as session:
        found = session.execute(query.order_by(Report.at.desc(), Report.id).limit(1)).first()
    return None if found is None else (found.at, found.numbers)
