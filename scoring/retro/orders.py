"""How far an order of calling gets: the wins that it keeps at each share of the calls, with intervals.

Calls are made month by month: a share of the calls is the first so many of each month's list. Intervals are 95 %,
from drawing leads with all their rows again (Poisson bootstrap).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.metrics import Metric

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

REPLICATES, FEWEST_REPLICATES = 200, 50
# Weights held at once.
CELLS = 20_000_000
SHARES = np.linspace(0.0, 1.0, 101)


def draws(leads: pd.Series, seed: int = 0) -> Matrix:
    """How often each row counts, shape (1 + replicates, n_rows): once, then as often as its lead was drawn."""
    code, names = pd.factorize(leads)
    size = min(REPLICATES, max(FEWEST_REPLICATES, CELLS // max(1, len(code))))
    drawn = np.random.default_rng(seed).poisson(1.0, (size, len(names))).astype(np.float64)
    return np.concatenate([np.ones((1, len(code))), drawn[:, code]])


def figure(drawn: Vector) -> Metric:
    """A figure out of what it is (first) and what it is in each replicate."""
    value = float(drawn[0])
    spread = drawn[np.isfinite(drawn)]
    low, high = np.quantile(spread, [0.025, 0.975]) if len(spread) else (value, value)
    return Metric(value, float(min(low, value)), float(max(high, value)))


@dataclass(frozen=True)
class Gains:
    """Wins after each of `SHARES` of the calls, shape (replicate, share), and how many calls there are in all."""

    wins: Matrix
    calls: Vector

    @property
    def kept(self) -> Matrix:
        """The share of all wins."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.wins / self.wins[:, -1:]

    def at(self, calls: float) -> Metric:
        """The share of wins kept by a share of the calls."""
        return figure(self.kept[:, np.searchsorted(SHARES, calls)])

    def per_100(self, calls: float) -> Metric:
        """Wins in a hundred calls, among the first share of them."""
        return figure(self._per_100(calls))

    def more_per_100(self, than: Gains, calls: float) -> Metric:
        """How many more wins in a hundred calls than by another order, drawn alike."""
        return figure(self._per_100(calls) - than._per_100(calls))

    def calls_to_keep(self, wins: float) -> Metric:
        """The least share of the calls that keeps a share of the wins."""
        return figure(self._to_keep(wins))

    def calls_saved(self, than: Gains, wins: float) -> Metric:
        """How much less of the calls keeps a share of the wins than by another order, drawn alike."""
        return figure(than._to_keep(wins) - self._to_keep(wins))

    def _to_keep(self, wins: float) -> Vector:
        return np.array([_first(row, wins) for row in self.kept])

    def _per_100(self, calls: float) -> Vector:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(100 * self.wins[:, np.searchsorted(SHARES, calls)] / (calls * self.calls))


def gains(rows: pd.DataFrame, orders: Mapping[str, Vector], weights: Matrix) -> dict[str, Gains]:
    """What each order gains: rows of a `span` (month) are called from the largest number on."""
    won, spans = rows["won"].to_numpy(dtype=np.float64), rows["span"].to_numpy()
    members = [np.flatnonzero(spans == span) for span in np.unique(spans)]
    calls = weights.sum(axis=1)
    found = {}
    for name, order in orders.items():
        wins = np.zeros((len(weights), len(SHARES)))
        for of_span in members:
            called, above = _down_the_list(order[of_span], won[of_span], weights[:, of_span])
            ends = called[:, -1:]
            wins += _read(called, above, SHARES * ends)
        found[name] = Gains(wins, calls)
    return found


def won_with_same_effort(rows: pd.DataFrame, orders: Mapping[str, Vector], weights: Matrix) -> dict[str, Metric]:
    """The share of all wins among as many leads as were called each month, by each order and `as_done`."""
    won, called = rows["won"].to_numpy(dtype=np.float64), rows["called"].to_numpy(dtype=np.float64)
    spans, total = rows["span"].to_numpy(), weights @ won
    kept = {name: np.zeros(len(weights)) for name in orders}
    for span in np.unique(spans):
        here = np.flatnonzero(spans == span)
        effort = weights[:, here] @ called[here]
        for name, order in orders.items():
            kept[name] += _read(*_down_the_list(order[here], won[here], weights[:, here]), effort[:, None])[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        done = {"as_done": figure((weights @ (won * called)) / total)}
        return done | {name: figure(wins / total) for name, wins in kept.items()}


def _down_the_list(order: Vector, won: Vector, weights: Matrix) -> tuple[Matrix, Matrix]:
    """Calls and wins so far, from none on; rows of one number are called together, as nobody knows their order."""
    ranked = np.argsort(-order, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(order[ranked]) != 0])
    drawn = weights[:, ranked]
    calls = np.cumsum(np.add.reduceat(drawn, starts, axis=1), axis=1)
    wins = np.cumsum(np.add.reduceat(drawn * won[ranked], starts, axis=1), axis=1)
    return np.pad(calls, ((0, 0), (1, 0))), np.pad(wins, ((0, 0), (1, 0)))


def _read(calls: Matrix, wins: Matrix, at: Matrix) -> Matrix:
    return np.stack([np.interp(x, c, w) for x, c, w in zip(at, calls, wins, strict=True)])


def _first(kept: Vector, wins: float) -> float:
    """The first share of calls at which the curve is as high as `wins`."""
    if not np.isfinite(kept[-1]):
        return float("nan")
    place = int(np.argmax(kept >= wins - 1e-12))
    if place == 0:
        return 0.0
    below, above = kept[place - 1], kept[place]
    return float(SHARES[place - 1] + (wins - below) / (above - below) * (SHARES[place] - SHARES[place - 1]))
