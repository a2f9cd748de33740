"""Forecasts that were told, kept so that they can be graded when their period is over.

A row says what was told of one period's bookings for some owners on one day; asking again on the same day keeps the
first. Rows are evidence: only what came is added to them, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table


class ForecastRow(Table):
    """What was told of one period for some owners; `scope` names them (`all`, `person:ID`, `manager:ID`).

    `owner_ids` are the people whose deals counted, None for everyone's; `actual` is what the period brought.
    """

    __tablename__ = "forecasts"
    __table_args__ = (Index("ix_forecasts_scope_end", "scope", "end"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    start: Mapped[datetime]
    end: Mapped[datetime]
    scope: Mapped[str]
    owner_ids: Mapped[list[Any] | None]
    p10: Mapped[float]
    p50: Mapped[float]
    p90: Mapped[float]
    mean: Mapped[float]
    booked: Mapped[float]
    baseline: Mapped[float]
    version: Mapped[int | None]
    actual: Mapped[float | None]
    graded_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Kept:
    """A forecast on record."""

    at: datetime
    start: datetime
    end: datetime
    scope: str
    owner_ids: Sequence[str | None] | None
    p10: float
    p50: float
    p90: float
    mean: float
    booked: float
    baseline: float
    version: int | None
    actual: float | None = None


_FACTS = tuple(name for name in Kept.__dataclass_fields__)


def keep(db: Database, told: Sequence[Kept]) -> None:
    """Keeps what was told, one row a day for each scope and period, whoever else keeps the same just then."""
    rows = [
        {
            **{name: getattr(each, name) for name in _FACTS if name != "owner_ids"},
            "id": _key(each),
            "owner_ids": None if each.owner_ids is None else list(each.owner_ids),
            "graded_at": None,
        }
        for each in told
    ]
    insert = (sqlite if db.is_sqlite else postgresql).insert(ForecastRow).on_conflict_do_nothing()
    with db.write(books=False) as session:
        for row in {row["id"]: row for row in rows}.values():
            session.execute(insert.values(row))


def is_kept(db: Database, start: datetime, end: datetime, *, since: datetime) -> bool:
    """Whether anything was told of a period since an instant."""
    same = (ForecastRow.start == start, ForecastRow.end == end, ForecastRow.at >= since)
    with db.read() as session:
        return session.scalar(select(ForecastRow.id).where(*same).limit(1)) is not None


def told(db: Database, scope: str, *, since: datetime | None = None, until: datetime | None = None) -> list[Kept]:
    """What was told for a scope of periods that end in (since, until], oldest first."""
    query = select(ForecastRow).where(ForecastRow.scope == scope).order_by(ForecastRow.end, ForecastRow.at)
    query = query if since is None else query.where(ForecastRow.end > since)
    query = query if until is None else query.where(ForecastRow.end <= until)
    with db.read() as session:
        return [_kept(row) for row in session.scalars(query)]


def grade(db: Database, *, now: datetime, came: Callable[[Kept], float]) -> int:
    """Adds what came to every forecast whose period is over; how many were graded."""
    query = select(ForecastRow).where(ForecastRow.end <= now, ForecastRow.actual.is_(None))
    with db.write(books=False) as session:
        rows = list(session.scalars(query))
        for row in rows:
            row.actual, row.graded_at = came(_kept(row)), now
    return len(rows)


def _kept(row: ForecastRow) -> Kept:
    facts: Mapping[str, Any] = {name: getattr(row, name) for name in _FACTS}
    return Kept(**facts)


def _key(each: Kept) -> str:
    return f"{each.at:%Y-%m-%d}/{each.start:%Y-%m-%dT%H%M}/{each.end:%Y-%m-%dT%H%M}/{each.scope}"
