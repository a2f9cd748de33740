"""What scikit-learn alone does with the same matrix: the yardstick for the time that a ranking takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from scoring.columns import Columns, Matrix
from scoring.windows import Rows


@dataclass(frozen=True)
class Bare:
    """One boosting model and one logistic regression, without back-test, calibration, intervals or reasons."""

    columns: Columns
    models: tuple[Any, ...]

    @classmethod
    def fit(cls, columns: Columns, rows: Rows) -> Self:
        """Both, fitted to the columns of a ranking."""
        matrix = columns.encode(columns.clean(rows.frame))
        models = (
            HistGradientBoostingClassifier(random_state=0),
            make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000)),
        )
        return cls(columns, tuple(model.fit(matrix, rows.won) for model in models))

    def predict(self, matrix: Matrix) -> npt.NDArray[np.float64]:
        """The mean of their chances for each row of an encoded matrix."""
        return np.asarray(np.mean([model.predict_proba(matrix)[:, 1] for model in self.models], axis=0))
