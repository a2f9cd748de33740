"""Prices of the plan "the best leads to the best rep, the next to the next": right where only worth and skill count.

A model that knows leads and reps but nothing of how they suit one another gives values that are a lead's worth times a
rep's skill. Then nearly every lead is nearly torn between all reps, and prices from samples are never near enough; but
the best plan is known from sorting, and between two neighbours on the ladder the lead at the edge sets the price. Where
it costs something to move leads from their owners, that is only where to begin.

References
----------
Becker (1973), "A theory of marriage: part I", J. Polit. Econ. 81(4) (assortative matching).
"""

from __future__ import annotations

import numpy as np

from scoring.allocation.binned import binned, climb
from scoring.allocation.problem import Floats, Problem, Reals
from scoring.allocation.sharp import meaningful

# Skill is estimated from about so many leads.
SAMPLE = 10_000
# Values so few rungs off the ladder still have prices near those on it.
NEAR = 5.0


def is_near(problem: Problem) -> bool:
    """Whether all values lie near the ladder, as measured by what one rung makes of a lead of the usual worth."""
    skill, worth = _fitted(problem)
    rung = float(np.median(np.diff(np.sort(skill))) * np.abs(worth).mean())
    off = problem.value - np.outer(worth, skill)
    return rung > 0.0 and float(np.sqrt(np.mean(off**2))) <= NEAR * rung


def ladder(problem: Problem) -> Reals:
    """Prices (1, n_reps) that would be right if each value were the lead's worth times the rep's skill."""
    skill, worth = _fitted(problem)
    order = np.argsort(-skill, kind="stable")
    prices = np.zeros(problem.low.shape)
    prices[0, order] = _steps(
        np.sort(worth[worth > 0])[::-1].astype(float), skill[order], problem.low[0, order], problem.high[0, order]
    )
    prices = meaningful(problem, prices)
    return prices if problem.stay is None else climb(binned(problem, worth.astype(float), skill), prices)


def _fitted(problem: Problem) -> tuple[Reals, Floats]:
    """The skill (n_reps,) of each rep and the worth (n_leads,) of each lead that explain the values best."""
    skill = problem.value[:: -(-problem.n_leads // SAMPLE)].mean(axis=0, dtype=np.float64)
    along = skill / max(float(skill @ skill), np.finfo(np.float32).tiny)
    # In the precision of the values, or these would be copied.
    return skill.astype(float), problem.value @ along.astype(problem.value.dtype)


def _steps(worth: Reals, skill: Reals, low: Reals, high: Reals) -> Reals:
    """The prices for leads and reps in order, the best first."""
    # Each rep in turn is filled up, so long as enough is left for what the later ones need.
    last = np.minimum(np.cumsum(high), len(worth) - (low.sum() - np.cumsum(low)))
    ends = last.clip(0, len(worth)).astype(int)
    edge = np.r_[0.0, worth, 0.0][[ends, ends + 1]].mean(axis=0) * (ends < len(worth))
    prices = np.cumsum((edge * -np.diff(np.append(skill, 0.0)))[::-1])[::-1]
    unfilled = np.flatnonzero(last < np.cumsum(high))
    # A place with who has some left is worth nothing; those after are worth less and only get their minimum.
    return np.asarray(prices - prices[unfilled[0]] if len(unfilled) else prices)
