"""Deals that are not there yet: how many will be opened, by whom, and what they bring within the period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from scoring.forecast.clock import Floats
from scoring.forecast.deals import Deals, Whole

HALF_LIFE = 182.0


@dataclass(frozen=True)
class Arrivals:
    """How deals come in.

    Attributes
    ----------
    a_day : deals opened in a working day, lately more than long ago
    share : of them, the part of each cell (owner, product, segment)
    amount, spread : mean and standard deviation of what a won deal brings
    """

    a_day: float
    share: Floats
    amount: float
    spread: float

    @classmethod
    def of(cls, deals: Deals, cell: Whole, n_cells: int) -> Self:
        """Learnt from the deals opened so far; `cell` says where each belongs, -1 for nobody who still sells."""
        if not len(deals):
            return cls(0.0, np.zeros(n_cells), 0.0, 0.0)
        age = deals.now - deals.opened
        weight = 0.5 ** (age / HALF_LIFE)
        # What a day of that age is worth, summed over all days there are.
        span = max(float(age.max()), 1.0)
        watched = HALF_LIFE / np.log(2) * (1 - 0.5 ** (span / HALF_LIFE))
        own = cell >= 0
        share = np.bincount(cell[own], weight[own], n_cells)
        won = deals.worth[deals.won]
        spread = float(won.std()) if len(won) > 1 else 0.0
        return cls(
            float(weight.sum() / watched), share / max(share.sum(), 1e-12), deals.typical_amount if len(won) else 0.0,
            spread,
        )  # fmt: skip

    def wins(self, worked_days: float) -> Floats:
        """Wins that each cell may expect of `worked_days`, the days to come times the share won in time."""
        return self.a_day * worked_days * self.share
