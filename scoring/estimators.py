"""The two families of learners, a regularised linear model and boosted trees. Both add up over the columns.

A family is an ensemble: each of its members has learnt from all folds but one, so that each row is also predicted
by a member that never saw its lead.

Tried
-----
Log-loss (times 1000, paired, ± standard error) against linear + 100 trees of depth 4 at rate 0.1, each blend
calibrated alike; below 0 is better. Sets: education leads forward (X, 7k rows), telesales (B, 3k rows to learn from),
deals (D, 44k), bids forward (I, 5k), 365 deals (S), the demo company forward (C).

what                                       X          B          D          I          S          C
built (see below)                      -0.5±.5   -0.7±.3  -14.9±1.0 -9.7±2.1   1.3±2.3  -0.9±1.3
the same, .4 of the columns a split    -1.0±.5   -0.8±.2  -12.2±.8  -7.2±1.7      -      -0.1±1.4
the same, and up to 100 trees          -0.8±.4   -0.8±.3   -8.0±.5  -5.2±1.3   1.3±2.3  -0.6±1.4
built, depth 6, 31 leaves               0.0±.7   -0.8±.2  -15.4±1.0 -9.2±2.4      -       0.3±1.4
built, up to 12 levels split as sets   -2.9±1.2  -0.1±.4  -18.4±1.1 -6.6±2.9      -       1.2±1.7
built, 3 seeds (3 times the time)      -0.5±.4   -1.3±.3       -     -9.0±2.1      -          -
up to 100 trees, rates monotone        -0.9±.9   -0.8±.3   -4.5±.7   1.0±2.0      -          -
and numbers by the sign of their rank  -0.5±1.1  -0.3±.3   27.4±1.1  1.0±2.0      -          -
up to 100 trees, CatBoost third             -          -          -   -20.2±7.3      -          -
LightGBM / XGBoost for the trees     -.6/-.9±.4       -          -  -2.0/3.0±1       -          -
ridge C = .03 instead of .1            -0.2±.2   -1.2±.3       -     -0.4±.2       -      -6.2±1.1
linear alone                           17.0±3.2   1.9±.2   30.2±1.3 26.6±5.2   6.1±4.4  24.0±3.3

Built: linear + up to 200 trees of depth 4 at rate .2, kept by the log-loss on unseen rows; .7 of the columns at each
split from 2000 rows on, .4 below (.7 costs 1.3±.3 on 500 rows of X). The border was drawn after seeing these sets, of
which none has 900 to 2900 rows. On 14 sets it loses to .4 and 100 trees nowhere beyond two errors; before, those lost
1.3±.5 on 800 invented rows. Levels as sets: AUC of D .828 instead of .825, 0.6±.3 lost on all telesales rows.
A column of its own for each level met by one row in 200, not by 20 rows: -1.8±.3 on S, -1.6±.6, -.2±.4 and .3±.1 on
300 rows of I, X and C, -.2±.3, -.4±.1, -.1±.1 and 0±.2 on 600 of I, X, D and C. One row in 100 gains less (I .3±.3); a
ridge as strong as serves unseen rows gains 3.4±1.1 on 300 of X and costs 1.4±.6 on 600 of C. The mean AUC of the folds
of S is .840±.001 over 20 draws of five, off by .005 in one; that of plain logistic regression .823, and .837 with the C
that suits S best. Smaller steps, other depths or ten inner folds change nothing there.
Against the built blend, boosting on top of it costs 12.7±1.9 (X), 1.3±.4 (D), -0.8±2.1 (I); a shift for each level
of a category 0.4±.3 (X), 0.0±.1 (D), -0.2±.6 (I); CatBoost as a third -11.3±6.9 (I; AUC .774 for .742) at 8 times
the time: promising, not yet beyond noise. D is two folds of five.

Under drift, all 41k telesales rows (T) forward in time beside X and C forward, the number of trees chosen by log-loss:

chosen on                                  T          X          C
the last fifth, learnt from before     47.3±3.1    .5±.5    -.5±.5
the same, but for a shift of all       48.5±3.1    .4±.5     .0±.3
the same, but for shift and stretch    20.0±1.4   1.0±.7     .4±.6
unseen rows, the later the more         2.6±.2     .8±.5    -.4±.5
never: always 100                      27.8±1.9   1.4±.7    6.7±1.5

So unseen rows of all times choose it. What drift asks for is to believe the trees less, not to grow fewer: see
`calibration`.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import TargetEncoder
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from scoring import preparation
from scoring.columns import Matrix, bearable
from scoring.preparation import Layout
from scoring.trees import TreeContributions

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Folds = npt.NDArray[np.intp]
Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
# So many are grown; few noisy rows bear 15 of them, many rows full of interplay all.
MOST_TREES = 200
# From so many rows on, each split may choose among most of the columns: with few, that is a way to chance finds.
ROWS_FOR_CHOICE = 2000
# Fewer are judged sooner than threads are there.
ROWS_FOR_THREADS = 500


class Family(ABC):
    """Log-odds of winning from encoded columns: a base plus a contribution of each column."""

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed

    @abstractmethod
    def fit(self, rows: Matrix, won: Vector, *, is_category: Flags, folds: Folds) -> Self:
        """The family itself, with a member for each fold, which has not seen the rows of that fold."""

    @abstractmethod
    def log_odds(self, rows: Matrix) -> Matrix:
        """What each member says of each row, shape (n_rows, n_members)."""

    @abstractmethod
    def unseen(self, rows: Matrix, folds: Folds) -> Vector:
        """What is said of each row by the member that has not seen its fold."""

    @abstractmethod
    def foretold(self, rows: Matrix, won: Vector, folds: Folds, *, early: Flags, late: Flags) -> Vector:
        """What is said of the `late` rows of `fit` by one that has learnt from its `early` ones alone."""

    @abstractmethod
    def contributions(self, rows: Matrix) -> tuple[float, Matrix]:
        """A base and the contribution of each column, shape (n_rows, n_columns): they sum to the members' mean."""


