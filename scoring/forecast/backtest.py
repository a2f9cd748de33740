"""Rolling back-tests: at each past origin, what every way would have said by what was known then, and what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.pipeline import DealHistory
from scoring.forecast import series
from scoring.forecast.clock import Floats, day
from scoring.forecast.conversion import Conversion
from scoring.forecast.deals import Deals, Mask
from scoring.forecast.outlook import COMBINED, CONVERSION, STAGES, Outlook, look_ahead
from scoring.forecast.weights import weigh

HORIZON = timedelta(days=28)
MOST_ORIGINS = 20
FEWEST_ORIGINS = 4
FEWEST_WINS = 20
# A model is judged as it is after three fifths of the past; its interval is set by earlier origins too.
LATE = 0.6


@dataclass(frozen=True)
class Origin:
    """A past instant: what was said then, and what came.

    Attributes
    ----------
    is_late : whether three fifths of the past were known by then
    actual, actual_open : bookings within the horizon, and those of deals that were open at the origin
    told : what each way expected of the sum over the horizon
    outlook : what was expected by deals
    won, ids : of the deals open then, whether each was won within the horizon, and which it is
    """

    at: datetime
    is_late: bool
    actual: float
    actual_open: float
    told: Mapping[str, float]
    outlook: Outlook
    won: Mask
    ids: npt.NDArray[np.object_]

    def scale(self, way: str) -> float:
        """What the sum by deals is multiplied with to get to what a way told."""
        return self.told[way] / self.outlook.by_deals if self.outlook.by_deals > 0 else 1.0


def origins(history: DealHistory, as_of: datetime, horizon: timedelta = HORIZON) -> list[datetime]:
    """Instants, oldest first, whose horizon is over by `as_of` and that had two horizons behind them to learn from."""
    first = history.first
    if first is None:
        return []
    room = as_of - horizon - (first + 2 * horizon)
    step = min(timedelta(days=7), max(timedelta(days=1), room / MOST_ORIGINS))
    won = history.deals.loc[(history.deals["outcome"] == "won").to_numpy(), "closed_at"]
    instants = [as_of - horizon - step * back for back in range(MOST_ORIGINS)]
    return [at for at in reversed(instants) if at - first >= 2 * horizon and (won <= at).sum() >= FEWEST_WINS]


def replay(
    history: DealHistory,
    as_of: datetime,
    horizon: timedelta = HORIZON,
    progress: Callable[[float], None] = lambda share: None,
) -> list[Origin]:
    """Every origin of the past, judged by what was known at `as_of`.

    The weights of the ways at an origin come from the origins that were over by then.
    """
    outcome, instants = history.at(as_of).deals, origins(history, as_of, horizon)
    found: list[Origin] = []
    for done, at in enumerate(instants):
        over = [origin for origin in found if origin.at + horizon <= at]
        found.append(_origin(history, at, horizon, as_of, _won(outcome, at, at + horizon), over))
        progress((done + 1) / len(instants))
    return found


def _won(deals: pd.DataFrame, after: datetime, until: datetime) -> pd.DataFrame:
    """The deals won in (after, until], with their amounts."""
    within = (deals["closed_at"] > pd.Timestamp(after)) & (deals["closed_at"] <= pd.Timestamp(until))
    return deals[(deals["outcome"] == "won") & within]


def _origin(
    history: DealHistory,
    at: datetime,
    horizon: timedelta,
    as_of: datetime,
    won: pd.DataFrame,
    over: Sequence[Origin],
) -> Origin:
    deals = Deals.at(history, at)
    until = float(deals.clock(np.array([day(at + horizon)]))[0]) - deals.now
    outlook = look_ahead(deals, Conversion.of(deals), 0.0, until, ways=series.ALL)
    coarse = look_ahead(deals, Conversion.of(deals, is_fine=False), 0.0, until, ways={})
    weights = weigh([(origin.told, origin.actual) for origin in over], series.is_long(deals))
    told = {CONVERSION: outlook.by_deals, STAGES: coarse.by_deals, **outlook.others}
    amounts = won["amount"].fillna(deals.typical_amount)
    first = history.first or at
    return Origin(
        at,
        bool((at - first) >= LATE * (as_of - first)),
        float(amounts.sum()),
        float(amounts[(won["opened_at"] <= pd.Timestamp(at)).to_numpy()].sum()),
        told | {COMBINED: outlook.expected(weights)},
        outlook,
        np.asarray(deals.ids[outlook.place].isin(won.index)),
        deals.ids[outlook.place].to_numpy(dtype=object),
    )


def chances(found: Sequence[Origin]) -> tuple[Floats, Mask]:
    """What was said of the open deals of all origins, and which of them were won in time."""
    said = [origin.outlook.odds.chance for origin in found]
    return np.concatenate(said), np.concatenate([origin.won for origin in found])
