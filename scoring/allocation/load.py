"""What a lead is worth on top of others: the k-th best lead of a rep counts (1 - discount) ** (k - 1) of its value.

A lead that joins a rep takes the place its value earns and pushes the lesser ones down. What it adds is a curve of its
value, and a plan in which every lead goes where it adds most, after the price of the place, is best. So the curves
are drawn from a plan, the plan is made anew from the curves, and so on; each round also gives a bound, since the
curves are prices of the single places.

References
----------
Paes Leme (2017), "Gross substitutability: an algorithmic survey", Games Econ. Behav. 106 (assignment valuations).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]
Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Curves:
    """What a value adds to each rep: straight between knots.

    Attributes
    ----------
    values, worth : for each rep the knots and what they are worth there
    places : what the curves leave out, the prices of all single places
    """

    values: Sequence[Reals]
    worth: Sequence[Reals]
    places: float

    def block(self, value: Floats) -> Reals:
        """What the values of some leads add to each rep: (n_rows, n_reps)."""
        found = np.empty(value.shape)
        for rep in range(value.shape[1]):
            found[:, rep] = np.interp(value[:, rep], self.values[rep], self.worth[rep])
        return found

    def pairs(self, value: Reals, rep: Ints) -> Reals:
        """What single values add to the rep beside them."""
        found, order = np.empty(len(value)), np.argsort(rep, kind="stable")
        ends = np.searchsorted(rep[order], np.arange(len(self.values) + 1))
        for at, (start, stop) in enumerate(pairwise(ends)):
            mine = order[start:stop]
            found[mine] = np.interp(value[mine], self.values[at], self.worth[at])
        return found


def curves(levels: Sequence[Reals], discount: Reals, lowest: float, highest: float) -> Curves:
    """Curves for reps whose places go to leads of these values, the best first."""
    values, worth, places = [], [], 0.0
    for level, rate in zip(levels, discount, strict=True):
        weight = weights(rate, len(level))
        drop = level[:-1] * -np.diff(weight)
        price = np.append(np.cumsum(drop[::-1])[::-1], 0.0)
        places += float(price.sum())
        if not len(level):
            weight, price = np.ones(1), np.zeros(1)
        knots = np.unique(np.r_[lowest, level[:-1].clip(lowest, highest), highest])
        # The place that a value earns: after all levels above it.
        place = np.searchsorted(-level[:-1], -knots)
        values.append(knots)
        worth.append(knots * weight[place] - price[place])
    return Curves(values, worth, places)


def weights(rate: float, n: int) -> Reals:
    """What the first, second, … lead of a rep counts."""
    return (1.0 - rate) ** np.arange(n, dtype=float)


def levels(value: Reals, rep: Ints, room: Ints) -> list[Reals]:
    """The values that each rep holds, best first, and 0 for every place left over."""
    order = np.lexsort((-value, rep))
    ends = np.searchsorted(rep[order], np.arange(len(room) + 1))
    found = []
    for at, places in enumerate(room):
        held = value[order[ends[at] : ends[at + 1]]].clip(0.0)
        found.append(np.append(held, np.zeros(int(places) - len(held))))
    return found


def counted(value: Reals, rep: Ints, discount: Reals) -> float:
    """The sum of the values of given leads, each counting by its place with its rep."""
    order = np.lexsort((-value, rep))
    ends = np.searchsorted(rep[order], np.arange(len(discount) + 1))
    place = np.arange(len(rep)) - ends[rep[order]]
    return float((value[order] * (1.0 - discount[rep[order]]) ** place).sum())
