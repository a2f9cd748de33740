"""Answers that somebody found bad, with what was asked, until somebody has looked into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.ledger import Feedback, Suggestion, Turn


@dataclass(frozen=True)
class Complaint:
    """A thumb down that waits to be looked into.

    Attributes
    ----------
    question : what was asked; None where it was asked in no thread, or is erased
    tools : the tools that the answer came from, in order
    """

    audit_id: str
    at: datetime
    person_id: str
    reason: str | None
    question: str | None
    tools: tuple[str, ...]


def waiting(db: Database, *, limit: int) -> list[Complaint]:
    """The latest thumbs down that nobody has settled, those with a reason first."""
    query = select(Feedback).where(Feedback.good.is_(False), Feedback.settled_at.is_(None))
    with db.read() as session:
        found = session.scalars(query.order_by(Feedback.reason.is_(None), Feedback.at.desc()).limit(limit)).all()
        ids = [each.audit_id for each in found]
        asked = {turn.audit_id: turn.question for turn in session.scalars(select(Turn).where(Turn.audit_id.in_(ids)))}
        tools: dict[str, list[str]] = {}
        said = select(Suggestion.audit_id, Suggestion.tool).where(Suggestion.audit_id.in_(ids)).order_by(Suggestion.at)
        for audit_id, tool in session.execute(said):
            tools.setdefault(audit_id, []).append(tool)
    return [_complaint(each, asked.get(each.audit_id), tools.get(each.audit_id, ())) for each in found]


def settle(db: Database, audit_id: str, *, by: str | None, at: datetime) -> None:
    """Takes the thumbs down on an answer off the list; a reason given later puts it there again.

    Raises
    ------
    UnknownRecord
        When none on that answer waits.
    """
    open_ones = (Feedback.audit_id == audit_id, Feedback.good.is_(False), Feedback.settled_at.is_(None))
    with db.write(books=False) as session:
        done = session.connection().execute(update(Feedback).where(*open_ones).values(settled_at=at, settled_by=by))
        if not done.rowcount:
            raise UnknownRecord(
                f'No answer "{audit_id[:40]}" waits for a review; `callsheet review` lists those that do.'
            )


def _complaint(given: Feedback, question: str | None, tools: Sequence[str]) -> Complaint:
    return Complaint(given.audit_id, given.at, given.person_id, given.reason, question, tuple(tools))
