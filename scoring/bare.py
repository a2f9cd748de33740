"""What scikit-learn alone does: the yardstick for the time a ranking takes, and for how well questions are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from scoring.columns import Columns, Matrix
from scoring.intent import Guess
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


class BareIntents:
    """Kinds of question by words weighed by TF-IDF and a logistic regression."""

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        texts = [(text, kind) for kind, many in examples.items() for text in many]
        self._pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
        self._pipeline.fit([text for text, _ in texts], [kind for _, kind in texts])

    def __call__(self, text: str) -> list[Guess]:
        """The likeliest kind."""
        chances = self._pipeline.predict_proba([text])[0]
        best = int(chances.argmax())
        return [Guess(str(self._pipeline.classes_[best]), float(chances[best]))]
