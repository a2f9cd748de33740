"""Prices at which about as many leads want each rep as the rep may take: the dual of the allocation.

A price is what one more place with a rep would be worth; it is negative where a rep has to be filled up. The dual is
convex but has edges wherever a lead is torn between two reps, so demand is blurred: a lead wants several reps a little
where they are nearly equal. Newton's method finds the prices of blurred demand, which is sharpened step by step.

References
----------
Bertsekas (1998), "Network Optimization", ch. 7 (duality of transportation problems).
Cuturi (2013), "Sinkhorn distances", NeurIPS 26 (transport with blurred demand).
Mérigot (2011), "A multiscale approach to optimal transport", Comput. Graph. Forum 30(5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from scoring.allocation.problem import Floats, Ints, Problem, Reals
from scoring.allocation.reading import each_block
from scoring.allocation.shortlist import Shortlist, count

# Demand is sharpened when no larger part of the leads than this is too many or too few, or after so many steps.
SHARPER, CLEAR, PATIENCE, LAST, STEPS = 0.6, 0.03, 6, 25, 120
# Steps go no farther than so many times the blur, and those that led nowhere are halved down to so many.
FARTHEST, NEAREST = 10.0, 2.0
# How stiff prices are where demand does not react to them.
STIFF = 1e-4
# So few leads too many or too few for each limit are left to the repair.
NEAR_ENOUGH = 0.5
# Ties are broken by a hair, in parts of the usual value, or equal leads would all move at once.
HAIR = 1e-8
# What a lead wants less than this is not worth counting.
FAINT = 1e-4


@dataclass(frozen=True)
class Demand:
    """What leads want at some prices.

    Attributes
    ----------
    sharp, blurred : (n_kinds, n_reps + 1) how many leads of each kind want each rep
    rates : for each kind (n_reps, n_reps), how fast the blurred demand falls with the prices
    profit : what the leads have of it after the price, but for a constant
    """

    sharp: Reals
    blurred: Reals
    rates: Sequence[Reals]
    profit: float


def dual(problem: Problem, prices: Reals, profit: float) -> float:
    """What no allocation can exceed: the leads' profit at these prices, and what the limits are worth."""
    return float(profit + np.where(prices > 0, problem.high * prices, problem.low * prices).sum()) - problem.idle


def excess(problem: Problem, prices: Reals, counts: Reals) -> Reals:
    """How many more leads than it should want each rep, by group: the slope of the dual, turned round."""
    wanted = problem.member.T @ counts[:, :-1]
    allowed = np.clip(wanted, problem.low, problem.high)
    return np.asarray(wanted - np.where(prices > 0, problem.high, np.where(prices < 0, problem.low, allowed)))


def meaningful(problem: Problem, prices: Reals) -> Reals:
    """The nearest prices that can be: only a minimum makes one negative, and only a capacity makes one positive."""
    least = np.where(problem.low > 0, -np.inf, 0.0)
    most = np.where(problem.high < problem.n_leads, np.inf, 0.0)
    return prices.clip(least, most)


def settle(
    problem: Problem,
    demand: Callable[[Reals, float], Demand],
    prices: Reals,
    blur: float,
    *,
    rough: float = 0.0,
) -> Reals:
    """The prices of the lowest dual on the way from blurred to sharp demand.

    In a sample they need not be exact: a `rough` part of its leads may be too many or too few.
    """
    enough, farthest = max(NEAR_ENOUGH * prices.size, rough * problem.n_leads), FARTHEST if prices.any() else NEAREST
    best, lowest, least, stay, since = prices, np.inf, np.inf, 0, 0
    for _ in range(STEPS if 0 < blur < np.inf else 0):
        found = demand(prices, blur)
        if (reached := dual(problem, prices, found.profit)) < lowest:
            best, lowest = prices, reached
        else:
            farthest = max(NEAREST, farthest / 2)
        off = float(np.abs(excess(problem, prices, found.sharp)).sum())
        since = 0 if off < least else since + 1
        least = min(least, off)
        if off <= enough:
            return prices
        if since > LAST:
            break
        prices = meaningful(
            problem, prices + _step(problem, prices, found, blur).clip(-farthest * blur, farthest * blur)
        )
        stay += 1
        if stay == PATIENCE or np.abs(excess(problem, prices, found.blurred)).sum() <= CLEAR * problem.n_leads:
            blur, stay = SHARPER * blur, 0
    return best


