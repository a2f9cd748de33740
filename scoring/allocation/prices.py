"""Prices at which about as many leads want each rep as the rep may take, for the leads of one list."""

from __future__ import annotations

import numpy as np

from scoring.allocation.blurred import approach
from scoring.allocation.problem import Reals
from scoring.allocation.sharp import misfits, sharpen
from scoring.allocation.shortlist import Shortlist

# With so many times the leads too many or too few that would do, sharp demand has led nowhere.
STUCK = 1.5
# How blurred demand is at first, in parts of what the lists reach.
BLUR = 0.1


def settle(near: Shortlist, prices: Reals, enough: float) -> Reals:
    """Prices at which no more than `enough` leads are too many or too few, or as few as there can be."""
    found = sharpen(near, prices, enough)
    blur = BLUR * near.depth
    if misfits(near, found) <= STUCK * enough or not 0.0 < blur < np.inf:
        return found
    return sharpen(near, approach(near, found, blur, STUCK * enough), enough)
