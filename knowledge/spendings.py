"""What answers of language models took: tokens, and money where their prices are known."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

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
) -> None:
    """Notes what an answer took; what a repeated answer took is added to it."""
    with db.write() as session:
        known = session.get(Spending, audit_id)
        if known is None:
            known = Spending(audit_id=audit_id, input_tokens=0, output_tokens=0, usd=None)
            session.add(known)
        known.at, known.person_id, known.model = at, person_id, model
        known.input_tokens += input_tokens
        known.output_tokens += output_tokens
        if usd is not None:
            known.usd = (known.usd or 0.0) + usd


def tokens(db: Database, person_id: str, since: datetime) -> int:
    """How many tokens a person's answers took since then, read and written together."""
    taken = func.coalesce(func.sum(Spending.input_tokens + Spending.output_tokens), 0)
    with db.read() as session:
        return int(session.scalar(select(taken).where(Spending.person_id == person_id, Spending.at >= since)) or 0)
