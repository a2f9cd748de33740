"""A learner that looks at a few columns only: where records are few, the rest is mostly noise."""

from __future__ import annotations

from typing import Self

import numpy as np

from scoring.columns import Matrix
from scoring.estimators import Family, Flags, Folds, Linear, Vector


class Narrow(Family):
    """A linear family on the columns at `places`; the others contribute nothing."""

    def __init__(self, places: tuple[int, ...], *, seed: int = 0) -> None:
        super().__init__(seed=seed)
        self.places = places
        self.inner = Linear(seed=seed)

    def fit(self, rows: Matrix, won: Vector, *, is_category: Flags, folds: Folds) -> Self:
        at = list(self.places)
        self.inner.fit(rows[:, at], won, is_category=is_category[at], folds=folds)
        return self

    def log_odds(self, rows: Matrix) -> Matrix:
        return self.inner.log_odds(rows[:, list(self.places)])

    def unseen(self, rows: Matrix, folds: Folds) -> Vector:
        return self.inner.unseen(rows[:, list(self.places)], folds)

    def foretold(self, rows: Matrix, won: Vector, folds: Folds, *, early: Flags, late: Flags) -> Vector:
        return self.inner.foretold(rows[:, list(self.places)], won, folds, early=early, late=late)

    def contributions(self, rows: Matrix) -> tuple[float, Matrix]:
        base, part = self.inner.contributions(rows[:, list(self.places)])
        effects = np.zeros(rows.shape)
        effects[:, list(self.places)] = part
        return base, effects
