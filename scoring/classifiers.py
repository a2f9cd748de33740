"""Learners of several classes, a small neural network and boosted trees, beside the base rate that they must beat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, TargetEncoder
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from scoring.columns import Matrix, bearable
from scoring.metrics import Metric, Z, measure, resamples

Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Kind = Literal["network", "boosting", "base_rate"]
KINDS: tuple[Kind, ...] = ("network", "boosting", "base_rate")

# Each member holds out a part of its own to know when to stop, so together they have learnt from all.
MEMBERS = 3
HELD_OUT = 0.2
EPOCHS, PATIENCE = 40, 5
FOLDS = 5
# A level met less often shares a column with the other rare ones.
MIN_LEVEL = 20


class Classifier:
    """Chances of classes 0 to k-1 for rows of a matrix.

    Parameters
    ----------
    kind : the network, boosted trees, or the share of each class whatever the row
    """

    def __init__(self, kind: Kind, *, seed: int = 0) -> None:
        self.kind = kind
        self.seed = seed
        self.members: list[Pipeline] = []

    def fit(self, rows: Matrix, codes: Codes, *, is_category: Flags) -> Self:
        """The classifier itself; every class has to be there a few times."""
        self.shares = np.bincount(codes) / len(codes)
        with threadpool_limits(1):
            if self.kind != "base_rate":
                grow = _network if self.kind == "network" else _trees
                self.members = [grow(rows, codes, is_category, self.seed + i) for i in range(MEMBERS)]
        return self

    def chances(self, rows: Matrix) -> Matrix:
        """Shape (n_rows, n_classes); each row sums to 1."""
        if not self.members:
            return np.tile(self.shares, (len(rows), 1))
        with threadpool_limits(1):
            return np.asarray(np.mean([member.predict_proba(rows) for member in self.members], axis=0))


def judge(said: Matrix, codes: Codes, names: Sequence[str], *, seed: int = 0) -> dict[str, Metric | None]:
    """Accuracy and log-loss over all classes, order and calibration of the first class, the AUC of the others."""
    hit = (said.argmax(axis=1) == codes).astype(np.float64)
    leads = np.arange(len(codes)).astype(object)
    first, *others = (measure(said[:, k], (codes == k).astype(np.float64), leads, seed=seed) for k in range(len(names)))
    return {
        "accuracy": _mean(hit, seed),
        "log_loss": _mean(_loss(said, codes), seed),
        **{name: first[name] for name in ("auc", "average_precision", "wins_in_top_half", "ece")},
        **{f"auc_{name}": each["auc"] for name, each in zip(names[1:], others, strict=True)},
    }


def _loss(said: Matrix, codes: Codes) -> npt.NDArray[np.float64]:
    return np.asarray(-np.log(np.clip(said[np.arange(len(codes)), codes], 1e-9, 1.0)))


def _mean(values: npt.NDArray[np.float64], seed: int) -> Metric:
    draws = np.concatenate([w @ values / w.sum(axis=1) for w in resamples(np.arange(len(values)), seed)])
    value, half = float(values.mean()), Z * float(draws.std())
    return Metric(value, value - half, value + half)


def _network(rows: Matrix, codes: Codes, is_category: Flags, seed: int) -> Pipeline:
    """One hidden layer, at the epoch at which it knew best what it had not seen."""
    learn, check, told, asked = train_test_split(rows, codes, test_size=HELD_OUT, stratify=codes, random_state=seed)
    prepare = _prepared(is_category, len(learn), seed).fit(learn)
    learn, check = prepare.transform(learn), prepare.transform(check)
    net = MLPClassifier((16,), alpha=10.0, batch_size=min(128, len(learn)), learning_rate_init=6e-3, random_state=seed)
    classes, best, since = np.unique(codes), np.inf, 0
    for _ in range(EPOCHS):
        net.partial_fit(learn, told, classes=classes)
        loss, since = float(_loss(net.predict_proba(check), asked).mean()), since + 1
        if loss < best:
            best, since, kept = loss, 0, [part.copy() for part in (*net.coefs_, *net.intercepts_)]
        if since == PATIENCE:
            break
    net.coefs_, net.intercepts_ = kept[: len(kept) // 2], kept[len(kept) // 2 :]
    return Pipeline([("prepare", prepare), ("net", net)])


def _trees(rows: Matrix, codes: Codes, is_category: Flags, seed: int) -> Pipeline:
    rates = TargetEncoder(cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed))
    encode = ColumnTransformer([("level", rates, np.flatnonzero(is_category))], remainder="passthrough")
    trees = HistGradientBoostingClassifier(
        learning_rate=0.08,
        max_iter=100,
        max_leaf_nodes=6,
        min_samples_leaf=20,
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=True,
        validation_fraction=HELD_OUT,
        n_iter_no_change=10,
        random_state=seed,
    )
    return make_pipeline(encode, trees).fit(bearable(rows), codes)


def _prepared(is_category: Flags, n: int, seed: int) -> ColumnTransformer:
    ranks = QuantileTransformer(
        n_quantiles=min(100, n), subsample=None, output_distribution="normal", random_state=seed
    )
    return ColumnTransformer(
        [
            (
                "number",
                make_pipeline(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), ranks),
                np.flatnonzero(~is_category),
            ),
            (
                "level",
                OneHotEncoder(min_frequency=MIN_LEVEL, handle_unknown="infrequent_if_exist", sparse_output=False),
                np.flatnonzero(is_category),
            ),
        ],
        sparse_threshold=0.0,
    )
