"""What answers of language models took: tokens, and money where their prices are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.crm import Person
from knowledge.database import Database, Table


class Spending(Table):
    """What one answer took; `usd` is None where prices are not known."""

    __tablename__ = "spendings"

    audit_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    person_id: Mapped[str] = mapped_column(index=True)
    model: Mapped[str]
    input_tokens: Mapped[int]
    output_tokens: Mapped[int]
    usd: Mapped[float | None]


@dataclass
class Day:
    """What one person's answers took on a day of theirs; `usd` is None where no price was known."""

    day: date
    person_id: str
    answers: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None


def add(
    db: Database,
    *,
    audit_id: str,
    at: datetime,
    person_id: str,
    model: str,
    input_tokens: int,
    output_tokens: int,
    usd: float | None,
    since: datetime,
) -> int:
    """Notes what an answer took, added to what it took before if it is repeated; how many tokens the person's answers
    took since an instant."""
    with db.write(books=False) as session:
        # Held until the end: of two answers, one finds the sum without the other, and the other the whole.
        session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        known = session.get(Spending, audit_id)
        if known is None:
            known = Spending(audit_id=audit_id, input_tokens=0, output_tokens=0, usd=None)
            session.add(known)
        known.at, known.person_id, known.model = at, person_id, model
        known.input_tokens += input_tokens
        known.output_tokens += output_tokens
        if usd is not None:
            known.usd = (known.usd or 0.0) + usd
        session.flush()
        return _taken(session, person_id, since)


def tokens(db: Database, person_id: str, since: datetime) -> int:
    """How many tokens a person's answers took since then, read and written together."""
    with db.read() as session:
        return _taken(session, person_id, since)


def days(db: Database, *, now: datetime, last: int, zone: Callable[[str], ZoneInfo]) -> list[Day]:
    """Who took how much on each of the last days, the latest first; a day is one of the person's own `zone`."""
    # Nobody's day is two days away from another's.
    query = select(Spending).where(Spending.at >= now - timedelta(days=last + 1)).order_by(Spending.at)
    found: dict[tuple[str, date], Day] = {}
    with db.read() as session:
        for each in session.scalars(query):
            there = zone(each.person_id)
            day = each.at.astimezone(there).date()
            if (now.astimezone(there).date() - day).days < last:
                _count(found.setdefault((each.person_id, day), Day(day, each.person_id)), each)
    return sorted(found.values(), key=lambda each: (-each.day.toordinal(), each.person_id))


def _count(day: Day, spent: Spending) -> None:
    day.answers += 1
    day.input_tokens += spent.input_tokens
    day.output_tokens += spent.output_tokens
    if spent.usd is not None:
        day.usd = (day.usd or 0.0) + spent.usd


def _taken(session: Session, person_id: str, since: datetime) -> int:
    taken = func.coalesce(func.sum(Spending.input_tokens + Spending.output_tokens), 0)
    return int(session.scalar(select(taken).where(Spending.person_id == person_id, Spending.at >= since)) or 0)
