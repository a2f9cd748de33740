"""What moved since a proposal was made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from knowledge import staff
from knowledge.crm import Deal, Lead
from knowledge.errors import StaleProposal
from knowledge.proposals.store import Move

LEADS_A_QUERY = 20_000
GONE, MERGED, DECIDED = "no longer in the books", "merged into another", "won or lost"
ELSEWHERE, NOBODY_THERE = "given to somebody else", "meant for someone who left or is away"


@dataclass(frozen=True)
class Held:
    """Some leads as they are now: the owners of those still open, and why the others are not."""

    owners: Mapping[str, str | None]
    closed: Mapping[str, str]


def hold(session: Session, ids: Iterable[str]) -> Held:
    """Leads as they are, kept from other writers until the caller's transaction ends."""
    ordered = sorted(set(ids))
    owners: dict[str, str | None] = {}
    closed = dict.fromkeys(ordered, GONE)
    for start in range(0, len(ordered), LEADS_A_QUERY):
        part = ordered[start : start + LEADS_A_QUERY]
        # Every writer takes leads in this order, so that no two wait for each other.
        query = select(Lead.id, Lead.owner_id, Lead.outcome, Lead.merged_into).where(Lead.id.in_(part))
        rows = session.execute(query.order_by(Lead.id).with_for_update()).all()
        won = _won_by_deal(session, part)
        for id_, owner_id, outcome, merged_into in rows:
            del closed[id_]
            if merged_into is not None:
                closed[id_] = MERGED
            elif outcome != "open" or id_ in won:
                closed[id_] = DECIDED
            else:
                owners[id_] = owner_id
    return Held(owners, closed)


def check(session: Session, moves: Sequence[Move], held: Held, now: datetime) -> None:
    """Passes if every move can still be made as it was proposed.

    Raises
    ------
    StaleProposal
        When a lead moved, was decided or merged, or its new owner left or is away; it says how many and why.
    """
    found = Counter(changes(session, moves, held, now))
    if found:
        told = ", ".join(f"{count} {reason}" for reason, count in found.items())
        raise StaleProposal(
            f"{found.total()} of {len(moves)} leads changed since this was proposed ({told}), so nothing was "
            "changed; ask for a fresh plan.",
            changed=found.total(),
            reasons=dict(found),
        )


def changes(session: Session, moves: Sequence[Move], held: Held, now: datetime) -> Iterator[str]:
    """Why moves cannot be made any more, a reason for each that cannot."""
    unfit = staff.unfit(session, {move.to_id for move in moves if move.to_id is not None}, now)
    for move in moves:
        if move.lead_id in held.closed:
            yield held.closed[move.lead_id]
        elif held.owners[move.lead_id] != move.from_id:
            yield ELSEWHERE
        elif move.to_id in unfit:
            yield NOBODY_THERE


def _won_by_deal(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """A lead still marked open is won when its first deal is."""
    won = select(Deal.lead_id).where(Deal.outcome == "won", Deal.lead_id.in_(ids))
    return frozenset(str(id_) for id_ in session.scalars(won))
