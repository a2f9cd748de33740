"""What is kept of proposals, of the moves in them, of what people decided, and of appeals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Table


class Proposed(Table):
    """A change of many owners that awaits a click, or had one."""

    __tablename__ = "proposals"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str | None]
    team_ids: Mapped[list[Any]]
    arguments: Mapped[dict[str, Any]]
    figures: Mapped[dict[str, Any]]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[str | None]


class Moved(Table):
    """One lead of a proposal: from whom to whom, and what it is worth with either."""

    __tablename__ = "moves"
    __table_args__ = (Index("ix_moves_lead", "lead_id"),)

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    lead_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    from_id: Mapped[str | None]
    to_id: Mapped[str | None]
    value_before: Mapped[float]
    value_after: Mapped[float]
    chance_before: Mapped[float | None]
    chance_after: Mapped[float]
    why: Mapped[str] = mapped_column(Text)
    arm: Mapped[str]


class Decided(Table):
    """What a person (None: a standing rule) decided on a proposal, an appeal or a lead. Rows are only ever added."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_subject", "subject", "subject_id"),)

    # Counts up: a clock that stands still would leave two of one instant in no order.
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str | None]
    subject: Mapped[str]
    subject_id: Mapped[str]
    decision: Mapped[str]
    reason: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]]


class Appealed(Table):
    """A rep's wish to have a lead that went elsewhere."""

    __tablename__ = "appeals"

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(index=True)
    owner_id: Mapped[str | None]
    by: Mapped[str]
    team_id: Mapped[str | None]
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(index=True)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
