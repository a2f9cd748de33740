"""Prices at which about as many leads want each rep as the rep may take: the dual of the allocation.

A price is what one more place with a rep would be worth; it is negative where a rep has to be filled up. The dual is
convex, and its slope says how many leads too many want each rep. How fast that falls with the prices is counted from
the leads that are torn between two reps: those in a window, as wide as it takes to hold enough of them for the leads
that have to move. Newton's method does the rest; where a step leads nowhere, the window is widened.

References
----------
Bertsekas (1998), "Network Optimization", ch. 7 (duality of transportation problems).
Mérigot (2011), "A multiscale approach to optimal transport", Comput. Graph. Forum 30(5).
Kitagawa, Mérigot & Thibert (2019), "Convergence of a Newton algorithm for semi-discrete optimal transport", J. Eur.
Math. Soc. 21(9).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.allocation.problem import Ints, Problem, Reals
from scoring.allocation.shortlist import Shortlist, count, first

# The window holds so many torn leads for each limit, or for each lead that is too many or too few.
PER_LIMIT, PER_MISFIT = 8, 2
# A step that leads nowhere makes the window so many times wider; one that does makes it narrower again.
WIDER, NARROWER, WIDEST, PATIENCE = 4.0, 0.5, 4.0**4, 6
# A rep whom few are torn about moves by no more than so many windows; and how stiff all prices are, in leads.
FARTHEST, STIFF = 3.0, 0.01
# A rep whom no lead wants is far off though all others are right, so one limit may not be missed by so many times more.
UNEVEN = 8.0


@dataclass(frozen=True)
class Demand:
    """What leads want at some prices.

    Attributes
    ----------
    over : (n_groups, n_reps) how many more leads than it should want each rep
    dual : what no allocation can exceed, if the lists hold the best of every lead
    wanted, second : (n,) the best and the second best rep of each lead with a choice
    margin : (n,) how much worse the second is
    """

    over: Reals
    dual: float
    wanted: Ints
    second: Ints
    margin: Reals

    @property
    def misfit(self) -> float:
        """How many leads are too many or too few."""
        return misfit(self.over)


def dual(problem: Problem, prices: Reals, profit: float) -> float:
    """What no allocation can exceed: the leads' profit at these prices, and what the limits are worth."""
    return float(profit + np.where(prices > 0, problem.high * prices, problem.low * prices).sum()) - problem.idle


def excess(problem: Problem, prices: Reals, counts: Reals) -> Reals:
    """How many more leads than it should want each rep, by group: the slope of the dual, turned round."""
    wanted = problem.member.T @ counts[:, :-1]
    allowed = np.clip(wanted, problem.low, problem.high)
    return np.asarray(wanted - np.where(prices > 0, problem.high, np.where(prices < 0, problem.low, allowed)))


def misfit(over: Reals) -> float:
    """How many leads are too many or too few, over all limits; where most are at one limit it counts more."""
    return max(float(np.abs(over).sum()), float(np.abs(over).max(initial=0.0)) * over.size / UNEVEN)


def meaningful(problem: Problem, prices: Reals) -> Reals:
    """The nearest prices that can be: only a minimum makes one negative, and only a capacity makes one positive."""
    least = np.where(problem.low > 0, -np.inf, 0.0)
    most = np.where(problem.high < problem.n_leads, np.inf, 0.0)
    return prices.clip(least, most)


def sharpen(near: Shortlist, prices: Reals, enough: float) -> Reals:
    """Prices of a low dual, at which no more than `enough` leads are too many or too few if that can be had."""
    met, width, since = demand(near, prices), 1.0, 0
    best, least = prices, met.misfit
    while least > enough and width <= WIDEST and since < PATIENCE and len(near.lead):
        tried = meaningful(near.problem, prices + _step(near, prices, met, width))
        found = demand(near, tried)
        if found.dual < met.dual:
            prices, met, width, since = tried, found, max(1.0, NARROWER * width), since + 1
        else:
            width *= WIDER
        if met.misfit < least:
            best, least, since = prices, met.misfit, 0
    return best


def demand(near: Shortlist, prices: Reals) -> Demand:
    """What leads want among the reps on their lists."""
    n = len(near.lead)
    wanted, second = np.full((2, n), near.problem.n_reps)
    top, next_ = np.full((2, n), -np.inf)
    for rep, net in near.offers(prices):
        n = len(net)
        is_top, is_next = net > top[:n], net > next_[:n]
        second[:n] = np.where(is_top, wanted[:n], np.where(is_next, rep, second[:n]))
        next_[:n] = np.where(is_top, top[:n], np.maximum(net, next_[:n]))
        np.copyto(wanted[:n], rep, where=is_top)
        np.maximum(top[:n], net, out=top[:n])
    paid = float((near.settled[:, :-1] * (near.problem.member @ prices)).sum())
    profit = near.settled_worth - paid + float(top.sum())
    counts = near.settled + count(near.problem, near.kind, wanted)
    return Demand(excess(near.problem, prices, counts), dual(near.problem, prices, profit), wanted, second, top - next_)


def misfits(near: Shortlist, prices: Reals) -> float:
    """The `misfit` of what leads want at these prices."""
    counts = near.settled + count(near.problem, near.kind, first(near, prices))
    return misfit(excess(near.problem, prices, counts))


def crossed(problem: Problem, rates: Reals) -> Reals:
    """How demand for each limit falls with each price, from the same for each kind of lead: (n_limits, n_limits)."""
    groups, reps = problem.low.shape
    slope = np.zeros((groups, reps, groups, reps))
    for member, rate in zip(problem.member, rates, strict=True):
        slope += member[:, None, None, None] * rate[None, :-1, None, :-1] * member[None, None, :, None]
    return slope.reshape(problem.low.size, problem.low.size)


def _step(near: Shortlist, prices: Reals, met: Demand, width: float) -> Reals:
    """Newton's step, which takes the excess away where demand falls with the prices as it does in the window."""
    torn = min(len(met.margin) - 1, int(width * max(PER_LIMIT * prices.size, PER_MISFIT * met.misfit)))
    window = float(np.partition(met.margin, torn)[torn]) or np.finfo(float).tiny
    over = met.over.ravel()
    moving = np.flatnonzero((prices.ravel() != 0) | (over != 0))
    slope = crossed(near.problem, _rates(near, met, window))[np.ix_(moving, moving)]
    least = width * np.abs(over[moving]) / FARTHEST
    slope[np.diag_indices_from(slope)] += STIFF * width + np.maximum(0.0, least - slope.diagonal())
    step = np.zeros(prices.size)
    step[moving] = window * np.linalg.solve(slope, over[moving])
    return step.reshape(prices.shape)


def _rates(near: Shortlist, met: Demand, window: float) -> Reals:
    """How many leads of each kind each rep loses to others when its price rises by a window.

    Half of the leads that are torn between two reps by no more than the window would go from one to the other.
    """
    kinds, width = len(near.problem.member), near.problem.n_reps + 1
    close = met.margin <= window
    pair = (near.kind[close] * width + met.wanted[close]) * width + met.second[close]
    torn = np.bincount(pair, minlength=kinds * width**2).reshape(kinds, width, width) / 2.0
    torn += torn.transpose(0, 2, 1)
    return np.asarray(np.eye(width) * torn.sum(axis=2, keepdims=True) - torn)
