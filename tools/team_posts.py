"""Summaries that are posted on their own: switched on and off by a click, and put on their way when they are due."""

from __future__ import annotations

import re
from datetime import time as clock
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge import rotas, team_posts
from knowledge.citations import Citation, record
from knowledge.errors import BadInput, NotAllowed
from knowledge.team_posts import Cadence, Post
from tools import teams
from tools.base import Result, Services, ToolContext, tool
from tools.teams import NAMED_AT_LEAST, TeamName

# How far back slots are looked for: whatever was down for longer has missed them.
LOOKED_BACK, LOOKED_AHEAD = timedelta(days=1), timedelta(days=21)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
EVERY: dict[Cadence, str] = {"daily": "every working day", "weekly": "every week, on its first working day,"}

PostId = Annotated[str, Field(min_length=1, max_length=40, description="a summary that is posted, by its id")]
ClockTime = Annotated[str, Field(pattern=_TIME.pattern, description='on the asker\'s clock, "08:30"')]
Channel = Annotated[str, Field(max_length=40, description="a channel by its id; else to the asker alone")]


class Posted(BaseModel):
    """A summary that is posted: of which team, when, and to which channel (None: to its person alone)."""

    model_config = ConfigDict(frozen=True)

    id: str
    label: str
    cadence: Cadence
    time: str
    to: str | None


class PostSwitched(Result):
    """A summary that was switched on or off."""

    post: Posted
    is_on: bool


@tool(roles=("manager", "admin"), offered=False)
def post_summary(
    ctx: ToolContext,
    *,
    cadence: Literal["daily", "weekly"],
    time: ClockTime = "08:30",
    team: TeamName | None = None,
    to: Channel | None = None,
) -> PostSwitched:
    """Has a team's summary posted every day or every week from now on. Only by a click."""
    asked = teams.group(ctx, team)
    if to and not asked.may_be_named:
        raise BadInput(
            f"With fewer than {NAMED_AT_LEAST} reps a team's totals are somebody's own; have them sent to you alone."
        )
    made = team_posts.switch_on(
        ctx.db,
        person_id=ctx.asker.id,
        team_id=None if team is None or asked.is_company else asked.teams[0][0],
        cadence=cadence,
        time=clock.fromisoformat(time),
        to=to,
        at=ctx.now,
    )
    where = "to the channel, in team totals only," if to else "to you"
    said = f"The summary of {asked.label} is posted {where} {EVERY[cadence]} at {time}, on your clock."
    return PostSwitched(
        text=f"{said}{_first(ctx, made)}",
        citations=(_cite(made, "on"),),
        covers=f"the summary of {asked.label}",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        post=_posted(asked.label, made),
        is_on=True,
    )


@tool(roles=("manager", "admin"), offered=False)
def stop_summary(ctx: ToolContext, *, post: PostId) -> PostSwitched:
    """Has a summary posted no longer. Only by a click of whoever switched it on."""
    held = team_posts.switch_off(ctx.db, post, person_id=ctx.asker.id, at=ctx.now)
    try:
        label = teams.group(ctx, held.team_id).label
    except NotAllowed:  # whoever lost a team may still stop what they had switched on
        label = "a team that is no longer yours"
    return PostSwitched(
        text=f"The summary of {label} is posted no more {EVERY[held.cadence]} at {held.time:%H:%M}.",
        citations=(_cite(held, "off"),),
        covers=f"the summary of {label}",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        post=_posted(label, held),
        is_on=False,
    )


def of(ctx: ToolContext) -> tuple[Posted, ...]:
    """The summaries that the asker has posted."""
    found = []
    for held in team_posts.active(ctx.db, ctx.asker.id):
        try:
            found.append(_posted(teams.group(ctx, held.team_id).label, held))
        except NotAllowed:  # of a team that is not theirs any more; nothing is posted of it either
            continue
    return tuple(found)


def due(services: Services) -> int:
    """Puts every summary whose time has come on its way, each once; how many there were."""
    db, now, found = services.db, services.clock(), 0
    held = team_posts.active(db)
    on = rotas.everyone(db, services.policy.default_zone) if held else {}
    for each in held:
        if (rota := on.get(each.person_id)) is None:  # they are not here any more
            continue
        for slot in team_posts.slots(each, rota, now - LOOKED_BACK, now):
            period = team_posts.covered(each, rota, rota.today(slot))
            name, args = ("posted_totals", {"post": each.id}) if each.to else ("team_summary", _team(each))
            found += team_posts.announce(db, each, slot, tool=name, args=args | {"period": period})
    return found


def _first(ctx: ToolContext, held: Post) -> str:
    """When a post comes for the first time."""
    rota = rotas.everyone(ctx.db, ctx.policy.default_zone).get(held.person_id)
    slots = team_posts.slots(held, rota, ctx.now, ctx.now + LOOKED_AHEAD) if rota else []
    if not slots:
        return ""
    local = slots[0].astimezone(ctx.zone)
    return f" The first comes on {local:%A}, {local.day} {local:%B}, at {local:%H:%M}."


def _team(held: Post) -> dict[str, str]:
    return {} if held.team_id is None else {"team": held.team_id}


def _posted(label: str, held: Post) -> Posted:
    return Posted(id=held.id, label=label, cadence=held.cadence, time=f"{held.time:%H:%M}", to=held.to)


def _cite(held: Post, state: str) -> Citation:
    return record("team_posts", held.id, "summary posted", state)
