"""How deals turn into wins: the chance that a deal is won within so many days, by its stage and its time in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.forecast.clock import Floats
from scoring.forecast.deals import Deals, Mask, Whole

# Days after an instant at which the curves are kept; between them they are straight.
EDGES = np.r_[np.arange(29), np.arange(35, 99, 7), 126, 154, 182, 273, 365].astype(np.float64)
# Where the time in a stage is cut.
AGES = np.array([0.0, 1, 3, 7, 14, 28, 56, 112])
# As many standings as the coarser rate is worth; one deal stands at many instants, so these are not many deals.
SHRINK = 300.0
# What plain stage conversion, the baseline, does: hardly any.
PLAIN_SHRINK = 30.0
MOST_LANDMARKS = 120
MOST_STANDINGS = 1_500_000
HALF_LIFE = 365.0


@dataclass(frozen=True)
class Conversion:
    """The share of deals that were won within each number of days, competing with those lost.

    An Aalen–Johansen estimate over standings (a deal open at a past instant, in a stage for some time), followed until
    it closed or until now. A cell with few standings is drawn to its stage, a stage to all deals.

    Attributes
    ----------
    stages : names of the stages known
    curves : share won by each of `EDGES`: (stage and age, edge), the last row for a stage never seen
    fresh : the same for a deal from its opening
    is_fine : whether the time in the stage counts; without it this is plain stage conversion

    References
    ----------
    Aalen & Johansen (1978), Scand. J. Stat. 5; van Houwelingen (2007), "Dynamic prediction by landmarking", ibid. 34.
    """

    stages: tuple[str, ...]
    curves: Floats
    fresh: Floats
    is_fine: bool

    @classmethod
    def of(cls, deals: Deals, *, is_fine: bool = True) -> Self:
        """Learnt from all that was known of some deals."""
        place, stage, age, left, weight = _standings(deals)
        n_stages = len(deals.stages)
        ends, won = deals.closed[place] - (deals.now - left), deals.won[place]
        whole, _ = _incidence(np.zeros(len(place), dtype=np.intp), 1, ends, won, left, weight)
        shrink = SHRINK if is_fine else PLAIN_SHRINK
        coarse = _shrunken(stage, n_stages, ends, won, left, weight, np.repeat(whole, n_stages, axis=0), shrink)
        fine = coarse.repeat(len(AGES), axis=0)
        if is_fine:
            cell = stage * len(AGES) + _aged(age)
            fine = _shrunken(cell, len(fine), ends, won, left, weight, fine, shrink)
        return cls(deals.stages, np.vstack([fine, whole]), _from_opening(deals), is_fine)

    def chances(self, deals: Deals, after: float, until: float) -> tuple[Whole, Floats]:
        """The deals open now, and the chance of each to be won more than `after` and at most `until` days from now."""
        place, stage, age = deals.standing(deals.now)
        known = {name: i for i, name in enumerate(self.stages)}
        as_known = np.array([known.get(name, -1) for name in deals.stages], dtype=np.intp)[stage]
        cell = np.where(as_known < 0, len(self.curves) - 1, as_known * len(AGES) + _aged(age))
        return place, (along(self.curves, until) - along(self.curves, after))[cell]

    def of_arrivals(self, after: float, until: float, steps: int = 200) -> float:
        """Of a deal opened each day from now on, how many are won in the window in the mean."""
        coming = (np.arange(steps) + 0.5) * until / steps
        by_end = np.interp(until - coming, EDGES, self.fresh)
        by_start = np.where(coming < after, np.interp(np.maximum(after - coming, 0), EDGES, self.fresh), 0.0)
        return float((by_end - by_start).mean() * until)


def along(curves: Floats, at: float) -> Floats:
    """The height of each curve at a number of days."""
    where = min(max(at, 0.0), EDGES[-1])
    right = min(int(np.searchsorted(EDGES, where, side="right")), len(EDGES) - 1)
    share = (where - EDGES[right - 1]) / (EDGES[right] - EDGES[right - 1])
    return np.asarray(curves[:, right - 1] * (1 - share) + curves[:, right] * share)


def _aged(age: Floats) -> Whole:
    return np.asarray(np.searchsorted(AGES, np.maximum(age, 0.0), side="right") - 1, dtype=np.intp)


def _standings(deals: Deals) -> tuple[Whole, Whole, Floats, Floats, Floats]:
    """Deals at past instants: place, stage, time in it, days from then to now, and the weight of that instant."""
    span = deals.now - float(deals.opened.min()) if len(deals) else 0.0
    within = min(span, 3 * HALF_LIFE)
    # Many deals need fewer instants for the same certainty.
    most = max(13, min(MOST_LANDMARKS, MOST_STANDINGS // max(1, len(deals))))
    back = np.arange(1, most + 1) * max(1.0, within / most)
    parts = [(gap, *deals.standing(deals.now - gap)) for gap in back[back < span]]
    if not parts:
        nothing = np.zeros(0)
        return nothing.astype(np.intp), nothing.astype(np.intp), nothing, nothing, nothing
    left = np.concatenate([np.full(len(place), gap) for gap, place, _, _ in parts])
    place, stage, age = (np.concatenate([part[i] for part in parts]) for i in (1, 2, 3))
    return place, stage, age, left, 0.5 ** (left / HALF_LIFE)


def _from_opening(deals: Deals) -> Floats:
    """Share won by each edge after the opening."""
    left, one = deals.now - deals.opened, np.zeros(len(deals), dtype=np.intp)
    curves, _ = _incidence(one, 1, deals.closed - deals.opened, deals.won, left, 0.5 ** (left / HALF_LIFE))
    return np.asarray(curves[0])


def _shrunken(
    cell: Whole, n: int, ends: Floats, won: Mask, left: Floats, weight: Floats, towards: Floats, shrink: float
) -> Floats:
    own, size = _incidence(cell, n, ends, won, left, weight)
    share = (size / (size + shrink))[:, None]
    return np.asarray(share * own + (1 - share) * towards)


def _incidence(cell: Whole, n: int, ends: Floats, won: Mask, left: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Share won by each edge in each of `n` cells, and the weight of each cell.

    A row ends `ends` days after its start (NaN: not yet) and is watched for `left` days.
    """
    steps = len(EDGES) - 1
    closed = ~np.isnan(ends) & (ends <= left)
    last = np.where(closed, ends, left)
    step = np.clip(np.searchsorted(EDGES, last, side="left") - 1, 0, steps)
    beyond = last > EDGES[-1]
    step = np.where(beyond, steps, step)
    spot = cell * (steps + 1) + step

    def counted(rows: Mask) -> Floats:
        sums = np.bincount(spot[rows], weight[rows], n * (steps + 1))
        return np.asarray(sums.reshape(n, steps + 1), dtype=np.float64)

    all_, over, wins = counted(np.ones(len(cell), dtype=bool)), counted(closed), counted(closed & won)
    at_risk = all_[:, ::-1].cumsum(axis=1)[:, ::-1]
    # Who is last seen within a step was at risk for half of it.
    at_risk = np.maximum(at_risk - (all_ - over) / 2, 1e-12)[:, :steps]
    stay = np.clip(1 - over[:, :steps] / at_risk, 0.0, 1.0)
    before = np.c_[np.ones(n), stay.cumprod(axis=1)[:, :-1]]
    share = np.minimum((before * wins[:, :steps] / at_risk).cumsum(axis=1), 1.0)
    return np.c_[np.zeros(n), share], all_.sum(axis=1)
