"""The past bookings as a series of weeks, and what each way to carry it on expects of the weeks to come.

statsmodels is imported when the first of its models is asked for.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scoring.forecast.clock import WEEK, Floats
from scoring.forecast.deals import Deals

# Fewer weeks teach a model of a series nothing; a season needs to have been seen twice.
FEWEST_WEEKS = 26
YEAR = 52
MOST_WEEKS = 3 * YEAR

Way = Callable[[Floats, int], Floats]


def weekly(at: Floats, amount: Floats, now: float) -> Floats:
    """Sums of the whole weeks that end at `now`, oldest first; instants in days."""
    back = np.floor((now - at) / WEEK).astype(np.int64) + 1
    past = (at <= now) & (back <= MOST_WEEKS)
    if not past.any():
        return np.zeros(0)
    weeks = int((now - at[past].min()) // WEEK)
    if not weeks:
        return np.zeros(0)
    kept = past & (back <= weeks)
    return np.asarray(np.bincount(weeks - back[kept], amount[kept], weeks), dtype=np.float64)


def of_deals(deals: Deals) -> Floats:
    """Bookings by week up to now."""
    sums = weekly(deals.closed[deals.won], deals.worth[deals.won], deals.now)
    # Weeks from the first opened deal on count, also those in which nothing was won yet.
    weeks = int((deals.now - deals.opened.min()) // WEEK) if len(deals) else 0
    weeks = min(weeks, MOST_WEEKS)
    return np.asarray(np.r_[np.zeros(max(0, weeks - len(sums))), sums])


def is_long(deals: Deals) -> bool:
    """Whether the past is long enough for a series to be worth carrying on."""
    return len(of_deals(deals)) >= FEWEST_WEEKS


def window(weeks: Floats, after: float, until: float) -> float:
    """The part of weekly sums to come that falls into a window of days from now."""
    starts = WEEK * np.arange(len(weeks))
    inside = np.clip(np.minimum(until, starts + WEEK) - np.maximum(after, starts), 0, WEEK) / WEEK
    return float((weeks * inside).sum())


def last(past: Floats, steps: int) -> Floats:
    """As many weeks again, as they just were."""
    return np.resize(past[-steps:], steps) if len(past) else np.zeros(steps)


def mean_of_four(past: Floats, steps: int) -> Floats:
    """The mean of the last four weeks, for ever."""
    return np.full(steps, past[-4:].mean() if len(past) else 0.0)


def smoothing(past: Floats, steps: int) -> Floats:
    """Exponential smoothing, with a damped trend where two seasons of weeks are not there to fit one."""
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    trend = {"trend": "add", "damped_trend": True} if len(past) >= YEAR else {}
    return np.asarray(ETSModel(past, error="add", **trend).fit(disp=False).forecast(steps))


def theta(past: Floats, steps: int) -> Floats:
    """Theta; the season is taken out first where it has been seen twice."""
    from statsmodels.tsa.forecasting.theta import ThetaModel

    seasonal = len(past) >= 2 * YEAR
    model = ThetaModel(past, period=YEAR if seasonal else 1, deseasonalize=seasonal, use_test=False)
    return np.asarray(model.fit().forecast(steps))


def arima(past: Floats, steps: int) -> Floats:
    """ARIMA(0, 1, 1) or (1, 0, 0), whichever explains the past better for its size."""
    from statsmodels.tsa.arima.model import ARIMA

    fits = [ARIMA(past, order=order).fit() for order in ((0, 1, 1), (1, 0, 0))]
    return np.asarray(min(fits, key=lambda fit: fit.aicc).forecast(steps))


WAYS: Mapping[str, Way] = {"smoothing": smoothing, "theta": theta, "arima": arima}
MEMBERS = ("smoothing", "theta", "arima", "mean_4_weeks")
PLAIN: Mapping[str, Way] = {"last_period": last, "mean_4_weeks": mean_of_four}
ALL: Mapping[str, Way] = {**WAYS, **PLAIN}


def carried_on(past: Floats, steps: int, ways: Mapping[str, Way] = WAYS) -> dict[str, Floats]:
    """What each way expects of the coming weeks; the mean of four where the past is too short for it or it fails."""
    found = {}
    usual = mean_of_four(past, steps)
    for name, way in ways.items():
        if len(past) < FEWEST_WEEKS or past.std() == 0:
            found[name] = usual
            continue
        scale = float(past.std())
        try:
            # Short series make optimisers complain; what they find is judged by back-tests.
            # More threads than one only wait for one another in series as short as these.
            with warnings.catch_warnings(), threadpool_limits(1):
                warnings.simplefilter("ignore")
                told = way(past / scale, steps) * scale
        except (ValueError, np.linalg.LinAlgError, IndexError):
            told = usual
        found[name] = np.maximum(told, 0.0) if np.isfinite(told).all() else usual
    return found
