"""Which lead to work: the chance that it is won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from scoring import columns, features
from scoring.backtest import FEWEST_TO_LEARN, Evaluation, Split, evaluate
from scoring.base import Progress, Scorer, silent
from scoring.calibration import Calibration, jackknife
from scoring.columns import Columns, Matrix
from scoring.estimators import FAMILIES, Family
from scoring.explanations import Explanation, explanation
from scoring.windows import Basis, Rows, labelled

FamilyName = Literal["linear", "trees"]
# Win rates drift: in calibration, rows this share of the history back count half.
HALF_LIFE = 0.3
# Enough to know how far members usually are apart.
ROWS_FOR_SPREAD = 2000
CANDIDATES: dict[str, dict[str, tuple[FamilyName, ...]]] = {
    "blend": {"families": ("linear", "trees")},
    "linear": {"families": ("linear",)},
    "trees": {"families": ("trees",)},
}


@dataclass(frozen=True)
class _Lesson:
    """What is left of the training rows once the members have learnt: all that calibration needs."""

    unseen: Matrix
    won: npt.NDArray[np.float64]
    groups: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float64]
    some: Matrix

    def calibrate(self, families: list[int]) -> Calibration:
        """How some of the families are to be heard."""
        return Calibration.learn(self.unseen[:, families], self.won, self.groups, self.weight)


class Ranking(Scorer):
    """Chance that an open lead is won within the horizon (or ever, where the books hold no dates).

    Learns from leads as they stood at past instants about a month apart. Each family of learners is an ensemble of
    five, each blind to a fifth of the leads; what they say of leads they have not seen calibrates and weighs them.

    Parameters
    ----------
    horizon : how far ahead "won" looks
    families : which learners to blend
    seed : decides folds and random choices

    Assumptions
    -----------
    1. What held at past instants holds now.
    2. Whoever owns a lead works it as owners did before; no person is a feature.
    """

    name: ClassVar[str] = "ranking"
    entity: ClassVar[str] = "leads"
    unit: ClassVar[str] = "chance"

    def __init__(
        self,
        horizon: timedelta = timedelta(days=90),
        *,
        families: tuple[FamilyName, ...] = ("linear", "trees"),
        seed: int = 0,
    ) -> None:
        self.horizon = horizon
        self.families = families
        self.seed = seed
        self.columns = Columns(())
        self.basis: Basis = "won within the horizon"
        self.members: list[Family] = []
        self.calibration: Calibration | None = None

    @property
    def event(self) -> str:
        return "ever won" if self.basis == "ever won" else f"won within {self.horizon.days} days"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.columns.names

    def fit(self, history: History, *, as_of: datetime) -> Self:
        return self.learn(labelled(history, as_of=as_of, horizon=self.horizon), leave_out=unusable(history, as_of))

    def learn(self, rows: Rows, *, leave_out: frozenset[str] = frozenset()) -> Self:
        """The model itself, having learnt from labelled rows, whatever order they come in."""
        lesson = self._grow(rows, leave_out)
        fitted = lesson.calibrate(list(range(len(self.families))))
        spread = jackknife(np.tensordot(self._said(lesson.some), fitted.weights, axes=(1, 0)))
        self.calibration = replace(fitted, pooled=float(spread.mean()))
        return self

    def _grow(self, rows: Rows, leave_out: frozenset[str]) -> _Lesson:
        """Columns and members, and what the members say of rows they have not seen."""
        won, lost = rows.decided
        if min(won, lost) < FEWEST_TO_LEARN:
            raise NotTrained(f"{won} won and {lost} lost leads are too few to learn from.")
        rows = rows.sorted()
        self.basis = rows.basis
        self.columns = columns.learn(rows.frame[rows.last_of_each_lead], leave_out=leave_out)
        matrix, fold = self._matrix(rows.frame), rows.folds(self.seed)
        self.members = [
            FAMILIES[name](seed=self.seed).fit(matrix, rows.won, is_category=self.columns.is_category, folds=fold)
            for name in self.families
        ]
        some = np.random.default_rng(self.seed).permutation(len(rows))[:ROWS_FOR_SPREAD]
        unseen = np.column_stack([family.unseen(matrix, fold) for family in self.members])
        groups = np.unique(rows.leads.astype(str), return_inverse=True)[1]
        return _Lesson(unseen, rows.won, groups, 0.5 ** ((1 - rows.recency) / HALF_LIFE), matrix[some])

    def judge(self, features: pd.DataFrame) -> pd.DataFrame:
        said = self._said(self.columns.encode(features))
        value, (low, high) = self._calibrated.log_odds(said.mean(axis=2)), self._calibrated.interval(said)
        return pd.DataFrame({"value": expit(value), "low": expit(low), "high": expit(high)}, index=features.index)

    def explain(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> dict[str, Explanation]:
        frame = self.features(snapshot, ids)
        base, effects = self._contributions(self.columns.encode(frame))
        parts, typical = [c.feature for c in self.columns.all], [c.typical for c in self.columns.all]
        values = frame.itertuples(index=False, name=None)
        return {
            id_: explanation(parts, typical, row, base, effect)
            for id_, row, effect in zip(frame.index, values, effects, strict=True)
        }

    def features(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        self._calibrated  # noqa: B018 - an untrained model has no features to show
        dated = self.basis == "won within the horizon"
        return self.columns.clean(features.read(snapshot, ids, self.columns.streams, dated=dated))

    @classmethod
    def evaluate(
        cls, history: History, *, as_of: datetime, split: Split = "time", progress: Progress = silent
    ) -> Evaluation:
        horizon = cls().horizon
        rows, leave_out = labelled(history, as_of=as_of, horizon=horizon), unusable(history, as_of)
        return evaluate(
            rows,
            lambda train, test: cls(horizon).attempt(train, test, leave_out=leave_out),
            model=cls.name,
            split=split,
            horizon=horizon,
            settings=CANDIDATES,
            progress=lambda share: progress("back-testing", share),
        )

    def attempt(self, train: Rows, test: Rows, *, leave_out: frozenset[str]) -> dict[str, npt.NDArray[np.float64]]:
        """What this blend and each of its families alone say of the test rows, having learnt from the others."""
        lesson = self._grow(train, leave_out)
        said = self._said(self._matrix(test.frame)).mean(axis=2)
        candidates = {"blend": list(range(len(self.families)))}
        candidates.update({name: [i] for i, name in enumerate(self.families)})
        return {name: expit(lesson.calibrate(which).log_odds(said[:, which])) for name, which in candidates.items()}

    @property
    def _calibrated(self) -> Calibration:
        if self.calibration is None:
            raise NotTrained
        return self.calibration

    def _matrix(self, frame: pd.DataFrame) -> Matrix:
        return self.columns.encode(self.columns.clean(frame))

    def _said(self, matrix: Matrix) -> npt.NDArray[np.float64]:
        """What each member of each family says: (row, family, member)."""
        return np.stack([family.log_odds(matrix) for family in self.members], axis=1)

    def _contributions(self, matrix: Matrix) -> tuple[float, Matrix]:
        """A base and contributions whose sum is the calibrated log-odds, exactly."""
        calibration = self._calibrated
        parts = [family.contributions(matrix) for family in self.members]
        weighed = list(zip(calibration.weights, parts, strict=True))
        base = calibration.constant + float(sum(weight * part[0] for weight, part in weighed))
        effects = np.sum([weight * part[1] for weight, part in weighed], axis=0)
        total = effects.sum(axis=1)
        # Where the chance is kept off 0 and 1, the reasons are cut back with it.
        kept = calibration.clip(base + total) - base
        return base, effects * np.divide(kept, total, out=np.ones_like(total), where=total != 0)[:, None]


def unusable(history: History, as_of: datetime) -> frozenset[str]:
    """Base columns that must not be learnt from: a status whose edits nobody recorded, and what an admin dropped."""
    moment = pd.Timestamp(as_of)
    statuses = history.changes.loc[history.changes["at"] <= moment, "field"] == "status"
    dropped = {name for name, rule in history.rules.items() if rule in ("drop", "sensitive")}
    return frozenset(dropped if statuses.any() else dropped | {"status", "days_in_status"})
