"""The best way to place a pool of leads, beside what else could be done with them, and what each rule costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scoring.cases import Case, Flags, Floats, Whole
from scoring.outcomes import INTERVAL, Interval, chances, cost_of_one_more, more
from scoring.placing import RULES, Placement, Rule, place
from scoring.ways import Way, ways


@dataclass(frozen=True)
class Rival:
    """Another way to place the pool: the wins it makes expect and what they bring, and what the plan has over it."""

    closes: float
    value: float
    more_closes: Interval
    more_value: Interval


@dataclass(frozen=True)
class Loads:
    """What each rep has: open leads, those among the pool's best, and the wins expected of all (n_reps,)."""

    leads: Whole
    top: Whole
    closes: Floats


@dataclass(frozen=True)
class Plan:
    """What to do with a pool of leads.

    Attributes
    ----------
    rep : who is to have each lead, or -1 (n_leads,)
    closes, value : wins expected of the leads it places, and what they bring
    rivals : the same leads placed in other ways
    net : what taking leads away gains, less what that costs
    worth_moving : whether that is surely a gain; if not, nobody loses a lead
    prices : what one more place with each rep would bring (n_reps,)
    costs : what the plan would bring more without each rule
    before, after : what each rep has
    apart : wins expected of the leads that go by today's rule
    gap : how far, as a share, the plan may be from the best there is
    """

    rep: Whole
    closes: float
    value: float
    rivals: Mapping[Way, Rival]
    net: Interval
    worth_moving: bool
    prices: Floats
    costs: Mapping[Rule, float]
    before: Loads
    after: Loads
    apart: float
    gap: float


def plan(case: Case) -> Plan:
    """The best way to place the leads of a pool; leads are taken away only where that surely pays.

    Raises
    ------
    ImpossiblePlan
        When the terms contradict each other.
    """
    others = ways(case)
    start = np.where(case.held_out, others["today"], np.where(case.pinned < 0, case.owner, case.pinned))
    settled, chosen, net = _worth_it(case, start)
    expected = chances(case, chosen.rep)
    return Plan(
        chosen.rep,
        float(expected[case.placed].sum()),
        float((expected * case.worth)[case.placed].sum()),
        {way: _rival(case, np.where(case.placed, rep, start), chosen.rep) for way, rep in others.items()},
        net,
        bool(net.low > 0),
        chosen.prices + cost_of_one_more(case, chosen.rep),
        _costs(settled, start, chosen.rep),
        _loads(case, case.owner),
        _loads(case, chosen.rep),
        float(expected[case.held_out].sum()),
        chosen.gap,
    )


def _worth_it(case: Case, start: Whole) -> tuple[Case, Placement, Interval]:
    """The best placement that is surely better than taking no lead away, the case it is best for, and its gain.

    Any lead may be taken at first; then only from reps to others who are surely better; then none. Where none may, the
    gain that is told is the one that was not sure.
    """
    keeping = replace(case, eligible=case.eligible & (case.owner < 0)[:, None])
    careful = place(keeping, start)
    doubted = Interval(0.0, 0.0, 0.0)
    for tried in (case, replace(case, eligible=case.eligible & _surely_better(case))):
        placed = place(tried, start)
        gain = more(case, placed.rep, careful.rep, case.worth)
        if gain.low > 0:
            return tried, placed, gain
        doubted = max(doubted, gain, key=lambda each: each.value)
    return keeping, careful, doubted


def _surely_better(case: Case) -> Flags:
    """Whether each rep surely wins a lead so much likelier than its owner that this beats the cost of taking it."""
    effects = case.adds.mean + case.adds.draws
    ahead = np.array([np.percentile(effects - effects[:, [rep]], INTERVAL[0], axis=0) for rep in range(case.n_reps)])
    sure = ahead > np.log1p(case.terms.switching)
    return np.asarray(np.where(case.owner[:, None] < 0, True, sure[case.owner]))


def _costs(case: Case, start: Whole, rep: Whole) -> dict[Rule, float]:
    """What the placement would bring more without each of the rules that it is held by."""
    held = {"minimum": case.terms.minimum > 0, "switching": bool((case.lost_if_taken > 0)[case.free].any())}
    return {
        rule: _gain(case, place(case, start, rule, near=rep).rep, rep, rule) for rule in RULES if held.get(rule, True)
    }


def _gain(case: Case, rep: Whole, than: Whole, without: Rule) -> float:
    taking_is_free = replace(case, worked=np.zeros_like(case.worked)) if without == "switching" else case
    return max(0.0, float((chances(taking_is_free, rep) - chances(case, than)) @ case.worth))


def _rival(case: Case, rep: Whole, plan: Whole) -> Rival:
    closes = chances(case, rep)[case.placed]
    return Rival(
        float(closes.sum()),
        float(closes @ case.worth[case.placed]),
        more(case, plan, rep, np.ones(len(rep))),
        more(case, plan, rep, case.worth),
    )


def _loads(case: Case, rep: Whole) -> Loads:
    owned = rep >= 0
    closes = np.bincount(rep[owned], chances(case, rep)[owned], minlength=case.n_reps).astype(np.float64)
    return Loads(case.counts(rep), case.counts(rep, case.top), closes)
