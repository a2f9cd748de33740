"""What waits for a click of the asker: plans, new leads without an owner, appeals."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge import proposals, records
from knowledge.citations import Citation, record
from knowledge.proposals import Appeal, Proposal
from tools import access, wording
from tools.base import Column, Result, ToolContext, tool
from tools.decisions import cite

SHOWN = 5


class Waiting(BaseModel):
    """One thing to decide: what it is, since when it waits, and how many leads it is about."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["plan", "arrivals", "appeal"]
    id: str
    text: str
    since: datetime
    leads: int


class WaitingDecisions(Result):
    """All that the asker could decide now, the newest first; `count` is how many there are, shown or not."""

    items: tuple[Waiting, ...]
    count: int
    addable = (Column("items", "leads", noun="lead", name=""),)


@tool(
    roles=("manager", "admin"),
)
def waiting_decisions(ctx: ToolContext) -> WaitingDecisions:
    """What waits for a click of the asker: plans, new leads without an owner, appeals.

    Use for "what do I have to approve", "are there open appeals".
    """
    teams = (
        {each.team_id for each in ctx.roster.people} if ctx.asker.role == "admin" else ctx.roster.teams_of(ctx.asker)
    )
    plans = [
        each for each in proposals.pending(ctx.db, teams) if access.answers_for(ctx.asker, ctx.roster, each.touched)
    ]
    appeals = [each for each in proposals.appeals(ctx.db, status="pending") if _decides(ctx, each)]
    items = sorted(
        [*(_plan(ctx, each) for each in plans), *_appeals(ctx, appeals)], key=lambda each: each.since, reverse=True
    )
    cited = [*map(cite, plans), *(_cite(each) for each in appeals)]
    return WaitingDecisions(
        text="\n".join(_lines(items)),
        citations=tuple(cited) or (record("proposals", "", "plans and appeals looked at", "none waits"),),
        covers="plans and appeals that the asker may decide",
        as_of=ctx.now,
        owners=tuple({id_ for plan in plans for id_ in plan.touched} | {each.by for each in appeals}),
        items=tuple(items[:SHOWN]),
        count=len(items),
    )


def _decides(ctx: ToolContext, held: Appeal) -> bool:
    mine = held.by == ctx.asker.id
    return not mine and access.answers_for(ctx.asker, ctx.roster, [held.by, held.owner_id])


def _plan(ctx: ToolContext, held: Proposal) -> Waiting:
    count = sum(move.changes_owner for move in held.moves)
    if held.kind == "arrivals":
        text = f"{wording.count(len(held.moves), 'new lead')} without an owner"
    else:
        by = ctx.roster.name(held.by) if held.by else "a standing job"
        text = f"Plan by {by}: {wording.count(count, 'lead')} would change hands"
    return Waiting(kind=held.kind, id=held.id, text=f"{text}{_brings(held)}.", since=held.at, leads=count)


def _brings(held: Proposal) -> str:
    """What a plan is expected to add to what happens anyway; of new leads, what they are expected to bring at all."""
    more, wins = held.figures.get("more_closes"), held.figures.get("closes")
    if more:
        return f", {more['value']:+.1f} wins expected"
    return f", {wins:.1f} wins expected" if wins is not None and held.kind == "arrivals" else ""


def _appeals(ctx: ToolContext, held: list[Appeal]) -> list[Waiting]:
    leads = records.leads(ctx.db, [each.lead_id for each in held])
    return [
        Waiting(
            kind="appeal",
            id=each.id,
            text=f"{ctx.roster.name(each.by)} appeals for "
            f"{leads[each.lead_id].name if each.lead_id in leads else 'a lead that is gone'}: “{each.text}”",
            since=each.at,
            leads=1,
        )
        for each in held
    ]


def _cite(held: Appeal) -> Citation:
    return record("appeals", held.id, f"appeal of {held.at:%d %b %Y}", held.status)


def _lines(items: list[Waiting]) -> list[str]:
    if not items:
        return ["Nothing waits for your decision."]
    told = [f"• {each.text}" for each in items[:SHOWN]]
    more = [f"And {len(items) - SHOWN:,} more."] if len(items) > SHOWN else []
    return [f"{wording.count(len(items), 'decision')} {'waits' if len(items) == 1 else 'wait'} for you.", *told, *more]
