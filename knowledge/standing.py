"""Standing rules: what may be done without a click, because a manager switched it on by one."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table

Kind = Literal["assign", "take_back"]
KINDS: tuple[Kind, ...] = ("assign", "take_back")


class StandingRule(Table):
    """A rule switched on or off for a team; the last word counts, and rows are only ever added."""

    __tablename__ = "standing_rules"

    # Counts up: a clock that stands still would leave two of one instant in no order.
    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[str | None]
    kind: Mapped[str]
    on: Mapped[bool]
    by: Mapped[str]
    at: Mapped[datetime]


def switch(db: Database, *, team_id: str | None, kind: Kind, on: bool, by: str, at: datetime) -> None:
    """Switches a rule on or off for a team (None: for reps without a team)."""
    with db.write() as session:
        session.add(StandingRule(team_id=team_id, kind=kind, on=on, by=by, at=at))


def in_force(db: Database, kind: Kind) -> frozenset[str | None]:
    """The teams for which a rule is on."""
    query = select(StandingRule.team_id, StandingRule.on).where(StandingRule.kind == kind).order_by(StandingRule.id)
    with db.read() as session:
        last = dict(session.execute(query).all())
    return frozenset(team_id for team_id, on in last.items() if on)
