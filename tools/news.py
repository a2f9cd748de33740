"""What a person is told when leads change hands: asked in their name when the notice is delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge import ownership, proposals, records
from knowledge.citations import record
from knowledge.errors import NotAllowed
from knowledge.proposals import Move, Proposal
from knowledge.records import LeadRecord
from tools import access, names, wording
from tools.base import LeadName, Result, ToolContext, tool
from tools.decisions import ProposalId, cite

LEADS_TOLD = 8


class Passed(BaseModel):
    """A lead that came or went, from whom or to whom, and why."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    name: str
    company: str | None
    other: str | None
    why: str


class PlanNews(Result):
    """What a plan means for the asker: the leads that came and those that went."""

    proposal: str
    status: Literal["pending", "approved", "rejected", "undone", "replaced"]
    came: tuple[Passed, ...]
    went: tuple[Passed, ...]


class AssignmentNews(Result):
    """That a lead came to the asker or went from them, and why."""

    lead_id: str
    name: str
    is_mine: bool
    why: str


@tool(offered=False)
def plan_news(ctx: ToolContext, *, proposal: ProposalId) -> PlanNews:
    """What an approved or undone plan means for the asker: the leads that came, those that went, and why."""
    held = proposals.read(ctx.db, proposal)
    came = [move for move in held.moves if move.changes_owner and move.to_id == ctx.asker.id]
    went = [move for move in held.moves if move.changes_owner and move.from_id == ctx.asker.id]
    if not came + went and not access.answers_for(ctx.asker, ctx.roster, held.touched):
        raise NotAllowed("That plan changed nothing of yours.")
    leads = records.leads(ctx.db, [move.lead_id for move in came + went])
    told_came = tuple(_passed(ctx, leads, move, move.from_id) for move in came if move.lead_id in leads)
    told_went = tuple(_passed(ctx, leads, move, move.to_id) for move in went if move.lead_id in leads)
    mine = told_went if held.status == "undone" else told_came
    return PlanNews(
        text=_plan_text(ctx, held, told_came, told_went),
        citations=(cite(held), *(record("leads", each.lead_id, each.name) for each in mine)),
        covers=f"{wording.count(len(came + went), 'lead')} of yours",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        names=tuple(each.name for each in mine),
        proposal=held.id,
        status=held.status,
        came=told_came,
        went=told_went,
    )


@tool(offered=False)
def assignment_news(ctx: ToolContext, *, lead: LeadName) -> AssignmentNews:
    """That a lead came to the asker or went from them, by which rule and why."""
    found = names.heard(ctx, lead)
    is_mine = found.owner_id == ctx.asker.id
    why = _last_word(ctx, found.id)
    if is_mine:
        text = f"{found.name} is yours now. {why}"
    else:
        text = f"{found.name} is not yours any more; {ctx.roster.name(found.owner_id)} has it now. {why}"
    return AssignmentNews(
        text=text.strip(),
        citations=(record("leads", found.id, found.name) if is_mine else record("assignments", found.id, found.name),),
        covers=f"one lead, {found.name}",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        names=(found.name,) if is_mine else (),
        lead_id=found.id,
        name=found.name,
        is_mine=is_mine,
        why=why,
    )


def _passed(ctx: ToolContext, leads: Mapping[str, LeadRecord], move: Move, other: str | None) -> Passed:
    lead = leads[move.lead_id]
    name = ctx.roster.name(other) if other else None
    return Passed(lead_id=lead.id, name=lead.name, company=lead.company, other=name, why=move.why)


def _plan_text(ctx: ToolContext, held: Proposal, came: Sequence[Passed], went: Sequence[Passed]) -> str:
    who = ctx.roster.name(held.decided_by) if held.decided_by else "nobody yet"
    if held.status == "undone":
        return f"The plan was undone: leads that came by it and are still open went back to who had them ({who})."
    if held.status != "approved":
        return f"The plan is {held.status}; nothing was changed by it."
    lines = [f"A plan was approved by {who}: {wording.count(len(came), 'lead')} came to you, {len(went)} went."]
    lines += [f"• {_told(each)} is yours now. {each.why}" for each in came[:LEADS_TOLD]]
    lines += [f"• {_told(each)} went to {each.other or 'nobody'}. {each.why}" for each in went[:LEADS_TOLD]]
    more = max(0, len(came) - LEADS_TOLD) + max(0, len(went) - LEADS_TOLD)
    return "\n".join([*lines, *([f"And {more} more."] if more else [])])


def _told(lead: Passed) -> str:
    return f"{lead.name} ({lead.company})" if lead.company else lead.name


def _last_word(ctx: ToolContext, lead_id: str) -> str:
    """Why a lead last changed hands, in the words that were written down."""
    decided = proposals.decisions(ctx.db, subject="lead", ids=[lead_id])
    past = ownership.history(ctx.db, lead_id, until=ctx.now)
    said = [(each.at, each.reason) for each in decided] + [(each.since, each.reason) for each in past[:1]]
    return wording.sentence(max(said, key=lambda each: each[0])[1] or "") if said else ""
