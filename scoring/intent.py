"""Which kind of question a text is, learnt from examples of each kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scoring import words

_WORD = re.compile(r"\w+|[{}]")
# Margins become chances by a softmax this sharp: the log loss of examples left out is least at 5 for the tools' own
# questions as for the 77 kinds of a bank's, and the chances are then right to within 3 and 2 points.
_SHARPNESS = 5.0


@dataclass(frozen=True)
class Guess:
    """A kind of question and how sure it is, 0 to 1."""

    kind: str
    chance: float


class Intents:
    """Kinds of question, most likely first.

    A linear support vector machine for each kind, on TF-IDF of words and of parts of words and on the mean of the
    words' vectors: with a few dozen short examples a kind it is as good as anything heavier, learns thousands of them
    in a second, and is sure only where its examples are.
    """

    def __init__(self, examples: Mapping[str, Sequence[str]]) -> None:
        texts = [(text, kind) for kind, many in examples.items() for text in many]
        self._pipeline: Pipeline = make_pipeline(
            # Words and their neighbours tell kinds apart, parts of words forgive slips of the pen, and what words mean
            # stands in for those that no example has.
            make_union(
                TfidfVectorizer(analyzer=_grams, sublinear_tf=True),
                TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True),
                FunctionTransformer(words.meanings),
            ),
            LinearSVC(C=1.0, class_weight="balanced", tol=0.1, random_state=0),
        )
        # Beside other work, threads that wait for one another are ten times slower than one.
        with threadpool_limits(1):
            self._pipeline.fit([text.lower() for text, _ in texts], [kind for _, kind in texts])

    def __call__(self, text: str) -> list[Guess]:
        """All kinds with their chances, the likeliest first."""
        margins = self._pipeline.decision_function([text.lower()])[0]
        # Of two kinds only the margin of the second is told.
        chances = _softmax(_SHARPNESS * (np.array([-margins, margins]) if margins.ndim == 0 else margins))
        order = np.argsort(-chances, kind="stable")
        return [Guess(str(self._pipeline.classes_[i]), float(chances[i])) for i in order]

    def is_word(self, text: str) -> bool:
        """Whether a text in small letters is an English word."""
        return words.is_word(text)


def _grams(text: str) -> list[str]:
    """Its words, each two side by side, and each two with any one between them; it begins and ends with a mark."""
    said = _WORD.findall(text)
    ends = ["<", *said, ">"]
    apart = zip(ends, ends[2:], strict=False)
    return [*said, *map(" ".join, pairwise(ends)), *map(" * ".join, apart)]


def _softmax(margins: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    odds: npt.NDArray[np.float64] = np.exp(margins - margins.max())
    odds /= odds.sum()
    return odds
