"""What an order by the effect of contact is worth: the effect found in its first part, and in each fifth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from scoring.evaluation import Effect
from scoring.metrics import Matrix, Metric, Vector, Z, resamples

TOP = 0.3
FIFTHS = 5
METRICS = ("uplift_30", "average_effect", "gain_30", "qini", "auuc", "effect_gap")
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Judged:
    """Test rows: the guess of each one's effect, by those who had not seen it, and the lead it is of."""

    effect: Vector
    leads: Objects

    def measure(self, order: Vector, said: Vector | None = None) -> dict[str, Metric | None]:
        """Every metric of `METRICS` of an order (higher is sooner); how far off effects are only if they were `said`.

        `uplift_30` is the effect of contact in the first 30 %, `gain_30` how much that is above the average one, `auuc`
        the area under what contact of the first part adds to all, and `qini` what of it is due to the order.
        """
        rank = (rankdata(order) - 0.5) / len(order)
        top = _top(order)
        columns = np.column_stack([np.ones_like(rank), self.effect, top, top * self.effect, rank * self.effect])
        places = _fifths(order) if said is not None else None
        point = self._all(np.ones((1, len(rank))), columns, places, said)[0]
        group = pd.factorize(self.leads)[0]
        draws = np.concatenate([self._all(weights, columns, places, said) for weights in resamples(group)])
        half = Z * np.nanstd(draws, axis=0)
        found = [Metric(float(v), float(v - h), float(v + h)) for v, h in zip(point, half, strict=True)]
        return dict.fromkeys(METRICS) | dict(zip(METRICS, found, strict=False))

    def by_fifth(self, order: Vector, said: Vector) -> tuple[Effect, ...]:
        """What was said and what was found in each fifth of an order, the lowest first."""
        places = _fifths(order)
        found = []
        for fifth in range(FIFTHS):
            which = places == fifth
            spread = pd.Series(self.effect[which] - self.effect[which].mean()).groupby(self.leads[which]).sum()
            value, half = float(self.effect[which].mean()), float(Z * np.sqrt((spread**2).sum()) / which.sum())
            label = f"fifth {fifth + 1} of {FIFTHS}"
            found.append(
                Effect(label, int(which.sum()), float(said[which].mean()), Metric(value, value - half, value + half))
            )
        return tuple(found)

    def _all(
        self, weights: Matrix, columns: Matrix, places: npt.NDArray[np.intp] | None, said: Vector | None
    ) -> Matrix:
        n, total, n_top, in_top, ranked = (weights @ columns).T
        with np.errstate(invalid="ignore", divide="ignore"):
            average, top, auuc = total / n, in_top / n_top, ranked / n
        figures = [top, average, top - average, auuc - average / 2, auuc]
        if places is not None and said is not None:
            member = np.eye(FIFTHS)[places]
            figures.append(np.abs((weights * (said - self.effect)) @ member).sum(axis=1) / n)
        return np.column_stack(figures)


def _top(order: Vector) -> Vector:
    """How far each row stands in the first part; rows of the same place share what is left of it."""
    n, above = len(order), len(order) - rankdata(order, method="max")
    same = rankdata(order, method="max") - rankdata(order, method="min") + 1
    return np.asarray(((TOP * n - above) / same).clip(0.0, 1.0))


def _fifths(order: Vector) -> npt.NDArray[np.intp]:
    return np.asarray((rankdata(order, method="ordinal") - 1) * FIFTHS // len(order), dtype=np.intp)
