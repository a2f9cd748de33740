"""A click on a plan: approved, rejected, undone or adjusted, by whoever answers for everyone it touches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from knowledge import people, proposals, records
from knowledge.citations import Citation, record
from knowledge.errors import AlreadyDecided, BadInput, NotAllowed, StaleProposal
from knowledge.people import Person
from knowledge.proposals import UNDO_WITHIN, Proposal
from tools import access, names, wording
from tools.base import Result, ToolContext, tool
from tools.plans import AllocationPlan, Asked, PerRep, propose

ProposalId = Annotated[str, Field(min_length=1, max_length=64, description="the proposal's id")]
Words = Annotated[str, Field(max_length=1_000)]
Decision = Literal["approve", "reject", "undo"]


class DecidedPlan(Result):
    """What became of a proposal.

    Attributes
    ----------
    by, reason : who decided, and why if they said so
    status : "stale" where the books moved since it was made, or a newer one took its place: nothing was changed then
    changed : leads that changed hands, or went back
    kept : leads that moved on since it was approved, and stay where they are though it was undone
    undo_until : until when it can be undone, if it can
    """

    proposal: str
    by: str
    reason: str | None
    status: Literal["approved", "rejected", "undone", "stale"]
    changed: int
    kept: int = 0
    undo_until: datetime | None = None


@tool(roles=("manager", "admin"), offered=False)
def decide_proposal(
    ctx: ToolContext, *, proposal: ProposalId, decision: Decision, reason: Words | None = None
) -> DecidedPlan:
    """Approves, rejects or undoes a proposal. Only by a click; if approved, all leads change hands or none."""
    held = theirs(ctx, proposal)
    moved = sum(move.changes_owner for move in held.moves)
    match decision:
        case "approve":
            try:
                proposals.approve(ctx.db, held.id, by=ctx.asker.id, at=ctx.now)
            except StaleProposal as stale:
                return _told(ctx, held, "stale", str(stale), 0)
            except AlreadyDecided as decided:
                if decided.facts.get("replaced_by"):
                    return _told(ctx, held, "stale", str(decided), 0)
                raise
            text = f"Approved: {wording.count(moved, 'lead')} changed hands. It can be undone for a day."
            return _told(ctx, held, "approved", text, moved, undo_until=ctx.now + UNDO_WITHIN)
        case "reject":
            proposals.reject(ctx.db, held.id, by=ctx.asker.id, at=ctx.now, reason=reason)
            return _told(ctx, held, "rejected", "Rejected; nothing was changed.", 0, reason=reason)
        case "undo":
            undone = proposals.undo(ctx.db, held.id, by=ctx.asker.id, at=ctx.now)
            return _told(
                ctx, held, "undone", _undone(len(undone.back), len(undone.kept)), len(undone.back), len(undone.kept)
            )


@tool(roles=("manager", "admin"), offered=False)
def adjust_proposal(
    ctx: ToolContext,
    *,
    proposal: ProposalId,
    max_per_rep: PerRep | None = None,
    exclude: Annotated[tuple[str, ...], Field(max_length=200, description="reps who are to get nothing")] = (),
    pin: Annotated[dict[str, str] | None, Field(max_length=200, description="the rep of each settled lead")] = None,
) -> AllocationPlan:
    """A fresh plan on other terms, which takes the place of a proposal. Only by a click."""
    held = theirs(ctx, proposal)
    if held.kind != "plan":
        raise BadInput("New leads that wait for an owner can be approved or rejected; ask for a plan to change who.")
    asked = Asked(
        held.arguments["pool"],
        max_per_rep,
        held.arguments["min_per_rep"],
        tuple(_rep(ctx, held, name).id for name in exclude),
        {_open_lead(ctx, lead): _rep(ctx, held, rep).id for lead, rep in (pin or {}).items()},
        held.team_ids,
    )
    return propose(ctx, asked, replaces=held.id)


def cite(proposal: Proposal) -> Citation:
    """A citation of a proposal."""
    return record("proposals", proposal.id, f"proposal of {proposal.at:%d %b %Y}", proposal.status)


def theirs(ctx: ToolContext, id_: str) -> Proposal:
    """A proposal that the asker may decide."""
    held = proposals.read(ctx.db, id_)
    if not access.answers_for(ctx.asker, ctx.roster, held.touched):
        raise NotAllowed("That plan touches people of other teams; an admin or their manager has to decide it.")
    return held


def _told(
    ctx: ToolContext,
    held: Proposal,
    status: Literal["approved", "rejected", "undone", "stale"],
    text: str,
    changed: int,
    kept: int = 0,
    undo_until: datetime | None = None,
    reason: str | None = None,
) -> DecidedPlan:
    return DecidedPlan(
        text=text,
        citations=(cite(held),),
        covers=wording.count(len(held.moves), "lead"),
        as_of=ctx.now,
        owners=tuple(sorted(held.touched)),
        proposal=held.id,
        by=ctx.asker.name,
        reason=reason,
        status=status,
        changed=changed,
        kept=kept,
        undo_until=undo_until,
    )


def _undone(back: int, kept: int) -> str:
    text = f"Undone: {wording.count(back, 'lead')} went back to who had {'it' if back == 1 else 'them'}."
    stays = "moved on since and stays where it is" if kept == 1 else "moved on since and stay where they are"
    return f"{text} {wording.count(kept, 'lead')} {stays}." if kept else text


def _rep(ctx: ToolContext, held: Proposal, name: str) -> Person:
    person = people.find(ctx.roster, name)
    if person.role != "rep" or person.team_id not in held.team_ids:
        raise BadInput(f"{person.name} is not among the reps of this plan; choose one of them.")
    return person


def _open_lead(ctx: ToolContext, name: str) -> str:
    found = names.lead(ctx, name)
    if records.leads(ctx.db, [found.id])[found.id].outcome != "open":
        raise BadInput(f"{found.name} is decided already, so it cannot be given to anyone.")
    return found.id
