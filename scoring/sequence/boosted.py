"""Boosted trees over what a prefix shows as columns."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from scoring.sequence import features, weighing
from scoring.sequence.base import Said, SequenceModel, admitted
from scoring.sequence.sequences import Prefixes, Sequences

# Rare steps make for little evidence, so what comes next is left to small trees; when it comes bears larger ones.
LEAVES_OF_WHAT, LEAVES_OF_WHEN = 6, 12
TREES = 60


class Boosted(SequenceModel):
    """Gradient boosting on the last three steps, the steps so far and the clock; days by their median.

    Parameters
    ----------
    half_life : how far back evidence counts half, as a share of all prefixes; None for never less
    seed : decides random choices
    """

    name: ClassVar[str] = "boosting"

    def __init__(self, half_life: float | None = None, *, seed: int = 0) -> None:
        self.half_life, self.seed = half_life, seed

    def fit(self, sequences: Sequences) -> Self:
        self.names = sequences.names
        known = sequences.prefixes()
        rows, weights = features.columns(known), weighing.weights(sequences, self.half_life)
        self.what = HistGradientBoostingClassifier(**self._settings(LEAVES_OF_WHAT))
        self.what.fit(rows, known.following, weights)
        self.when = HistGradientBoostingRegressor(loss="absolute_error", **self._settings(LEAVES_OF_WHEN))
        told = ~np.isnan(known.days)
        # The median of the logarithm is the logarithm of the median, and its errors do not hang on a few long waits.
        self.when.fit(rows[told], np.log1p(known.days[told]), weights[told])
        return self

    def predict(self, prefixes: Prefixes) -> Said:
        rows = features.columns(prefixes.named(self.names))
        chances = np.zeros((len(rows), len(self.names) + 1))
        chances[:, self.what.classes_] = self.what.predict_proba(rows)
        return Said(admitted(chances), np.expm1(self.when.predict(rows)).clip(0))

    def _settings(self, leaves: int) -> dict[str, Any]:
        return {
            "max_leaf_nodes": leaves,
            "max_iter": TREES,
            "l2_regularization": 5.0,
            "max_features": 0.7,
            "early_stopping": False,
            "random_state": self.seed,
        }
