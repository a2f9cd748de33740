"""The eighteen months as they happened: arrivals handed out, worked day by day, won and lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from knowledge.connectors.demo import company, process
from knowledge.connectors.demo.draw import DAY, HOUR, Bools, Floats, Generator, Ints, offsets
from knowledge.connectors.demo.places import PLACES
from knowledge.connectors.demo.process import DISCOVERY, NEW, PROPOSAL, Lanes, Moves, step
from knowledge.connectors.demo.prospects import Prospects

# Each day of the world starts here in UTC: the rep's day of the west coast is over, that of Berlin not yet begun.
DAWN_H = 5.5
NOBODY = -1


class Log:
    """What happened, column by column: one list of arrays for each kind of event."""

    def __init__(self) -> None:
        self._parts: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, kind: str, **columns: Any) -> None:
        if len(columns["lead"]):
            self._parts[kind].append(columns)

    def read(self, kind: str) -> dict[str, Any]:
        """The columns of one kind of event, in order of time."""
        parts = self._parts.get(kind, [])
        if not parts:
            return defaultdict(lambda: np.empty(0, np.int64))
        columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.argsort(columns["at"], kind="stable")
        return {name: column[order] for name, column in columns.items()}


@dataclass
class World:
    """Everything that is true at an instant; `lanes` has one lane for every lead that ever came in."""

    prospects: Prospects
    sellers: company.Sellers
    lanes: Lanes
    owner: Ints
    outcome: Ints
    outcome_at: Ints
    assigned: Ints
    first_day: int
    now: int
    # Open leads that a rep can look after well.
    capacity: float
    log: Log = field(default_factory=Log)
    # Instant -> the lanes, owners and open leads as they then were.
    kept: dict[int, Kept] = field(default_factory=dict)

    @property
    def days(self) -> int:
        return self.now // DAY - self.first_day + 1


@dataclass(frozen=True)
class Kept:
    """The open leads of an instant: which, in whose hands (`NOBODY` if none), and in what state."""

    lead: Ints
    owner: Ints
    lanes: Lanes


def begin(prospects: Prospects, sellers: company.Sellers, first_day: int, now: int, capacity: float,
          rng: Generator) -> World:  # fmt: skip
    """The world before its first day, with every arrival's first owner drawn."""
    n = len(prospects)
    intent = rng.standard_normal(n).astype(np.float32) * 0.8 + 0.2
    lanes = Lanes.untouched(prospects.quality, intent)
    owner, assigned = _hand_out(prospects, first_day, now, rng)
    zero = np.zeros(n, np.int64)
    return World(prospects, sellers, lanes, owner, zero.copy(), zero.copy(), assigned, first_day, now, capacity)


def _hand_out(prospects: Prospects, first_day: int, now: int, rng: Generator) -> tuple[Ints, Ints]:
    """Round-robin within the team of the lead's territory, after minutes by day and next morning by night."""
    turn = [0, 0, 0]
    members = [[k for k, one in enumerate(company.SELLERS) if one.team == team] for team in range(3)]
    last_day = now // DAY
    owner, assigned = np.zeros(len(prospects), np.int64), np.zeros(len(prospects), np.int64)
    luck = rng.random((len(prospects), 3)).tolist()
    for k, (at, team) in enumerate(zip(prospects.created.tolist(), prospects.team.tolist(), strict=True)):
        delay = 60 + 5_400 * luck[k][0] ** 3 if luck[k][1] < 0.7 else HOUR * (2 + 30 * luck[k][0] ** 2)
        # The newest are still in the pool, waiting for someone to look.
        if at > now - 3 * DAY and luck[k][2] < 0.62:
            delay += 4 * DAY
        assigned[k] = at + int(delay)
        days_ago = last_day - int(assigned[k]) // DAY
        owner[k], turn[team] = _next(members[team], turn[team], days_ago)
    return owner, assigned


def _next(members: list[int], turn: int, days_ago: int) -> tuple[int, int]:
    for _ in range(2 * len(members)):
        who, turn = members[turn % len(members)], turn + 1
        one = company.SELLERS[who]
        here = one.hired_days_ago > days_ago and (one.left_days_ago is None or one.left_days_ago < days_ago)
        if here and not company.is_away(who, days_ago):
            return who, turn
    return members[0], turn


