"""What contact made of each response, as far as it can be told: an unbiased guess for each row.

References
----------
Robins, Rotnitzky & Zhao (1994), "Estimation of regression coefficients when some regressors are not always observed",
J. Am. Stat. Assoc. 89 (augmented inverse-probability weighting), and Chernozhukov et al. (2018), "Double/debiased
machine learning for treatment and structural parameters", Econom. J. 21, for the folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from scoring.columns import Columns, Matrix
from scoring.estimators import Linear
from scoring.uplift.outreach import OVERLAP, Trials

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Contrasts:
    """What is guessed of each row by those who had not seen its lead.

    Attributes
    ----------
    contact : chance that the lead was contacted
    alone, contacted : chance that it responds if left alone, and if contacted
    effect : what contact adds to the response of this row: very noisy, right on average if either of the two models is
    comparable : whether the like of it were contacted and left alone
    """

    contact: Vector
    alone: Vector
    contacted: Vector
    effect: Vector
    comparable: Flags


def estimate(trials: Trials, columns: Columns, *, seed: int = 0) -> Contrasts:
    """The contrasts of all rows, each from other leads than its own."""
    matrix, flags = _design(trials, columns), np.r_[columns.is_category, False]
    folds, treated = trials.folds(seed), trials.treated == 1
    contact = _unseen(matrix, trials.treated, np.ones(len(trials), dtype=bool), flags, folds, seed)
    alone, contacted = (_unseen(matrix, trials.responded, arm, flags, folds, seed) for arm in (~treated, treated))
    comparable = (contact >= OVERLAP) & (contact <= 1 - OVERLAP)
    safe = contact.clip(OVERLAP, 1 - OVERLAP)
    left = np.where(treated, (trials.responded - contacted) / safe, -(trials.responded - alone) / (1 - safe))
    return Contrasts(contact, alone, contacted, contacted - alone + left, comparable)


def _design(trials: Trials, columns: Columns) -> Matrix:
    """The columns, and how many were contacted at that instant."""
    return np.column_stack([columns.encode(columns.clean(trials.frame)), logit(trials.share)])


def _unseen(
    matrix: Matrix, outcome: Vector, of: Flags, is_category: Flags, folds: npt.NDArray[np.intp], seed: int
) -> Vector:
    """The chance of the outcome for each row, learnt from the rows of the other folds that are meant."""
    model = Linear(seed=seed).fit(matrix[of], outcome[of], is_category=is_category, folds=folds[of])
    return np.asarray(expit(model.log_odds(matrix)[np.arange(len(matrix)), folds]))
