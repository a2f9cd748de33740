"""Which rows teach and which judge: forward in time, or folds of leads where nothing orders them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.windows import FOLDS, Rows

Mask = npt.NDArray[np.bool_]
Pair = tuple[Mask, Mask]

# Origins in time, and how many where rows are many: each costs a training.
ORIGINS, FEW_ORIGINS = 5, 3
BLOCKS = 5
# Folds are drawn again where rows are no more than this: how they fall matters most where they are few.
REPEATED_ROWS, REPEATS = 20_000, 2
MANY_ROWS = 50_000
# The latest part of the rows, foretold by what had come to its end before, if that is a fair part of all.
LATEST, FAIR_PART = 0.2, 0.5
# Fewer wins in the training rows of an origin teach nothing.
FEWEST_TO_LEARN = 20


def by_time(rows: Rows, horizon: timedelta) -> list[Pair]:
    """Origins in time: train on what had come to its end by then, test on what was open then."""
    if rows.basis == "ever won":
        block = np.minimum(
            pd.Series(rows.time).rank(method="first").to_numpy() * 2 * BLOCKS // (len(rows) + 1), 2 * BLOCKS - 1
        )
        pairs, most = [(block < b, block == b) for b in range(BLOCKS, 2 * BLOCKS)], BLOCKS
    else:
        days, most = horizon / timedelta(days=1), ORIGINS if len(rows) <= MANY_ROWS else FEW_ORIGINS
        pairs = [(rows.time <= origin - days, rows.time == origin) for origin in np.unique(rows.time)]
    usable = [(train, test) for train, test in pairs if can_learn(rows, train) and rows.won[test].any()]
    return [usable[i] for i in _spread(len(usable), most)]


def by_span(rows: Rows, horizon: timedelta, *, until: float, fewest: int) -> list[Pair]:
    """Origins in time whose horizon is over `until` then (in days): train on what stood before, test on what was open.

    For rows whose outcome is the days that were left. Before each origin the horizon of `fewest` rows was over, and
    enough of them had come to their end.
    """
    days = horizon / timedelta(days=1)
    pairs = [(rows.time < origin, rows.time == origin) for origin in np.unique(rows.time[is_over(rows, days, until)])]

    def is_usable(test: Mask) -> bool:
        over = is_over(rows, days, float(rows.time[test][0]))
        return int(over.sum()) >= fewest and int((rows.won[over] <= days).sum()) >= FEWEST_TO_LEARN

    usable = [(train, test) for train, test in pairs if is_usable(test)]
    return [usable[i] for i in _spread(len(usable), ORIGINS if len(rows) <= MANY_ROWS else FEW_ORIGINS)]


def is_over(rows: Rows, days: float, until: float) -> Mask:
    """Which rows have so many days behind them `until` then."""
    # Instants are reckoned back from the end: what is short of it by rounding alone is not short.
    return np.asarray(rows.time + days <= until + 1e-6)


def latest(rows: Rows, horizon: timedelta) -> Pair | None:
    """What had come to its end before the latest rows, and these; None where it is little, or nothing orders rows."""
    if not is_ordered(rows):
        return None
    start = np.quantile(rows.time, 1 - LATEST, method="higher")
    days = 0.0 if rows.basis == "ever won" else horizon / timedelta(days=1)
    early, late = (rows.time <= start - days) & (rows.time < start), rows.time >= start
    return (early, late) if early.mean() >= FAIR_PART and can_learn(rows, early) else None


def by_folds(rows: Rows, seed: int) -> Iterator[Pair]:
    """Folds of leads, those won spread evenly; drawn again where rows are few."""
    for repeat in range(repeats(rows)):
        fold = rows.folds(seed + repeat)
        yield from ((fold != k, fold == k) for k in range(FOLDS))


def repeats(rows: Rows) -> int:
    """How often folds are drawn."""
    return REPEATS if len(rows) <= REPEATED_ROWS else 1


def is_ordered(rows: Rows) -> bool:
    """Whether anything says which rows came first."""
    return bool(np.isfinite(rows.time).all() and len(np.unique(rows.time)) > 1)


def can_learn(rows: Rows, train: Mask) -> bool:
    """Whether some of the rows hold enough won and lost leads to teach anything."""
    return bool(train.any()) and min(rows.take(train).decided) >= FEWEST_TO_LEARN


def words(rows: Rows, split: str, n: int) -> str:
    """How training and test rows were kept apart, for `n` pairs."""
    if split == "folds":
        drawn = f", drawn {n // FOLDS} times" if n > FOLDS else ""
        return f"{FOLDS} folds of leads{drawn}; no order in time is used"
    if rows.basis == "ever won":
        return f"forward in the order of the file: {n} later blocks, each predicted from all before it"
    return f"{n} past instants, each predicted from what had come to its end by then"


def label(rows: Rows, test: Mask) -> str:
    """When the test rows were: the day, or the stretch of the file."""
    if rows.basis == "won within the horizon":
        return f"{pd.Timestamp(rows.time[test][0] * 86_400, unit='s'):%Y-%m-%d}"
    return f"{rows.recency[test].min():.0%} to {rows.recency[test].max():.0%} of the file"


def _spread(n: int, most: int) -> list[int]:
    """At most `most` of n places, evenly, the last among them."""
    return sorted({round(x) for x in np.linspace(n - 1, 0, min(n, most))}) if n else []
