"""How a lead moves in one day: the data generating process, the same for the history and for the truth.

Every constant here is a true effect; `truth` writes them down beside the chances they lead to.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.connectors.demo.draw import Bools, Floats, Generator, Ints, chance

NEW, CONTACTED, DISCOVERY, QUALIFIED, DEMO, PROPOSAL, NEGOTIATION = range(7)

# Hidden intent, standardised: today's is PERSISTENCE of yesterday's and a fresh shock.
PERSISTENCE = 0.95
SHOCK = float(np.sqrt(1 - PERSISTENCE**2))

# What pulls a lead forward, on the log scale.
QUALITY, INTENT, SPEED, SPEED_CENTRE, LONGEST_WAIT_H, OVERLOAD = 0.42, 0.55, -0.11, 0.30, 96.0, -0.35
# On a win only.
DEMO_HELD, SENIOR_INVOLVED, PRICING_SENT = 0.45, 0.40, 0.35

# Chances a working day, by rung of the ladder NEW .. NEGOTIATION.
CADENCE = np.array([0.27, 0.17, 0.17, 0.17, 0.19, 0.21, 0.25], np.float32)
ADVANCE = np.array([0, 0, 0.065, 0.065, 0.070, 0.060, 0], np.float32)
WIN = np.array([0, 0, 0.0004, 0.0016, 0.0045, 0.0120, 0.0300], np.float32)
LOSE = np.array([0.0120, 0.0160, 0.0130, 0.0120, 0.0120, 0.0130, 0.0150], np.float32)
FIRST_TOUCH, PATIENCE, GIVE_UP_AFTER, GIVE_UP = 0.75, 9.0, 9, 0.10
CALL_SHARE, SKIP_DEMO, PRICED_WITH_PROPOSAL, PRICED_LATER, SENIOR_JOINS = 0.66, 0.25, 0.65, 0.03, 0.018
QUALIFY, REPLY, BRUSH_OFF, LOST_ON_BRUSH_OFF = -2.0, -1.6, -2.1, 0.4

# Logit of picking up the telephone, by the called party's own clock.
PICK_UP, PICK_UP_INTENT, PICK_UP_SILENCE = -1.15, 0.30, -0.06
PICK_UP_HOUR = np.full(24, -1.2, np.float32)
PICK_UP_HOUR[8:20] = (-0.45, 0.0, 0.40, 0.45, -0.05, -0.55, -0.15, 0.10, 0.50, 0.45, -0.20, -0.60)
PICK_UP_WEEKDAY = np.array([-0.25, 0.15, 0.25, 0.20, -0.30, -0.70, -1.5], np.float32)
# When reps work, on their own clock.
REP_HOUR = np.array([0.4, 1.5, 1.6, 1.4, 0.8, 0.8, 1.3, 1.4, 1.2, 0.8], np.float32)
FIRST_REP_HOUR, LAST_REP_HOUR = 8, 18
# Quantiles of the hour at which a rep comes to a lead, so that an hour is drawn by one look.
_HOURS = np.interp(
    (np.arange(1_000) + 0.5) / 1_000, np.append(0, np.cumsum(REP_HOUR) / REP_HOUR.sum()),
    np.arange(FIRST_REP_HOUR, LAST_REP_HOUR + 1),
).astype(np.float32)  # fmt: skip
SATURDAY = 5
# All that a rep sets off on a day is over so many hours after it began.
AFTERMATH_H = 3.0


@dataclass
class Lanes:
    """Leads side by side, one element of each array a lead with the rep who works it.

    `fresh` says that nobody has touched the lead yet, `speed` what the wait for the first touch did to it, `age_h` the
    hours from arrival to the rep's midnight; `gap_h` the hours that the buyer's clock is ahead of the rep's; `from_h`
    the hour of the rep's clock at which a lead was handed over today, `limit_h` the one at which what is known ends.
    """

    quality: Floats
    intent: Floats
    rung: Ints
    silence: Floats
    fresh: Bools
    speed: Floats
    demo: Floats
    senior: Floats
    priced: Floats
    age_h: Floats
    skill: Floats
    diligence: Floats
    overload: Floats
    gap_h: Floats
    from_h: Floats
    limit_h: Floats
    works: Bools

    def __len__(self) -> int:
        return len(self.quality)

    @classmethod
    def untouched(cls, quality: Floats, intent: Floats) -> Lanes:
        """Leads as they arrive."""
        n = len(quality)
        zeros = {each.name: np.zeros(n, np.float32) for each in fields(cls)}
        start = {"quality": quality, "intent": intent, "rung": np.zeros(n, np.int8), "fresh": np.ones(n, bool),
                 "works": np.zeros(n, bool)}  # fmt: skip
        return cls(**(zeros | start))

    def take(self, which: npt.NDArray[Any]) -> Lanes:
        """Copies of some lanes."""
        return Lanes(*(getattr(self, each.name)[which] for each in fields(self)))

    def put(self, which: Ints, part: Lanes) -> None:
        """Writes lanes back to where `take` found them."""
        for each in fields(self):
            getattr(self, each.name)[which] = getattr(part, each.name)


@dataclass(frozen=True)
class Moves:
    """What one day brought each lane, and the chances that the day ends it."""

    hour: Floats
    touched: Bools
    called: Bools
    spoke: Bools
    brushed_off: Bools
    advanced: Bools
    demo_held: Bools
    senior_joined: Bools
    pricing_sent: Bools
    p_win: Floats
    p_lose: Floats

    @classmethod
    def none(cls, n: int) -> Moves:
        """A day on which nobody works."""
        no, zero = np.zeros(n, bool), np.zeros(n, np.float32)
        return cls(zero + FIRST_REP_HOUR, no, no, no, no, no, no, no, no, zero, zero)


def pull(s: Lanes) -> Floats:
    """What draws a lead forward: quality, intent, the rep's skill, an early first touch, a rep with time."""
    drawn: Floats = QUALITY * s.quality + INTENT * s.intent + s.skill + OVERLOAD * s.overload + s.speed
    return drawn


