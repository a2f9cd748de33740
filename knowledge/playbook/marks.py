"""What people thought of passages, and what they asked in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.ledger import new_id
from knowledge.playbook.tables import Mark, Unanswered

Verdict = Literal["useful", "outdated"]
# Marks that a passage is taken to have got beside its own, half of each kind: one click settles nothing.
PRIOR = 2.0


@dataclass(frozen=True)
class Tally:
    """How many people found a passage useful, and how many outdated."""

    passage_id: str
    document_id: str
    useful: int
    outdated: int

    @property
    def worth(self) -> float:
        """From -1 (all say outdated) to 1 (all say useful), shrunk to 0 where few said anything."""
        return (self.useful - self.outdated) / (self.useful + self.outdated + PRIOR)


def put(session: Session, *, passage_id: str, document_id: str, person_id: str, verdict: Verdict, at: datetime) -> None:
    """Keeps what a person thinks of a passage, in place of what the person thought before."""
    row = session.scalar(select(Mark).where(Mark.passage_id == passage_id, Mark.person_id == person_id))
    if row is None:
        row = Mark(id=new_id(), passage_id=passage_id, document_id=document_id, person_id=person_id)
        session.add(row)
    row.verdict, row.at = verdict, at


def tallies(db: Database) -> Sequence[Tally]:
    """The marks of every passage that has any."""
    useful = func.sum(case((Mark.verdict == "useful", 1), else_=0))
    query = select(Mark.passage_id, Mark.document_id, useful, func.count()).group_by(Mark.passage_id, Mark.document_id)
    with db.read() as session:
        return [Tally(id_, of, good, every - good) for id_, of, good, every in session.execute(query)]


def version(db: Database) -> tuple[int, datetime | None]:
    """Changes whenever somebody marks something."""
    with db.read() as session:
        count, last = session.execute(select(func.count(), func.max(Mark.at))).one()
        return count, last


def missed(db: Database, question: str, *, person_id: str, at: datetime) -> None:
    """Keeps a question to which the playbook has no answer."""
    with db.write(books=False) as session:
        session.add(Unanswered(id=new_id(), at=at, person_id=person_id, question=question))


def unanswered(db: Database, *, since: datetime) -> list[str]:
    """The questions asked in vain since an instant, the latest first."""
    with db.read() as session:
        query = select(Unanswered.question).where(Unanswered.at >= since).order_by(Unanswered.at.desc())
        return list(session.scalars(query))
