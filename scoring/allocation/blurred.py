"""Prices from afar, by blurred demand.

Far from the right prices, or where many reps are nearly alike, the dual has edges wherever a lead is torn between two
reps, and its slope says little. So demand is blurred: a lead wants several reps a little where they are nearly equal.
Newton's method finds the prices of blurred demand, which is sharpened step by step.

References
----------
Cuturi (2013), "Sinkhorn distances", NeurIPS 26 (transport with blurred demand).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from scoring.allocation.problem import Problem, Reals
from scoring.allocation.sharp import crossed, dual, excess, meaningful, misfits
from scoring.allocation.shortlist import HAIR, Shortlist

# Demand is sharpened when no larger part of the leads than this is too many or too few, or after so many steps.
SHARPER, CLEAR, PATIENCE, STEPS = 0.3, 0.05, 5, 80
# A step that leads nowhere is shortened; so many times in all.
SHORTER, SHORTEST = 0.25, 0.25**4
# How stiff prices are where demand does not react to them.
STIFF = 1e-4
# What a lead wants less than this is not worth counting; and so many times the blur behind the best, it is nothing.
FAINT, FAR = 1e-4, 30.0
# Blurred demand is sharpened until it tells the hairs that break ties apart.
FINEST = 0.01
# Tables of which at least such a part is filled are multiplied as they are.
DENSE = 0.25


@dataclass(frozen=True)
class Blurred:
    """What leads want at some prices when they want several reps a little.

    Attributes
    ----------
    over : (n_groups, n_reps) how many more leads than it should want each rep
    rates : for each kind (n_reps + 1, n_reps + 1), how fast that falls with the prices, times the blur
    dual : of blurred demand
    """

    over: Reals
    rates: Reals
    dual: float


def approach(near: Shortlist, prices: Reals, blur: float, enough: float) -> Reals:
    """Prices at which about `enough` leads are too many or too few, or as few as there can be."""
    best, least, stay, part = prices, misfits(near, prices), 0, 1.0
    lists, met, finest = near, blurred(near, prices, blur), FINEST * HAIR * near.usual
    for _ in range(STEPS):
        if least <= enough or part < SHORTEST or blur < finest:
            break
        tried = meaningful(near.problem, prices + part * blur * newton(near.problem, prices, met))
        found = blurred(lists, tried, blur)
        if found.dual > met.dual:
            part *= SHORTER
            continue
        prices, met, part, stay = tried, found, min(1.0, part / SHORTER), stay + 1
        if (off := misfits(near, prices)) < least:
            best, least = prices, off
        if stay == PATIENCE or np.abs(met.over).sum() <= CLEAR * near.problem.n_leads:
            blur, stay, part = SHARPER * blur, 0, 1.0
            lists = near.narrowed(prices, FAR * blur)
            met = blurred(lists, prices, blur)
    return best


def blurred(near: Shortlist, prices: Reals, blur: float) -> Blurred:
    """What leads want of the reps on their lists, and those who have no choice."""
    problem, net = near.problem, near.net(prices)
    top = net.max(axis=0, initial=-np.inf)
    chance = np.exp((net - top) / blur)
    total = chance.sum(axis=0)
    torn = _table(near, (chance / total).astype(np.float32))
    each = [torn[near.kind == kind] for kind in range(len(problem.member))] if len(problem.member) > 1 else [torn]
    wanted = np.array([np.asarray(part.sum(axis=0, dtype=np.float64)) for part in each])
    rates = [np.diag(all_) - _filled(part.T @ part) for all_, part in zip(wanted, each, strict=True)]
    paid = float((near.settled[:, :-1] * (problem.member @ prices)).sum())
    profit = near.settled_worth - paid + float((top + blur * np.log(total)).sum())
    over = excess(problem, prices, near.settled + wanted)
    return Blurred(over, np.array(rates, np.float64), dual(problem, prices, profit))


def _table(near: Shortlist, chance: Any) -> Any:
    """How much each lead with a choice wants each rep: (n, n_reps + 1), with or without the zeros."""
    place, lead = np.nonzero(chance > FAINT)
    shape, rep = (len(near.lead), near.problem.n_reps + 1), near.reps[place, lead]
    if len(lead) < DENSE * shape[0] * shape[1]:
        return csr_array((chance[place, lead], (lead.astype(np.int32), rep)), shape=shape)
    found = np.zeros(shape, chance.dtype)
    found[lead, rep] = chance[place, lead]
    return found


def _filled(product: Any) -> Any:
    return product if isinstance(product, np.ndarray) else product.toarray()


def newton(problem: Problem, prices: Reals, met: Blurred) -> Reals:
    """Newton's step, which takes the blurred excess away, in parts of the blur."""
    over = met.over.ravel()
    moving = np.flatnonzero((prices.ravel() != 0) | (over != 0))
    slope = crossed(problem, met.rates)[np.ix_(moving, moving)]
    stiff = STIFF * problem.n_leads / problem.n_reps
    step = np.zeros(prices.size)
    step[moving] = np.linalg.solve(slope + stiff * np.eye(len(moving)), over[moving])
    return step.reshape(prices.shape)
