"""A recurrent network over events and their times; PyTorch teaches it, numpy alone runs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from scoring.sequence import features, weighing
from scoring.sequence.base import Said, SequenceModel, Vector, admitted
from scoring.sequence.sequences import Ints, Prefixes, Sequences

Floats = npt.NDArray[np.float32]
# Cases run side by side.
CASES_AT_ONCE = 512
# In standard deviations: a case that lay for a year must not drown all else.
FARTHEST = 4.0


@dataclass(frozen=True)
class Weights:
    """What a network has learnt; the gates are input, forget, cell and output, in this order.

    Attributes
    ----------
    ahead, back : from an event's columns and from the hidden state to the gates, (n_in, 4 h) and (h, 4 h)
    bias : of the gates, (4 h,)
    out : from hidden state and columns to the logits of what comes next and the log days, (h + n_in, n_steps + 2)
    level : of those, (n_steps + 2,)
    """

    ahead: Floats
    back: Floats
    bias: Floats
    out: Floats
    level: Floats

    def run(self, rows: Floats) -> Floats:
        """Logits and log days after each event, for events of shape (n_cases, longest, n_in)."""
        hidden = cell = np.zeros((len(rows), len(self.back)), dtype=np.float32)
        states = []
        for event in (rows @ self.ahead + self.bias).transpose(1, 0, 2):
            enter, keep, new, leave = np.split(event + hidden @ self.back, 4, axis=1)
            cell = expit(keep) * cell + expit(enter) * np.tanh(new)
            hidden = expit(leave) * np.tanh(cell)
            states.append(hidden)
        return np.asarray(np.concatenate([np.stack(states, axis=1), rows], axis=2) @ self.out + self.level)


class Lstm(SequenceModel):
    """A long short-term memory over all steps so far, with the clock of each; what and when by one network.

    Parameters
    ----------
    half_life : how far back evidence counts half, as a share of all prefixes; None for never less
    hidden : size of the memory
    seed : decides random choices

    References
    ----------
    Tax, Verenich, La Rosa & Dumas (2017), "Predictive business process monitoring with LSTM neural networks", CAiSE.
    """

    name: ClassVar[str] = "LSTM"

    def __init__(self, half_life: float | None = None, *, hidden: int = 48, seed: int = 0) -> None:
        self.half_life, self.hidden, self.seed = half_life, hidden, seed

    def fit(self, sequences: Sequences) -> Self:
        """The model itself, having learnt.

        Raises
        ------
        MissingExtra
            When PyTorch is not installed.
        """
        # In here, for it is of use only where PyTorch is.
        from scoring.sequence import learning

        self.names = sequences.names
        clock = features.round_clock(sequences)
        self.centre, self.spread = clock.mean(axis=0), clock.std(axis=0) + 1e-6
        known = sequences.prefixes()
        self.weights = learning.learn(
            self.rows(sequences), known, weighing.weights(sequences, self.half_life), hidden=self.hidden, seed=self.seed
        )
        return self

    def predict(self, prefixes: Prefixes) -> Said:
        asked = prefixes.named(self.names).alone()
        rows = self.rows(asked.of)
        out = np.zeros((len(rows), len(self.names) + 2), dtype=np.float32)
        for at in batches(asked.of, np.argsort(np.diff(asked.of.starts), kind="stable"), CASES_AT_ONCE):
            out[at[at >= 0]] = self.weights.run(padded(rows, at))[at >= 0]
        said = out[asked.last].astype(np.float64)
        return Said(admitted(softmax(said[:, :-1], axis=1)), _days(said[:, -1]))

    def rows(self, events: Sequences) -> Floats:
        """What the network reads of each event, shape (n_events, n_in)."""
        clock = ((features.round_clock(events) - self.centre) / self.spread).clip(-FARTHEST, FARTHEST)
        return np.column_stack([features.one_hot(events.steps, len(events.names)), clock]).astype(np.float32)


def batches(events: Sequences, order: Ints, size: int) -> Iterator[Ints]:
    """Where the events of some cases after others are, shape (n_cases, longest): -1 after the last of a case."""
    lengths = np.diff(events.starts)
    for i in range(0, len(order), size):
        cases = order[i : i + size]
        place = np.arange(lengths[cases].max())
        yield np.where(place < lengths[cases][:, None], events.starts[cases][:, None] + place, -1)


def padded(rows: Floats, at: Ints) -> Floats:
    """Rows of events by case and place, zeros after the last of a case."""
    return np.where((at >= 0)[:, :, None], rows[at], np.float32(0))


def _days(logarithm: Vector) -> Vector:
    return np.asarray(np.expm1(logarithm.clip(0, 12)))
