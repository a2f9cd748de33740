"""What was said in a thread, and what people thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.database import Database
from knowledge.ledger import Feedback, Turn, new_id


class Memory:
    """The assistant's own record of conversations; Slack's history is not asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def remember(
        self,
        thread: str,
        person_id: str,
        question: str,
        answer: str,
        calls: Sequence[dict[str, Any]],
        now: datetime,
        audit_id: str | None = None,
    ) -> None:
        """Adds a turn to a thread; `calls` are the tools asked: name, args and the names shown."""
        with self._db.write(books=False) as session:
            last = session.scalar(select(func.max(Turn.at)).where(Turn.thread == thread))
            session.add(
                Turn(
                    id=new_id(),
                    thread=thread,
                    # Turns of one instant, as on a clock that stands still, keep their order.
                    at=max(now, last + timedelta(microseconds=1)) if last else now,
                    person_id=person_id,
                    question=question,
                    answer=answer,
                    calls=list(calls),
                    audit_id=audit_id,
                )
            )

    def turns(self, thread: str, limit: int) -> list[Turn]:
        """The last turns of a thread, oldest first."""
        query = select(Turn).where(Turn.thread == thread).order_by(Turn.at.desc()).limit(limit)
        with self._db.read() as session:
            return list(session.scalars(query))[::-1]

    def has(self, thread: str) -> bool:
        """Whether anything was said in a thread."""
        return bool(self.turns(thread, 1))

    def rate(self, audit_id: str, person_id: str, now: datetime, *, good: bool, reason: str | None = None) -> None:
        """Keeps what a person thinks of an answer; a later word replaces an earlier one."""
        row = {"id": new_id(), "audit_id": audit_id, "person_id": person_id, "at": now, "good": good, "reason": reason}
        # Whoever speaks up again is heard again.
        row |= {"settled_at": None, "settled_by": None}
        insert = (sqlite if self._db.is_sqlite else postgresql).insert(Feedback).values(row)
        latest = {name: insert.excluded[name] for name in ("at", "good", "reason", "settled_at", "settled_by")}
        with self._db.write(books=False) as session:
            session.execute(insert.on_conflict_do_update(index_elements=["audit_id", "person_id"], set_=latest))

    def ratings(self, audit_id: str) -> list[Feedback]:
        """What people thought of an answer."""
        with self._db.read() as session:
            return list(session.scalars(select(Feedback).where(Feedback.audit_id == audit_id)))
