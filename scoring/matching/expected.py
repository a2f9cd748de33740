"""What was to be expected of a lead by itself, whoever worked it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring import columns
from scoring.estimators import FAMILIES
from scoring.windows import FOLDS

Vector = npt.NDArray[np.float64]
FAMILY = "linear"


def log_odds(
    frame: pd.DataFrame, won: Vector, later: pd.DataFrame | None = None, *, seed: int = 0
) -> tuple[Vector, Vector]:
    """Log-odds of each lead by one who has not seen its end, and of `later` leads by one who has seen all of these."""
    learnt = columns.learn(frame)
    if not learnt.all or won.min() == won.max():
        return np.zeros(len(frame)), np.zeros(0 if later is None else len(later))
    matrix, fold = learnt.encode(learnt.clean(frame)), _folds(won, seed)
    family = FAMILIES[FAMILY](seed=seed).fit(matrix, won, is_category=learnt.is_category, folds=fold)
    said = np.empty(0) if later is None else family.log_odds(learnt.encode(learnt.clean(later))).mean(axis=1)
    return family.unseen(matrix, fold), said


def _folds(won: Vector, seed: int) -> npt.NDArray[np.intp]:
    """A fold for each lead, those won spread evenly."""
    shuffled = np.random.default_rng(seed).permutation(len(won))
    order = shuffled[np.argsort(won[shuffled], kind="stable")]
    fold = np.empty(len(won), dtype=np.intp)
    fold[order] = np.arange(len(won)) % FOLDS
    return fold
