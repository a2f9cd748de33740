"""A rep who wants a lead that went elsewhere, and the manager's answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from knowledge import proposals, records
from knowledge.citations import record
from knowledge.errors import BadInput, NotAllowed, NotTrained, StaleProposal
from knowledge.proposals import Appeal
from scoring import fits
from scoring.fits import Fit
from scoring.outcomes import Interval
from tools import access, allocation, names, wording
from tools.base import LeadName, Result, ToolContext, tool

AppealId = Annotated[str, Field(min_length=1, max_length=64, description="the appeal's id")]
Words = Annotated[str, Field(min_length=1, max_length=1_000)]


class AppealView(Result):
    """An appeal and what became of it.

    Attributes
    ----------
    status : "stale" where it was to be granted but the lead moved meanwhile, so that nothing was changed
    cost : what granting it is expected to lose, in money or, the lead's worth unknown, in chance, with its 90 %
        interval; None where that is not known or not theirs
    may_decide : whether the asker can grant or refuse it now
    """

    appeal: str
    lead_id: str
    lead: str
    by: str
    words: str
    status: Literal["pending", "granted", "refused", "stale"]
    cost: Interval | None
    may_decide: bool


@tool(roles=("rep",), offered=False)
def appeal_assignment(ctx: ToolContext, *, lead: LeadName, text: Words) -> AppealView:
    """Asks the manager for a lead that a colleague of the own team has, or nobody. Only by a click."""
    found = names.heard(ctx, lead)
    if records.leads(ctx.db, [found.id])[found.id].outcome != "open":
        raise BadInput(f"{found.name} is decided already, so there is nothing left to appeal.")
    made = proposals.appeal(ctx.db, found.id, by=ctx.asker.id, at=ctx.now, text=text)
    return _view(ctx, made, f"Your manager will hear that you want {found.name}, and what it would cost.")


@tool(roles=("manager", "admin"), offered=False)
def decide_appeal(
    ctx: ToolContext, *, appeal: AppealId, decision: Literal["grant", "refuse"], reason: Words | None = None
) -> AppealView:
    """Grants an appeal, so that the lead changes hands, or refuses it. Only by a click."""
    held = proposals.read_appeal(ctx.db, appeal)
    if not access.answers_for(ctx.asker, ctx.roster, [held.by, held.owner_id]):
        raise NotAllowed("That appeal is about people of other teams; their manager or an admin has to decide it.")
    try:
        settled = proposals.settle(
            ctx.db, held.id, granted=decision == "grant", by=ctx.asker.id, at=ctx.now, reason=reason
        )
    except StaleProposal as stale:
        return _view(ctx, held, str(stale), status="stale")
    who, lead = ctx.roster.name(settled.by), _name(ctx, settled)
    text = f"{who} has {lead} now." if settled.status == "granted" else f"Refused; {lead} stays where it is."
    return _view(ctx, settled, text)


@tool(offered=False)
def appeal_news(ctx: ToolContext, *, appeal: AppealId) -> AppealView:
    """An appeal as the manager hears of it, with the cost of granting it; or, once settled, as its author does."""
    held = proposals.read_appeal(ctx.db, appeal)
    if held.by != ctx.asker.id and not access.answers_for(ctx.asker, ctx.roster, [held.by]):
        raise NotAllowed("That appeal is between others.")
    lead = _name(ctx, held)
    if held.status != "pending":
        why = f" {wording.sentence(held.reason)}" if held.reason else ""
        return _view(ctx, held, f"The appeal for {lead} was {held.status} by {ctx.roster.name(held.decided_by)}.{why}")
    owner = f"{ctx.roster.name(held.owner_id)} has it" if held.owner_id else "nobody has it"
    asks = f"{ctx.roster.name(held.by)} asks for {lead}; {owner}. They say: “{held.text}”."
    return _view(ctx, held, f"{asks} {_cost_told(ctx, held)}".strip())


def _view(ctx: ToolContext, held: Appeal, text: str, *, status: Literal["stale"] | None = None) -> AppealView:
    lead, mine = _name(ctx, held), held.by == ctx.asker.id
    answers = access.answers_for(ctx.asker, ctx.roster, [held.by, held.owner_id])
    cost = _cost(ctx, held) if answers and not mine and held.status == "pending" else None
    return AppealView(
        text=text,
        citations=(record("appeals", held.id, f"appeal for {lead}", held.status),),
        covers=f"one lead, {lead}",
        as_of=ctx.now,
        owners=(held.owner_id, held.by),
        appeal=held.id,
        lead_id=held.lead_id,
        lead=lead,
        by=ctx.roster.name(held.by),
        words=held.text,
        status=status or held.status,
        cost=cost[1] if cost else None,
        may_decide=answers and not mine and held.status == "pending" and status is None,
    )


def _name(ctx: ToolContext, held: Appeal) -> str:
    lead = records.leads(ctx.db, [held.lead_id]).get(held.lead_id)
    return lead.name if lead else "a lead that is gone"


def _cost(ctx: ToolContext, held: Appeal) -> tuple[Fit, Interval] | None:
    """What is expected to be lost when the lead goes to who asks for it, in money or, its worth unknown, in chance."""
    try:
        fit = fits.fit(ctx.db, ctx.models, held.lead_id, now=ctx.now)
    except (BadInput, NotTrained):
        return None
    candidate, worth = fit.candidates.get(held.by), 1.0 if fit.worth is None else fit.worth
    if candidate is None or fit.owner is None:
        return None
    ahead = fit.ahead_of_owner(candidate)
    return fit, Interval(*(-worth * end for end in (ahead.value, ahead.high, ahead.low)))


def _cost_told(ctx: ToolContext, held: Appeal) -> str:
    if (found := _cost(ctx, held)) is None:
        return ""
    fit, cost = found
    if not cost.low and not cost.high:
        return "Granting it should cost nothing: nothing that is known tells the two apart."
    if cost.value < 0:
        gain, least, most = (allocation.amount(ctx, fit, -end) for end in (cost.value, cost.high, cost.low))
        return f"Granting it should bring {gain} ({least} to {most}, 90 % sure)."
    value, low, high = (allocation.amount(ctx, fit, end) for end in (cost.value, cost.low, cost.high))
    return f"Granting it should cost {value} ({low} to {high}, 90 % sure)."