class Linear(Family):
    """Logistic regression with a ridge penalty; numbers enter as they are and by rank, levels one by one."""

    def fit(self, rows: Matrix, won: Vector, *, is_category: Flags, folds: Folds) -> Self:
        self.__dict__.pop("_layout", None)  # that of an earlier fit
        self.prepare = preparation.untaught(is_category, len(rows), self.seed)
        with _alone():
            prepared = self.prepare.fit_transform(rows)
            members = [_ridge().fit(prepared[folds != k], won[folds != k]) for k in range(folds.max() + 1)]
        self.intercepts = np.array([member.intercept_[0] for member in members])
        self.weights = np.array([member.coef_[0] for member in members]).T
        self.centre = prepared.mean(axis=0)
        self.sources = preparation.sources(self.prepare)
        return self

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.prepare)

    def log_odds(self, rows: Matrix) -> Matrix:
        return np.asarray(self._layout(rows) @ self.weights + self.intercepts)

    def unseen(self, rows: Matrix, folds: Folds) -> Vector:
        return np.asarray(self.log_odds(rows)[np.arange(len(rows)), folds])

    def foretold(self, rows: Matrix, won: Vector, folds: Folds, *, early: Flags, late: Flags) -> Vector:
        with _alone():
            # How columns are laid out holds no outcome, so that of all rows may serve.
            model = _ridge().fit(self._layout(rows[early]), won[early])
            return np.asarray(model.decision_function(self._layout(rows[late])))

    def contributions(self, rows: Matrix) -> tuple[float, Matrix]:
        weights = self.weights.mean(axis=1)
        effects = (self._layout(rows) - self.centre) * weights
        to_column = np.equal.outer(self.sources, np.arange(rows.shape[1])).astype(np.float64)
        return float(self.intercepts.mean() + self.centre @ weights), effects @ to_column

    def __getstate__(self) -> dict[str, Any]:
        # The layout follows from what it was learnt as.
        return {name: value for name, value in self.__dict__.items() if name != "_layout"}


