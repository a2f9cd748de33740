"""How wide a forecast is: the common shock that makes four fifths of the past fall into its 80 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from scipy.special import ndtri

from scoring.forecast.backtest import Origin
from scoring.forecast.clock import Floats
from scoring.forecast.outlook import COMBINED
from scoring.metrics import Metric, share

# The strength of the common shock before any error is known.
USUAL_CORRELATION = 0.015
MOST_CORRELATION = 0.5
FEWEST = 6
STATED = 0.8
# Half of an 80 % interval, in standard deviations.
HALF = 1.2816


def correlation(found: Sequence[Origin], way: str = COMBINED) -> float:
    """The least strength of the shock under which four fifths of the origins lie in their interval.

    With few origins it is not less than the usual one. Deals that are independent given the shock are never thought
    to be surer than that.

    References
    ----------
    Vovk, Gammerman & Shafer (2005), "Algorithmic learning in a random world", for the calibration by past residuals.
    """
    return _solved(*_errors(found, way))


def coverage(found: Sequence[Origin], way: str = COMBINED) -> Metric | None:
    """The share of origins that fell into their 80 % interval, each with a shock that the others set."""
    if len(found) < FEWEST:
        return None
    error, noise, pull = _errors(found, way)
    inside = np.zeros(len(found))
    for i in range(len(found)):
        others = np.arange(len(found)) != i
        strength = _solved(error[others], noise[others], pull[others])
        inside[i] = abs(error[i]) <= HALF * np.sqrt(noise[i] + strength * pull[i])
    return share(inside, np.arange(len(found)).astype(object))


def coverage_forward(found: Sequence[Origin], horizon: timedelta, way: str = COMBINED) -> Metric | None:
    """The same, each with a shock that the origins set which were over by then, the usual one where there are few."""
    if len(found) < FEWEST:
        return None
    error, noise, pull = _errors(found, way)
    inside = np.zeros(len(found))
    for i, origin in enumerate(found):
        over = np.array([other.at + horizon <= origin.at for other in found])
        inside[i] = abs(error[i]) <= HALF * np.sqrt(noise[i] + _solved(error[over], noise[over], pull[over]) * pull[i])
    return share(inside, np.arange(len(found)).astype(object))


def quantiles(expected: float, noise: float, pull: float, strength: float, levels: Floats) -> Floats:
    """Quantiles of a sum about normal, for scoring."""
    return np.asarray(expected + ndtri(levels) * np.sqrt(noise + strength * pull))


def _errors(found: Sequence[Origin], way: str) -> tuple[Floats, Floats, Floats]:
    """Of each origin: the error, the variance of independent deals, and that of a shock of strength 1."""
    scale = np.array([origin.scale(way) ** 2 for origin in found])
    return (
        np.array([origin.actual - origin.told[way] for origin in found]),
        scale * np.array([origin.outlook.odds.noise for origin in found]),
        scale * np.array([origin.outlook.odds.pull**2 for origin in found]),
    )


def _solved(error: Floats, noise: Floats, pull: Floats) -> float:
    if not len(error):
        return USUAL_CORRELATION
    # The strength at which each origin would be at the edge of its interval.
    edge = np.sort(np.maximum((error / HALF) ** 2 - noise, 0.0) / np.maximum(pull, 1e-12))
    found = float(edge[min(len(edge) - 1, int(np.ceil(STATED * (len(edge) + 1))) - 1)])
    return min(MOST_CORRELATION, found if len(edge) >= FEWEST else max(found, USUAL_CORRELATION))
