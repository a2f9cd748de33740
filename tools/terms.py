"""The terms of a plan that waits: what it was asked for, and the same asked again of the books as they are now."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import BaseModel, ConfigDict

from knowledge import records
from knowledge.people import Person
from knowledge.proposals import Proposal
from tools.base import Result, ToolContext, tool
from tools.decisions import ProposalId, cite, theirs
from tools.plans import AllocationPlan, Asked, propose


class Choice(BaseModel):
    """A rep of a plan, who can be left out of it."""

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    team: str
    is_excluded: bool


class PlanTerms(Result):
    """What a plan was asked for.

    Attributes
    ----------
    pinned : the rep of each lead that was settled by hand, both by name
    """

    proposal: str
    max_per_rep: int | None
    reps: tuple[Choice, ...]
    pinned: dict[str, str]


@tool(roles=("manager", "admin"), offered=False)
def plan_terms(ctx: ToolContext, *, proposal: ProposalId) -> PlanTerms:
    """What a plan was asked for, so that it can be asked otherwise. Only by a click."""
    held = theirs(ctx, proposal)
    excluded, pinned = held.arguments.get("exclude", ()), held.arguments.get("pin", {})
    leads = records.leads(ctx.db, list(pinned))
    return PlanTerms(
        text="What the plan was asked for.",
        citations=(cite(held),),
        covers="one plan",
        as_of=ctx.now,
        owners=tuple(sorted(held.touched)),
        proposal=held.id,
        max_per_rep=held.arguments.get("max_per_rep"),
        reps=tuple(_choice(person, excluded) for person in _reps(ctx, held)),
        pinned={leads[id_].name: ctx.roster.name(rep) for id_, rep in pinned.items() if id_ in leads},
    )


@tool(roles=("manager", "admin"), offered=False)
def renew_proposal(ctx: ToolContext, *, proposal: ProposalId) -> AllocationPlan:
    """A fresh plan on the same terms, which takes the place of one that the books have moved past. Only by a click."""
    held = newest(ctx, proposal)
    terms = held.arguments
    # New leads that were gathered for a click had no terms; a plan for new leads is what they come down to.
    asked = Asked(
        terms.get("pool", "new"),
        terms.get("max_per_rep"),
        terms.get("min_per_rep"),
        tuple(terms.get("exclude", ())),
        terms.get("pin", {}),
        held.team_ids,
    )
    return propose(ctx, asked, replaces=held.id if held.status == "pending" else None)


def newest(ctx: ToolContext, id_: str) -> Proposal:
    """A proposal that the asker may decide, or the newest that took its place."""
    held = theirs(ctx, id_)
    while held.replaced_by:
        held = theirs(ctx, held.replaced_by)
    return held


def _reps(ctx: ToolContext, held: Proposal) -> list[Person]:
    return [each for each in ctx.roster.people if each.role == "rep" and each.active and each.team_id in held.team_ids]


def _choice(person: Person, excluded: Collection[str]) -> Choice:
    return Choice(
        person_id=person.id, name=person.name, team=person.team or "No team", is_excluded=person.id in excluded
    )
