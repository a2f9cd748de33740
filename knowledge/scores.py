"""The current score of every open record, the features it was made from, and which ones have gone stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import pandas as pd
from sqlalchemy import Connection, Index, Select, delete, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.crm import Deal, Lead
from knowledge.database import Database, Table
from knowledge.ledger import new_id

# One transaction's worth: short enough that nobody else waits long.
ROWS_A_WRITE = 20_000
Row = TypeVar("Row")
SCORE_COLUMNS = ("value", "low", "high", "version", "as_of", "features")


class Score(Table):
    """What a model says of a record: `value` with its 90 % interval, in the model's unit.

    `features` are the raw values it was made from, in the order of the model version's feature list.
    """

    __tablename__ = "scores"
    __table_args__ = (Index("ix_scores_version", "model", "version"),)

    model: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]
    low: Mapped[float]
    high: Mapped[float]
    version: Mapped[int]
    as_of: Mapped[datetime]
    features: Mapped[list[Any]]


class Stale(Table):
    """A lead that changed since it was last scored. Every import, sync and click puts its leads here.

    `mark` is another each time, so that a score made from what stood before the change does not clear it.
    """

    __tablename__ = "stale_leads"

    lead_id: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(server_default="")


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


def read(db: Database, model: str, ids: Sequence[str], names: Sequence[str] = SCORE_COLUMNS) -> pd.DataFrame:
    """Scores of the records that have one, indexed by id: `value`, `low`, `high`, `version`, `as_of`, `features`.

    Features are long; whoever needs none does without by naming the others.
    """
    columns = [Score.record_id, *(getattr(Score, name) for name in names)]
    with db.connect() as connection:
        rows = [
            row
            for part in _parts(list(ids))
            for row in connection.execute(select(*columns).where(Score.model == model, Score.record_id.in_(part)))
        ]
    return pd.DataFrame.from_records(rows, columns=["id", *names]).set_index("id")


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
    mark = new_id()
    for part in _parts(sorted(set(ids))):
        session.execute(_marking(session.connection()), [{"lead_id": id_, "mark": mark} for id_ in part])


def mark_stale_of(connection: Connection, leads: Select[str]) -> None:
    """Says it of the leads that a query finds; inside the caller's transaction."""
    # Each once and in order, so that two writers never wait for each other's leads.
    found = leads.add_columns(literal(new_id())).distinct().order_by(leads.selected_columns[0])
    connection.execute(_marking(connection).from_select(["lead_id", "mark"], found))


def stale_ids(db: Database, limit: int | None = None) -> list[str]:
    """Leads that changed since they were last scored; some of them, or all."""
    with db.read() as session:
        return list(session.scalars(select(Stale.lead_id).order_by(Stale.lead_id).limit(limit)))


def stale_marks(db: Database, ids: Sequence[str]) -> dict[str, str]:
    """The marks that some leads bear, to be read before the leads are; for `clear_stale` once they are scored."""
    with db.read() as session:
        return {
            id_: mark
            for part in _parts(ids)
            for id_, mark in session.execute(select(Stale.lead_id, Stale.mark).where(Stale.lead_id.in_(part)))
        }


def clear_stale(db: Database, marks: Mapping[str, str]) -> None:
    """Says that leads were scored; one that was marked again meanwhile stays stale."""
    by_mark: dict[str, list[str]] = {}
    for id_, mark in marks.items():
        by_mark.setdefault(mark, []).append(id_)
    for mark, ids in by_mark.items():
        for part in _parts(ids):
            with db.write(books=False) as session:
                session.execute(delete(Stale).where(Stale.mark == mark, Stale.lead_id.in_(part)))


def count_of_other_versions(db: Database, model: str, version: int) -> int:
    """How many records have a score that another version of the model made."""
    other = or_(Score.version < version, Score.version > version)  # two ranges of an index, unlike "not equal"
    with db.read() as session:
        return session.scalar(select(func.count()).where(Score.model == model, other)) or 0


def lead_ids(db: Database, *, only_open: bool) -> list[str]:
    """The ids of all leads, or of those still open, in order."""
    return record_ids(db, "leads", only_open=only_open)


def record_ids(db: Database, table: Literal["leads", "deals"], *, only_open: bool) -> list[str]:
    """The ids of all records of a table, or of those still open, in order."""
    kind = Lead if table == "leads" else Deal
    query = select(kind.id).order_by(kind.id)
    with db.read() as session:
        return list(session.scalars(query.where(kind.outcome == "open") if only_open else query))


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    yield from (rows[start : start + ROWS_A_WRITE] for start in range(0, len(rows), ROWS_A_WRITE))


def _marking(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    """An insert of leads and their mark, which takes the place of an earlier one."""
    kind = sqlite if connection.dialect.name == "sqlite" else postgresql
    marking: sqlite.Insert | postgresql.Insert = kind.insert(Stale)
    return marking.on_conflict_do_update(index_elements=["lead_id"], set_={"mark": marking.excluded.mark})
