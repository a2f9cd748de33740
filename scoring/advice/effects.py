"""What a step adds to the chance of a deal, beside what is usually done with deals like it.

The step that usually follows in won deals need not be the one that wins: whoever is about to buy is shown more. So each
step is valued on all deals as if all had seen it: by a model of the outcome, corrected by the outcomes of those that
did, each counting as many times as it was unlikely (doubly robust). Decisions count by how far they could have gone
either way: those with which the step was hardly ever taken, of which nothing can be told, hardly count. What is found
for a stage is drawn towards what is found for the step in all stages, and that towards none, by how little is known of
each.

References
----------
Robins, Rotnitzky & Zhao (1994), "Estimation of regression coefficients when some regressors are not always observed",
JASA 89; Chernozhukov et al. (2018), "Double/debiased machine learning for treatment and structural parameters",
Econometrics J. 21, for the folds; Li, Morgan & Zaslavsky (2018), "Balancing covariates via propensity score weighting",
JASA 113, for the overlap weights; DerSimonian & Laird (1986), "Meta-analysis in clinical trials", Control. Clin. Trials
7, for the variance between stages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from knowledge.errors import NotTrained
from scoring import columns
from scoring.advice.decisions import Decisions
from scoring.columns import bearable

Vector = npt.NDArray[np.float64]
Matrix = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

FOLDS = 3
# A step taken fewer times is told with others of its kind; wins fewer than this teach nothing.
FEWEST_TAKEN, FEWEST_WON = 60, 40
# Deals that were less likely than this to see a step cannot tell what it does.
LEAST, UNSUPPORTED = 0.001, 0.02
# Fewer decisions of a stage, or fewer of them with the step, are not told by themselves.
FEWEST_IN_STAGE = 15
# Steps that fewer of the deals saw twice are taken once.
REPEATED = 0.2
LEVEL_Z = 1.645
ALL_STAGES = ""
OTHER = "something else"


@dataclass(frozen=True)
class Effect:
    """What a step adds to the chance to be won, in a stage: difference to usual practice with its 90 % interval.

    Attributes
    ----------
    stage : the stage, or `ALL_STAGES`
    taken, decisions : how often it was taken, among how many decisions
    won : share won of those with which it was taken
    unsupported : share of the stage's decisions of which little can be told, for the step was hardly ever taken there
    """

    step: str
    stage: str
    value: float
    low: float
    high: float
    taken: int
    decisions: int
    won: float
    unsupported: float

    @property
    def is_sure(self) -> bool:
        """Whether it surely helps."""
        return self.low > 0


@dataclass(frozen=True)
class Values:
    """What each step would have made of each decision, less what came of it.

    Attributes
    ----------
    names : the steps
    code : the step that was taken, shape (n,)
    advantage : doubly robust, shape (n, n_steps)
    chance : how likely the step was, shape (n, n_steps)
    """

    names: tuple[str, ...]
    code: Codes
    advantage: Matrix
    chance: Matrix

    def gain(self, at: Flags, step: Codes, ids: npt.NDArray[np.object_]) -> tuple[float, float]:
        """What a step for each of some decisions would have added, and its standard error; one record counts as one."""
        rows = np.flatnonzero(at)
        chance = self.chance[rows, step[rows]]
        weight, each = chance * (1 - chance), self.advantage[rows, step[rows]]
        mean = float(np.average(each, weights=weight))
        sums = pd.Series(weight * (each - mean)).groupby(ids[rows]).sum().to_numpy()
        n = len(sums)
        return mean, float(np.sqrt(n / max(1, n - 1) * (sums**2).sum()) / weight.sum())


def values(rows: Decisions, *, seed: int = 0) -> Values:
    """The doubly robust values, each row's by models that have not seen its deal.

    Raises
    ------
    NotTrained
        When too few decisions were followed by a win, or hardly any step was taken often enough.
    """
    won = int(pd.Series(rows.won).groupby(rows.ids).max().sum()) if len(rows) else 0
    if won < FEWEST_WON:
        raise NotTrained(f"{won} won deals are too few to tell which step helps; {FEWEST_WON} are needed.")
    step = _common(rows.step)
    code, found = pd.factorize(step, sort=True)
    names = tuple(map(str, found))
    if len(names) < 2:
        raise NotTrained("Hardly anything but one and the same step is on record, so there is nothing to compare.")
    known = columns.learn(rows.frame)
    cleaned = known.clean(rows.frame)
    matrix, fold = known.encode(cleaned), _folds(rows.ids, seed)
    chance, outcome = np.empty((len(rows), len(names))), np.empty((len(rows), len(names)))
    for k in range(FOLDS):
        learn, ask = fold != k, fold == k
        chance[ask] = _propensity(matrix, code, len(names), known.is_category, learn, ask)
        outcome[ask] = _outcome(matrix, code, rows.won, len(names), learn, ask, seed)
    taken = code[:, None] == np.arange(len(names))
    corrected = outcome + taken * (rows.won[:, None] - outcome) / np.maximum(chance, LEAST)
    return Values(names, code.astype(np.intp), corrected - rows.won[:, None], np.maximum(chance, LEAST))


def effects(rows: Decisions, found: Values) -> tuple[Effect, ...]:
    """What each step adds in each stage and over all, drawn together by how little is known."""
    again, raw = repeated(rows), list[Effect]()
    for place, step in enumerate(found.names):
        free = np.ones(len(rows), dtype=bool) if step in again else ~has_seen(rows.done, step)
        for stage in (ALL_STAGES, *sorted(set(rows.stage))):
            there = free if stage == ALL_STAGES else free & (rows.stage == stage)
            each = _raw(rows, found, place, stage, there)
            if each is not None:
                raw.append(each)
    return _shrunken(raw)


def has_seen(done: npt.NDArray[np.object_], step: str) -> Flags:
    """Whether each deal has seen a step before."""
    return np.array([f"|{step}|" in each for each in done], dtype=bool)


def repeated(rows: Decisions) -> frozenset[str]:
    """Steps that deals see again and again; another is not advised to a deal that has seen it."""
    times = pd.Series(rows.step).groupby([rows.ids, rows.step]).size()
    again = (times > 1).groupby(level=1).mean()
    return frozenset(str(step) for step in again.index[again >= REPEATED])


def _raw(rows: Decisions, found: Values, place: int, stage: str, there: Flags) -> Effect | None:
    took = there & (found.code == place)
    if took.sum() < FEWEST_IN_STAGE or there.sum() < 2 * FEWEST_IN_STAGE:
        return None
    value, error = found.gain(there, np.full(len(rows), place), rows.ids)
    return Effect(
        found.names[place],
        stage,
        value,
        value - LEVEL_Z * error,
        value + LEVEL_Z * error,
        int(took.sum()),
        int(there.sum()),
        float(rows.won[took].mean()),
        float((found.chance[there, place] < UNSUPPORTED).mean()),
    )


def _shrunken(raw: Sequence[Effect]) -> tuple[Effect, ...]:
    """Steps drawn towards no effect, then stages towards their step."""
    overall = [each for each in raw if each.stage == ALL_STAGES]
    if not overall:
        return ()
    spread = _between(overall, 0.0)
    whole = {each.step: _drawn(each, 0.0, 0.0, spread) for each in overall}
    told = list(whole.values())
    for step, centre in whole.items():
        mine = [each for each in raw if each.step == step and each.stage != ALL_STAGES]
        apart = _between(mine, centre.value) if len(mine) > 1 else 0.0
        told += [_drawn(each, centre.value, _error(centre) ** 2, apart) for each in mine]
    return tuple(told)


def _between(found: Sequence[Effect], centre: float) -> float:
    """The variance of true effects around a centre, by the method of moments; never negative."""
    precision = np.array([1 / max(_error(each) ** 2, 1e-12) for each in found])
    off = np.array([each.value - centre for each in found])
    excess = float((precision * off**2).sum() - len(found))
    return max(0.0, excess / float(precision.sum()))


def _drawn(each: Effect, centre: float, centre_variance: float, between: float) -> Effect:
    own = _error(each) ** 2
    trust = between / (between + own) if between + own > 0 else 0.0
    value = centre + trust * (each.value - centre)
    error = float(np.sqrt(trust * own + (1 - trust) ** 2 * centre_variance))
    return Effect(
        each.step, each.stage, value, value - LEVEL_Z * error, value + LEVEL_Z * error, each.taken, each.decisions,
        each.won, each.unsupported,
    )  # fmt: skip


def _error(each: Effect) -> float:
    return (each.high - each.low) / (2 * LEVEL_Z)


def _common(step: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Steps, the seldom ones told by their kind alone, and what is seldom even then not told apart."""
    often = pd.Series(step).value_counts()
    rare = set(often.index[often < FEWEST_TAKEN])
    plain = np.array([each.partition(": ")[0] if each in rare else each for each in step], dtype=object)
    often = pd.Series(plain).value_counts()
    rare = set(often.index[often < FEWEST_TAKEN])
    return np.array([OTHER if each in rare else each for each in plain], dtype=object)