def step(s: Lanes, weekday: int, rng: Generator) -> Moves:
    """Moves every lane by one day, in place; whether it was won or lost is left to the caller to draw."""
    n = len(s)
    s.intent += (PERSISTENCE - 1) * s.intent + np.float32(SHOCK) * rng.standard_normal(n, np.float32)
    if weekday >= SATURDAY:
        s.age_h += 24
        return Moves.none(n)
    hour = _hour(s, rng)
    at_work = s.works & (hour + AFTERMATH_H <= s.limit_h) & (hour < LAST_REP_HOUR + 0.5)
    drawn, before = pull(s), s.rung.copy()
    touched, called = _touch(s, hour, at_work, rng)
    spoke, brushed_off = _talk(s, hour, weekday, np.flatnonzero(touched), called, drawn, rng)
    demo_held, senior_joined, pricing_sent = _work_deals(s, np.flatnonzero(at_work & (before >= DISCOVERY)), drawn, rng)
    advanced = s.rung > before
    p_win, p_lose = _endings(s, at_work, drawn)
    p_lose += LOST_ON_BRUSH_OFF * brushed_off
    p_lose += GIVE_UP * (touched & (s.silence > GIVE_UP_AFTER) & (s.rung < DISCOVERY))
    s.age_h += 24
    return Moves(hour, touched, called, spoke, brushed_off, advanced, demo_held, senior_joined, pricing_sent,
                 p_win, np.minimum(p_lose, 1 - p_win))  # fmt: skip


def _hour(s: Lanes, rng: Generator) -> Floats:
    """When the rep comes to the lead: some time of the day, or soon after a lead was handed over that day."""
    u = rng.random(len(s), np.float32)
    usual = _HOURS[(u * len(_HOURS)).astype(np.int16)]
    handed_over = s.from_h > 0
    if not handed_over.any():
        return usual
    return np.where(handed_over, np.maximum(s.from_h, FIRST_REP_HOUR) + 2.2 * u**2.5 / (1.03 - u), usual)


