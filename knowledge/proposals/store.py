"""Proposals as they were made: kept, read, found again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.errors import AlreadyDecided, UnknownRecord
from knowledge.ledger import new_id
from knowledge.proposals import history
from knowledge.proposals.tables import Moved, Proposed

Kind = Literal["plan", "arrivals"]
Status = Literal["pending", "approved", "rejected", "undone", "replaced"]
Arm = Literal["plan", "today"]


@dataclass(frozen=True)
class Move:
    """One lead of a proposal: who has it and who is to have it (None: nobody), what it is worth with each and why.

    `arm` says by which rule: the plan's, or the one that was followed until now.
    """

    lead_id: str
    from_id: str | None
    to_id: str | None
    value_before: float
    value_after: float
    chance_before: float | None
    chance_after: float
    why: str
    arm: Arm = "plan"

    @property
    def changes_owner(self) -> bool:
        return self.from_id != self.to_id


_MOVE = [getattr(Moved, field.name) for field in fields(Move)]


@dataclass(frozen=True)
class Proposal:
    """A change that awaits a decision, or had one; `by` is who asked for it, None for a standing job.

    `figures["prices"]` holds what one more lead is worth to each rep, by id.
    """

    id: str
    kind: Kind
    status: Status
    at: datetime
    by: str | None
    team_ids: tuple[str | None, ...]
    arguments: Mapping[str, Any]
    figures: Mapping[str, Any]
    moves: tuple[Move, ...]
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    replaced_by: str | None = None

    @property
    def touched(self) -> frozenset[str]:
        """Everyone who gets a lead or gives one away."""
        return frozenset(
            id_ for move in self.moves if move.changes_owner for id_ in (move.from_id, move.to_id) if id_ is not None
        )


def create(
    db: Database,
    *,
    kind: Kind,
    by: str | None,
    at: datetime,
    team_ids: Sequence[str | None],
    arguments: Mapping[str, Any],
    figures: Mapping[str, Any],
    moves: Sequence[Move],
    replaces: str | None = None,
) -> Proposal:
    """A proposal that waits for a decision.

    It takes the place of the one that it `replaces`; without that, of what the same person asked for in the same terms
    before, so that asking again leaves one to decide.

    Raises
    ------
    AlreadyDecided
        When the one to be replaced does not wait any more.
    """
    with db.write(books=False) as session:
        return add(
            session,
            kind=kind,
            by=by,
            at=at,
            team_ids=team_ids,
            arguments=arguments,
            figures=figures,
            moves=moves,
            replaces=replaces,
        )


def add(
    session: Session,
    *,
    kind: Kind,
    by: str | None,
    at: datetime,
    team_ids: Sequence[str | None],
    arguments: Mapping[str, Any],
    figures: Mapping[str, Any],
    moves: Sequence[Move],
    replaces: str | None = None,
) -> Proposal:
    """What `create` does, inside the caller's transaction."""
    row = Proposed(
        id=new_id(),
        kind=kind,
        status="pending",
        at=at,
        by=by,
        team_ids=list(team_ids),
        arguments=dict(arguments),
        figures=dict(figures),
    )
    for id_ in _waiting_alike(session, row) if replaces is None else [replaces]:
        _replace(session, id_, row, by, at)
    session.add(row)
    session.flush()
    if moves:
        lines = [asdict(move) | {"proposal_id": row.id, "position": i} for i, move in enumerate(moves)]
        session.connection().execute(insert(Moved), lines)
    return _proposal(row, moves)


def read(db: Database, id_: str) -> Proposal:
    """A proposal with its moves, in the order in which they were given.

    Raises
    ------
    UnknownRecord
        When there is none of that id.
    """
    with db.read() as session:
        return proposal_of(session, session.get(Proposed, id_), id_)


def latest(
    db: Database, team_ids: Collection[str | None], *, kind: Kind | None = None, status: Status | None = None
) -> Proposal | None:
    """The newest proposal about any of some teams, of a kind and in a state if these are given."""
    with db.read() as session:
        row = _latest(session, team_ids, kind, (status,) if status else ())
        return proposal_of(session, row, row.id) if row else None


def pending(db: Database, team_ids: Collection[str | None]) -> list[Proposal]:
    """The proposals about any of some teams that wait for a decision, the newest first."""
    wanted = set(team_ids)
    query = select(Proposed).where(Proposed.status == "pending").order_by(Proposed.at.desc(), Proposed.id.desc())
    with db.read() as session:
        rows = [row for row in session.scalars(query) if wanted & {*row.team_ids}]
        return [proposal_of(session, row, row.id) for row in rows]


def prices(db: Database, team_id: str | None, at: datetime) -> dict[str, float]:
    """What one more lead was worth to each rep of a team in the last plan before `at` that nobody turned down.

    Reps without a price are not in it: their next lead costs nothing.
    """
    return prices_by_team(db, [team_id], at).get(team_id, {})


