"""What is read from events as columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.sequence.sequences import DAY, Ints, Prefixes, Sequences

Matrix = npt.NDArray[np.float64]
# So many of the last steps stand in columns of their own.
BACK = 3


def columns(prefixes: Prefixes) -> Matrix:
    """The last steps, how often each step was taken, and the clock, for each prefix; shape (n, n_columns)."""
    asked = prefixes.alone()
    n = len(asked.of.names)
    steps = [one_hot(asked.before(back), n) for back in range(BACK)]
    return np.column_stack([*steps, counts(asked.of)[asked.last], clock(asked.of)[asked.last]])


def one_hot(codes: Ints, n: int) -> Matrix:
    """A column for each of `n` codes; zeros for a code that is none of them."""
    return np.asarray(codes[:, None] == np.arange(n), dtype=np.float64)


def counts(events: Sequences) -> Matrix:
    """How often each step was taken in its case, up to and with each event, shape (n_events, n_steps)."""
    taken = np.cumsum(one_hot(events.steps, len(events.names)), axis=0)
    before = np.vstack([np.zeros((1, taken.shape[1])), taken])[events.starts[:-1]]
    return np.asarray(taken - before[events.case])


def clock(events: Sequences) -> Matrix:
    """Of each event: position, log days since the one before and since the first, hour and weekday (UTC, Monday 0)."""
    day = events.at / DAY
    since = (events.at - events.first[events.case]) / DAY
    # 1970 began on a Thursday.
    return np.column_stack([events.position, np.log1p(events.gaps), np.log1p(since), day % 1 * 24, (day // 1 + 3) % 7])


def round_clock(events: Sequences) -> Matrix:
    """The same for models that add up: what comes round is a point on a circle."""
    position, gap, since, hour, weekday = clock(events).T
    day, week = 2 * np.pi * hour / 24, 2 * np.pi * (weekday + hour / 24) / 7
    return np.column_stack([np.log1p(position), gap, since, np.sin(day), np.cos(day), np.sin(week), np.cos(week)])
