"""Prices at which about as many leads want each rep as the rep may take, for the leads of one list."""

from __future__ import annotations

import numpy as np

from scoring.allocation.blurred import approach
from scoring.allocation.problem import Reals
from scoring.allocation.sharp import demand, misfits, sharpen
from scoring.allocation.shortlist import Shortlist

# With so many times the leads too many or too few that would do, sharp demand has led nowhere.
STUCK = 1.5
# How blurred demand is at first, in parts of what the lists reach.
BLUR = 0.1
# A rep with a larger part of the places free has to be called.
EMPTY = 0.5


def settle(near: Shortlist, prices: Reals, enough: float) -> Reals:
    """Prices at which no more than `enough` leads are too many or too few, or as few as there can be."""
    found = sharpen(near, prices, enough)
    if misfits(near, found) > STUCK * enough:
        found = sharpen(near, _called(near, found), enough)
    blur = BLUR * near.depth
    if misfits(near, found) <= STUCK * enough or not 0.0 < blur < np.inf:
        return found
    return sharpen(near, approach(near, found, blur, STUCK * enough), enough)


def _called(near: Shortlist, prices: Reals) -> Reals:
    """The prices, but reps with most of their places free get cheaper until half of these are wanted.

    Newton's method is slow to find a rep whom hardly any lead is torn about.
    """
    over, cheaper = demand(near, prices).over[0], prices.copy()
    net = near.net(prices)
    behind = net.max(axis=0, initial=-np.inf) - net
    for rep in np.flatnonzero((over < -EMPTY * near.problem.high[0]) & (prices[0] > 0)):
        away = np.sort(behind[(near.reps == rep) & np.isfinite(net)])
        if len(away):
            cheaper[0, rep] -= min(prices[0, rep], away[min(len(away) - 1, int(-over[rep] / 2))])
    return cheaper
