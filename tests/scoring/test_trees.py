"""Tree contributions are Shapley values, checked by counting every coalition."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.trees import TreeContributions


def rows(n: int, columns: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, columns))
    values[random.random(values.shape) < 0.15] = np.nan
    return values


def forest(values: np.ndarray, **settings: Any) -> HistGradientBoostingClassifier:
    filled = np.nan_to_num(values)
    won = filled[:, 0] * filled[:, 1] + filled[:, 2] > 0.2 * filled[:, 3]
    return HistGradientBoostingClassifier(**{"max_iter": 6, "max_depth": 4, "random_state": 0} | settings).fit(
        values, won
    )


def expected(nodes: Any, row: np.ndarray, known: frozenset[int], k: int = 0) -> float:
    """What a tree says if only the features of `known` are: the slow, obvious way."""
    node = nodes[k]
    if node["is_leaf"]:
        return float(node["value"])
    left, right, value = int(node["left"]), int(node["right"]), row[node["feature_idx"]]
    if int(node["feature_idx"]) in known:
        goes_left = bool(node["missing_go_to_left"]) if np.isnan(value) else value <= node["num_threshold"]
        return expected(nodes, row, known, left if goes_left else right)
    share = nodes[left]["count"] / node["count"]
    return float(share * expected(nodes, row, known, left) + (1 - share) * expected(nodes, row, known, right))


def shapley(model: HistGradientBoostingClassifier, row: np.ndarray) -> np.ndarray:
    n = len(row)
    trees = [predictors[0].nodes for predictors in model._predictors]

    def worth(known: tuple[int, ...]) -> float:
        return sum(expected(nodes, row, frozenset(known)) for nodes in trees)

    values = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            for known in combinations(others, size):
                values[i] += (worth((*known, i)) - worth(known)) / (n * comb(n - 1, size))
    return values


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_contributions_are_those_of_counting_every_coalition(depth: int) -> None:
    values = rows(400, 5)
    model = forest(values, max_depth=depth)
    found = TreeContributions(model)(values[:6])
    assert np.allclose(found, [shapley(model, row) for row in values[:6]], atol=1e-12)


def test_contributions_and_base_sum_to_the_raw_prediction() -> None:
    values = rows(2000, 8)
    model = forest(values, max_iter=40, max_features=0.5)
    explain = TreeContributions(model)
    assert np.allclose(explain(values).sum(axis=1) + explain.base, model.decision_function(values), atol=1e-12)


def test_a_tree_without_a_split_contributes_nothing() -> None:
    values = np.random.default_rng(0).normal(size=(50, 2))
    model = HistGradientBoostingClassifier(max_iter=2, min_samples_leaf=40).fit(values, np.arange(50) % 2)
    assert not TreeContributions(model)(values).any()


def test_no_rows_have_no_contributions() -> None:
    values = rows(200, 4)
    assert TreeContributions(forest(values))(values[:0]).shape == (0, 4)
