"""Hold-outs: a share of units that goes on as before, so that the effect of what is new can be told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from knowledge.database import Database, Table

# The arms of an experiment: what is new, and what was done until now.
ASSIGNMENT = "assignment"
DEFAULT_SHARE = 0.1
UNITS_A_STATEMENT = 10_000


class HoldOut(Table):
    """A unit that took part in an experiment, since when and in which arm."""

    __tablename__ = "holdouts"

    experiment: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    arm: Mapped[str]
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Arm:
    """A unit, the arm it is in and since when."""

    unit: str
    arm: str
    at: datetime


def is_held_out(unit: str, experiment: str = ASSIGNMENT, share: float = DEFAULT_SHARE) -> bool:
    """Whether a unit goes on as before: always the same answer for the same unit, unrelated between experiments."""
    digest = hashlib.blake2b(unit.encode(), key=experiment.encode()[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def record(session: Session, units: Mapping[str, str], *, at: datetime, experiment: str = ASSIGNMENT) -> None:
    """Keeps the arm of each unit, inside the caller's transaction; the first one counts, unless it was ended."""
    kind = sqlite if session.connection().dialect.name == "sqlite" else postgresql
    rows = [{"experiment": experiment, "unit": unit, "arm": arm, "at": at} for unit, arm in sorted(units.items())]
    if rows:
        insert = kind.insert(HoldOut)
        again = {"arm": insert.excluded.arm, "at": insert.excluded.at, "ended_at": None}
        session.connection().execute(
            insert.on_conflict_do_update(
                index_elements=["experiment", "unit"], set_=again, where=HoldOut.ended_at.is_not(None)
            ),
            rows,
        )


def end(session: Session, units: Sequence[str], *, at: datetime, experiment: str = ASSIGNMENT) -> None:
    """Takes units out of an experiment whose change was undone, inside the caller's transaction."""
    for start in range(0, len(units), UNITS_A_STATEMENT):
        part = HoldOut.unit.in_(units[start : start + UNITS_A_STATEMENT])
        session.execute(update(HoldOut).where(HoldOut.experiment == experiment, part).values(ended_at=at))


def arms(db: Database, experiment: str = ASSIGNMENT) -> list[Arm]:
    """Every unit that is in an experiment, the earliest first."""
    query = select(HoldOut).where(HoldOut.experiment == experiment, HoldOut.ended_at.is_(None))
    with db.read() as session:
        return [Arm(row.unit, row.arm, row.at) for row in session.scalars(query.order_by(HoldOut.at, HoldOut.unit))]


def count(db: Database, experiment: str = ASSIGNMENT) -> int:
    """How many units are in an experiment."""
    with db.read() as session:
        query = select(func.count()).where(HoldOut.experiment == experiment, HoldOut.ended_at.is_(None))
        return session.scalar(query) or 0
