"""How good predictions were, each figure with its interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]

ORDER_METRICS = ("auc", "average_precision", "lift_10", "wins_in_top_half")
CHANCE_METRICS = ("log_loss", "brier", "ece")
METRICS = (*ORDER_METRICS, *CHANCE_METRICS)
REPLICATES = 200
# Weights held at once while resampling.
CELLS_AT_ONCE = 4_000_000
BINS = 10
# Two-sided 95 %.
Z = 1.96


@dataclass(frozen=True)
class Metric:
    """A figure and its 95 % interval, by resampling leads."""

    value: float
    low: float
    high: float

    @property
    def points(self) -> str:
        """A share as `4.3 points (3.5 to 5.1)`."""
        return f"{100 * self.value:.1f} points ({100 * self.low:.1f} to {100 * self.high:.1f})"

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def measure(
    said: Vector, won: Vector, leads: npt.NDArray[np.object_], *, chances: bool = True, seed: int = 0
) -> dict[str, Metric | None]:
    """Every metric of `METRICS` of what was said of rows that were won (1) or not (0).

    Parameters
    ----------
    leads : rows of one lead are drawn together
    chances : whether `said` are chances; a mere order has no log-loss, Brier score or calibration error (None)
    """
    order = np.argsort(-said, kind="stable")
    said, won, group = said[order], won[order], pd.factorize(leads[order])[0]
    point = _all(np.ones((1, len(said))), said, won, chances)[0]
    draws = np.concatenate([_all(weights, said, won, chances) for weights in resamples(group, seed)])
    with np.errstate(invalid="ignore"):
        spread = Z * np.nanstd(draws, axis=0)
    names = METRICS if chances else ORDER_METRICS
    found = {name: _metric(name, value, half) for name, value, half in zip(names, point, spread, strict=True)}
    return {name: found.get(name) for name in METRICS}


def _metric(name: str, value: float, half: float) -> Metric:
    top = np.inf if name in ("log_loss", "lift_10") else 1.0
    return Metric(float(value), float(max(0.0, value - half)), float(min(top, value + half)))


def share(won: Vector, leads: npt.NDArray[np.object_]) -> Metric:
    """The share won, with Wilson's interval; several rows of one lead count as one."""
    value, n = float(won.mean()), pd.unique(leads).size
    centre, half = value + Z**2 / (2 * n), Z * np.sqrt(value * (1 - value) / n + Z**2 / (4 * n**2))
    low, high = (centre - half) / (1 + Z**2 / n), (centre + half) / (1 + Z**2 / n)
    return Metric(value, float(min(value, max(0.0, low))), float(max(value, min(1.0, high))))


def resamples(group: npt.NDArray[np.intp], seed: int = 0) -> Iterator[Matrix]:
    """Weights of rows under a bootstrap of their groups, some replicates at a time: (replicate, row)."""
    random = np.random.default_rng(seed)
    size = max(1, min(REPLICATES, CELLS_AT_ONCE // len(group)))
    for _ in range(0, REPLICATES, size):
        # Poisson weights are the bootstrap without its bookkeeping.
        yield random.poisson(1.0, (size, group.max() + 1))[:, group].astype(np.float64)


def _all(weights: Matrix, said: Vector, won: Vector, chances: bool) -> Matrix:
    """Metrics of rows sorted by `said`, best first, under each row of weights: (replicate, metric)."""
    columns = _order_metrics(weights, said, won)
    return np.column_stack([*columns, *_chance_metrics(weights, said, won)] if chances else columns)


def _order_metrics(weights: Matrix, said: Vector, won: Vector) -> list[Vector]:
    # Rows that say the same count as one: nobody knows their order.
    starts = np.flatnonzero(np.r_[True, said[1:] != said[:-1]])
    wins = np.add.reduceat(weights * won, starts, axis=1)
    losses = np.add.reduceat(weights * (1 - won), starts, axis=1)
    won_above, seen = np.cumsum(wins, axis=1), np.cumsum(wins + losses, axis=1)
    n_won, n = won_above[:, -1], seen[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        auc = ((won_above - wins / 2) * losses).sum(axis=1) / (n_won * (n - n_won))
        precision = (np.where(seen > 0, won_above / seen, 0.0) * wins).sum(axis=1) / n_won
        return [auc, precision, _won_in_top(0.1, won_above, seen) / 0.1, _won_in_top(0.5, won_above, seen)]


def _won_in_top(share: float, won_above: Matrix, seen: Matrix) -> Vector:
    """The share of all wins that stand in the top `share` of the list; ties are cut in proportion."""
    return np.array(
        [
            np.interp(share * n[-1], np.r_[0.0, n], np.r_[0.0, won]) / won[-1]
            for won, n in zip(won_above, seen, strict=True)
        ]
    )


def _chance_metrics(weights: Matrix, chance: Vector, won: Vector) -> list[Vector]:
    safe = np.clip(chance, 1e-9, 1 - 1e-9)
    loss = -(won * np.log(safe) + (1 - won) * np.log(1 - safe))
    total = weights.sum(axis=1)
    gaps = np.abs((weights * (won - chance)) @ np.eye(BINS)[bins(chance)]).sum(axis=1)
    return [weights @ loss / total, weights @ (won - chance) ** 2 / total, gaps / total]


def bins(chance: Vector) -> npt.NDArray[np.intp]:
    """Bins of about as many rows each; equal chances share one."""
    middle = (rankdata(chance) - 0.5) / len(chance)
    return np.asarray(middle * BINS, dtype=np.intp)
