"""The contract of every sequence model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from scoring.sequence.sequences import Prefixes, Sequences

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
# Nothing is said to be less likely than this.
SURE = 1e-4


@dataclass(frozen=True)
class Said:
    """What is expected after each prefix.

    Attributes
    ----------
    chances : of each step that the model knows, in the order of its `names`, then of the end; shape (n, n_steps + 1)
    days : until the next event, if one follows: as often sooner as later; shape (n,)
    """

    chances: Matrix
    days: Vector


class SequenceModel(ABC):
    """Says what comes next in a case, and when.

    Attributes
    ----------
    name : what it is called in reports
    names : the steps it has learnt, in the order of `Said.chances`
    """

    name: ClassVar[str]
    names: tuple[str, ...] = ()

    @abstractmethod
    def fit(self, sequences: Sequences) -> Self:
        """The model itself, having learnt from what is known of some cases."""

    @abstractmethod
    def predict(self, prefixes: Prefixes) -> Said:
        """What comes next; events after the last one of a prefix are not looked at.

        A step that the model has not met counts as none of those it knows.
        """


class Paired(SequenceModel):
    """One model for what comes next and another for when: seldom is one the best at both."""

    name: ClassVar[str] = "pair"

    def __init__(self, what: SequenceModel, when: SequenceModel) -> None:
        self.what, self.when = what, when

    def fit(self, sequences: Sequences) -> Self:
        self.what.fit(sequences)
        self.when.fit(sequences)
        self.names = self.what.names
        return self

    def predict(self, prefixes: Prefixes) -> Said:
        return Said(self.what.predict(prefixes).chances, self.when.predict(prefixes).days)


def admitted(chances: Matrix) -> Matrix:
    """Chances that rule nothing out, each row adding up to 1."""
    least = chances.clip(SURE)
    return np.asarray(least / least.sum(axis=1, keepdims=True))
