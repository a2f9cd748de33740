"""How much each known beginning teaches: the late ones more, and those for which the late had no time yet."""

from __future__ import annotations

import numpy as np

from scoring.sequence.sequences import DAY, Sequences, Vector

# Nothing stands for more than so many of its kind.
MOST = 5.0


def weights(sequences: Sequences, half_life: float | None) -> Vector:
    """What each of `sequences.prefixes()` counts.

    A process drifts, so what happened long ago may tell little of today. Of what happened lately, only the quick part
    is known yet: a step that followed after days counts as much more as events are too young to have shown it.

    Parameters
    ----------
    half_life : share of all events that takes half of the weight away; None for all alike

    References
    ----------
    Robins & Finkelstein (2000), "Correcting for noncompliance and dependent censoring in an AIDS clinical trial with
    inverse probability of censoring weighted (IPCW) log-rank tests", Biometrics 56.
    """
    known, fresh = sequences.prefixes(), recency(sequences.at, half_life)
    days = np.nan_to_num(known.days)
    return np.asarray(fresh[known.last] / _old_enough(sequences, fresh, days).clip(1 / MOST))


def recency(at: Vector, half_life: float | None) -> Vector:
    """Weights of events by how late they are among all: the latest count 1."""
    if half_life is None:
        return np.ones(len(at))
    late = np.argsort(np.argsort(at, kind="stable"), kind="stable") + 1.0
    return np.asarray(0.5 ** ((1 - late / len(at)) / half_life))


def _old_enough(sequences: Sequences, fresh: Vector, days: Vector) -> Vector:
    """The share of the weight of all events that had so many days to show what follows."""
    age = (sequences.as_of - sequences.at) / DAY
    order = np.argsort(age, kind="stable")
    older = np.r_[np.cumsum(fresh[order][::-1])[::-1], 0.0]
    return np.asarray(older[np.searchsorted(age[order], days)] / older[0])