def run(world: World, rng: Generator, keep: list[int], progress: Callable[[float], None]) -> None:
    """Lives through all days; `keep` are instants at dawn whose state is kept for the truth."""
    ahead_rep = np.stack([offsets(one.zone, world.first_day, world.days) for one in company.SELLERS])
    ahead_buyer = np.stack([offsets(one.zone, world.first_day, world.days) for one in PLACES])
    away = np.array([[company.is_away(k, world.days - 1 - day) for day in range(world.days)]
                     for k in range(len(company.SELLERS))])  # fmt: skip
    moves_on = _second_thoughts(world, rng)
    for day in range(world.days):
        start = (world.first_day + day) * DAY
        dawn = start + int(DAWN_H * HOUR)
        if dawn in keep:
            world.kept[dawn] = snapshot(world, dawn)
        _reassign(world, day, start, moves_on, rng)
        live = np.flatnonzero((world.outcome == 0) & (world.prospects.created < start + DAY))
        _live_one_day(world, live, day, start, ahead_rep[:, day], ahead_buyer[:, day], away[:, day], rng)
        progress((day + 1) / world.days)
    world.kept[world.now] = snapshot(world, world.now)


def snapshot(world: World, at: int) -> Kept:
    """The open leads at an instant and the state they are in."""
    is_open = (world.outcome == 0) | (world.outcome_at > at)
    lead = np.flatnonzero(is_open & (world.prospects.created <= at))
    owner = np.where(world.assigned[lead] <= at, world.owner[lead], NOBODY)
    return Kept(lead, owner, world.lanes.take(lead))


def overloads(owner: Ints, capacity: float) -> Floats:
    """By how much of their capacity each seller holds too many open leads, given the owner of every open lead."""
    load = np.bincount(owner[owner >= 0], minlength=len(company.SELLERS))
    return np.maximum(0, load / capacity - 1).astype(np.float32)


def _second_thoughts(world: World, rng: Generator) -> Ints:
    """The day on which a lead will be taken from its owner if it is still new or merely contacted; few ever are."""
    n = len(world.prospects)
    day = world.assigned // DAY - world.first_day + rng.integers(15, 45, n)
    return np.where(rng.random(n) < 0.12, day, -1)


def _reassign(world: World, day: int, start: int, moves_on: Ints, rng: Generator) -> None:
    days_ago = world.days - 1 - day
    held = (world.outcome == 0) & (world.assigned < start)
    idle = np.flatnonzero(held & (moves_on == day) & (world.lanes.rung <= process.CONTACTED))
    _move(world, idle, start, days_ago, "not moving, second pair of hands", rng)
    for who, one in enumerate(company.SELLERS):
        if one.left_days_ago == days_ago:
            _move(world, np.flatnonzero(held & (world.owner == who)), start, days_ago, f"{one.name} left", rng)
        if one.hired_days_ago - 1 == days_ago:
            _welcome(world, who, held, start, rng)


def _welcome(world: World, who: int, held: Bools, start: int, rng: Generator) -> None:
    """A new colleague gets a first stock from the others of the team, early leads only."""
    others = held & (world.prospects.team == company.SELLERS[who].team) & (world.lanes.rung <= process.CONTACTED)
    early = np.flatnonzero(others)
    given = np.sort(rng.choice(early, min(28, len(early)), replace=False))
    _write_owner(world, given, np.full(len(given), who), start, "stock for a new colleague", rng)


def _move(world: World, leads: Ints, start: int, days_ago: int, reason: str, rng: Generator) -> None:
    new = []
    for lead in leads.tolist():
        team = company.SELLERS[world.owner[lead]].team
        members = [k for k, one in enumerate(company.SELLERS) if one.team == team and k != world.owner[lead]]
        new.append(_next(members, int(rng.integers(len(members))), days_ago)[0])
    _write_owner(world, leads, np.array(new, np.int64), start, reason, rng)


def _write_owner(world: World, leads: Ints, new: Ints, start: int, reason: str, rng: Generator) -> None:
    at = start + int(DAWN_H * HOUR) + rng.integers(60, HOUR, len(leads))
    if len(leads) and at.max() > world.now:
        return
    world.log.add(
        "owner", lead=leads, at=at, old=world.owner[leads], new=new, reason=np.full(len(leads), reason, object)
    )
    world.owner[leads] = new
    world.lanes.silence[leads] /= 2


