"""How far today's open leads are from those that were learnt from, and the win rate from what it was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2

from scoring.columns import Column, Columns
from scoring.metrics import Metric, share
from scoring.windows import Rows

MOST = 20
PARTS = 10
# The usual rule of thumb: below .1 stable, above .25 another population.
MOVED, FAR = 0.1, 0.25
# Enough to see a shift that matters.
MOST_ROWS = 20_000


@dataclass(frozen=True)
class Shift:
    """How far one feature has moved.

    Attributes
    ----------
    psi : population stability index; `noise` is what chance alone reaches once in twenty
    verdict : by the rule of thumb, where it is beyond noise
    """

    feature: str
    psi: float
    noise: float
    verdict: str


@dataclass(frozen=True)
class OutcomeShift:
    """The share won in the first and in the last third of what was learnt from."""

    before: Metric
    lately: Metric

    @property
    def is_beyond_noise(self) -> bool:
        return self.before.high < self.lately.low or self.lately.high < self.before.low


def features(columns: Columns, learnt: pd.DataFrame, now: pd.DataFrame, *, leads: int) -> tuple[Shift, ...]:
    """The features that moved most, of raw rows learnt from (of so many leads) and of the leads open now.

    References
    ----------
    Yurdakul (2018), "Statistical properties of population stability index": under no change it is chi-squared.
    """
    if not len(learnt) or not len(now):
        return ()
    weight = 1 / min(leads, len(learnt)) + 1 / len(now)
    then, today = (columns.clean(_some(frame)) for frame in (learnt, now))
    found = [_shift(column, then[column.name], today[column.name], weight) for column in columns.all]
    return tuple(sorted(found, key=lambda shift: (-shift.psi, shift.feature))[:MOST])


def outcomes(rows: Rows) -> OutcomeShift | None:
    """How the share won moved, or None where nothing orders the rows."""
    if not np.isfinite(rows.time).all() or len(np.unique(rows.time)) < 3:
        return None
    early, late = rows.recency <= 1 / 3, rows.recency > 2 / 3
    if not early.any() or not late.any():
        return None
    return OutcomeShift(share(rows.won[early], rows.leads[early]), share(rows.won[late], rows.leads[late]))


def _shift(column: Column, then: pd.Series, today: pd.Series, weight: float) -> Shift:
    before, after = _parts(column, then, today)
    met = (before > 0) | (after > 0)
    noise = float(chi2.ppf(0.95, max(1, int(met.sum()) - 1))) * weight
    # Half a row in each part: one that is empty by chance must not count as one that vanished.
    p, q = ((counts[met] + 0.5) / (counts[met] + 0.5).sum() for counts in (before, after))
    psi = float(((p - q) * np.log(p / q)).sum())
    beyond = psi > max(MOVED, noise)
    return Shift(
        column.name, psi, noise, "another population" if beyond and psi > FAR else "moved" if beyond else "stable"
    )


def _parts(column: Column, then: pd.Series, today: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Rows then and today in each part: tenths of a number as it was then, the common levels; what is missing apart."""
    if column.kind == "number":
        edges = np.unique(np.nanquantile(then, np.arange(1, PARTS) / PARTS)) if then.notna().any() else np.empty(0)
        places = [np.where(part.isna(), len(edges) + 1, np.searchsorted(edges, part)) for part in (then, today)]
        n = len(edges) + 2
    else:
        common = pd.Index(column.levels[:PARTS], dtype=object)
        places = [np.where(part.isna(), PARTS + 1, _code(common, part)) for part in (then, today)]
        n = PARTS + 2
    before, after = (np.bincount(place.astype(np.intp), minlength=n).astype(np.float64) for place in places)
    return before, after


def _code(common: pd.Index, values: pd.Series) -> np.ndarray:
    codes = common.get_indexer(pd.Index(values))
    return np.where(codes < 0, PARTS, codes)


def _some(frame: pd.DataFrame) -> pd.DataFrame:
    step = -(-len(frame) // MOST_ROWS)
    return frame.iloc[::step]
