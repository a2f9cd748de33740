"""Open leads by when they came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from knowledge.crm import Lead
from knowledge.database import Database
from knowledge.records import Named, lead_name


def open_leads(
    db: Database,
    owner_ids: Sequence[str | None] | None,
    *,
    between: tuple[datetime, datetime] | None,
    limit: int,
) -> list[Named]:
    """The latest open leads of some owners (None among them: nobody's; None instead: everyone's), at most `limit`."""
    query = select(Lead.id, Lead.name, Lead.company, Lead.owner_id)
    query = query.where(Lead.outcome == "open", Lead.merged_into.is_(None))
    if between:
        query = query.where(Lead.created_at >= between[0], Lead.created_at <= between[1])
    if owner_ids is not None:
        named = Lead.owner_id.in_([id_ for id_ in owner_ids if id_ is not None])
        query = query.where(or_(named, Lead.owner_id.is_(None)) if None in owner_ids else named)
    with db.connect() as connection:
        rows = connection.execute(query.order_by(Lead.created_at.desc(), Lead.id).limit(limit))
        return [Named("lead", id_, lead_name(name, id_), company, owner) for id_, name, company, owner in rows]