def _live_one_day(world: World, live: Ints, day: int, start: int, ahead_rep: Ints, ahead_buyer: Ints, away: Bools,
                  rng: Generator) -> None:  # fmt: skip
    lanes, owner = world.lanes.take(live), world.owner[live]
    rep_s, buyer_s = ahead_rep[owner], ahead_buyer[world.prospects.place[live]]
    assigned_h = (world.assigned[live] - start + rep_s) / HOUR
    lanes.skill, lanes.diligence = world.sellers.skill[owner], world.sellers.diligence[owner]
    lanes.overload = overloads(np.where(world.assigned[live] < start, owner, NOBODY), world.capacity)[owner]
    lanes.gap_h = ((buyer_s - rep_s) / HOUR).astype(np.float32)
    lanes.from_h = np.where(assigned_h > 0, assigned_h, 0).astype(np.float32)
    lanes.limit_h = np.minimum((world.now - start + rep_s) / HOUR, 99).astype(np.float32)
    lanes.works = ~away[owner] & (world.assigned[live] < start + DAY)
    # Hours are counted on the rep's clock, so that age plus hour is the time since arrival.
    lanes.age_h = ((start - rep_s - world.prospects.created[live]) / HOUR).astype(np.float32)
    before = lanes.rung.copy()
    moves = step(lanes, (world.first_day + day + 3) % 7, rng)
    world.lanes.put(live, lanes)
    touch = start - rep_s + (moves.hour * HOUR).astype(np.int64)
    _record(world, live, owner, before, lanes, moves, touch, rng)
    _end(world, live, owner, moves, touch, rng)
    _browse(world, live, lanes, start - buyer_s, rng)


def _record(world: World, live: Ints, owner: Ints, before: Ints, lanes: Lanes, moves: Moves, touch: Ints,
            rng: Generator) -> None:  # fmt: skip
    def add(kind: str, mask: Bools, at: Ints = touch, **more: Any) -> None:
        world.log.add(kind, lead=live[mask], at=at[mask], who=owner[mask], **{k: v[mask] for k, v in more.items()})

    later = touch + rng.integers(15 * 60, 80 * 60, len(live))
    add("call", moves.called, spoke=moves.spoke, brushed_off=moves.brushed_off, rung=lanes.rung,
        booked=moves.advanced & (lanes.rung == DISCOVERY))  # fmt: skip
    written = moves.touched & ~moves.called
    add("email_out", written, rung=before)
    add("email_in", written & moves.spoke, later, rung=lanes.rung)
    add("rung", moves.advanced, later, old=before, new=lanes.rung)
    add("meeting", moves.demo_held | moves.senior_joined, touch + 120, demo=moves.demo_held, senior=moves.senior_joined)
    add("proposal", moves.pricing_sent | (moves.advanced & (lanes.rung == PROPOSAL)), later, priced=moves.pricing_sent)


def _end(world: World, live: Ints, owner: Ints, moves: Moves, touch: Ints, rng: Generator) -> None:
    u = rng.random(len(live))
    won, lost = u < moves.p_win, u > 1 - moves.p_lose
    over = won | lost
    at = touch + rng.integers(90 * 60, int(process.AFTERMATH_H * HOUR), len(live))
    world.outcome[live[over]] = np.where(won, 1, 2)[over]
    world.outcome_at[live[over]] = at[over]


def _browse(world: World, live: Ints, lanes: Lanes, midnight: Ints, rng: Generator) -> None:
    """What the buyer does alone; a noisy echo of intent that changes nothing."""
    n = len(live)
    intent, quality = lanes.intent, lanes.quality
    rates = {
        "page_view": 0.033 * np.exp(0.75 * intent + 0.2 * quality),
        "proposal_view": 0.13 * np.exp(0.8 * intent) * (lanes.rung >= PROPOSAL),
        "content_download": 0.008 * np.exp(0.5 * intent),
        "webinar": 0.003 * np.exp(0.4 * intent),
        "form": 0.0025 * np.exp(0.7 * intent) * (lanes.rung > NEW),
        "email_in": 0.006 * np.exp(0.7 * intent) * (lanes.rung > NEW),
    }
    for kind, rate in rates.items():
        times = np.repeat(np.arange(n), np.minimum(rng.poisson(rate), 9))
        at = midnight[times] + ((7 + 15 * rng.beta(2, 2.3, len(times))) * HOUR).astype(np.int64)
        lead = live[times]
        there = (at > world.prospects.created[lead]) & (at <= world.now)
        there &= (world.outcome[lead] == 0) | (at < world.outcome_at[lead])
        lead = lead[there]
        who = world.owner[lead] if kind == "email_in" else np.full(len(lead), NOBODY)
        world.log.add(kind, lead=lead, at=at[there], who=who, rung=lanes.rung[times][there])
