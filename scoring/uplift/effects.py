"""Effects of contact by what is known of a lead: a mean and what goes beyond it, each with its doubt."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor

from scoring.columns import Matrix, bearable

Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

# Half samples of the leads come in pairs: a half, and the other one.
PAIRS = 6
# What goes beyond the mean is stretched by no more than this, whatever the rows say.
MOST_STRETCH = 2.0
# Two-sided 90 %.
Z = 1.645


class Effects:
    """Shallow boosted trees on half samples, heard as far as what they say of other leads came true.

    Parameters
    ----------
    seed : decides the halves

    References
    ----------
    1. Kennedy (2023), "Towards optimal doubly robust estimation of heterogeneous causal effects", Electron. J. Stat.
       17: regress an unbiased guess of each row's effect on what is known of it.
    2. Chernozhukov et al. (2018), "Generic machine learning inference on heterogeneous treatment effects", NBER 24678,
       for the line of what came by what was said.
    3. McCarthy (1969), "Pseudo-replication: half samples", Rev. Int. Stat. Inst. 37, for the spread of single effects.
    """

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.members: list[HistGradientBoostingRegressor] = []
        self.centres = np.empty(0)
        self.mean = self.mean_error = self.stretch = self.stretch_error = float("nan")

    def fit(self, rows: Matrix, effect: Vector, group: Places) -> Self:
        """The effects themselves, from a guess of each row's effect; rows of one `group` go together."""
        rng, n = np.random.default_rng(self.seed), int(group.max()) + 1
        halves = [rng.permutation(n)[group] < n / 2 for _ in range(PAIRS)]
        seen = [side for half in halves for side in (half, ~half)]
        self.members = [_trees(i).fit(bearable(rows[side]), effect[side]) for i, side in enumerate(seen)]
        said = self._said(rows)
        self.centres = said.mean(axis=0)
        # Half of the members have not seen a row.
        unseen = ((said - self.centres) * ~np.column_stack(seen)).sum(axis=1) / PAIRS
        self.mean, self.mean_error = _line(np.ones(len(effect)), effect, group)
        stretch, self.stretch_error = _line(unseen - unseen.mean(), effect - self.mean, group)
        self.stretch = float(np.clip(stretch, 0.0, MOST_STRETCH))
        return self

    def predict(self, rows: Matrix) -> pd.DataFrame:
        """The effect on each row and its 90 % interval: `value`, `low`, `high`, as shares."""
        beyond = self._said(rows) - self.centres
        centre = beyond.mean(axis=1)
        # Where what is said is shrunk, it errs by that as well: its spread is not shrunk with it.
        spread = max(1.0, self.stretch) ** 2 * beyond.var(axis=1)
        half = Z * np.sqrt(spread + (self.stretch_error * centre) ** 2 + self.mean_error**2)
        value = self.mean + self.stretch * centre
        return pd.DataFrame({"value": value, "low": value - half, "high": value + half})

    def _said(self, rows: Matrix) -> Matrix:
        return np.column_stack([member.predict(rows) for member in self.members])


def _trees(seed: int) -> HistGradientBoostingRegressor:
    """Few and shallow: single effects are mostly noise."""
    return HistGradientBoostingRegressor(
        max_iter=40, learning_rate=0.05, max_depth=3, min_samples_leaf=150, early_stopping=False, random_state=seed
    )


def _line(said: Vector, came: Vector, group: Places) -> tuple[float, float]:
    """The slope of what came by what was said, through the origin, and its standard error; groups go together."""
    weight = float(said @ said)
    if weight < 1e-12 * len(said):
        return 0.0, 0.0
    slope = float(said @ came) / weight
    scores = np.bincount(group, said * (came - slope * said))
    return slope, float(np.sqrt((scores**2).sum()) / weight)
