"""Columns of closed leads under suspicion, laid beside those of leads still open, and what each tells by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from knowledge.frames import History, Snapshot
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import columns, features
from scoring.columns import Column, Columns, Matrix, bearable
from scoring.features import Reading
from scoring.windows import Rows

Vector = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

# Looked at, at most: evidence this strong does not need more.
MOST_LEADS = 8000
FEWEST_LEADS = 100
BLOCKS = 5
BINS = 20
# Leads that a value's share of wins is shrunk by towards the overall one.
PRIOR = 10.0
# Two-sided 95 %.
Z = 1.96
# Where this part of the values on closed leads was an edit on record, it is known when they came.
RECORDED = 0.5


@dataclass(frozen=True)
class Suspect:
    """A column as codes, 0 where nothing is known: of closed leads in order of time, and of open ones.

    Attributes
    ----------
    told : for each closed lead, the share of wins that its value has among the others
    auc, low : what that reaches alone, and the lower end of its 95 % interval
    tracked : whether edits on record say when its values came
    """

    feature: str
    closed: Codes
    open: Codes
    told: Vector
    auc: float
    low: float
    tracked: bool

    @property
    def name(self) -> str:
        return self.feature.removeprefix(features.ATTRIBUTE)

    @property
    def last(self) -> Codes:
        """Of the leads closed last."""
        return np.array_split(self.closed, BLOCKS)[-1]


@dataclass(frozen=True)
class Trial:
    """Closed leads as the model sees them, with what became of each, and the columns under suspicion.

    Attributes
    ----------
    trusted : columns beyond suspicion: counted from dated activities, or kept by an admin
    ordered : whether the leads are in order of time
    found : AUC of the sets of suspects that were asked for
    """

    won: Vector
    suspects: Mapping[str, Suspect]
    trusted: Matrix
    ordered: bool
    found: dict[frozenset[str], float] = field(default_factory=dict)

    def auc(self, names: Iterable[str]) -> float:
        """Cross-validated AUC of those suspects together with all that is beyond suspicion."""
        chosen = frozenset(names)
        if chosen not in self.found:
            told = [self.suspects[name].told for name in sorted(chosen)]
            self.found[chosen] = _auc(np.column_stack([*told, self.trusted]), self.won)
        return self.found[chosen]


def line_up(
    history: History | DealHistory, rows: Rows, as_of: datetime, reading: Reading = features.LEADS
) -> Trial | None:
    """Each closed lead as last seen while it was open, and some of those open at `as_of`; None if too few closed."""
    snapshot = history.at(as_of)
    outcome = snapshot.records["outcome"]
    seen = rows.sorted()
    seen = _thinned(seen.take(seen.last_of_each_lead & outcome.reindex(seen.leads).isin(["won", "lost"]).to_numpy()))
    won = np.asarray(outcome.reindex(seen.leads) == "won", dtype=np.float64)
    if len(seen) < FEWEST_LEADS or not 0 < won.mean() < 1:
        return None
    found, dated = columns.learn(seen.frame).all, rows.basis != "ever won"
    still_open = reading.read(snapshot, _some(snapshot.open_ids.sort_values()), dated=dated)
    fold = seen.folds(0)
    suspects = [
        _suspect(column, (seen.frame, still_open), won, fold, tracked=_is_tracked(column.name, seen, snapshot))
        for column in found
        if column.name in reading.record or column.name.startswith(features.ATTRIBUTE)
    ]
    kept = {name for name, rule in history.rules.items() if rule == "keep"}
    trusted = [each.told for each in suspects if each.name in kept]
    counted = Columns(tuple(column for column in found if column.name not in {each.feature for each in suspects}))
    return Trial(
        won,
        {each.name: each for each in suspects if each.name not in kept},
        np.column_stack([counted.encode(counted.clean(seen.frame)), *trusted]),
        bool(np.isfinite(seen.time).all() and len(np.unique(seen.time)) > 1),
    )


def _is_tracked(feature: str, seen: Rows, snapshot: Snapshot | DealSnapshot) -> bool:
    """Whether the values that closed leads have now came by edits on record, so that it is known when."""
    frame = snapshot.attributes if feature.startswith(features.ATTRIBUTE) else snapshot.records
    if feature.removeprefix(features.ATTRIBUTE) not in frame:
        return False
    values = frame[feature.removeprefix(features.ATTRIBUTE)].reindex(seen.leads)
    edited = snapshot.changes[snapshot.changes["field"] == feature][snapshot.key]
    known = values.index[values.notna()]
    return len(known) > 0 and bool(known.isin(edited).mean() >= RECORDED)


def _suspect(
    column: Column, closed_and_open: tuple[pd.DataFrame, pd.DataFrame], won: Vector, fold: Codes, *, tracked: bool
) -> Suspect:
    closed, still_open = closed_and_open
    nothing = pd.Series(None, index=still_open.index, dtype=object)
    values, values_open = column.clean(closed[column.name]), column.clean(still_open.get(column.name, nothing))
    if column.kind == "number":
        edges = np.unique(values.dropna().quantile(np.linspace(0, 1, BINS + 1)))
        codes, codes_open = _binned(values, edges), _binned(values_open, edges)
    else:
        # Codes run from -1 (never met) on.
        codes, codes_open = (column.encode(each).astype(np.intp) for each in (values, values_open))
        codes_open[codes_open < 0] = len(column.levels) + 1
    told = _told(codes, won, fold)
    auc = float(roc_auc_score(won, told))
    if column.kind == "number":
        in_order = float(roc_auc_score(won, values.fillna(values.min() - 1)))
        auc = max(auc, in_order, 1 - in_order)
    return Suspect(column.name, codes, codes_open, told, auc, auc - Z * _auc_error(auc, won), tracked)


def _binned(values: pd.Series, edges: Vector) -> Codes:
    """The bin of each number from 1 on, values beyond the edges in bins of their own; 0 where there is none."""
    numbers = values.to_numpy(dtype=np.float64)
    codes = np.searchsorted(edges, numbers, side="right") + 1
    codes[numbers == edges[-1]] = len(edges)
    codes[np.isnan(numbers)] = 0
    return codes


def _told(codes: Codes, won: Vector, fold: Codes) -> Vector:
    """The share of wins among the other folds' leads of the same value, shrunk towards the overall one."""
    told, size = np.zeros(len(codes)), int(codes.max()) + 1
    for k in range(int(fold.max()) + 1):
        rest = fold != k
        n, wins = np.bincount(codes[rest], minlength=size), np.bincount(codes[rest], won[rest], minlength=size)
        told[~rest] = ((wins + PRIOR * won[rest].mean()) / (n + PRIOR))[codes[~rest]]
    return told


