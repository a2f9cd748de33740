"""Who of a team is ahead and who needs help, and why: each held against quota and the own past, never ranked.

A person is named only for what is beyond chance, or where the quota is as good as reached or out of reach; and only
where enough are compared and enough is known. What somebody is coached on, or how the own word comes true, is not
looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from knowledge import staff
from knowledge.people import Person
from scoring.norms import MATTERS, Norms, surprising
from tools import projections, signals, team_figures
from tools.base import ToolContext
from tools.signals import Counted
from tools.team_figures import Aim
from tools.teams import Group, Stretch

Way = Literal["ahead", "help"]
WAYS: tuple[Way, ...] = ("ahead", "help")
# The chance to reach the own quota from which on it is as good as reached, and that at which it is out of reach.
AHEAD, BEHIND = 0.9, 0.1


class Evidence(BaseModel):
    """What was counted of somebody, what was usual, and over how many cases where it is a part of some."""

    model_config = ConfigDict(frozen=True)

    noun: str
    plural: str
    seen: int
    usual: float
    of: int | None
    usually: str


class Seller(BaseModel):
    """A rep's results of the period, and how the own quota stands; `is_away` is today."""

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    booked: float
    won: int
    calls: int
    aim: Aim | None
    is_away: bool


class Standing(BaseModel):
    """Somebody who is ahead or needs help, and on what evidence.

    `by_quota` says that it is the quota that says so. `stake` is what is expected to be short of quota, or what the
    person usually books in such a time, times how far the worst of the evidence is from usual; the larger of the two.
    """

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    way: Way
    by_quota: Aim | None
    evidence: tuple[Evidence, ...]
    stake: float


class Standings(BaseModel):
    """Who is ahead and who needs help; `behind` is how many are unlikely to reach their quota, named or not."""

    model_config = ConfigDict(frozen=True)

    ahead: tuple[Standing, ...] = ()
    help: tuple[Standing, ...] = ()
    behind: int = 0


def sellers(ctx: ToolContext, asked: Group, stretch: Stretch) -> tuple[Seller, ...]:
    """The results of every rep, in order of name; of nobody where there are too few to be compared by name."""
    if not asked.may_be_named or asked.is_company:
        return ()
    away = staff.reps(ctx.db, ctx.now)["away"]
    return tuple(_seller(ctx, person, stretch, bool(away.get(person.id, False))) for person in asked.reps)


def standings(ctx: ToolContext, told: Sequence[Seller], stretch: Stretch) -> Standings:
    """Who of some sellers is ahead and who needs help, those with most at stake first."""
    if not told:
        return Standings()
    history = projections.forecaster(ctx).history
    everyone = [person for person in ctx.roster.people if person.role == "rep" and person.active]
    counted = signals.counted(ctx, history, everyone, stretch)
    held, usual = [each.held() for each in counted], signals.usual_bookings(history, counted)
    places = {person.id: place for place, person in enumerate(everyone)}
    known = [each for each in told if np.isfinite(held[0].expected[places[each.person_id]])]
    found = _judged(counted, held, [places[each.person_id] for each in known])
    behind = [each for each in known if _way(each.aim) == "help"]
    made = []
    for each in known:
        place, by_quota = places[each.person_id], _way(each.aim)
        # Where most are behind it is the quota, the market or the season, and not one of them.
        if by_quota == "help" and 2 * len(behind) > len(known):
            by_quota = None
        for way in WAYS:
            if way == by_quota or (place, way) in found:
                aim = each.aim if way == by_quota else None
                made.append(_standing(each, way, aim, found.get((place, way), []), usual[place]))
    made.sort(key=lambda each: (-each.stake, each.name))
    ahead, help_ = (tuple(each for each in made if each.way == way) for way in WAYS)
    return Standings(ahead=ahead, help=help_, behind=len(behind))


def _seller(ctx: ToolContext, person: Person, stretch: Stretch, is_away: bool) -> Seller:
    booked, won, calls = (
        team_figures.reported(ctx, metric, [person.id], stretch.span) for metric in ("bookings", "won_deals", "calls")
    )
    return Seller(
        person_id=person.id,
        name=person.name,
        booked=booked,
        won=round(won),
        calls=round(calls),
        aim=team_figures.aim(ctx, [person.id], stretch),
        is_away=is_away,
    )


def _way(aim: Aim | None) -> Way | None:
    """Whether a quota is as good as reached, or out of reach."""
    if aim is None:
        return None
    if aim.chance is None:
        return "ahead" if aim.booked >= aim.amount else None
    return "ahead" if aim.chance >= AHEAD else "help" if aim.chance <= BEHIND else None


def _judged(
    counted: Sequence[Counted], held: Sequence[Norms], places: Sequence[int]
) -> dict[tuple[int, Way], list[Evidence]]:
    """What is out of the ordinary of the people in some places; all of it is judged together."""
    tests: list[tuple[float, int, Counted, Norms, Way]] = []
    for each, norm in zip(counted, held, strict=True):
        wanting, other = (norm.low, norm.high) if each.signal.wanting == "low" else (norm.high, norm.low)
        for place in places:
            tests.append((wanting[place], place, each, norm, "help"))
            if each.signal.is_result:
                tests.append((other[place], place, each, norm, "ahead"))
    found: dict[tuple[int, Way], list[Evidence]] = {}
    for (_, place, each, norm, way), is_sure in zip(tests, surprising([test[0] for test in tests]), strict=True):
        seen, usual = float(norm.seen[place]), float(norm.expected[place])
        if is_sure and abs(seen - usual) >= MATTERS * usual:
            found.setdefault((place, way), []).append(_evidence(each, place, seen, usual))
    return found


def _evidence(each: Counted, place: int, seen: float, usual: float) -> Evidence:
    of = round(each.over[place, -1]) if each.of_trials else None
    told = each.signal
    return Evidence(noun=told.noun, plural=told.plural, seen=round(seen), usual=usual, of=of, usually=told.usually)


def _standing(each: Seller, way: Way, aim: Aim | None, told: list[Evidence], usual: float) -> Standing:
    worst = sorted(told, key=lambda one: -_gap(one))
    short = max(0.0, aim.amount - (aim.p50 or 0.0)) if aim and way == "help" else 0.0
    stake = max([short, *(usual * _gap(one) for one in worst)])
    return Standing(person_id=each.person_id, name=each.name, way=way, by_quota=aim, evidence=tuple(worst), stake=stake)


def _gap(one: Evidence) -> float:
    return abs(one.seen - one.usual) / max(one.seen, one.usual)
