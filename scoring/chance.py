"""A chance learnt from records as they stood at past instants: what ranking leads and judging deals share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from knowledge.errors import NotTrained
from scoring import columns, drift, features, leaks
from scoring.backtest import Said, evaluate, nothing_to_judge
from scoring.base import Past, Present, Progress, Scorer, silent
from scoring.calibration import Calibration, jackknife, recent
from scoring.champion import Contest, compare
from scoring.columns import Columns, Matrix
from scoring.estimators import FAMILIES, Family
from scoring.evaluation import Evaluation, Split
from scoring.explanations import Explanations
from scoring.features import Reading
from scoring.leaks import Report
from scoring.narrow import Narrow
from scoring.preferences import NONE_SET, Preferences
from scoring.rates import Plain, Rates
from scoring.splits import FEWEST_TO_LEARN, can_learn, latest
from scoring.windows import Basis, Rows

FamilyName = Literal["linear", "trees", "narrow"]
HORIZON = timedelta(days=90)
# Enough to know how far members usually are apart.
ROWS_FOR_SPREAD = 2000


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


class Chance(Scorer[Past, Present]):
    """The chance of an event within the horizon (or of its ever happening, where the books hold no dates).

    Each family of learners is an ensemble of five, each blind to a fifth of the records; what they say of records they
    have not seen calibrates and weighs them, and so does what is said of the latest rows by learners that knew only
    what had come to its end before. What is looked at and what is asked of it is said by each kind of chance. Where
    learners do no better than a plain rule that may stand in for them, the rule is the model.

    Parameters
    ----------
    horizon : how far ahead is looked
    families : which learners to blend
    rule : the plain rule that is all it goes by; by default none, and it learns
    seed : decides folds and random choices

    Attributes
    ----------
    of_winning : whether the event is good news
    core : the columns that the narrow family looks at, as far as they are there
    reading : how its snapshots are read
    plain : baselines of its own, by name, beside those that every chance must beat
    """

    unit: ClassVar[str] = "chance"
    reading: ClassVar[Reading]
    plain: ClassVar[Mapping[str, Plain]] = {}
    of_winning: ClassVar[bool] = True
    core: ClassVar[tuple[str, ...]] = ()
    # The latest row it has learnt from, in the terms of `Rows.time`; not known of models stored before this was kept.
    until: float = float("nan")
    rule: str = ""
    rates: Rates | None = None

    def __init__(
        self,
        horizon: timedelta = HORIZON,
        *,
        families: tuple[FamilyName, ...] = ("linear", "trees"),
        rule: str = "",
        seed: int = 0,
    ) -> None:
        self.horizon = horizon
        self.families = families
        self.rule = rule
        self.seed = seed
        self.columns = Columns(())
        self.basis: Basis = "won within the horizon"
        self.members: list[Family] = []
        self.calibration: Calibration | None = None

    @classmethod
    @abstractmethod
    def labelled(cls, history: Past, *, as_of: datetime, horizon: timedelta) -> Rows:
        """All that may be learnt from at `as_of`, with 1.0 in `won` where the event came."""

    @classmethod
    @abstractmethod
    def unusable(cls, history: Past, as_of: datetime) -> frozenset[str]:
        """Columns that must not be learnt from, whatever the leak guard thinks."""

    @classmethod
    @abstractmethod
    def cut(cls, history: Past, as_of: datetime) -> Present:
        """What was known at `as_of`."""

    @classmethod
    def over(cls, history: Past, preferences: Preferences) -> timedelta:
        """How far ahead to look in these books."""
        return cls().horizon

    @classmethod
    def refused(cls, history: Past, as_of: datetime) -> str | None:
        """Why these books cannot teach this chance at all, or None."""
        return None

    @property
    def candidates(self) -> dict[str, tuple[FamilyName, ...]]:
        """The ways of blending that are tried, by name: all families, and each alone."""
        return {"blend": self.families} | {name: (name,) for name in self.families}

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.columns.names

    @property
    def stand_in(self) -> str:
        return self.plain[self.rule].words if self.rule else ""

    def fit(self, history: Past, *, as_of: datetime, guard: Report | None = None) -> Self:
        rows = self.labelled(history, as_of=as_of, horizon=self.horizon)
        guard = guard or leaks.inspect(history, rows, as_of=as_of, weigh=False, reading=self.reading)
        return self.learn(rows, leave_out=self.unusable(history, as_of) | guard.leave_out)

    def learn(self, rows: Rows, *, leave_out: frozenset[str] = frozenset()) -> Self:
        """The model itself, having learnt from labelled rows, whatever order they come in."""
        if self.rule:
            return self._count(rows)
        lesson = self._grow(rows, leave_out)
        self.calibration = lesson.calibrate(list(range(len(self.families))), self._said(lesson.some))
        return self

    def _count(self, rows: Rows) -> Self:
        """The model itself where it goes by a plain rule alone."""
        _refuse_few(rows, self.entity)
        self.basis, self.until = rows.basis, float(rows.time.max())
        self.rates = self.plain[self.rule].learn(rows)
        self.columns = columns.learn(rows.frame.loc[rows.last_of_each_lead, [self.rates.column]])
        return self

    def _grow(
        self, rows: Rows, leave_out: frozenset[str], progress: Callable[[float], None] = lambda share: None
    ) -> _Lesson:
        """Columns and members, and what the members say of rows they have not seen."""
        _refuse_few(rows, self.entity)
        rows = rows.sorted()
        self.basis, self.until = rows.basis, float(rows.time.max())
        self.columns = columns.learn(rows.frame[rows.last_of_each_lead], leave_out=leave_out)
        matrix, fold = self._matrix(rows.frame), rows.folds(self.seed)
        self.members = []
        places = tuple(place for place, name in enumerate(self.columns.names) if name in self.core)
        self.families = tuple(name for name in self.families if name != "narrow" or places)
        for done, name in enumerate(self.families):
            family = Narrow(places, seed=self.seed) if name == "narrow" else FAMILIES[name](seed=self.seed)
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
        if self.rates is not None:
            return pd.DataFrame(vars(self.rates.say(features)), index=features.index)
        return self._judged(self.columns.encode(features), features.index)

    def predict(self, snapshot: Present, ids: Sequence[str] | pd.Index | None = None) -> pd.DataFrame:
        if self.rates is not None:
            return self.judge(self.features(snapshot, snapshot.open_ids if ids is None else ids))
        # As `judge` says it, without features that nobody is shown: of one record they take longer than its chance.
        found = self._read(snapshot, snapshot.open_ids if ids is None else ids)
        return self._judged(self._matrix(found), found.index)

    def _judged(self, matrix: Matrix, index: pd.Index) -> pd.DataFrame:
        return pd.DataFrame(vars(_say(self._calibrated, self._said(matrix))), index=index)

    def explain(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> Explanations:
        return self.reasons(self.features(snapshot, ids))

    def reasons(self, features: pd.DataFrame) -> Explanations:
        """Why each row of `features` has its value, as `explain` says it."""
        if self.rates is not None:
            base, effects = self.rates.contributions(features)
        else:
            base, effects = self._contributions(self.columns.encode(features))
        known = self.columns.all
        told, usual = [column.feature for column in known], [column.typical for column in known]
        return Explanations(told, usual, features, base, effects, of_winning=self.of_winning)

    def features(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        return self.columns.clean(self._read(snapshot, ids))

    def _read(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        if self.rates is None:
            self._calibrated  # noqa: B018 - an untrained model has no features to show
        dated = self.basis == "won within the horizon"
        return self.reading.read(snapshot, ids, self.columns.streams, dated=dated)

    @classmethod
    def suspected(cls, history: Past, *, as_of: datetime) -> Report:
        rows = cls.labelled(history, as_of=as_of, horizon=cls.over(history, NONE_SET))
        return leaks.inspect(history, rows, as_of=as_of, reading=cls.reading)

    @classmethod
    def evaluate(
        cls,
        history: Past,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        horizon = cls.over(history, preferences)
        rows = cls.labelled(history, as_of=as_of, horizon=horizon)
        if refusal := cls.refused(history, as_of):
            return nothing_to_judge(cls.name, split, rows, refusal)
        guard = leaks.inspect(history, rows, as_of=as_of, reading=cls.reading)
        leave_out = cls.unusable(history, as_of) | guard.leave_out
        found = evaluate(
            rows,
            lambda train, test, tick: cls(horizon).attempt(train, test, leave_out=leave_out, progress=tick),
            model=cls.name,
            split=split,
            horizon=horizon,
            settings={name: {"families": each, "horizon": horizon} for name, each in cls().candidates.items()}
            | {name: {"rule": name, "horizon": horizon} for name in cls.plain},
            plain=tuple(cls.plain),
            stand_ins=tuple(name for name, each in cls.plain.items() if each.words),
            progress=lambda share: progress("back-testing", share),
        )
        found = replace(found, leaks=guard)
        return found if not found.n else replace(found, **cls._drift(rows, cls.cut(history, as_of), leave_out))

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
        blends = {}
        for name, families in self.candidates.items():
            which = [self.families.index(family) for family in families]
            blends[name] = _say(lesson.calibrate(which, some), said[:, which])
        seen = {name: each for name, each in self.plain.items() if each.column in set(train.frame) - leave_out}
        return blends | {name: each.learn(train).say(test.frame) for name, each in seen.items()}

    def chances(self, rows: Rows) -> npt.NDArray[np.float64]:
        """The chance of each labelled row."""
        if self.rates is not None:
            return self.rates.say(rows.frame).value
        return _say(self._calibrated, self._said(self._matrix(rows.frame))).value

    def recalibrated(self, rows: Rows) -> Self:
        """The same members, heard as the outcomes after those it learnt from teach; the same model if these are few."""
        fresh = rows.take(rows.time > self.until).sorted()
        if self.rates is not None or not len(fresh) or not can_learn(fresh, np.ones(len(fresh), dtype=bool)):
            return self
        said = self._said(self._matrix(fresh.frame)).mean(axis=2)
        model = copy(self)
        model.calibration = self._calibrated.updated(said, fresh.won, _groups(fresh), recent(fresh.recency))
        model.until = float(fresh.time.max())
        return model

    def refreshed(self, history: Past, *, as_of: datetime) -> Self:
        return self.recalibrated(self.labelled(history, as_of=as_of, horizon=self.horizon))

    def outdated(self, history: Past, *, as_of: datetime, found: Evaluation) -> str | None:
        there = {f"{features.ATTRIBUTE}{name}" for name in history.attributes}
        vanished = {name for name in self.feature_names if name.startswith(features.ATTRIBUTE)} - there
        barred = set(self.feature_names) & (self.unusable(history, as_of) | found.leaks.leave_out)
        if gone := sorted(vanished | barred):
            return f"It looks at what may not or can no longer be looked at: {', '.join(gone)}."
        return None if found.basis == self.basis else "The books tell of time otherwise than when it learnt."

    def contest(
        self, history: Past, *, as_of: datetime, found: Evaluation, progress: Progress = silent
    ) -> Contest | None:
        leave_out = self.unusable(history, as_of) | found.leaks.leave_out
        return compare(
            self,
            lambda known: type(self)(**found.settings).learn(known, leave_out=leave_out),
            self.labelled(history, as_of=as_of, horizon=self.horizon),
            self.horizon,
            lambda share: progress("comparing with the one that serves", share),
        )

    @classmethod
    def _drift(cls, rows: Rows, now: Present, leave_out: frozenset[str]) -> dict[str, Any]:
        """How far the records open now are from those to learn from, as an `Evaluation` keeps it."""
        learnt = columns.learn(rows.frame[rows.last_of_each_lead], leave_out=leave_out)
        ids = now.open_ids[:: -(-len(now.open_ids) // drift.MOST_ROWS) or 1]
        today = cls.reading.read(now, ids, learnt.streams, dated=rows.basis == "won within the horizon")
        return {
            "drift": drift.features(learnt, rows.frame, today, leads=sum(rows.decided)),
            "outcome_drift": drift.outcomes(rows),
        }

    @property
    def _calibrated(self) -> Calibration:
        if self.calibration is None:
            raise NotTrained
        return self.calibration

    def _matrix(self, frame: pd.DataFrame) -> Matrix:
        return self.columns.matrix(frame)

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


def _refuse_few(rows: Rows, entity: str) -> None:
    won, lost = rows.decided
    if min(won, lost) < FEWEST_TO_LEARN:
        raise NotTrained(f"{won} won and {lost} lost {entity} are too few to learn from.")


def _groups(rows: Rows) -> npt.NDArray[np.intp]:
    return np.asarray(np.unique(rows.leads.astype(str), return_inverse=True)[1], dtype=np.intp)


def _say(calibration: Calibration, said: npt.NDArray[np.float64]) -> Said:
    """Chances and intervals from what members say: (row, family, member)."""
    low, high = calibration.interval(said)
    return Said(expit(calibration.log_odds(said.mean(axis=2))), expit(low), expit(high))
