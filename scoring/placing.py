"""The placement of a pool's leads that is worth most, by all rules of a plan or by all but one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from scoring.allocation import Allocation, Share, allocate
from scoring.cases import Case, Floats, Whole, equal_split
from scoring.outcomes import SURE, chances, cost_of_one_more

Rule = Literal["capacity", "minimum", "fairness", "switching"]
RULES: tuple[Rule, ...] = ("capacity", "minimum", "fairness", "switching")

# How far the loads are moved at each step, in parts of an equal split.
STEPS = (0.3, 0.15)
# A little more room than the loads that are aimed at, so that every lead finds a place.
SLACK = 1.03


@dataclass(frozen=True)
class Placement:
    """Who has each lead of a case, or -1; what one more place with each rep would bring; the gap to the best."""

    rep: Whole
    prices: Floats
    gap: float


def place(case: Case, start: Whole, without: Rule | None = None, near: Whole | None = None) -> Placement:
    """The best placement of the free leads, where all others are as at the `start`; `near` is one that is not far off.

    Raises
    ------
    ImpossiblePlan
        When the rules contradict each other.
    """
    ask = _Question(case, start, without)
    if not case.eligible[case.free].any():
        return Placement(start, np.zeros(case.n_reps), 0.0)
    if case.reps_are_alike:
        return ask.answer(np.minimum(ask.room, ask.even_room))
    if not case.adds.slope:
        return ask.answer(ask.room)
    return _at_best_loads(ask, start if near is None else near, STEPS if near is None else STEPS[:1])


def _at_best_loads(ask: _Question, guess: Whole, steps: Sequence[float]) -> Placement:
    """The best placement where a rep does worse with every lead more.

    For given loads it is known how likely each lead is won, and the best placement is exact. Whether a rep's load
    should grow then follows from what one more place is worth and what one more lead takes from the others.
    """
    case = ask.case
    alone, equal = (guess < 0) & case.free, equal_split(case.allowed[case.free])
    today = case.counts(guess, case.free) + equal_split(case.allowed[alone])
    met = [ask.answer(ask.room, loads) for loads in ((today, equal) if len(steps) > 1 else (today,))]
    for step in steps:
        best = max(met, key=ask.worth)
        pull = best.prices - cost_of_one_more(case, best.rep)
        pull -= pull.mean()
        loads = case.counts(best.rep, case.free) + step * equal.mean() * pull / max(np.abs(pull).max(), SURE)
        met.append(ask.answer(ask.room, np.maximum(loads, 0.0)))
    return max(met, key=ask.worth)


@dataclass(frozen=True)
class _Question:
    """Where the free leads of a case should go when all others are as at the `start`, by all rules but one."""

    case: Case
    start: Whole
    without: Rule | None

    @cached_property
    def leads(self) -> Whole:
        return np.flatnonzero(self.case.free)

    @cached_property
    def room(self) -> Whole:
        """How many of the leads each rep can hold, or be given where that is limited (n_reps,)."""
        return (
            np.full(self.case.n_reps, len(self.leads)) if self.without == "capacity" else _room(self.case, self.start)
        )

    @cached_property
    def even_room(self) -> Whole:
        """Room for what each rep has and an even part of what nobody has, or for the least that was asked for."""
        case, alone = self.case, self.case.free & (self.start < 0)
        held = 0 if case.terms.most is not None else case.counts(self.start, case.free)
        even = np.ceil(equal_split(case.allowed[alone])).astype(np.int64)
        return np.asarray(np.maximum(held + even, case.terms.minimum))

    def worth(self, placement: Placement) -> float:
        return float(chances(self.case, placement.rep) @ self.case.worth)

    def answer(self, room: Whole, loads: Floats | None = None) -> Placement:
        """The best placement within that room; and where `loads` are given, as good as it can be at these loads."""
        case, leads, best = self.case, self.leads, self.case.top[self.leads]
        if loads is not None and case.terms.most is None:
            least = np.maximum(_fair(case), case.terms.minimum)
            room = np.minimum(room, np.maximum(np.ceil(SLACK * loads), least).astype(np.int64))
        fair = np.minimum(_fair(case), room)
        found = self._allocated(room, loads)
        given = np.bincount(found.rep[best & (found.rep >= 0)], minlength=case.n_reps)
        # Most of the time the best plan is fair by itself, and is found much faster without asking for it.
        if self.without != "fairness" and (given < fair).any():
            found = self._allocated(room, loads, Share(best, fair))
        rep = self.start.copy()
        rep[leads] = np.where(found.rep < 0, self.start[leads], found.rep)
        return Placement(rep, found.prices, found.gap)

    def _allocated(self, room: Whole, loads: Floats | None, share: Share | None = None) -> Allocation:
        case, leads = self.case, self.leads
        owner, value = case.owner[leads], self._values(loads)
        owned = np.flatnonzero(owner >= 0)
        kept = value[owned, owner[owned]]
        if self.without != "switching":
            value -= (case.lost_if_taken * case.worth)[leads, None]
            value[owned, owner[owned]] = kept
        if case.terms.most is not None:
            # A lead that is not among those given away stays where it is, and is worth what it is there.
            value[owned] -= kept[:, None]
        minimum = np.full(case.n_reps, 0 if self.without == "minimum" else case.terms.minimum)
        return allocate(value, room, minimum=minimum, eligible=case.allowed[leads], share=[share] if share else None)

    def _values(self, loads: Floats | None) -> Floats:
        """What each lead brings with each rep, when the reps have as many of the leads as they are guessed to have."""
        case = self.case
        value = case.chance[self.leads] * case.worth[self.leads, None]
        if loads is not None:
            # Chances are small enough for a factor to stand for a shift of the log-odds; it only steers the search.
            value *= np.exp(case.adds.slope * (loads - case.counts(case.owner, case.free)))
        return np.asarray(value)


def _room(case: Case, start: Whole) -> Whole:
    """How many of the free leads each rep can hold, or be given where that is limited (n_reps,)."""
    held, beside = case.counts(start, case.free), case.counts(start, ~case.free)
    if case.terms.most is not None:
        return np.asarray(np.clip(case.capacity - beside - held, 0, case.terms.most))
    # What one rep seems to add may be luck, so not all is put on one; and nobody need give away what they have.
    enough = np.ceil(case.terms.times_equal * equal_split(case.allowed[case.free])).astype(np.int64)
    return np.asarray(np.maximum(np.minimum(case.capacity - beside, enough), held))


def _fair(case: Case) -> Floats:
    """How many of the best leads each rep gets at least (n_reps,)."""
    equal = equal_split(case.allowed[case.free & case.top])
    # Rounded up, but never above an equal split: that can always be kept.
    return np.minimum(np.ceil(case.terms.fair_share * equal - SURE), np.floor(equal + SURE))
