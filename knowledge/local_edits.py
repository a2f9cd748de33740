"""Fields that were changed here and not in the CRM that they came from: what was said here stands until it says the
same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.database import Table


class LocalEdit(Table):
    """A field of a record whose value was given here."""

    __tablename__ = "local_edits"

    table: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


def note(session: Session, table: str, ids: Iterable[str], field: str, at: datetime) -> None:
    """Says that a field of some records was changed here; inside the caller's transaction."""
    rows = [{"table": table, "record_id": id_, "field": field, "at": at} for id_ in ids]
    if rows:
        connection = session.connection()
        insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(LocalEdit)
        latest = insert.on_conflict_do_update(
            index_elements=["table", "record_id", "field"], set_={"at": insert.excluded.at}
        )
        connection.execute(latest, rows)


def keep(connection: Connection, target: sa.Table, staged: sa.Table, part: sa.ColumnElement[bool]) -> None:
    """Puts what was said here in the place of what a file says, in rows that are about to be loaded.

    Where both say the same, the file's system has caught up, and speaks for itself from then on.
    """
    ours = LocalEdit.__table__.c
    fields = connection.scalars(select(ours.field).where(ours.table == target.name).distinct()).all()
    for field in (name for name in fields if name in staged.c):
        edits = (ours.table == target.name) & (ours.field == field)
        pairs = select(target.c.id).join(staged, staged.c.id == target.c.id).where(part)
        caught_up = pairs.where(target.c[field].is_not_distinct_from(staged.c[field]))
        connection.execute(delete(LocalEdit).where(edits, ours.record_id.in_(caught_up)))
        edited = select(ours.record_id).where(edits)
        here: Any = select(target.c[field]).where(target.c.id == staged.c.id).scalar_subquery()
        connection.execute(update(staged).where(part, staged.c.id.in_(edited)).values({field: here}))
