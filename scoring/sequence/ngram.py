"""What usually follows the last few steps: counts, the baseline of every sequence model."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from scoring.sequence import weighing
from scoring.sequence.base import Matrix, Said, SequenceModel, Vector, admitted
from scoring.sequence.sequences import Ints, Prefixes, Sequences

# A context is believed as much as the shorter one that it refines once it was met so often.
LENT = 2.0
# A context met less often than this says nothing of its own about days.
FEWEST = 10


class Ngram(SequenceModel):
    """Chances by the last `order` steps, each context shrunk to the one that is a step shorter.

    Days are the median in the longest context that was met often enough.

    Parameters
    ----------
    order : how many steps back are looked at, at least 1
    half_life : how far back evidence counts half, as a share of all prefixes; None for never less

    References
    ----------
    Jelinek & Mercer (1980), "Interpolated estimation of Markov source parameters from sparse data", in "Pattern
    recognition in practice".
    """

    name: ClassVar[str] = "n-gram"

    def __init__(self, order: int = 1, half_life: float | None = None) -> None:
        self.order, self.half_life = order, half_life
        # By length of the context: the contexts met, sorted, and what follows each.
        self.contexts: list[Ints] = []
        self.chances: list[Matrix] = []
        self.days: list[Vector] = []

    def fit(self, sequences: Sequences) -> Self:
        self.names = sequences.names
        self.contexts, self.chances, self.days = [], [], []
        known, n = sequences.prefixes(), len(self.names) + 1
        weights = weighing.weights(sequences, self.half_life)
        usual, days = np.full((len(known), n), 1 / n), np.zeros(len(known))
        for length in range(self.order + 1):
            contexts, where, row = np.unique(self._contexts(known, length), return_index=True, return_inverse=True)
            counts = np.zeros((len(contexts), n))
            np.add.at(counts, (row, known.following), weights)
            chances = (counts + LENT * usual[where]) / (counts.sum(axis=1, keepdims=True) + LENT)
            self.contexts.append(contexts)
            self.chances.append(chances)
            self.days.append(_medians(row, known.days, weights, days[where]))
            usual, days = chances[row], self.days[-1][row]
        return self

    def predict(self, prefixes: Prefixes) -> Said:
        asked = prefixes.named(self.names)
        chances, days = np.zeros((len(asked), len(self.names) + 1)), np.zeros(len(asked))
        for length, (contexts, what, when) in enumerate(zip(self.contexts, self.chances, self.days, strict=True)):
            here = self._contexts(asked, length)
            at = np.searchsorted(contexts, here).clip(max=len(contexts) - 1)
            met = contexts[at] == here
            chances[met], days[met] = what[at[met]], when[at[met]]
        return Said(admitted(chances), days)

    def _contexts(self, prefixes: Prefixes, length: int) -> Ints:
        """A number for the last `length` steps of each prefix."""
        found = np.zeros(len(prefixes), dtype=np.intp)
        for back in range(length):
            # 0 stands for a step that is unknown or lies before the first.
            found = found * (len(self.names) + 1) + prefixes.before(back) + 1
        return found


def _medians(row: Ints, days: Vector, weights: Vector, otherwise: Vector) -> Vector:
    """The weighted median of the days in each row of contexts; `otherwise` where too few are known."""
    found, told = otherwise.copy(), np.flatnonzero(~np.isnan(days))
    order = told[np.lexsort((days[told], row[told]))]
    for at in np.split(order, np.flatnonzero(np.diff(row[order])) + 1):
        if len(at) >= FEWEST:
            reached = np.cumsum(weights[at])
            found[row[at[0]]] = days[at[np.searchsorted(reached, reached[-1] / 2)]]
    return found
