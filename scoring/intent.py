"""Which kind of question a text is, learnt from examples of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

# Words and their neighbours tell kinds apart; parts of words forgive slips of the pen.
_WORDS = {"analyzer": "word", "ngram_range": (1, 2), "sublinear_tf": True, "token_pattern": r"(?u)\b\w+\b|[{}]"}
_LETTERS = {"analyzer": "char_wb", "ngram_range": (2, 4), "sublinear_tf": True}


@dataclass(frozen=True)
class Guess:
    """A kind of question and how sure it is, 0 to 1."""

    kind: str
    chance: float


class Intents:
    """Kinds of question, most likely first.

    Logistic regression on TF-IDF of words and of parts of words: with a few dozen short examples a kind it is as
    good as anything heavier, learns in a blink and is sure only where its examples are.
    """

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        texts = [(text, kind) for kind, many in examples.items() for text in many]
        self._pipeline: Pipeline = make_pipeline(
            make_union(TfidfVectorizer(**_WORDS), TfidfVectorizer(**_LETTERS)),
            LogisticRegression(C=30.0, class_weight="balanced", max_iter=2_000),
        )
        # Beside other work, threads that wait for one another are ten times slower than one.
        with threadpool_limits(1):
            self._pipeline.fit([text.lower() for text, _ in texts], [kind for _, kind in texts])

    def __call__(self, text: str) -> list[Guess]:
        """All kinds with their chances, the likeliest first."""
        chances = self._pipeline.predict_proba([text.lower()])[0]
        order = np.argsort(-chances, kind="stable")
        return [Guess(str(self._pipeline.classes_[i]), float(chances[i])) for i in order]
