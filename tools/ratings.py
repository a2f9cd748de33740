"""A person's word that a lead is better or worse than the model says."""

from __future__ import annotations

from typing import Literal

from knowledge import frames, overrides, records
from knowledge.citations import record
from knowledge.errors import BadInput
from scoring import opinions
from tools import names, wording
from tools.base import LeadName, ToolContext, tool
from tools.leads import OneLead, about, serving

View = Literal["higher", "lower", "as the model"]
SHIFTS: dict[View, float] = {"higher": overrides.STEP, "lower": -overrides.STEP}


class Rating(OneLead):
    """How a lead counts from now on: the model's own chance, and the one that is shown and ranked by."""

    view: View
    model_chance: float
    chance: float


@tool(offered=False)
def rate_lead(ctx: ToolContext, *, lead: LeadName, view: View = "as the model") -> Rating:
    """Rates a lead higher or lower than the model does for a while, or leaves it to the model again. Only by a click.

    Whoever may see the whole record may rate it: its owner, the owner's manager, an admin.
    """
    found = names.lead(ctx, lead)
    if records.leads(ctx.db, [found.id])[found.id].outcome != "open":
        raise BadInput(f"{found.name} is decided already, so there is no chance left to rate.")
    served = serving(ctx)
    snapshot = frames.load(ctx.db, until=ctx.now, ids=[found.id]).at(ctx.now)
    own = float(served.model.predict(snapshot, [found.id])["value"].iloc[0])
    opinion = None
    if view == "as the model":
        overrides.clear(ctx.db, found.id, at=ctx.now)
    else:
        opinion = overrides.rate(
            ctx.db,
            found.id,
            ctx.asker.id,
            shift=SHIFTS[view],
            at=ctx.now,
            chance=own,
            version=served.card.version,
        )
    chance = opinions.moved(own, opinion)
    until = f" until {wording.day(opinion.until, ctx.zone)}" if opinion else ""
    return Rating(
        text=f"{found.name} now counts as {wording.percent(chance)}{until}; the model says {wording.percent(own)}."
        if opinion
        else f"{found.name} is left to the model again, which says {wording.percent(own)}.",
        citations=(record("leads", found.id, found.name),),
        **about(ctx, found),
        view=view,
        model_chance=own,
        chance=chance,
    )
