"""Whom a question about a team is about, and the stretch of time that it is held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from knowledge import calendar
from knowledge.calendar import Period
from knowledge.errors import BadInput, NotAllowed
from knowledge.people import Person
from tools import access, wording
from tools.access import Scope
from tools.base import ToolContext

TeamName = Annotated[str, Field(max_length=200, description='a team by its name; "all teams" for all that there are')]
# Comparing two colleagues by name says more of a person than of the books.
NAMED_AT_LEAST = 3
EVERY_TEAM = "all teams"
_OWN = ("", "me", "my", "mine", "us", "we", "our", "team", "my team", "our team", "the team", "my people")
_ALL = ("all", "all teams", "every team", "everyone", "company", "the company", "the whole company", "whole company")
_UNITS = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True)
class Group:
    """The people that a summary is about.

    Attributes
    ----------
    teams : id and name of each team, in order of name
    is_company : whether these are all teams, which are then told a line each
    """

    label: str
    scope: Scope
    teams: Sequence[tuple[str, str]]
    is_company: bool = False

    @property
    def reps(self) -> list[Person]:
        """Those who sell and are here, in order of name."""
        return [person for person in self.scope.people if person.role == "rep" and person.active]

    @property
    def may_be_named(self) -> bool:
        """Whether there are enough to be compared by name."""
        return len(self.reps) >= NAMED_AT_LEAST


@dataclass(frozen=True)
class Stretch:
    """A period as far as it has come, and the one before as far as it had come at the same point.

    `before` says in words what that earlier one is.
    """

    span: Period
    until: datetime
    earlier: Period
    before: str
    is_running: bool


def group(ctx: ToolContext, words: str | None) -> Group:
    """The team that some words mean, or else the asker's own.

    Raises
    ------
    NotAllowed
        When there is no such team, or it is not the asker's to see.
    """
    wanted, seen = " ".join((words or "").casefold().split()), _visible(ctx)
    if wanted in _OWN or (wanted in _ALL and ctx.asker.role != "admin"):
        return _own(ctx, seen)
    if wanted in _ALL:
        return _company(ctx, seen)
    id_ = _named(ctx, wanted, seen)
    return of(ctx, {id_: seen[id_]})


def of(ctx: ToolContext, teams: dict[str, str]) -> Group:
    """The people of some teams, whoever leads them among them, as far as the asker may see their records."""
    everyone = ctx.roster
    leads = [person for person in everyone.people if everyone.managed.get(person.id, frozenset()) & set(teams)]
    found = {person.id: person for person in [*leads, *everyone.members(frozenset(teams))]}
    people = [each for each in found.values() if access.sight(ctx.asker, everyone, each.id) == "all"]
    label = wording.listing(sorted(teams.values()))
    return Group(label, Scope([person.id for person in people], f"{label}'s", people), _ordered(teams))


def stretch(ctx: ToolContext, words: str) -> Stretch:
    """The stretch that some words mean, on the asker's calendar.

    Raises
    ------
    BadInput
        When it has not begun.
    """
    span = calendar.period(words, ctx.now, ctx.zone)
    if span.start > ctx.now:
        raise BadInput(f'"{words}" has not begun; ask for its forecast, or for a period that has.')
    earlier, is_running = calendar.before(span, ctx.zone), ctx.now < span.end
    point = calendar.same_point(span, earlier, ctx.now, ctx.zone)
    until = min(ctx.now, span.end)
    before = _before(span, is_running, ctx.zone)
    return Stretch(span, until, Period(earlier.words, earlier.start, point), before, is_running)


def _own(ctx: ToolContext, seen: dict[str, str]) -> Group:
    if ctx.asker.role == "admin":
        own = ctx.roster.teams_of(ctx.asker) & set(seen)
        return of(ctx, {id_: seen[id_] for id_ in own}) if own else _company(ctx, seen)
    label = wording.listing(sorted(seen.values())) or "your team"
    return Group(label, access.scope(ctx, "team"), _ordered(seen))


def _company(ctx: ToolContext, seen: dict[str, str]) -> Group:
    return Group(EVERY_TEAM, access.scope(ctx, "team"), _ordered(seen), is_company=True)


def _visible(ctx: ToolContext) -> dict[str, str]:
    """Names of the teams that the asker may see, by id."""
    named = {person.team_id: person.team for person in ctx.roster.people if person.team_id and person.team}
    own = ctx.roster.teams_of(ctx.asker)
    return {id_: name for id_, name in named.items() if ctx.asker.role == "admin" or id_ in own}


def _named(ctx: ToolContext, wanted: str, seen: dict[str, str]) -> str:
    """The id of the team called so, by its name, its id or whoever leads it."""
    plain = wanted.removeprefix("the ").removeprefix("team ").removesuffix(" team").removesuffix("'s")
    names = {key.casefold(): id_ for id_, name in seen.items() for key in (id_, name)}
    for person in ctx.roster.people:
        led = ctx.roster.managed.get(person.id, frozenset()) & set(seen)
        if len(led) == 1:
            names.setdefault(person.name.casefold(), next(iter(led)))
    # No near misses: one that is not the asker's to see must not be answered with another that is called alike.
    if plain not in names:
        raise NotAllowed(access.BEYOND)
    return names[plain]


def _ordered(teams: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(teams.items(), key=lambda each: (each[1], each[0]))


def _before(span: Period, is_running: bool, zone: ZoneInfo) -> str:
    """`at this point last month`, `the week before`."""
    first, after = (at.astimezone(zone).date() for at in (span.start, span.end))
    days, months = (after - first).days, (after.year - first.year) * 12 + after.month - first.month
    unit = _UNITS.get(months) if first.day == after.day == 1 else "week" if days == 7 and not first.weekday() else None
    if days == 1:
        return "at this time a week ago" if is_running else "the same day a week earlier"
    if unit:
        return f"at this point last {unit}" if is_running else f"the {unit} before"
    return f"the {days} days before"