def prices_by_team(db: Database, team_ids: Collection[str | None], at: datetime) -> dict[str | None, dict[str, float]]:
    """What `prices` says of each of some teams; those without a plan are not in it."""
    plans = select(Proposed.id, Proposed.team_ids).where(Proposed.kind == "plan", Proposed.at <= at)
    plans = plans.where(Proposed.status.in_(("approved", "pending"))).order_by(Proposed.at.desc(), Proposed.id.desc())
    wanted, last = set(team_ids), dict[str | None, str]()
    with db.read() as session:
        for id_, teams in session.execute(plans):
            last = dict.fromkeys(wanted & {*teams}, id_) | last
            if len(last) == len(wanted):
                break
        told = select(Proposed.id, Proposed.figures).where(Proposed.id.in_(set(last.values())))
        known = {id_: figures.get("prices") or {} for id_, figures in session.execute(told)} if last else {}
    return {team: {rep: float(price) for rep, price in known[id_].items()} for team, id_ in last.items()}


def last_move(db: Database, lead_id: str) -> tuple[Proposal, Move] | None:
    """The last approved move of a lead, with its proposal (without the other moves); None if it was never moved so."""
    query = (
        select(Proposed, *_MOVE)
        .join(Proposed, Proposed.id == Moved.proposal_id)
        .where(Moved.lead_id == lead_id, Proposed.status == "approved")
        .order_by(Proposed.decided_at.desc(), Proposed.id)
        .limit(1)
    )
    with db.read() as session:
        found = session.execute(query).first()
        if found is None:
            return None
        row, *cells = found
        move = Move(*cells)
        return _proposal(row, [move]), move


def locked(session: Session, id_: str) -> Proposed:
    """The row of a proposal, kept from every other click until the caller's transaction ends."""
    row = session.get(Proposed, id_, with_for_update=True)
    if row is None:
        raise _unknown(id_)
    return row


def proposal_of(session: Session, row: Proposed | None, id_: str) -> Proposal:
    """A row with its moves."""
    if row is None:
        raise _unknown(id_)
    moves = session.execute(select(*_MOVE).where(Moved.proposal_id == id_).order_by(Moved.position))
    return _proposal(row, [Move(*move) for move in moves])


def already(row: Proposed) -> AlreadyDecided:
    """That a proposal does not wait any more, with what became of it."""
    became = "replaced by a newer one" if row.status == "replaced" else row.status
    return AlreadyDecided(
        f"This proposal was {became} already, so nothing was changed.",
        proposal=row.id,
        status=row.status,
        by=row.decided_by,
        at=row.decided_at,
        replaced_by=row.replaced_by,
    )


def _replace(session: Session, id_: str, newer: Proposed, by: str | None, at: datetime) -> None:
    row = locked(session, id_)
    if row.status != "pending":
        raise already(row)
    row.status, row.replaced_by, row.decided_by, row.decided_at = "replaced", newer.id, by, at
    facts = {"replaced_by": newer.id, "arguments": newer.arguments}
    became: history.Verdict = "adjusted" if by and newer.arguments != row.arguments else "replaced"
    history.add(session, "proposal", id_, became, by=by, at=at, facts=facts)


def _waiting_alike(session: Session, row: Proposed) -> list[str]:
    """What somebody asked for before in the terms of `row`, and nobody decided."""
    if row.by is None:
        return []
    query = select(Proposed).where(Proposed.status == "pending", Proposed.kind == row.kind, Proposed.by == row.by)
    # Locked, so that one that is being decided at this moment is seen as it was decided.
    waiting = session.scalars(query.with_for_update())
    return [old.id for old in waiting if (old.team_ids, old.arguments) == (row.team_ids, row.arguments)]


def _latest(
    session: Session,
    team_ids: Collection[str | None],
    kind: Kind | None,
    statuses: Collection[str],
) -> Proposed | None:
    query = select(Proposed.id, Proposed.team_ids).order_by(Proposed.at.desc(), Proposed.id.desc())
    if kind is not None:
        query = query.where(Proposed.kind == kind)
    if statuses:
        query = query.where(Proposed.status.in_(statuses))
    wanted = set(team_ids)
    found = next((id_ for id_, teams in session.execute(query) if wanted & {*teams}), None)
    return session.get(Proposed, found) if found else None


def _proposal(row: Proposed, moves: Sequence[Move]) -> Proposal:
    return Proposal(
        row.id,
        cast("Kind", row.kind),
        cast("Status", row.status),
        row.at,
        row.by,
        tuple(row.team_ids),
        row.arguments,
        row.figures,
        tuple(moves),
        row.decided_by,
        row.decided_at,
        row.reason,
        row.replaced_by,
    )


def _unknown(id_: str) -> UnknownRecord:
    return UnknownRecord(f'There is no proposal "{id_[:40]}"; ask for a fresh plan.')
