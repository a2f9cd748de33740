"""Prices, a repair and a certificate, in turn until the certificate says that nothing better can exist."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.allocation.prices import dual, misfits, of_all, of_lists, settle, untied
from scoring.allocation.problem import Floats, Ints, Problem, Reals
from scoring.allocation.reading import each_block
from scoring.allocation.repair import Plan, repair
from scoring.allocation.shortlist import Shortlist, shortlist

# Up to so many values every rep is on the list of every lead, and one repair is exact.
SMALL = 20_000
TURNS = 20
ENOUGH = 1e-7
# With so many leads too many or too few for each limit the lists are too short for a repair.
HOPELESS = 4.0
# The lists reach to this rival in the middle of a sample, and further when prices are rough.
NEAR, FAR = 8, 16
# No list is longer than so many times that; where no plan comes of the lists they get so many times longer.
LONGEST, WIDER = 3, 3
# The first sample, the part of it that looks at every rep, and how much larger the next sample is.
SAMPLE, PER_REP, FEWER, LARGER, ROUGH = 2_000, 40, 8, 4, 0.005
# Lists reach further than single precision and the hair that breaks ties, in parts of the largest value.
CLOSE = 1e-6


@dataclass(frozen=True)
class Solution:
    """A plan and a bound on all plans.

    Attributes
    ----------
    rep : (n_leads,) index, n_reps for nobody
    objective, bound : the plan's worth, and what none exceeds
    prices : (n_groups, n_reps) that give the bound
    """

    rep: Ints
    objective: float
    bound: float
    prices: Reals


def gap(objective: float, bound: float) -> float:
    """How much better a plan could be at most, in parts of the bound."""
    return (bound - objective) / max(1.0, abs(bound))


def solve(problem: Problem, *, seed: int = 0) -> Solution | None:
    """The best plan, and the prices that prove it; None if no plan keeps all limits."""
    nothing = Solution(np.full(problem.n_leads, problem.n_reps), 0.0, 0.0, np.zeros(problem.low.shape))
    if not problem.high[0].any() or not problem.n_leads:
        return nothing
    rng = np.random.default_rng(seed)
    is_small = problem.value.size <= SMALL
    prices = np.zeros(problem.low.shape) if is_small else _start(problem, rng)
    rival = problem.n_reps if is_small else NEAR
    plan: Plan | None = None
    bound, proof, spread = np.inf, prices, float(problem.value[:SAMPLE].std(dtype=np.float64))
    for _ in range(TURNS):
        near = _lists(problem, prices, rival)
        if (reached := dual(problem, prices, near.profit)) < bound:
            bound, proof = reached, prices
        if plan and gap(plan.worth, bound) <= ENOUGH:
            break
        if not is_small:
            near = untied(near, rng)
            prices = settle(problem, of_lists(near), prices, min(near.reach, spread))
        if misfits(near, prices) > HOPELESS * prices.size and rival < problem.n_reps:
            rival *= WIDER
            continue
        found = repair(near, prices)
        if found.misfit and rival >= problem.n_reps:
            break
        if found.misfit:
            rival *= WIDER
            continue
        prices = found.prices
        if not plan or found.worth > plan.worth:
            plan = found
    return None if plan is None else Solution(plan.rep, plan.worth, bound, _closed(problem, proof))


def _start(problem: Problem, rng: np.random.Generator) -> Reals:
    """First prices, from ever larger samples."""
    stride = max(1, problem.n_leads // max(SAMPLE, PER_REP * problem.n_reps))
    few = problem.take(slice(None, None, stride * FEWER))
    spread = float(few.value.std(dtype=np.float64))
    prices = settle(few, of_all(few), np.zeros(problem.low.shape), spread, rough=ROUGH)
    rival = FAR
    while stride > 1:
        sample = problem.take(slice(None, None, stride))
        near = untied(_lists(sample, prices, rival), rng)
        prices = settle(sample, of_lists(near), prices, near.reach, rough=ROUGH)
        stride, rival = stride // LARGER, NEAR
    return prices


def _lists(problem: Problem, prices: Reals, rival: int) -> Shortlist:
    """Lists as long as it takes to hold so many rivals of the best, for half of the leads."""
    if rival >= problem.n_reps:
        return shortlist(problem, prices, np.inf, problem.n_reps + 1)
    return shortlist(problem, prices, _reach(problem, prices, rival), LONGEST * rival)


def _reach(problem: Problem, prices: Reals, rival: int) -> float:
    """How far behind the best a rival is in the middle of a sample."""
    sample = problem.take(slice(None, None, -(-problem.n_leads // SAMPLE)))

    def behind(_: slice, net: Floats) -> Floats:
        return np.asarray(net.max(axis=1) - np.partition(net, -1 - rival, axis=1)[:, -1 - rival])

    distance = np.concatenate(each_block(sample, prices, behind))
    known = distance[np.isfinite(distance)]
    closest = CLOSE * float(np.abs(sample.value).max(initial=0.0))
    return max(closest, float(np.median(known))) if len(known) else np.inf


def _closed(problem: Problem, prices: Reals) -> Reals:
    """The prices, with one for reps without a single place: the least at which no lead would want them."""
    closed = np.flatnonzero(problem.high[0] == 0)
    if not len(closed):
        return prices

    def offered(rows: slice, net: Floats) -> Floats:
        value = (
            problem.value[rows][:, closed]
            if problem.eligible is None
            else np.where(problem.eligible[rows][:, closed], problem.value[rows][:, closed], -np.inf)
        )
        return np.asarray((value - net.max(axis=1, keepdims=True)).max(axis=0))

    prices = prices.copy()
    prices[0, closed] = np.max(each_block(problem, prices, offered), axis=0).clip(0.0)
    return prices
