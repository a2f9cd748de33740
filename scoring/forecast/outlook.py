"""One forecast: what the open deals, those to come and the series of the past make expect of a window of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from scoring.forecast import series
from scoring.forecast.arrivals import Arrivals
from scoring.forecast.clock import WEEK, Floats
from scoring.forecast.conversion import Conversion
from scoring.forecast.deals import DIMENSIONS, Deals, Whole
from scoring.forecast.simulation import Odds

CONVERSION, STAGES, COMBINED = "conversion", "stage_conversion", "combined"
# Who opened nothing for so long (in working days), or left, opens nothing any more.
LATELY = 182.0


@dataclass(frozen=True)
class Cells:
    """The combinations of owner, product and segment that may book anything: `table` has a row for each."""

    table: pd.DataFrame
    of_deal: Whole

    @classmethod
    def of(cls, deals: Deals) -> Cells:
        """The cells of all deals."""
        table = deals.groups[list(DIMENSIONS)].fillna("").astype(str)
        cells = table.drop_duplicates().sort_values(list(DIMENSIONS), ignore_index=True)
        place = pd.MultiIndex.from_frame(cells).get_indexer(pd.MultiIndex.from_frame(table))
        return cls(cells, np.asarray(place, dtype=np.intp))

    def __len__(self) -> int:
        return len(self.table)


@dataclass(frozen=True)
class Outlook:
    """What a window of the future makes expect by deals, and by each other way.

    Attributes
    ----------
    odds : by deals and arrivals, for simulation; nothing is booked in it yet
    place : the open deals that `odds` speaks of, in its order
    others : what each way to carry the series on expects of the sum
    """

    odds: Odds
    place: Whole
    others: Mapping[str, float]

    @property
    def by_deals(self) -> float:
        return float(self.odds.expected.sum())

    def expected(self, weights: Mapping[str, float]) -> float:
        """The weighted mean of the ways."""
        told = {CONVERSION: self.by_deals, **self.others}
        return sum(weight * told[name] for name, weight in weights.items())

    def scaled(self, weights: Mapping[str, float]) -> Odds:
        """The odds, so that their sum is the weighted mean: what deals bring in each draw is scaled alike."""
        factor = self.factor(weights)
        odds = self.odds
        return replace(
            odds, amount=odds.amount * factor, amount_mean=odds.amount_mean * factor, amount_sd=odds.amount_sd * factor
        )

    def factor(self, weights: Mapping[str, float]) -> float:
        """What the sum by deals is multiplied with."""
        return self.expected(weights) / self.by_deals if self.by_deals > 0 else 1.0


def look_ahead(
    deals: Deals,
    conversion: Conversion,
    after: float,
    until: float,
    *,
    cells: Cells | None = None,
    ways: Mapping[str, series.Way] = series.WAYS,
) -> Outlook:
    """What the working days (`after`, `until`] from now make expect."""
    cells = cells or Cells.of(deals)
    place, chance = conversion.chances(deals, after, until)
    selling = np.where((deals.now - deals.opened <= LATELY) & ~deals.left, cells.of_deal, -1)
    arrivals = Arrivals.of(deals, selling, len(cells))
    odds = Odds(
        chance,
        deals.worth[place],
        cells.of_deal[place],
        arrivals.wins(conversion.of_arrivals(after, until)),
        arrivals.amount,
        arrivals.spread,
        np.zeros(len(cells)),
    )
    steps = max(1, int(np.ceil(until / WEEK - 1e-9)))
    coming = series.carried_on(series.of_deals(deals), steps, ways)
    return Outlook(odds, place, {name: series.window(each, after, until) for name, each in coming.items()})


def bookings(deals: Deals, cells: Cells, after: float, until: float) -> Floats:
    """By cell, what was booked in (after, until], two instants in working days."""
    booked = deals.won & (deals.closed > after) & (deals.closed <= until)
    return np.asarray(np.bincount(cells.of_deal[booked], deals.worth[booked], len(cells)), dtype=np.float64)
