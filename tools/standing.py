"""What may be done without a click, because a manager switched it on by one."""

from __future__ import annotations

from typing import Literal

from knowledge import standing
from knowledge.citations import record
from knowledge.errors import BadInput
from knowledge.standing import Kind
from tools import wording
from tools.base import Result, ToolContext, tool

TOLD: dict[Kind, tuple[str, str]] = {
    "assign": (
        "A new lead now goes to the rep for whom it is worth most the moment it comes in",
        "New leads now wait for a click",
    ),
    "take_back": (
        "A hot lead that is not touched for 4 working hours now goes back to the pool, twice at most",
        "Hot leads now stay with their owner, touched or not",
    ),
}
NAMES: dict[Kind, str] = {
    "assign": "new leads assign themselves",
    "take_back": "untouched hot leads go back",
}


class StandingRule(Result):
    """A standing rule that was switched on or off, and for which teams."""

    kind: Kind
    is_on: bool
    teams: tuple[str, ...]


class StandingRules(Result):
    """Which standing rules are on: for all teams that the asker answers for, or for a rep's own."""

    on: dict[Kind, bool]
    may_switch: bool


@tool(offered=False)
def standing_rules(ctx: ToolContext) -> StandingRules:
    """Which standing rules are on for the teams that the asker answers for or is in. Shown on the Home tab."""
    teams, on = _teams(ctx), {kind: standing.in_force(ctx.db, kind) for kind in standing.KINDS}
    held = {kind: bool(teams) and teams.keys() <= ids for kind, ids in on.items()}
    said = [f"{NAMES[kind]}: {'on' if is_on else 'off'}" for kind, is_on in held.items()]
    return StandingRules(
        text=wording.sentence("; ".join(said)),
        citations=tuple(record("standing_rules", kind, NAMES[kind], "on" if held[kind] else "off") for kind in held),
        covers=wording.listing(sorted(teams.values())),
        as_of=ctx.now,
        on=held,
        may_switch=ctx.asker.role in standing_rule.roles and bool(teams),
    )


@tool(roles=("manager", "admin"), offered=False)
def standing_rule(ctx: ToolContext, *, kind: Literal["assign", "take_back"], on: bool) -> StandingRule:
    """Switches a standing rule on or off for the teams that the asker answers for. Only by a click."""
    teams = _teams(ctx)
    if not teams:
        raise BadInput("You answer for no team, so there is nothing to switch; an admin can.")
    for team_id in teams:
        standing.switch(ctx.db, team_id=team_id, kind=kind, on=on, by=ctx.asker.id, at=ctx.now)
    told, names = TOLD[kind][0 if on else 1], wording.listing(sorted(teams.values()))
    return StandingRule(
        text=f"{told} ({names}).",
        citations=(record("standing_rules", kind, "standing rule", "on" if on else "off"),),
        covers=names,
        as_of=ctx.now,
        kind=kind,
        is_on=on,
        teams=tuple(sorted(teams.values())),
    )


def _teams(ctx: ToolContext) -> dict[str | None, str]:
    """The teams that the asker answers for or is in, by id."""
    return {
        person.team_id: person.team or "no team"
        for person in ctx.roster.people
        if person.role == "rep" and (ctx.asker.role == "admin" or person.team_id in ctx.roster.teams_of(ctx.asker))
    }
