"""How wide a forecast is: the common shock that makes four fifths of the past fall into its 80 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import ndtri

from scoring.forecast.backtest import HORIZON, Origin
from scoring.forecast.clock import Floats
from scoring.forecast.deals import Mask
from scoring.forecast.outlook import COMBINED
from scoring.metrics import Metric, share

# The strength of the common shock before any error is known: it moves the sum by about 15 %, the usual error of a
# forecast by deals (see `weights`). The errors of three books ask for .02, .03 and .04; with .015, intervals of the
# second held at 12 of 20 instants. It counts as much as the errors of so many periods that do not overlap.
USUAL_CORRELATION = 0.03
USUAL_PERIODS = 2.0
MOST_CORRELATION = 0.5
FEWEST = 6
STATED = 0.8
# Half of an 80 % interval, in standard deviations.
HALF = 1.2816


def correlation(found: Sequence[Origin], way: str = COMBINED) -> float:
    """The least strength of the shock under which four fifths of the origins lie in their interval.

    Where it is less than the usual one it is drawn up to that, the more the fewer periods the origins cover: those that
    lie close see the same weeks. Deals that are independent given the shock are never thought to be surer than that.

    References
    ----------
    Vovk, Gammerman & Shafer (2005), "Algorithmic learning in a random world", for the calibration by past residuals.
    """
    return _Errors.of(found, way).strength


def coverage(found: Sequence[Origin], way: str = COMBINED) -> Metric | None:
    """The share of origins that fell into their 80 % interval, each with a shock that the others set."""
    errors = _Errors.of(found, way)
    return _inside(errors, [errors.at != at for at in errors.at])


def coverage_forward(found: Sequence[Origin], way: str = COMBINED) -> Metric | None:
    """The same, each with a shock that the origins set whose period was over by then."""
    errors = _Errors.of(found, way)
    return _inside(errors, [errors.at + 1 <= at for at in errors.at])


def quantiles(expected: float, noise: float, pull: float, strength: float, levels: Floats) -> Floats:
    """Quantiles of a sum about normal, for scoring."""
    return np.asarray(expected + ndtri(levels) * np.sqrt(noise + strength * pull))


@dataclass(frozen=True)
class _Errors:
    """Of each origin: when it was, in horizons; the error, the variance of independent deals, and that of a shock of
    strength 1."""

    at: Floats
    error: Floats
    noise: Floats
    pull: Floats

    @classmethod
    def of(cls, found: Sequence[Origin], way: str) -> Self:
        scale = np.array([origin.scale(way) ** 2 for origin in found])
        return cls(
            np.array([origin.at.timestamp() for origin in found]) / HORIZON.total_seconds(),
            np.array([origin.actual - origin.told[way] for origin in found]),
            scale * np.array([origin.outlook.odds.noise for origin in found]),
            scale * np.array([origin.outlook.odds.pull**2 for origin in found]),
        )

    def take(self, which: Mask) -> _Errors:
        return _Errors(self.at[which], self.error[which], self.noise[which], self.pull[which])

    @property
    def strength(self) -> float:
        """The strength of the shock that they make expect."""
        if not len(self.at):
            return USUAL_CORRELATION
        # The strength at which each origin would be at the edge of its interval.
        edge = np.sort(np.maximum((self.error / HALF) ** 2 - self.noise, 0.0) / np.maximum(self.pull, 1e-12))
        own = float(edge[min(len(edge) - 1, int(np.ceil(STATED * (len(edge) + 1))) - 1)])
        periods = 1.0 + float(np.ptp(self.at))
        drawn = (periods * own + USUAL_PERIODS * USUAL_CORRELATION) / (periods + USUAL_PERIODS)
        return min(MOST_CORRELATION, max(own, drawn))


def _inside(errors: _Errors, known: Sequence[Mask]) -> Metric | None:
    """The share of origins in their interval, the shock of each set by those `known` for it; None if they are few."""
    if len(errors.at) < FEWEST:
        return None
    strength = np.array([errors.take(each).strength for each in known])
    inside = np.abs(errors.error) <= HALF * np.sqrt(errors.noise + strength * errors.pull)
    return share(inside.astype(np.float64), np.arange(len(inside)).astype(object))
