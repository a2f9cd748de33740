"""Where chances mean what they say, and how far down a list the wins stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.metrics import BINS, Matrix, Metric, Vector, Z, bins, resamples, share

POINTS = 20
KEEP = (80, 90, 95)
_CALLED = np.arange(1, POINTS + 1) / POINTS


@dataclass(frozen=True)
class Bin:
    """Rows that were given about the same chance: what was said of them on average, and the share that was won."""

    said: float
    won: Metric
    n: int


@dataclass(frozen=True)
class Point:
    """The share of all wins that is kept when only the first `called` of the list are worked."""

    called: float
    kept: Metric


@dataclass(frozen=True)
class Gains:
    """A list from its top to its end.

    Attributes
    ----------
    points : the share of wins kept, at every twentieth of the list
    calls_to_keep : the share of the list that has to be worked for 80, 90 and 95 % of the wins
    """

    points: tuple[Point, ...]
    calls_to_keep: dict[str, Metric]


def reliability(said: Vector, won: Vector, leads: npt.NDArray[np.object_]) -> tuple[Bin, ...]:
    """Ten bins of about as many rows each, the least likely first; rows that say the same share one."""
    place = bins(said)
    members = [np.flatnonzero(place == i) for i in range(BINS)]
    return tuple(Bin(float(said[at].mean()), share(won[at], leads[at]), len(at)) for at in members if len(at))


def gains(said: Vector, won: Vector, leads: npt.NDArray[np.object_], *, seed: int = 0) -> Gains:
    """What is kept of the wins as the list is worked from its top; among rows that say the same, in proportion."""
    order = np.argsort(-said, kind="stable")
    said, won, group = said[order], won[order], pd.factorize(leads[order])[0]
    starts = np.flatnonzero(np.r_[True, said[1:] != said[:-1]])
    point = _both(np.ones((1, len(won))), won, starts)[0]
    draws = np.concatenate([_both(weights, won, starts) for weights in resamples(group, seed)])
    half = Z * draws.std(axis=0)
    found = [
        Metric(float(value), float(max(0.0, value - near)), float(min(1.0, value + near)))
        for value, near in zip(point, half, strict=True)
    ]
    kept = tuple(Point(float(called), each) for called, each in zip(_CALLED, found[:POINTS], strict=True))
    return Gains(kept, {str(percent): each for percent, each in zip(KEEP, found[POINTS:], strict=True)})


def _both(weights: Matrix, won: Vector, starts: npt.NDArray[np.intp]) -> Matrix:
    """Under each row of weights: wins kept at each of the points, then the share to call for each of `KEEP`."""
    seen = np.cumsum(np.add.reduceat(weights, starts, axis=1), axis=1)
    above = np.cumsum(np.add.reduceat(weights * won, starts, axis=1), axis=1)
    return np.array([_along(n / n[-1], w / max(w[-1], 1e-12)) for n, w in zip(seen, above, strict=True)])


def _along(called: Vector, kept: Vector) -> Vector:
    called, kept = np.r_[0.0, called], np.r_[0.0, kept]
    wanted = np.array(KEEP) / 100
    end = np.searchsorted(kept, wanted - 1e-12).clip(1, len(kept) - 1)
    step = (wanted - kept[end - 1]) / np.maximum(kept[end] - kept[end - 1], 1e-12)
    to_keep = called[end - 1] + step.clip(0, 1) * (called[end] - called[end - 1])
    return np.asarray(np.r_[np.interp(_CALLED, called, kept), to_keep])