class Trees(Family):
    """Gradient boosting over numbers and target-encoded categories, with as many trees as serve rows not seen.

    That number is the same for all members, and the one thing by which a fold's outcomes reach what is said of it.
    """

    def fit(self, rows: Matrix, won: Vector, *, is_category: Flags, folds: Folds) -> Self:
        self.categories = np.flatnonzero(is_category)
        # Codes run from -1 (unseen) to the largest met.
        self.levels = rows[:, self.categories].max(axis=0, initial=0).astype(np.intp) + 2
        self.members = _side_by_side(lambda k: self._member(rows, won, folds, k), range(folds.max() + 1))
        return self.keep(self._enough(np.bincount(folds)))

    def keep(self, n: int) -> Self:
        """The family itself, with the first `n` trees of each member alone."""
        for _, model in self.members:
            # There is no public way to take trees back; tests compare what is left with the staged predictions.
            del model._predictors[n:]
        self._explainers: list[TreeContributions] = []
        return self

    def _enough(self, rows_unseen: Folds) -> int:
        """The number of trees with the least log-loss on the rows that the members have not seen."""
        scores = [model.validation_score_[1:] for _, model in self.members]
        return int(np.average(scores, axis=0, weights=rows_unseen).argmax()) + 1

    def _member(self, rows: Matrix, won: Vector, folds: Folds, k: int) -> tuple[list[Vector], Any]:
        """Win rates by code for each category, and the trees grown on them, each judged on fold `k`."""
        rates, encoded = self._learn_rates(rows[folds != k], won[folds != k], folds[folds != k])
        model = _boosting(MOST_TREES, len(rows), self.seed)
        # Judged after each tree, and never stopped: how many are kept is for all members to decide together.
        model.set_params(early_stopping=True, n_iter_no_change=MOST_TREES)
        unseen = self._encode(rates, rows[folds == k])
        return rates, model.fit(bearable(encoded), won[folds != k], X_val=unseen, y_val=won[folds == k])

    def _learn_rates(self, rows: Matrix, won: Vector, folds: Folds) -> tuple[list[Vector], Matrix]:
        """Win rates by code for each category, and the rows with rates that their own outcome did not enter."""
        encoded, rates = rows.copy(order="F"), list[Vector]()
        if len(self.categories):
            # Encoded by the folds of leads: else a lead's outcome would reach its own other rows through its category.
            splits = [(np.flatnonzero(folds != k), np.flatnonzero(folds == k)) for k in np.unique(folds)]
            encoder = TargetEncoder(target_type="binary", cv=splits)
            encoded[:, self.categories] = encoder.fit_transform(rows[:, self.categories], won)
            met = zip(encoder.categories_, encoder.encodings_, self.levels, strict=True)
            rates = [_by_code(codes, found, float(won.mean()), n) for codes, found, n in met]
        return rates, encoded

    def _encode(self, rates: list[Vector], rows: Matrix) -> Matrix:
        encoded = rows.copy(order="F")
        for column, rate in zip(self.categories, rates, strict=True):
            encoded[:, column] = rate[rows[:, column].astype(np.intp) + 1]
        return encoded

    def log_odds(self, rows: Matrix) -> Matrix:
        return np.stack(
            _side_by_side(lambda member: self._say(member, rows), self.members, worth_it=len(rows) >= ROWS_FOR_THREADS),
            axis=1,
        )

    def unseen(self, rows: Matrix, folds: Folds) -> Vector:
        said = _side_by_side(lambda k: self._say(self.members[k], rows[folds == k]), range(len(self.members)))
        order = np.argsort(np.argsort(folds, kind="stable"), kind="stable")
        return np.concatenate(said)[order]

    def foretold(self, rows: Matrix, won: Vector, folds: Folds, *, early: Flags, late: Flags) -> Vector:
        rates, encoded = self._learn_rates(rows[early], won[early], folds[early])
        with _alone():
            model = _boosting(self.members[0][1].n_iter_, len(rows), self.seed).fit(bearable(encoded), won[early])
            return self._say((rates, model), rows[late])

    def _say(self, member: tuple[list[Vector], Any], rows: Matrix) -> Vector:
        rates, model = member
        return np.asarray(model.decision_function(self._encode(rates, rows)))

    def contributions(self, rows: Matrix) -> tuple[float, Matrix]:
        if not self._explainers:
            self._explainers = [TreeContributions(model) for _, model in self.members]
        effects = [
            explain(self._encode(rates, rows))
            for explain, (rates, _) in zip(self._explainers, self.members, strict=True)
        ]
        return float(np.mean([explain.base for explain in self._explainers])), np.mean(effects, axis=0)

    def __getstate__(self) -> dict[str, Any]:
        # The tables of the explainers are large and follow from the members.
        return self.__dict__ | {"_explainers": []}


def _alone() -> Any:
    """One thread for each computation: beside other work, threads that wait for one another are 20 times slower."""
    return _pools().limit(limits=1)


@cache
def _pools() -> ThreadpoolController:
    # Made once: looking for the libraries that have threads takes longer than a small prediction.
    return ThreadpoolController()


def _side_by_side(work: Callable[[Item], Outcome], items: Sequence[Item], *, worth_it: bool = True) -> list[Outcome]:
    """The outcome of each item, a thread for each core (where that is worth it) and no threads within."""

    def one(item: Item) -> Outcome:
        # OpenMP's limit belongs to the thread that sets it.
        with _pools().limit(limits=1, user_api="openmp"):
            return work(item)

    threads = min(len(items), os.cpu_count() or 1) if worth_it else 1
    if threads == 1:
        return [one(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, items))


FAMILIES: dict[str, type[Family]] = {"linear": Linear, "trees": Trees}


def _ridge() -> LogisticRegression:
    return LogisticRegression(C=0.1, max_iter=2000, tol=1e-3)


def _boosting(trees: int, rows: int, seed: int) -> HistGradientBoostingClassifier:
    """So many trees, for a family that learns from so many rows in all."""
    return HistGradientBoostingClassifier(
        learning_rate=0.2,
        max_iter=trees,
        max_depth=4,
        max_leaf_nodes=12,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.7 if rows >= ROWS_FOR_CHOICE else 0.4,
        early_stopping=False,
        random_state=seed,
    )


def _by_code(codes: Vector, rates: Vector, otherwise: float, n: int) -> Vector:
    """The rate of each code from -1 on; of one that was not met, `otherwise`."""
    table = np.full(n, otherwise)
    table[codes.astype(np.intp) + 1] = rates
    return table
