"""What people know better than the model: a lead rated higher or lower for a while, and who was right in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from typing import Literal

import pandas as pd
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from knowledge import frames, scores
from knowledge.database import Database
from knowledge.ledger import Override, new_id

# Odds doubled or halved: enough to move a lead, not enough to silence the model.
STEP = log(2)
IN_FORCE = timedelta(days=30)
# Won later than this, a lead was not won within what its chance spoke of.
HORIZON = timedelta(days=90)
# Taken back sooner than this, it was a slip of the hand and nobody's judgement.
SLIP = timedelta(days=1)
IDS_A_QUERY = 20_000


@dataclass(frozen=True)
class Opinion:
    """A person's word on a lead; `shift` is added to the model's log-odds."""

    lead_id: str
    person_id: str
    at: datetime
    until: datetime
    shift: float

    @property
    def view(self) -> Literal["higher", "lower"]:
        """How the person rates the lead against the model."""
        return "higher" if self.shift > 0 else "lower"


@dataclass(frozen=True)
class Grade:
    """An override whose outcome is known: what the model said, what the person made of it, and what came."""

    lead_id: str
    person_id: str
    at: datetime
    model: float
    human: float
    won: bool

    @property
    def human_was_right(self) -> bool:
        """Whether the person moved the chance towards what came."""
        return (self.human > self.model) == self.won


def rate(
    db: Database,
    lead_id: str,
    person_id: str,
    *,
    shift: float,
    at: datetime,
    chance: float,
    version: int,
    reason: str | None = None,
) -> Opinion:
    """A person's word on a lead, in force from now on; it takes the place of any earlier one.

    Parameters
    ----------
    shift : log-odds to add to the model's; above 0 for a lead that is better than it says
    chance, version : what the model says by itself, and which version of it
    """
    until = at + IN_FORCE
    with db.write() as session:
        _end(session, lead_id, at)
        session.add(
            Override(
                id=new_id(),
                lead_id=lead_id,
                person_id=person_id,
                at=at,
                until=until,
                shift=shift,
                chance=chance,
                version=version,
                reason=reason,
            )
        )
        scores.mark_stale(session, [lead_id])
    return Opinion(lead_id, person_id, at, until, shift)


def clear(db: Database, lead_id: str, *, at: datetime) -> None:
    """Leaves a lead to the model again."""
    with db.write() as session:
        _end(session, lead_id, at)
        scores.mark_stale(session, [lead_id])


def in_force(db: Database, at: datetime, ids: Sequence[str] | None = None) -> dict[str, Opinion]:
    """The word that counted at an instant, for each lead that has one; of all leads, or of some."""
    query = select(Override).where(
        Override.at <= at, Override.until > at, or_(Override.ended_at.is_(None), Override.ended_at > at)
    )
    parts = [None] if ids is None else [ids[i : i + IDS_A_QUERY] for i in range(0, len(ids), IDS_A_QUERY)]
    with db.read() as session:
        rows = [
            row
            for part in parts
            for row in session.scalars(query if part is None else query.where(Override.lead_id.in_(part)))
        ]
    return {row.lead_id: Opinion(row.lead_id, row.person_id, row.at, row.until, row.shift) for row in rows}


def end_expired(db: Database, now: datetime) -> None:
    """Closes what has run out, so that its leads are scored without it."""
    over = select(Override.lead_id).where(Override.until <= now, Override.ended_at.is_(None))
    with db.read() as session:
        if not session.scalars(over).first():
            return
    with db.write() as session:
        scores.mark_stale(session, session.scalars(over).all())
        expired = update(Override).where(Override.until <= now, Override.ended_at.is_(None))
        session.execute(expired.values(ended_at=Override.until))


def graded(db: Database, *, now: datetime, horizon: timedelta = HORIZON) -> list[Grade]:
    """Every override whose lead was decided since, or had `horizon` for it; the oldest first."""
    with db.read() as session:
        rows = session.scalars(select(Override).where(Override.at <= now).order_by(Override.at, Override.id)).all()
    meant = [row for row in rows if row.ended_at is None or row.ended_at - row.at >= SLIP]
    leads = frames.load(db, until=now, ids=sorted({row.lead_id for row in meant})).at(now).leads
    found = (_grade(row, leads, now, row.at + horizon) for row in meant if row.lead_id in leads.index)
    return [grade for grade in found if grade]


def _grade(row: Override, leads: pd.DataFrame, now: datetime, end: datetime) -> Grade | None:
    outcome, decided = leads["outcome"][row.lead_id], leads["outcome_at"][row.lead_id]
    if outcome == "open" and now < end:
        return None
    human = 1 / (1 + (1 / row.chance - 1) * exp(-row.shift))
    won = outcome == "won" and not decided > end
    return Grade(row.lead_id, row.person_id, row.at, row.chance, human, won)


def _end(session: Session, lead_id: str, at: datetime) -> None:
    standing = update(Override).where(Override.lead_id == lead_id, Override.ended_at.is_(None), Override.until > at)
    session.execute(standing.values(ended_at=at))