def _folds(deals: npt.NDArray[np.object_], seed: int) -> Codes:
    """A fold for each row, all rows of a deal in one."""
    of, known = pd.factorize(deals, sort=True)
    return np.asarray(np.random.default_rng(seed).permutation(len(known))[of] % FOLDS, dtype=np.intp)


def _propensity(matrix: Matrix, code: Codes, n: int, is_category: Flags, learn: Flags, ask: Flags) -> Matrix:
    numbers, levels = np.flatnonzero(~is_category), np.flatnonzero(is_category)
    filled = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler())
    one_by_one = OneHotEncoder(min_frequency=FEWEST_IN_STAGE, handle_unknown="infrequent_if_exist", sparse_output=False)
    prepare = ColumnTransformer([("number", filled, numbers), ("level", one_by_one, levels)], sparse_threshold=0.0)
    model = make_pipeline(prepare, LogisticRegression(C=0.1, max_iter=200, tol=1e-3)).fit(matrix[learn], code[learn])
    said = np.zeros((int(ask.sum()), n))
    said[:, model.classes_] = model.predict_proba(matrix[ask])
    return said


def _outcome(matrix: Matrix, code: Codes, won: Vector, n: int, learn: Flags, ask: Flags, seed: int) -> Matrix:
    """The chance to be won after each step; the step is one more column."""
    model = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.1, max_depth=4, min_samples_leaf=40, l2_regularization=5.0,
        categorical_features=[matrix.shape[1]], early_stopping=False, random_state=seed,
    )  # fmt: skip
    model.fit(bearable(np.column_stack([matrix, code])[learn]), won[learn])
    asked = matrix[ask]
    told = [model.predict_proba(np.column_stack([asked, np.full(len(asked), step)]))[:, 1] for step in range(n)]
    return np.column_stack(told)
