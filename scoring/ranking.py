"""Which lead to work: the chance that it is won."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from scoring import columns, drift, features, leaks
from scoring.backtest import Said, evaluate
from scoring.base import Progress, Scorer, silent
from scoring.calibration import Calibration, jackknife, recent
from scoring.champion import Contest, compare
from scoring.columns import Columns, Matrix
from scoring.estimators import FAMILIES, Family
from scoring.evaluation import Evaluation, Split
from scoring.explanations import Explanations
from scoring.leaks import Report
from scoring.preferences import NONE_SET, Preferences
from scoring.splits import FEWEST_TO_LEARN, can_learn, latest
from scoring.windows import Basis, Rows, labelled

FamilyName = Literal["linear", "trees"]
# Enough to know how far members usually are apart.
ROWS_FOR_SPREAD = 2000
CANDIDATES: dict[str, dict[str, tuple[FamilyName, ...]]] = {
    "blend": {"families": ("linear", "trees")},
    "linear": {"families": ("linear",)},
    "trees": {"families": ("trees",)},
}


@dataclass(frozen=True)
class _Lesson:
    """What is left of the training rows once the members have learnt: all that calibration needs.

    A row may be there twice, as it was heard by two ways of not having seen it.
    """

    unseen: Matrix
    won: npt.NDArray[np.float64]
    groups: npt.NDArray[np.intp]
    weight: npt.NDArray[np.float64]
    some: Matrix

    def calibrate(self, families: list[int], some: npt.NDArray[np.float64]) -> Calibration:
        """How some of the families are to be heard; `some` is what all members say of some rows."""
        fitted = Calibration.learn(self.unseen[:, families], self.won, self.groups, self.weight)
        spread = jackknife(np.tensordot(some[:, families], fitted.weights, axes=(1, 0)))
        return replace(fitted, pooled=float(spread.mean()))


class Ranking(Scorer[History, Snapshot]):
    """Chance that an open lead is won within the horizon (or ever, where the books hold no dates).

    Learns from leads as they stood at past instants about a month apart. Each family of learners is an ensemble of
    five, each blind to a fifth of the leads; what they say of leads they have not seen calibrates and weighs them, and
    so does what is said of the latest rows by learners that knew only what had come to its end before.

    Parameters
    ----------
    horizon : how far ahead "won" looks
    families : which learners to blend
    seed : decides folds and random choices

    Assumptions
    -----------
    1. What held at past instants holds now.
    2. Whoever owns a lead works it as owners did before; no person is a feature.

    References
    ----------
    1. Friedman (2001), "Greedy function approximation: a gradient boosting machine", Ann. Stat. 29.
    2. Micci-Barreca (2001), "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explor. 3.
    3. Wolpert (1992), "Stacked generalization", Neural Netw. 5, and Platt (1999), "Probabilistic outputs for support
       vector machines", for the weights of the families and the calibration.
    4. Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for trees", Nat.
       Mach. Intell. 2.
    """

    name: ClassVar[str] = "ranking"
    unit: ClassVar[str] = "chance"
    # The latest row it has learnt from, in the terms of `Rows.time`; not known of models stored before this was kept.
    until: float = float("nan")

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

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        rows = labelled(history, as_of=as_of, horizon=self.horizon)
        guard = guard or leaks.inspect(history, rows, as_of=as_of, weigh=False)
        return self.learn(rows, leave_out=unusable(history, as_of) | guard.leave_out)

    def learn(self, rows: Rows, *, leave_out: frozenset[str] = frozenset()) -> Self:
        """The model itself, having learnt from labelled rows, whatever order they come in."""
        lesson = self._grow(rows, leave_out)
        self.calibration = lesson.calibrate(list(range(len(self.families))), self._said(lesson.some))
        return self

    def _grow(
        self, rows: Rows, leave_out: frozenset[str], progress: Callable[[float], None] = lambda share: None
    ) -> _Lesson:
        """Columns and members, and what the members say of rows they have not seen."""
        won, lost = rows.decided
        if min(won, lost) < FEWEST_TO_LEARN:
            raise NotTrained(f"{won} won and {lost} lost leads are too few to learn from.")
        rows = rows.sorted()
        self.basis, self.until = rows.basis, float(rows.time.max())
        self.columns = columns.learn(rows.frame[rows.last_of_each_lead], leave_out=leave_out)
        matrix, fold = self._matrix(rows.frame), rows.folds(self.seed)
        self.members = []
        for done, name in enumerate(self.families):
            family = FAMILIES[name](seed=self.seed)
            self.members.append(family.fit(matrix, rows.won, is_category=self.columns.is_category, folds=fold))
            progress((done + 1) / (len(self.families) + 1))
        some = np.random.default_rng(self.seed).permutation(len(rows))[:ROWS_FOR_SPREAD]
        at, said = self._unseen(rows, matrix, fold)
        return _Lesson(said, rows.won[at], _groups(rows)[at], recent(rows.recency)[at], matrix[some])

    def _unseen(self, rows: Rows, matrix: Matrix, fold: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Matrix]:
        """Places of rows, and what each family says of them that has not seen them: of the latest ones twice.

        Once from who knows other leads of the same time, as of all rows, and once from who knows nothing so late. Folds
        alone don't show what drift does to a family.
        """
        at = np.arange(len(rows))
        said = np.column_stack([family.unseen(matrix, fold) for family in self.members])
        split = latest(rows, self.horizon)
        if split is None:
            return at, said
        early, late = split
        foretold = [family.foretold(matrix, rows.won, fold, early=early, late=late) for family in self.members]
        return np.concatenate([at, at[late]]), np.concatenate([said, np.column_stack(foretold)])

    def judge(self, features: pd.DataFrame) -> pd.DataFrame:
        said = self._said(self.columns.encode(features))
        return pd.DataFrame(vars(_say(self._calibrated, said)), index=features.index)

    def explain(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> Explanations:
        return self.reasons(self.features(snapshot, ids))

    def reasons(self, features: pd.DataFrame) -> Explanations:
        """Why each row of `features` has its value, as `explain` says it."""
        base, effects = self._contributions(self.columns.encode(features))
        known = self.columns.all
        return Explanations([c.feature for c in known], [c.typical for c in known], features, base, effects)

    def features(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        self._calibrated  # noqa: B018 - an untrained model has no features to show
        dated = self.basis == "won within the horizon"
        return self.columns.clean(features.read(snapshot, ids, self.columns.streams, dated=dated))

    @classmethod
    def suspected(cls, history: History, *, as_of: datetime) -> leaks.Report:
        return leaks.inspect(history, labelled(history, as_of=as_of, horizon=cls().horizon), as_of=as_of)

    @classmethod
    def evaluate(
        cls,
        history: History,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        horizon = cls().horizon
        rows = labelled(history, as_of=as_of, horizon=horizon)
        guard = leaks.inspect(history, rows, as_of=as_of)
        leave_out = unusable(history, as_of) | guard.leave_out
        found = evaluate(
            rows,
            lambda train, test, tick: cls(horizon).attempt(train, test, leave_out=leave_out, progress=tick),
            model=cls.name,
            split=split,
            horizon=horizon,
            settings=CANDIDATES,
            progress=lambda share: progress("back-testing", share),
        )
        found = replace(found, leaks=guard)
        return found if not found.n else replace(found, **_drift(rows, history.at(as_of), leave_out))

    def attempt(
        self,
        train: Rows,
        test: Rows,
        *,
        leave_out: frozenset[str],
        progress: Callable[[float], None] = lambda share: None,
    ) -> dict[str, Said]:
        """What this blend and each of its families alone say of the test rows, having learnt from the others."""
        lesson = self._grow(train, leave_out, progress)
        said, some = self._said(self._matrix(test.frame)), self._said(lesson.some)
        candidates = {"blend": list(range(len(self.families)))}
        candidates.update({name: [i] for i, name in enumerate(self.families)})
        return {name: _say(lesson.calibrate(which, some), said[:, which]) for name, which in candidates.items()}

    def chances(self, rows: Rows) -> npt.NDArray[np.float64]:
        """The chance of each labelled row."""
        return _say(self._calibrated, self._said(self._matrix(rows.frame))).value

    def recalibrated(self, rows: Rows) -> Self:
        """The same members, heard as the outcomes after those it learnt from teach; the same model if these are few."""
        fresh = rows.take(rows.time > self.until).sorted()
        if not len(fresh) or not can_learn(fresh, np.ones(len(fresh), dtype=bool)):
            return self
        said = self._said(self._matrix(fresh.frame)).mean(axis=2)
        model = copy(self)
        model.calibration = self._calibrated.updated(said, fresh.won, _groups(fresh), recent(fresh.recency))
        model.until = float(fresh.time.max())
        return model

    def refreshed(self, history: History, *, as_of: datetime) -> Self:
        return self.recalibrated(labelled(history, as_of=as_of, horizon=self.horizon))

    def outdated(self, history: History, *, as_of: datetime, found: Evaluation) -> str | None:
        there = {f"{features.ATTRIBUTE}{name}" for name in history.attributes}
        vanished = {name for name in self.feature_names if name.startswith(features.ATTRIBUTE)} - there
        barred = set(self.feature_names) & (unusable(history, as_of) | found.leaks.leave_out)
        if gone := sorted(vanished | barred):
            return f"It looks at what may not or can no longer be looked at: {', '.join(gone)}."
        return None if found.basis == self.basis else "The books tell of time otherwise than when it learnt."

    def contest(
        self, history: History, *, as_of: datetime, found: Evaluation, progress: Progress = silent
    ) -> Contest | None:
        leave_out = unusable(history, as_of) | found.leaks.leave_out
        return compare(
            self,
            lambda known: type(self)(self.horizon, **found.settings).learn(known, leave_out=leave_out),
            labelled(history, as_of=as_of, horizon=self.horizon),
            self.horizon,
            lambda share: progress("comparing with the one that serves", share),
        )

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


def _groups(rows: Rows) -> npt.NDArray[np.intp]:
    return np.asarray(np.unique(rows.leads.astype(str), return_inverse=True)[1], dtype=np.intp)


def _say(calibration: Calibration, said: npt.NDArray[np.float64]) -> Said:
    """Chances and intervals from what members say: (row, family, member)."""
    low, high = calibration.interval(said)
    return Said(expit(calibration.log_odds(said.mean(axis=2))), expit(low), expit(high))


def _drift(rows: Rows, now: Snapshot, leave_out: frozenset[str]) -> dict[str, Any]:
    """How far the leads open now are from those to learn from, as an `Evaluation` keeps it."""
    learnt = columns.learn(rows.frame[rows.last_of_each_lead], leave_out=leave_out)
    ids = now.open_ids[:: -(-len(now.open_ids) // drift.MOST_ROWS) or 1]
    today = features.read(now, ids, learnt.streams, dated=rows.basis == "won within the horizon")
    return {
        "drift": drift.features(learnt, rows.frame, today, leads=sum(rows.decided)),
        "outcome_drift": drift.outcomes(rows),
    }


def unusable(history: History, as_of: datetime) -> frozenset[str]:
    """Base columns that must not be learnt from: a status whose edits nobody recorded, and what an admin dropped."""
    moment = pd.Timestamp(as_of)
    statuses = history.changes.loc[history.changes["at"] <= moment, "field"] == "status"
    dropped = {name for name, rule in history.rules.items() if rule in ("drop", "sensitive")}
    return frozenset(dropped if statuses.any() else dropped | {"status", "days_in_status"})
