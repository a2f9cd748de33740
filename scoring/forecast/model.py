"""The forecast as a model: it learns how deals convert, is judged by rolling back-tests, and projects periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory
from scoring.base import Model, Progress, silent
from scoring.evaluation import Evaluation, Split
from scoring.forecast import backtest, judging, series
from scoring.forecast.clock import Clock, day
from scoring.forecast.conversion import EDGES, Conversion
from scoring.forecast.deals import Deals
from scoring.forecast.outlook import COMBINED, CONVERSION, STAGES, Cells, bookings, look_ahead
from scoring.forecast.projection import Projection
from scoring.forecast.simulation import DRAWS, simulate
from scoring.forecast.spread import USUAL_CORRELATION
from scoring.leaks import Report
from scoring.preferences import NONE_SET, Preferences

YEAR = timedelta(days=365)


class Forecast(Model[DealHistory]):
    """What a period's bookings will come to, as a distribution over the whole and over each part of it.

    Open deals convert by their stage and their time in it (Aalen–Johansen over past standings, drawn to the stage and
    to all where cells are small). Deals not opened yet come in at the rate of late and convert from their opening. The
    series of weekly bookings is carried on by exponential smoothing, Theta and ARIMA. The three are weighted by how
    well each did at past origins, and the sum is scaled alike for every deal, so that parts add up to the whole. A
    common shock, as strong as past errors say, makes deals move together.

    Limitations
    -----------
    - A season is only known where it was seen twice; price changes, holidays and campaigns to come are not.
    - What lies further ahead than deals have been followed is not known, and taken as nothing.
    - Amounts are taken as they stand in the books.

    References
    ----------
    Aalen & Johansen (1978), Scand. J. Stat. 5; Vasicek (2002), Risk 15(12); Assimakopoulos & Nikolopoulos (2000), "The
    theta model", Int. J. Forecasting 16; Bates & Granger (1969), "The combination of forecasts", Oper. Res. Q. 20.
    """

    name: ClassVar[str] = "forecast"
    entity = "deals"

    def __init__(
        self,
        way: str = COMBINED,
        weights: Mapping[str, float] | None = None,
        correlation: float = USUAL_CORRELATION,
        *,
        seed: int = 0,
    ) -> None:
        self.way = way
        self.weights = dict(weights or {CONVERSION: 1.0})
        self.correlation = correlation
        self.seed = seed
        self.conversion: Conversion | None = None
        self.coarse: Conversion | None = None
        self.clock: Clock | None = None

    @classmethod
    def quality(cls, found: Evaluation) -> str:
        beside = ", ".join(f"{name} {each['wape']}" for name, each in found.baselines.items())
        note = f" {found.note}" if found.note else ""
        wape = found.metrics["wape"]
        return f"at {found.n:,} past instants its error was {wape} of what came (baselines: {beside}){note}"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return ("stage", "days_in_stage", "amount", "owner_id", "opened_at")

    def fit(self, history: DealHistory, *, as_of: datetime, guard: Report | None = None) -> Self:
        deals = Deals.at(history, as_of)
        self.clock = deals.clock
        self.coarse = Conversion.of(deals, is_fine=False)
        self.conversion = self.coarse if self.way == STAGES else Conversion.of(deals)
        return self

    @classmethod
    def evaluate(
        cls,
        history: DealHistory,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        """A back-test over origins of the past; `folds` are of no use to a forecast, it is always by time."""
        found = backtest.replay(history, as_of, progress=lambda share: progress("living the past again", share))
        return judging.evaluation(history, as_of, found)

    def project(
        self, history: DealHistory, *, as_of: datetime, after: datetime, until: datetime, draws: int = DRAWS
    ) -> Projection:
        """The period from `after` to `until` as it is forecast at `as_of`.

        Raises
        ------
        NotTrained
            Before `fit`.
        """
        if self.conversion is None or self.coarse is None or self.clock is None:
            raise NotTrained
        deals = Deals.at(history, as_of, self.clock)
        cells = Cells.of(deals)
        start, end = (float(each) - deals.now for each in self.clock(np.array([day(after), day(until)])))
        window = (max(0.0, start), max(0.0, end))
        ways = {name: way for name, way in series.ALL.items() if self.weights.get(name)}
        ahead = look_ahead(deals, self.conversion, *window, cells=cells, ways=ways)
        odds = replace(
            ahead.scaled(self.weights), certain=bookings(deals, cells, deals.now + min(0.0, start), deals.now)
        )
        if start >= 0:
            odds = replace(odds, certain=np.zeros(len(cells)))
        plain = look_ahead(deals, self.coarse, *window, cells=cells, ways={})
        before = deals.now + min(0.0, start)
        return Projection(
            as_of,
            after,
            until,
            cells.table,
            simulate(odds, self.correlation, draws=draws, seed=self.seed),
            odds,
            pd.DataFrame(
                {"chance": odds.chance, "worth": odds.amount, "cell": odds.cell}, index=deals.ids[ahead.place]
            ),
            {
                STAGES: odds.certain + plain.odds.expected,
                "last_period": bookings(deals, cells, before - (end - start), before),
            },
            _caveats(history, deals, as_of, window[1]),
            ahead.factor(self.weights),
        )


def plain(history: DealHistory, as_of: datetime) -> Forecast:
    """Stage conversion, which needs no training: what serves where no forecast has earned it."""
    return Forecast(STAGES).fit(history, as_of=as_of)


def _caveats(history: DealHistory, deals: Deals, as_of: datetime, until: float) -> tuple[str, ...]:
    """What the books are too short or too thin to tell."""
    past = as_of - history.first if history.first else timedelta(0)
    unknown = int(np.isnan(deals.amount[deals.is_open]).sum())
    told = [
        f"No season can be learnt yet: the books reach back {past.days:,} days, less than two years."
        if past < 2 * YEAR
        else "",
        "The past is too short to carry a series on: deals alone are counted." if not series.is_long(deals) else "",
        f"It looks {until:,.0f} days ahead, further than these books have followed deals."
        if until > min(past.days, EDGES[-1])
        else "",
        f"{unknown:,} open deals have no amount and are taken at the mean of a won one." if unknown else "",
    ]
    return tuple(filter(None, told))