def _auc(matrix: Matrix, won: Vector) -> float:
    if not matrix.shape[1]:
        return 0.5
    trees = HistGradientBoostingClassifier(max_iter=60, max_depth=4, early_stopping=False, random_state=0)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    # Beside other work, threads that wait for one another are many times slower than one.
    with threadpool_limits(1):
        said = cross_val_predict(trees, bearable(matrix), won, cv=folds, method="decision_function")
    return float(roc_auc_score(won, said))


def _auc_error(auc: float, won: Vector) -> float:
    """Standard error of an AUC: Hanley & McNeil (1982), Radiology 143."""
    n, m = float(won.sum()), float(len(won) - won.sum())
    one, other = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    return float(np.sqrt((auc * (1 - auc) + (n - 1) * (one - auc**2) + (m - 1) * (other - auc**2)) / (n * m)))


def distance(one: Codes, other: Codes) -> float:
    """Total variation between two samples of values: 0 alike, 1 nothing in common."""
    size = int(max(one.max(), other.max())) + 1
    shares = [np.bincount(codes, minlength=size) / len(codes) for codes in (one, other)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)


def filled(codes: Codes) -> float:
    return float((codes > 0).mean()) if len(codes) else 0.0


def _thinned(rows: Rows) -> Rows:
    return rows.take(np.arange(0, len(rows), max(1, -(-len(rows) // MOST_LEADS))))


def _some(ids: pd.Index) -> pd.Index:
    return ids[:: max(1, -(-len(ids) // MOST_LEADS))]
