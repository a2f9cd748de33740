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

# Two systems never say the same of an instant: it is believed where both agree on what came at it.
SAID_BY = {"outcome_at": "outcome", "closed_at": "outcome"}


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


def forget(session: Session, table: str, id_: str, fields: Iterable[str]) -> None:
    """Says that fields of a record are no longer as they were changed here; inside the caller's transaction."""
    ours = LocalEdit.table == table, LocalEdit.record_id == id_, LocalEdit.field.in_(list(fields))
    session.execute(delete(LocalEdit).where(*ours))


def keep(connection: Connection, target: sa.Table, staged: sa.Table, part: sa.ColumnElement[bool]) -> None:
    """Puts what was said here in the place of what a file says, in rows that are about to be loaded.

    Where both say the same, the file's system has caught up, and speaks for itself from then on.
    """
    ours = LocalEdit.__table__.c
    found = connection.scalars(select(ours.field).where(ours.table == target.name).distinct()).all()
    fields = [name for name in found if name in staged.c]
    pairs = select(target.c.id).join(staged, staged.c.id == target.c.id).where(part)
    # All before anything is put in the place of what the file says.
    for field in fields:
        said = SAID_BY.get(field, field)
        if said in staged.c:
            caught_up = pairs.where(target.c[said].is_not_distinct_from(staged.c[said]))
            edits = (ours.table == target.name) & (ours.field == field)
            connection.execute(delete(LocalEdit).where(edits, ours.record_id.in_(caught_up)))
    for field in fields:
        edited = select(ours.record_id).where(ours.table == target.name, ours.field == field)
        here: Any = select(target.c[field]).where(target.c.id == staged.c.id).scalar_subquery()
        connection.execute(update(staged).where(part, staged.c.id.in_(edited)).values({field: here}))
