"""A forecast of a period: what is booked, what may come, by whom and by what, all from the same draws."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.forecast.clock import Floats
from scoring.forecast.deals import Mask
from scoring.forecast.simulation import Draws, Odds

Dimension = Literal["owner_id", "product_id", "segment"]
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Band:
    """P10, P50 and P90 of a sum, and its mean."""

    p10: float
    p50: float
    p90: float
    mean: float

    @classmethod
    def of(cls, draws: npt.NDArray[np.floating]) -> Band:
        """The band of a sum over its draws."""
        low, middle, high = (float(each) for each in np.quantile(draws, LEVELS))
        return cls(low, middle, high, float(draws.mean(dtype=np.float64)))


@dataclass(frozen=True)
class Projection:
    """What a period is forecast to bring.

    Attributes
    ----------
    after, until : the period; what was booked before `as_of` in it is certain
    cells : frame of `owner_id`, `product_id`, `segment` ("" for nobody or nothing), a row for each row of `draws`
    draws : what each cell brings in each draw, that booked already among it: (cell, draw)
    odds : what was drawn from
    deals : frame indexed by deal id: `chance` to be won in the period, `worth` (what it then brings), `cell`
    baselines : by cell, what stage conversion expects (that booked already among it), and what the last period of the
        same length brought
    caveats : what it cannot know, in sentences
    factor : what the sum by deals was multiplied with, for what the series of the past says
    """

    as_of: datetime
    after: datetime
    until: datetime
    cells: pd.DataFrame
    draws: Draws
    odds: Odds
    deals: pd.DataFrame
    baselines: Mapping[str, Floats]
    caveats: tuple[str, ...]
    factor: float = 1.0

    def of(self, owners: Collection[str | None] | None) -> Mask:
        """Which cells are of some owners (None: of all), as a mask."""
        if owners is None:
            return np.ones(len(self.cells), dtype=bool)
        return np.asarray(self.cells["owner_id"].isin([owner or "" for owner in owners]), dtype=bool)

    def band(self, owners: Collection[str | None] | None = None) -> Band:
        """The sum over some owners."""
        return Band.of(self.draws[self.of(owners)].sum(axis=0, dtype=np.float64))

    def booked(self, owners: Collection[str | None] | None = None) -> float:
        """What is booked already."""
        return float(self.odds.certain[self.of(owners)].sum())

    def expected(self, owners: Collection[str | None] | None = None) -> float:
        """The mean of the sum, without the chance of the draws."""
        return float(self.odds.expected[self.of(owners)].sum())

    def baseline(self, name: str, owners: Collection[str | None] | None = None) -> float:
        """What a baseline says of some owners."""
        return float(self.baselines[name][self.of(owners)].sum())

    def to_come(self, owners: Collection[str | None] | None = None) -> float:
        """What deals bring in the mean that are not opened yet."""
        return float((self.odds.wins * self.odds.amount_mean)[self.of(owners)].sum())

    def by(self, labels: Sequence[str], owners: Collection[str | None] | None = None) -> dict[str, Band]:
        """A band for each label, of which there is one for each cell; the means add up to that of all."""
        mine = self.of(owners)
        named = np.asarray(labels, dtype=object)
        return {name: Band.of(self.draws[mine & (named == name)].sum(axis=0)) for name in sorted(set(named[mine]))}

    def chance_of(self, amount: float, owners: Collection[str | None] | None = None) -> float:
        """The chance to reach an amount."""
        return float((self.draws[self.of(owners)].sum(axis=0, dtype=np.float64) >= amount).mean())
