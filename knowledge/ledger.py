"""What the assistant did: events claimed, turns of threads, what was said on what evidence, what people thought of it,
which models served when.

Append-only where it is evidence. It keeps ids and tool names; texts of people sit only in `turns`, which can be erased.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table


class InboxEvent(Table):
    """A Slack event taken on, once: its key is unique whatever replica receives it.

    Of one lane, one is worked on at a time; `due_at` is when it may be taken.
    """

    __tablename__ = "inbox"

    key: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    due_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    # What is open is found by it: that is little, beside a day of what is done.
    done_at: Mapped[datetime | None] = mapped_column(index=True)


class Turn(Table):
    """One question and its answer in a thread."""

    __tablename__ = "turns"
    __table_args__ = (Index("ix_turns_thread_at", "thread", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    thread: Mapped[str]
    at: Mapped[datetime]
    person_id: Mapped[str]
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    calls: Mapped[list[Any]] = mapped_column(default=list)
    audit_id: Mapped[str | None] = mapped_column(index=True)


class Suggestion(Table):
    """What a tool told whom, on what evidence."""

    __tablename__ = "suggestions"

    id: Mapped[str] = mapped_column(primary_key=True)
    audit_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    person_id: Mapped[str] = mapped_column(index=True)
    tool: Mapped[str]
    args: Mapped[dict[str, Any]]
    refused: Mapped[str | None]
    evidence: Mapped[list[Any]]


class Feedback(Table):
    """What a person thought of an answer; the last word counts."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("audit_id", "person_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    audit_id: Mapped[str]
    person_id: Mapped[str]
    at: Mapped[datetime]
    good: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(Text)
    # When somebody had looked into it, and who.
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None]


class ModelVersion(Table):
    """A trained model: its bytes, what it was trained on and how good it was found."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("model", "version"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    trained_at: Mapped[datetime]
    as_of: Mapped[datetime]
    fingerprint: Mapped[str]
    features: Mapped[list[Any]]
    report: Mapped[dict[str, Any]]
    serves: Mapped[bool] = mapped_column(default=False)
    blob: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Serving(Table):
    """A version that began to serve; the last one before an instant is the one that served then."""

    __tablename__ = "servings"
    __table_args__ = (Index("ix_servings_model_at", "model", "at"),)

    # Counts up: a clock that stands still would leave two of one instant in no order.
    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str]
    version: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str | None]


class Override(Table):
    """A person's word that a lead is better or worse than the model says.

    `shift` is added to the model's log-odds while it is in force; `chance` is what the model said at the time, so that
    both can be judged once the outcome is known.
    """

    __tablename__ = "overrides"

    id: Mapped[str] = mapped_column(primary_key=True)
    lead_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    shift: Mapped[float]
    chance: Mapped[float]
    version: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)


class Report(Table):
    """The figures of a long job, so that asking again need not wait for it."""

    __tablename__ = "reports"
    __table_args__ = (Index("ix_reports_kind_key_at", "kind", "key", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    at: Mapped[datetime]
    numbers: Mapped[dict[str, Any]]


class Access(Table):
    """Who looked at which records, through which tool; or had them told to which provider, and how much of them."""

    __tablename__ = "access_log"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    person_id: Mapped[str] = mapped_column(index=True)
    tool: Mapped[str]
    records: Mapped[list[Any]]


def new_id() -> str:
    """A short unique id for a row of the ledger."""
    return uuid.uuid4().hex[:16]


def record_access(db: Database, *, at: datetime, person_id: str, tool: str, records: Sequence[Any]) -> None:
    """Notes that something of some records was handed on for a person, by a tool or to a provider."""
    with db.write(books=False) as session:
        session.add(Access(id=new_id(), at=at, person_id=person_id, tool=tool, records=list(records)))


def record_suggestion(
    db: Database,
    *,
    audit_id: str,
    at: datetime,
    person_id: str,
    tool: str,
    args: dict[str, Any],
    refused: str | None,
    evidence: Sequence[str],
) -> None:
    """Keeps what was said to whom, and which records were looked at for it: keys only."""
    looked_at = [key for key in evidence if not key.startswith("model:")]
    with db.write(books=False) as session:
        session.add(
            Suggestion(
                id=new_id(),
                audit_id=audit_id,
                at=at,
                person_id=person_id,
                tool=tool,
                args=args,
                refused=refused,
                evidence=list(evidence),
            )
        )
        if looked_at:
            session.add(Access(id=new_id(), at=at, person_id=person_id, tool=tool, records=looked_at))
