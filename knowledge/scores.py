"""The current score of every open record, the features it was made from, and which ones have gone stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import pandas as pd
from sqlalchemy import Index, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.crm import Lead
from knowledge.database import Database, Table

# One transaction's worth: short enough that nobody else waits long.
ROWS_A_WRITE = 20_000
Row = TypeVar("Row")
SCORE_COLUMNS = ("value", "low", "high", "version", "as_of", "features")


class Score(Table):
    """What a model says of a record: `value` with its 90 % interval, in the model's unit.

    `features` are the raw values it was made from, in the order of the model version's feature list.
    """

    __tablename__ = "scores"

    model: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    version: Mapped[int]
    as_of: Mapped[datetime]
    features: Mapped[list[Any]]


class Stale(Table):
    """A lead that changed since it was last scored. Every import, sync and click puts its leads here."""

    __tablename__ = "stale_leads"

    lead_id: Mapped[str] = mapped_column(primary_key=True)


class CallListEntry(Table):
    """An open lead in the order of what a call to it is worth, with what decides whether it may be called.

    Kept beside the scores so that a question reads the top of an index instead of the whole book.
    `blocked` is empty, or the reason why nobody may call whatever the hour; `zone` is the clock that counts.
    """

    __tablename__ = "call_list"
    __table_args__ = (
        Index("ix_call_list_order", "owner_id", "blocked", "worth", "zone"),
        Index("ix_call_list_tally", "owner_id", "blocked", "zone"),
    )

    lead_id: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[str | None]
    blocked: Mapped[str]
    zone: Mapped[str]
    zone_assumed: Mapped[bool]
    worth: Mapped[float]


def save(db: Database, model: str, version: int, as_of: datetime, frame: pd.DataFrame) -> None:
    """Puts scores in the place of earlier ones; in short transactions.

    Parameters
    ----------
    frame : `value`, `low`, `high` and `features` (a list each), indexed by record id
    """
    made = {"model": model, "version": version, "as_of": as_of}
    columns = (frame[name].tolist() for name in ("value", "low", "high", "features"))
    rows = [
        {**made, "record_id": str(id_), "value": value, "low": low, "high": high, "features": features}
        for id_, value, low, high, features in zip(frame.index, *columns, strict=True)
    ]
    for part in _parts(rows):
        with db.write(books=False) as session:
            ids = [row["record_id"] for row in part]
            session.execute(delete(Score).where(Score.model == model, Score.record_id.in_(ids)))
            session.execute(Score.__table__.insert(), part)  # type: ignore[attr-defined]


def read(db: Database, model: str, ids: Sequence[str]) -> pd.DataFrame:
    """Scores of the records that have one, indexed by id: `value`, `low`, `high`, `version`, `as_of`, `features`."""
    columns = [Score.record_id, *(getattr(Score, name) for name in SCORE_COLUMNS)]
    with db.connect() as connection:
        rows = [
            row
            for part in _parts(list(ids))
            for row in connection.execute(select(*columns).where(Score.model == model, Score.record_id.in_(part)))
        ]
    return pd.DataFrame.from_records(rows, columns=["id", *SCORE_COLUMNS]).set_index("id")


def forget(db: Database, model: str, keep: Collection[str]) -> None:
    """Drops the scores of records that are not to be kept, such as leads no longer open."""
    kept = set(keep)
    with db.read() as session:
        gone = [id_ for id_ in session.scalars(select(Score.record_id).where(Score.model == model)) if id_ not in kept]
    drop(db, model, gone)


def drop(db: Database, model: str, ids: Sequence[str]) -> None:
    """Drops the scores of some records."""
    for part in _parts(list(ids)):
        with db.write(books=False) as session:
            session.execute(delete(Score).where(Score.model == model, Score.record_id.in_(part)))


def mark_stale(session: Session, ids: Collection[str]) -> None:
    """Says that leads changed since they were scored; inside the caller's transaction."""
    for part in _parts(sorted(set(ids))):
        session.execute(delete(Stale).where(Stale.lead_id.in_(part)))
        session.execute(insert(Stale), [{"lead_id": id_} for id_ in part])


def stale_ids(db: Database, limit: int) -> list[str]:
    """Some leads that changed since they were scored."""
    with db.read() as session:
        return list(session.scalars(select(Stale.lead_id).order_by(Stale.lead_id).limit(limit)))


def clear_stale(db: Database, ids: Sequence[str] | None = None) -> None:
    """Says that leads, or all of them, are about to be scored anew.

    Called before they are read: a change that comes in between marks them again.
    """
    if ids is None:
        with db.write(books=False) as session:
            session.execute(delete(Stale))
        return
    for part in _parts(list(ids)):
        with db.write(books=False) as session:
            session.execute(delete(Stale).where(Stale.lead_id.in_(part)))


def lead_ids(db: Database, *, only_open: bool) -> list[str]:
    """The ids of all leads, or of those still open, in order."""
    query = select(Lead.id).order_by(Lead.id)
    with db.read() as session:
        return list(session.scalars(query.where(Lead.outcome == "open") if only_open else query))


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    yield from (rows[start : start + ROWS_A_WRITE] for start in range(0, len(rows), ROWS_A_WRITE))