def _touch(s: Lanes, hour: Floats, at_work: Bools, rng: Generator) -> tuple[Bools, Bools]:
    """Who was called or written to; a call only where the buyer's day has begun and not ended."""
    keen = CADENCE[s.rung] * np.exp(s.silence * (-1 / PATIENCE) * (s.rung < DISCOVERY))
    keen[s.fresh] = FIRST_TOUCH
    touched = at_work & (rng.random(len(s), np.float32) < keen * s.diligence / (1 + s.overload))
    local = hour + s.gap_h
    local -= 24 * np.floor(local / 24)
    called = touched & (rng.random(len(s), np.float32) < CALL_SHARE) & (local >= 8) & (local < 20)
    first = np.flatnonzero(touched & s.fresh)
    s.speed[first] = SPEED_CENTRE + SPEED * np.log1p(np.clip(s.age_h[first] + hour[first], 0.05, LONGEST_WAIT_H))
    s.fresh[first] = False
    return touched, called


def _talk(s: Lanes, hour: Floats, weekday: int, touched: Ints, called: Bools, drawn: Floats,
          rng: Generator) -> tuple[Bools, Bools]:  # fmt: skip
    """Who picked up or wrote back, and who wanted no more of it; a talk makes contact and may qualify."""
    spoke, off = np.zeros(len(s), bool), np.zeros(len(s), bool)
    local, by_phone, pulled = hour[touched] + s.gap_h[touched], called[touched], drawn[touched]
    pick_up = (PICK_UP + PICK_UP_HOUR[(local % 24).astype(np.int8)]
               + PICK_UP_WEEKDAY[((weekday + local // 24) % 7).astype(np.int8)]
               + PICK_UP_SILENCE * s.silence[touched])  # fmt: skip
    logit = np.where(by_phone, pick_up, REPLY) + PICK_UP_INTENT * s.intent[touched]
    u = rng.random((3, len(touched)), np.float32)
    answers = u[0] < chance(logit)
    declines = answers & by_phone & (u[1] < chance(BRUSH_OFF - pulled))
    spoke[touched[answers]], off[touched[declines]] = True, True
    s.silence[touched] = np.where(answers, 0, s.silence[touched] + 1)
    talked = answers & ~declines & (s.rung[touched] <= CONTACTED)
    s.rung[touched[talked]] = np.where(u[2] < chance(QUALIFY + pulled), DISCOVERY, CONTACTED)[talked]
    return spoke, off


def _work_deals(s: Lanes, deals: Ints, drawn: Floats, rng: Generator) -> tuple[Bools, Bools, Bools]:
    """Deals climb a stage; on the way a demo is held, someone senior joins, prices are sent."""
    demo_held, joined, priced = (np.zeros(len(s), bool) for _ in range(3))
    u, before = rng.random((4, len(deals)), np.float32), s.rung[deals]
    climbs = u[0] < ADVANCE[before] * np.exp(0.6 * drawn[deals])
    rung = before + climbs + (climbs & (before == QUALIFIED) & (u[1] < SKIP_DEMO))
    s.rung[deals] = rung
    odds = np.where(climbs & (rung == PROPOSAL), PRICED_WITH_PROPOSAL, np.where(rung >= QUALIFIED, PRICED_LATER, 0))
    demo_held[deals] = climbs & (rung == DEMO)
    joined[deals] = (s.senior[deals] == 0) & (u[2] < SENIOR_JOINS * np.exp(0.3 * s.intent[deals]))
    priced[deals] = (s.priced[deals] == 0) & (u[3] < odds)
    for flag, now in ((s.demo, demo_held), (s.senior, joined), (s.priced, priced)):
        np.maximum(flag, now, out=flag)
    return demo_held, joined, priced


def _endings(s: Lanes, at_work: Bools, drawn: Floats) -> tuple[Floats, Floats]:
    """The chances of a win and of a loss today."""
    p_lose = at_work * LOSE[s.rung] * np.exp(-0.6 * drawn)
    p_win = np.zeros(len(s), np.float32)
    deals = np.flatnonzero(at_work & (s.rung >= DISCOVERY))
    bonus = DEMO_HELD * s.demo[deals] + SENIOR_INVOLVED * s.senior[deals] + PRICING_SENT * s.priced[deals]
    p_win[deals] = np.minimum(WIN[s.rung[deals]] * np.exp(drawn[deals] + bonus), 0.6)
    return p_win, p_lose
