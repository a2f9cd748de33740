"""Moves the company in time, so that books built on one day can be opened on another."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, DateTime, Integer, String, cast, delete, func, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import KeyedColumnElement

from knowledge.crm import BOOKS, Deal, DealChange, Lead, LeadChange, Quota
from knowledge.database import Database, Instant, Table, Version
from knowledge.forecasts import ForecastRow

# The last minute of the data, counted from 1970; only the demo company has one, so nobody's real books are ever moved.
ENDS = "demo_ends"
MINUTE = 60


def built_at(db: Database) -> datetime | None:
    """The instant at which the demo company's data ends; None where the books are not the demo company's."""
    with db.read() as session:
        minutes = session.scalar(select(Version.value).where(Version.name == ENDS))
    return None if minutes is None else datetime.fromtimestamp(minutes * MINUTE, UTC)


def built_on(db: Database) -> date | None:
    """The day on which the demo company's data ends; None where the books are not the demo company's."""
    ends = built_at(db)
    return None if ends is None else ends.date()


def mark(db: Database, now: datetime) -> None:
    """Writes down when the data ends."""
    with db.write() as session:
        session.merge(Version(name=ENDS, value=int(now.timestamp()) // MINUTE))


def shift(db: Database, *, by: timedelta) -> None:
    """Moves every date of the books by whole days, all of them or, if that fails, none.

    Times of day stay, and so do the gaps between any two dates; quotas move by the quarters between the old and the
    new last day. `(now - built_at(db)).days` is as far as they can go without anything lying ahead of `now`.
    """
    ends = built_on(db)
    if ends is None or not by.days:
        return
    days = timedelta(by.days)
    with db.write() as session:
        for model in BOOKS.values():
            _shift_columns(session, model, days, db.is_sqlite)
        for changes, model in ((LeadChange, Lead), (DealChange, Deal)):
            _shift_texts(session, changes, _dated(model), days, db.is_sqlite)
        # What was forecast of other days is not true of these.
        session.execute(delete(ForecastRow))
        _shift_quotas(session, _quarter(ends + days) - _quarter(ends))
        session.execute(
            update(Version).where(Version.name == ENDS).values(value=Version.value + days // timedelta(minutes=1))
        )


def _dated(model: type[Table]) -> list[KeyedColumnElement[Any]]:
    return [column for column in model.__table__.columns if isinstance(column.type, (Instant, Date))]


def _shift_columns(session: Session, model: type[Table], by: timedelta, sqlite: bool) -> None:
    dated = _dated(model)
    if dated:
        session.connection().execute(
            update(model.__table__).values({column: _moved(column, by, sqlite) for column in dated})  # type: ignore[arg-type]
        )


def _moved(column: ColumnElement[Any], by: timedelta, sqlite: bool) -> ColumnElement[Any]:
    if sqlite:
        return _moved_text(type_coerce(column, String), by, sqlite)
    return cast(type_coerce(column, DateTime) + by, Date if isinstance(column.type, Date) else DateTime)


def _moved_text(text: ColumnElement[Any], by: timedelta, sqlite: bool) -> ColumnElement[Any]:
    """The day at the head of an ISO text moved; the rest of the text is left as it is."""
    head, tail = func.substr(text, 1, 10), func.substr(text, 11)
    if sqlite:
        return func.date(head, f"{by.days:+d} days").op("||")(tail)
    return func.to_char(cast(head, Date) + cast(by.days, Integer), "YYYY-MM-DD").op("||")(tail)


def _shift_texts(session: Session, changes: type[LeadChange | DealChange], dated: list[KeyedColumnElement[Any]],
                 by: timedelta, sqlite: bool) -> None:  # fmt: skip
    old, new = (_moved_text(type_coerce(text, String), by, sqlite) for text in (changes.old, changes.new))
    session.connection().execute(
        update(changes).where(changes.field.in_([column.name for column in dated])).values(old=old, new=new)
    )


def _quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


def _shift_quotas(session: Session, quarters: int) -> None:
    for quota in session.scalars(select(Quota)):
        year, _, number = quota.period.partition("-Q")
        if year.isdigit() and number.isdigit():
            index = int(year) * 4 + int(number) - 1 + quarters
            quota.period = f"{index // 4}-Q{index % 4 + 1}"
