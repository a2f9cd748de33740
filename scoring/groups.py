"""Where a model fails: kinds of leads whose chances or order are off beyond noise, and intervals that miss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control, norm

from scoring import columns
from scoring.columns import Column
from scoring.features import UNKNOWN
from scoring.metrics import BINS, Metric, Vector, Z, bins, share
from scoring.windows import Rows

Mask = npt.NDArray[np.bool_]

MOST_LEVELS = 12
FEWEST_LEADS = 50
# Of the groups called out, at most this share is so by chance.
FALSE_ALARMS = 0.05
# Leads in a cell of the check of intervals, at least.
FEWEST_IN_CELL = 20
STATED = 0.90


@dataclass(frozen=True)
class Group:
    """Leads that share a level of a column.

    Attributes
    ----------
    said, won : the mean chance and the share won
    auc : how well the group is ranked within itself; None where it has no won or no lost lead
    is_off : whether what was said differs from what came by more than chance explains
    is_weak : whether it is ranked worse within itself than its chances promise, by more than chance explains
    """

    column: str
    level: str
    n: int
    said: float
    won: Metric
    auc: Metric | None
    is_off: bool
    is_weak: bool


@dataclass(frozen=True)
class Coverage:
    """Of `cells` (leads alike in score and level), the share whose wins the intervals allow for.

    True chances are not known, so wins are held against the cell's mean `low` and `high`, widened by the noise of that
    many draws. Intervals that are too narrow or out of place fail this; passing does not prove each single one.
    """

    stated: float
    covered: float
    cells: int


def groups(rows: Rows, said: Vector) -> tuple[Group, ...]:
    """Every level of every column of few levels, the source first."""
    found = [(column, level, at) for column, level, at in _levels(rows) if _count(rows, at) >= FEWEST_LEADS]
    if not found:
        return ()
    aucs = [_auc(said[at], rows.won[at], rows.leads[at]) for _, _, at in found]
    off = _beyond_noise([_surprise(rows.won[at] - said[at], rows.leads[at]) for _, _, at in found])
    promised = [_promised(said[at]) for _, _, at in found]
    weak = _beyond_noise(
        [norm.cdf((auc[0] - hope) / auc[1]) if auc else 1.0 for auc, hope in zip(aucs, promised, strict=True)]
    )
    return tuple(
        Group(
            column.feature.label,
            level,
            int(at.sum()),
            float(said[at].mean()),
            share(rows.won[at], rows.leads[at]),
            _metric(*auc) if auc else None,
            bool(is_off),
            bool(is_weak),
        )
        for (column, level, at), auc, is_off, is_weak in zip(found, aucs, off, weak, strict=True)
    )


def coverage(rows: Rows, said: Vector, low: Vector, high: Vector) -> Coverage:
    """How many cells, tenths of the score alone and within each level, have as many wins as their intervals allow."""
    tenth, z = bins(said), float(norm.ppf((1 + STATED) / 2))
    hits = []
    for at in [np.ones(len(rows), dtype=bool), *(at for _, _, at in _levels(rows))]:
        for cell in (at & (tenth == i) for i in range(BINS)):
            n = _count(rows, cell)
            if n >= FEWEST_IN_CELL:
                least, most = low[cell].mean(), high[cell].mean()
                noise = z * np.sqrt(np.array([least * (1 - least), most * (1 - most)]) / n)
                hits.append(least - noise[0] <= rows.won[cell].mean() <= most + noise[1])
    return Coverage(STATED, float(np.mean(hits)) if hits else float("nan"), len(hits))


def _levels(rows: Rows) -> Iterator[tuple[Column, str, Mask]]:
    """Each level of each column of few levels, and which rows have it."""
    learnt = columns.learn(rows.frame[rows.last_of_each_lead])
    for column in sorted(learnt.all, key=lambda column: (column.name != "source", column.name)):
        if column.kind == "category" and len(column.levels) <= MOST_LEVELS:
            values = column.clean(rows.frame[column.name]).fillna(UNKNOWN).to_numpy()
            for level in (*column.levels, UNKNOWN):
                yield column, level, values == level


def _count(rows: Rows, at: Mask) -> int:
    return int(pd.unique(rows.leads[at]).size)


def _surprise(miss: Vector, leads: npt.NDArray[np.object_]) -> float:
    """How likely misses as large on average are by chance; those of one lead go together."""
    each = pd.Series(miss).groupby(leads, sort=False).sum().to_numpy()
    spread = np.sqrt((each**2).sum())
    return float(2 * norm.sf(abs(each.sum()) / spread)) if spread > 0 else 1.0


def _auc(said: Vector, won: Vector, leads: npt.NDArray[np.object_]) -> tuple[float, float] | None:
    """AUC and its standard error, from as many draws as there are leads.

    References
    ----------
    Hanley & McNeil (1982), "The meaning and use of the area under a ROC curve", Radiology 143.
    """
    wins = pd.Series(won).groupby(leads, sort=False).max()
    n_won, n_lost = float(wins.sum()), float(len(wins) - wins.sum())
    if min(n_won, n_lost, won.sum(), (1 - won).sum()) < 1:
        return None
    order = pd.Series(said).rank().to_numpy()
    rows_won = won.sum()
    auc = float((order[won == 1].sum() - rows_won * (rows_won + 1) / 2) / (rows_won * (len(won) - rows_won)))
    one, two = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (n_won - 1) * (one - auc**2) + (n_lost - 1) * (two - auc**2)
    return auc, float(np.sqrt(max(spread, 1e-9) / (n_won * n_lost)))


def _promised(said: Vector) -> float:
    """The AUC to expect where the chances said are the true ones: alike leads cannot be told apart.

    References
    ----------
    Van Klaveren et al. (2016), "A new concordance measure for risk prediction models", BMC Med. Res. Methodol. 16.
    """
    win = np.sort(said)
    lose_below = np.cumsum(1 - win) - (1 - win)
    return float(win @ lose_below / max(win.sum() * (1 - win).sum() - win @ (1 - win), 1e-12))


def _metric(value: float, error: float) -> Metric:
    return Metric(value, max(0.0, value - Z * error), min(1.0, value + Z * error))


def _beyond_noise(chances: list[float]) -> Mask:
    """Benjamini and Hochberg's procedure: many groups are looked at, so some stand out by chance alone."""
    return np.asarray(false_discovery_control(np.clip(chances, 0, 1)) <= FALSE_ALARMS)