def of_all(problem: Problem) -> Callable[[Reals, float], Demand]:
    """Demand of leads who look at every rep; for a sample that is small enough."""

    def demand(prices: Reals, blur: float) -> Demand:
        def want(_: slice, net: Floats) -> tuple[Ints, Floats, Floats]:
            top = net.max(axis=1, keepdims=True)
            chance = np.exp((net - top) / net.dtype.type(blur))
            return net.argmax(axis=1), np.asarray(chance / chance.sum(axis=1, keepdims=True)), top

        best, chance, top = map(np.concatenate, zip(*each_block(problem, prices, want), strict=True))
        each = [chance[problem.kind == kind] for kind in range(len(problem.member))]
        blurred = np.array([part.sum(axis=0, dtype=np.float64) for part in each])
        alike = [np.asarray(part[:, :-1].T @ part[:, :-1], np.float64) for part in each]
        profit = float(top.sum(dtype=np.float64))
        return Demand(count(problem, problem.kind, best), blurred, _rates(blurred, alike, blur), profit)

    return demand


def of_lists(near: Shortlist) -> Callable[[Reals, float], Demand]:
    """Demand of leads who look at the reps on their lists, and of those who have no choice."""
    problem, n = near.problem, len(near.lead)
    members = [np.flatnonzero(near.kind == kind) for kind in range(len(problem.member))]

    def demand(prices: Reals, blur: float) -> Demand:
        net = near.net(prices)
        top = net.max(axis=0, initial=-np.inf)
        chance = np.exp((net - top) / blur)
        chance /= chance.sum(axis=0)
        place, lead = np.nonzero(chance > FAINT)
        torn = csr_array(
            (chance[place, lead].astype(np.float32), (lead.astype(np.int32), near.reps[place, lead])),
            shape=(n, problem.n_reps + 1),
        )
        each = [torn[mine] for mine in members] if len(members) > 1 else [torn]
        blurred = np.array([part.sum(axis=0, dtype=np.float64) for part in each])
        alike = [(part.T @ part).toarray()[:-1, :-1].astype(float) for part in each]
        settled = float((near.settled[:, :-1] * (problem.member @ prices)).sum())
        sharp = near.settled + count(problem, near.kind, first(near, prices))
        profit = float(top.sum()) - settled
        return Demand(sharp, near.settled + blurred, _rates(blurred, alike, blur), profit)

    return demand


def untied(near: Shortlist, rng: np.random.Generator) -> Shortlist:
    """The same lists without ties."""
    return replace(near, worth=near.worth + HAIR * near.usual * rng.random(near.worth.shape))


def first(near: Shortlist, prices: Reals) -> Ints:
    """The rep that each lead with a choice wants most."""
    found, top = np.full(len(near.lead), near.problem.n_reps), np.full(len(near.lead), -np.inf)
    for rep, net in zip(near.reps, near.net(prices), strict=True):
        found, top = np.where(net > top, rep, found), np.maximum(net, top)
    return found


def misfits(near: Shortlist, prices: Reals) -> float:
    """How many leads too many or too few want a rep at these prices, over all limits."""
    counts = near.settled + count(near.problem, near.kind, first(near, prices))
    return float(np.abs(excess(near.problem, prices, counts)).sum())


def _rates(blurred: Reals, alike: Sequence[Reals], blur: float) -> list[Reals]:
    """A rep loses those who want it a little, and the others gain those who want both."""
    return [(np.diag(wanted[:-1]) - both) / blur for wanted, both in zip(blurred, alike, strict=True)]


def _step(problem: Problem, prices: Reals, demand: Demand, blur: float) -> Reals:
    """Newton's step, which takes the excess away, or a part of it."""
    over = excess(problem, prices, demand.blurred).ravel()
    moving = np.flatnonzero((prices.ravel() != 0) | (over != 0))
    slope = np.zeros((*prices.shape, *prices.shape))
    for member, rate in zip(problem.member, demand.rates, strict=True):
        slope += member[:, None, None, None] * rate[None, :, None, :] * member[None, None, :, None]
    slope = slope.reshape(prices.size, prices.size)[np.ix_(moving, moving)]
    stiff = STIFF * problem.n_leads / problem.n_reps / blur
    found = np.linalg.solve(slope + stiff * np.eye(len(moving)), over[moving])
    step = np.zeros(prices.size)
    step[moving] = found
    return step.reshape(prices.shape)
