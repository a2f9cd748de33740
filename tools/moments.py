"""Moments worth an interruption: how each kind is found, what to do about it, and why.

To add one, write its finder in `knowledge.occasions`, what to say of it here, and put it into `MOMENTS`; a line in
`bot.nudges` says how often it may come.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from knowledge import occasions
from knowledge.database import Database
from knowledge.occasions import Occasion, Rotas
from tools import wording
from tools.base import ToolContext

Facts = Mapping[str, Any]
Finder = Callable[[Database, datetime, Rotas, Collection[str] | None], Sequence[Occasion]]


@dataclass(frozen=True)
class Telling:
    """What to do, and why; both name the record and every figure is a fact of the nudge."""

    do: str
    why: str


@dataclass(frozen=True)
class Moment:
    """A kind of nudge.

    Attributes
    ----------
    title : what a person calls it who wants none of them
    measured : whether a lottery leaves the kind out for a few people, so that its effect can be told
    """

    name: str
    title: str
    find: Finder
    tell: Callable[[ToolContext, str, Facts], Telling]
    measured: bool = True


def _momentum(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    opened = facts["proposals"]
    views = f", and opened the proposal {wording.count(opened, 'time')}" if opened else ""
    return Telling(
        f"Call {name} now, while they are looking at us.",
        f"They came back {wording.count(facts['touches'], 'time')} in two days{views}: thrice their usual or more.",
    )


def _fading(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(
        f"Get back to {name} before it goes cold.",
        f"They came to us {facts['touches']} times in five weeks, but last {_ago(ctx, facts['last'])}, and nobody has "
        "been in touch for three days.",
    )


def _untouched(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(
        f"Call {name} first: it is one of the best leads, and nobody has touched it.",
        f"It has been yours for more than {facts['hours']:g} hours of work.",
    )


def _unanswered(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(f"Answer {name}.", f"They wrote {_ago(ctx, facts['written'])}, and nobody has answered.")


def _overdue(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    due = date.fromisoformat(facts["due"])
    late = (ctx.now.astimezone(ctx.zone).date() - due).days
    return Telling(
        f"Agree a new date for {name}, or close it.",
        f"Its close date, {wording.on(due)}, went by {wording.count(late, 'day')} ago.",
    )


def _silent(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(f"Wake {name} up.", f"Nothing has happened in it for {wording.count(facts['days'], 'day')}.")


def _unplanned(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(
        f"Agree a next step with {name}.",
        f"You met {_ago(ctx, facts['met'])}; since then nothing was done, promised or put down for later.",
    )


def _champion_left(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    who = facts.get("who") or "Your champion"
    return Telling(f"Find a new champion for {name}.", f"{who} left the company {_ago(ctx, facts['left'])}.")


def _waiting(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    return Telling(f"Decide on {name}.", "It has waited for your click for more than 4 hours of work.")


def _carried_out(ctx: ToolContext, name: str, facts: Facts) -> Telling:
    moved, touched = facts["moved"], facts["touched"]
    if moved == touched:
        return Telling(f"Nothing to do about {name}.", f"All {moved} leads that it moved were touched since.")
    return Telling(
        f"See to the {wording.count(moved - touched, 'lead')} of {name} that nobody has touched.",
        f"It moved {moved} leads three days ago; {touched} of them were touched since.",
    )


MOMENTS: dict[str, Moment] = {
    moment.name: moment
    for moment in (
        Moment("momentum", "A lead gains momentum", occasions.momentum, _momentum),
        Moment("unanswered", "A message waits for an answer", occasions.unanswered, _unanswered),
        Moment("untouched", "A hot lead lies untouched", occasions.untouched, _untouched),
        Moment("fading", "A lead fades", occasions.fading, _fading),
        Moment("unplanned", "A meeting without a next step", occasions.unplanned, _unplanned),
        Moment("overdue", "A deal is past its close date", occasions.overdue, _overdue),
        Moment("silent", "A deal has gone silent", occasions.silent, _silent),
        Moment("champion_left", "A champion left", occasions.champion_left, _champion_left),
        # A decision that waits is owed to others, and what came of a plan is an answer: nobody goes without them.
        Moment("waiting", "A plan or an appeal waits for you", occasions.waiting, _waiting, measured=False),
        Moment("carried_out", "What came of a plan", occasions.carried_out, _carried_out, measured=False),
    )
}


def _ago(ctx: ToolContext, at: str) -> str:
    return wording.ago(ctx.now, datetime.fromisoformat(at))
