"""New leads that wait for a click, because no standing rule gives them out."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from knowledge import records
from knowledge.citations import record
from knowledge.proposals import Proposal
from tools import wording
from tools.base import Result, ToolContext, tool
from tools.decisions import ProposalId, cite
from tools.terms import newest

LEADS_TOLD = 10


class Arrival(BaseModel):
    """A new lead and who is to have it."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    name: str
    company: str | None
    taker: str
    why: str


class Arrivals(Result):
    """New leads that nobody has, with who is to have each; `waits` says whether a click is still due."""

    proposal: str
    waits: bool
    count: int
    leads: tuple[Arrival, ...]


@tool(roles=("manager", "admin"), offered=False)
def arrivals_news(ctx: ToolContext, *, proposal: ProposalId) -> Arrivals:
    """New leads that wait for an owner, and who is to have each: the proposal, or the newest that took its place."""
    held = newest(ctx, proposal)
    rows = records.leads(ctx.db, [move.lead_id for move in held.moves[:LEADS_TOLD]])
    leads = tuple(
        Arrival(
            lead_id=move.lead_id,
            name=rows[move.lead_id].name,
            company=rows[move.lead_id].company,
            taker=ctx.roster.name(move.to_id),
            why=move.why,
        )
        for move in held.moves
        if move.lead_id in rows
    )
    return Arrivals(
        text=_text(held, leads),
        citations=(cite(held), *(record("leads", each.lead_id, each.name) for each in leads)),
        covers=wording.count(len(held.moves), "new lead"),
        as_of=ctx.now,
        owners=tuple(sorted(held.touched)),
        names=tuple(each.name for each in leads),
        proposal=held.id,
        waits=held.status == "pending",
        count=len(held.moves),
        leads=leads,
    )


def _text(held: Proposal, leads: tuple[Arrival, ...]) -> str:
    count = wording.count(len(held.moves), "new lead")
    if held.status != "pending":
        return f"The proposal for {count} was {held.status}; nothing waits for you."
    wins, rest = held.figures.get("closes"), len(held.moves) - len(leads)
    expected = f", {wins:.1f} wins expected" if wins else ""
    lines = [f"Approve or reject: {count} without an owner{expected}."]
    lines += [f"• {each.name}{f' ({each.company})' if each.company else ''}: {each.taker}" for each in leads]
    return "\n".join([*lines, *([f"And {wording.count(rest, 'more lead')}."] if rest else [])])
