"""Nudging rehearsed on invented people whose ways are known: what choosing by learnt response rates wins.

Each person acts on each kind of nudge with a chance of their own, which changes half-way for some. Every way of
choosing sees the same days and interrupts as often; what differs is which nudges go out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import t

from scoring.attention import Attention, Candidate, Seen, Told, decide
from scoring.metrics import Metric
from scoring.responses import Answer, Rate, Rates

Floats = npt.NDArray[np.float64]

KINDS = tuple("abcdefgh")
TEAMS = 4
DAY, TICK, TICKS = timedelta(days=1), timedelta(minutes=30), 16
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
# Occasions that a day brings, of which so many may be told of; by how much the logarithm of what is at stake differs.
A_DAY, MOST, SPREAD = 24.0, 5, 0.8
REMEMBERED = 10

# What a way of choosing takes for the chance that a nudge is acted on: from the rate learnt, and the truth.
Way = Callable[[Rate, float, np.random.Generator], float]
TOP_SCORE, LEARNT = "top_score", "learnt_rate"
WAYS: dict[str, Way] = {
    TOP_SCORE: lambda rate, truth, luck: 1.0,
    LEARNT: lambda rate, truth, luck: rate.mean,
    "thompson": lambda rate, truth, luck: float(luck.beta(rate.acted, rate.not_acted)),
    "oracle": lambda rate, truth, luck: truth,
}


@dataclass(frozen=True)
class Outcome:
    """What a way of choosing brought: nudges sent, acted on, and what was at stake in those acted on."""

    sent: int = 0
    acted: int = 0
    gain: float = 0.0

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.sent + other.sent, self.acted + other.acted, self.gain + other.gain)


@dataclass(frozen=True)
class Company:
    """People by their true chances to act on each kind of nudge, in each half of the time: (n_people, n_kinds)."""

    halves: tuple[Floats, Floats]

    def __len__(self) -> int:
        return len(self.halves[0])


@dataclass(frozen=True)
class _Event:
    """Something that could be told of: when in the day, its kind, what is at stake, and how willing one is then."""

    tick: int
    kind: int
    gain: float
    will: float


@dataclass
class _Desk:
    """One person's nudges: by which way they are chosen, by what was learnt of all, and what the last days brought."""

    person: int
    way: Way
    rates: Rates
    luck: np.random.Generator
    past: list[list[Seen]] = field(default_factory=list)

    def spend(self, events: Sequence[_Event], chances: Floats, start: datetime) -> Outcome:
        """What a day brings; what is not told waits until the day is over."""
        total, told, waiting = Outcome(), list[Told](), dict[str, Candidate]()
        seen, considered = [each for day in self.past for each in day], list[Seen]()
        for tick in range(TICKS):
            now = start + tick * TICK
            for i, each in enumerate(events):
                if each.tick == tick:
                    waiting[str(i)] = made = self._candidate(str(i), each, chances)
                    considered.append(Seen(now.time(), made.worth))
            attention = Attention(now, None, MOST, told=told, seen=seen, days=len(self.past))
            for decision in decide(list(waiting.values()), attention):
                if decision.is_sent:
                    sent = waiting.pop(decision.candidate.key)
                    told.append(Told(sent.kind, sent.about, now))
                    total += self._answered(sent, events[int(sent.key)], chances, now)
        self.past = [*self.past[-REMEMBERED + 1 :], considered]
        return total

    def _candidate(self, key: str, event: _Event, chances: Floats) -> Candidate:
        kind = KINDS[event.kind]
        rate = self.rates.rate(f"P{self.person}", f"T{self.person % TEAMS}", kind)
        chance = self.way(rate, float(chances[event.kind]), self.luck)
        return Candidate(key, kind, frozenset({key}), event.gain, chance)

    def _answered(self, sent: Candidate, event: _Event, chances: Floats, now: datetime) -> Outcome:
        acted = bool(event.will < chances[event.kind])
        self.rates.add(Answer(f"P{self.person}", f"T{self.person % TEAMS}", sent.kind, now, acted))
        return Outcome(1, int(acted), sent.gain * acted)


