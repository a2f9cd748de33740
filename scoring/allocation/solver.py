"""Prices, a repair and a certificate, in turn until the certificate says that nothing better can exist."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scoring.allocation.prices import settle
from scoring.allocation.problem import Floats, Ints, Problem, Reals
from scoring.allocation.reading import each_block
from scoring.allocation.repair import Plan, repair
from scoring.allocation.sharp import demand, dual
from scoring.allocation.shortlist import Shortlist, shortlist
from scoring.allocation.start import ALL, NEAR, closest, longer, reach_of, start

# Up to so many values every rep is on the list of every lead, and one repair is exact.
SMALL = 20_000
TURNS = 20
ENOUGH = 1e-7
# So few leads too many or too few for each limit are left to the repair; with so many the lists are too short for it.
NEAR_ENOUGH, HOPELESS = 1.0, 20.0
# No list is longer than so many times the rivals it should hold; where no plan comes of them, they get so much longer.
LONGEST, WIDER = 6, 3


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
    prices, reach = (np.zeros(problem.low.shape), ALL) if is_small else start(problem, rng)
    best, rival = replace(nothing, objective=-np.inf, bound=np.inf, prices=prices), NEAR
    for _ in range(TURNS):
        near = shortlist(problem, prices, reach, LONGEST * rival)
        is_astray = dual(problem, prices, near.profit(prices)) > best.bound + ENOUGH * max(1.0, abs(best.bound))
        before, best = best, _bounded(best, near, prices)
        if gap(best.objective, best.bound) <= ENOUGH:
            break
        found = None
        if is_astray and reach != ALL:
            # The lists were too short to tell good prices.
            prices = best.prices
        else:
            lists = near if is_small else near.untied(rng)
            prices = prices if is_small else settle(lists, prices, NEAR_ENOUGH * prices.size)
            found = None if _is_hopeless(lists, prices) else repair(lists, prices)
        if found and not found.misfit:
            best, prices = _planned(best, problem, found), found.prices
            sure = near if near.covers(prices) else shortlist(problem, prices, closest(problem, prices), LONGEST)
            best = _bounded(best, sure, prices)
            if gap(best.objective, best.bound) <= ENOUGH:
                break
        if best is before or not found or found.misfit:
            if reach == ALL:
                break
            rival *= WIDER
            reach = ALL if rival >= problem.n_reps else min(longer(reach), reach_of(problem, prices, rival))
    return None if best.objective == -np.inf else replace(best, prices=_closed(problem, best.prices))


def _is_hopeless(lists: Shortlist, prices: Reals) -> bool:
    return bool(lists.reach < np.inf and np.abs(demand(lists, prices).over).sum() > HOPELESS * prices.size)


def _bounded(best: Solution, near: Shortlist, prices: Reals) -> Solution:
    """The solution with the bound at these prices, if that is lower."""
    bound = dual(near.problem, prices, near.profit(prices))
    return replace(best, bound=bound, prices=prices) if bound < best.bound else best


def _planned(best: Solution, problem: Problem, plan: Plan) -> Solution:
    """The solution with this plan, if that is worth more."""
    worth = float(problem.worth(np.arange(problem.n_leads), plan.rep).sum()) - problem.idle
    return replace(best, rep=plan.rep, objective=worth) if worth > best.objective else best


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