def company(people: int, seed: int) -> Company:
    """Invented people: kinds differ, so do teams, so do people, and every fourth changes their ways half-way."""
    rng = np.random.default_rng([seed, 0])
    kinds, teams = rng.normal(-1.0, 0.8, len(KINDS)), rng.normal(0, 0.4, (TEAMS, len(KINDS)))
    ways = kinds + teams[np.arange(people) % TEAMS] + rng.normal(0, 1.0, (people, len(KINDS)))
    changed = np.where(np.arange(people)[:, None] % 4 == 0, rng.permuted(ways, axis=1), ways)
    return Company((1 / (1 + np.exp(-ways)), 1 / (1 + np.exp(-changed))))


def rehearse(truth: Company, way: Way, *, days: int, seed: int) -> Outcome:
    """What a way of choosing brings these people in so many days."""
    rates, total, luck = Rates(), Outcome(), np.random.default_rng([seed, 2])
    desks = [_Desk(person, way, rates, luck) for person in range(len(truth))]
    for day in range(days):
        half = truth.halves[day >= days / 2]
        for desk in desks:
            total += desk.spend(_events(seed, day, desk.person), half[desk.person], START + day * DAY)
        rates.fade(DAY)
    return total


def evaluate(
    *,
    people: int = 20,
    days: int = 60,
    seeds: Sequence[int] = range(8),
    progress: Callable[[str, float], None] = lambda step, share: None,
) -> dict[str, Any]:
    """What each way brings beside choosing by what is at stake alone, as a ratio of what was at stake in the nudges
    acted on, for each nudge sent; the interval is over companies, each rehearsed by every way.

    `oracle` knows every chance: no way that learns can be better.
    """
    found: dict[str, list[Outcome]] = {name: [] for name in WAYS}
    for done, seed in enumerate(seeds):
        truth = company(people, seed)
        for name, way in WAYS.items():
            found[name].append(rehearse(truth, way, days=days, seed=seed))
        progress("rehearsing", (done + 1) / len(seeds))
    told = {name: {key: asdict(value) for key, value in _figures(found, name).items()} for name in WAYS}
    return {
        "model": "nudges",
        "split": f"{len(seeds)} invented companies of {people} people, {days} days, {MOST} nudges a day at most",
        "n": sum(each.sent for each in found[LEARNT]),
        "sent": {name: sum(each.sent for each in many) for name, many in found.items()},
        "base_rate": told[TOP_SCORE]["acted_on"]["value"],
        "metrics": told[LEARNT],
        "baselines": {name: figures for name, figures in told.items() if name != LEARNT},
        "flagged": [],
    }


def _events(seed: int, day: int, person: int) -> list[_Event]:
    rng = np.random.default_rng([seed, 1, day, person])
    n = rng.poisson(A_DAY)
    columns = rng.integers(TICKS, size=n), rng.integers(len(KINDS), size=n), rng.lognormal(0, SPREAD, n), rng.random(n)
    return [_Event(int(tick), int(k), float(g), float(w)) for tick, k, g, w in zip(*columns, strict=True)]


def _figures(found: dict[str, list[Outcome]], name: str) -> dict[str, Metric]:
    pairs = list(zip(found[name], found[TOP_SCORE], strict=True))
    return {
        "gain_over_top_score": _mean([a.gain / a.sent / (b.gain / b.sent) for a, b in pairs]),
        "acted_on": _mean([a.acted / a.sent for a, _ in pairs]),
    }


def _mean(values: Sequence[float]) -> Metric:
    """The mean of some companies' values with Student's interval; of one alone, no interval."""
    middle = float(np.mean(values))
    if len(values) < 2:
        return Metric(middle, middle, middle)
    half = float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Metric(middle, middle - half, middle + half)
