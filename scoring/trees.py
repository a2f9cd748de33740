"""Exact Shapley contributions of boosted trees, path-dependent, for all leaves at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Matrix = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class _Leaf:
    """One leaf, seen from the root: the turns that lead to it, and by feature the share of rows that take them."""

    value: float
    turns: list[tuple[int, bool, int]]  # (node, to the left?, feature)
    shares: dict[int, float]


class TreeContributions:
    """Contributions to the raw prediction of a fitted `HistGradientBoostingClassifier` without native categories.

    A leaf is a game of its own: it pays `value` times, for each feature on its path, 1 or 0 (did the row follow?)
    where the feature is known, and the share of training rows that follow where it is not. With o and r for those,

        phi_i = value (o_i - r_i) * integral from 0 to 1 of prod over j != i of ((1 - t) r_j + t o_j) dt,

    a polynomial that Gauss-Legendre integrates exactly. It depends on which of the leaf's d features are followed
    alone, so the 2^d answers are worked out once and rows look theirs up.

    References
    ----------
    Lundberg et al. (2020), "From local explanations to global understanding with explainable AI for trees".
    """

    def __init__(self, model: Any) -> None:
        # The grown trees have no public name; tests compare the outcome with the public predictions.
        trees = [predictors[0].nodes for predictors in model._predictors]
        starts = np.cumsum([0, *(len(nodes) for nodes in trees)])
        self.nodes = np.concatenate(trees)
        leaves = [leaf for nodes, start in zip(trees, starts, strict=False) for leaf in _leaves(nodes, int(start))]
        self.n_features = int(model.n_features_in_)
        self.depth = max(1, *(len(leaf.turns) for leaf in leaves))
        self._lay_out(leaves)
        at_mean = [leaf.value * np.prod(list(leaf.shares.values())) for leaf in leaves]
        self.base = float(model._baseline_prediction.ravel()[0]) + float(np.sum(at_mean))

    def _lay_out(self, leaves: list[_Leaf]) -> None:
        """Leaves as arrays; unused turns cannot go astray, unused slots belong to feature 0 and pay nothing."""
        n, width = len(leaves), max(1, *(len(leaf.shares) for leaf in leaves))
        self.turn_node, self.turn_slot = np.zeros((2, n, self.depth), dtype=np.intp)
        self.turn_left, self.turn_used = np.zeros((2, n, self.depth), dtype=bool)
        feature, share = np.zeros((n, width), dtype=np.intp), np.ones((n, width))
        for i, leaf in enumerate(leaves):
            slots = {f: s for s, f in enumerate(leaf.shares)}
            feature[i, : len(slots)], share[i, : len(slots)] = list(leaf.shares), list(leaf.shares.values())
            for j, (node, left, f) in enumerate(leaf.turns):
                self.turn_node[i, j], self.turn_left[i, j], self.turn_slot[i, j] = node, left, slots[f]
                self.turn_used[i, j] = True
        self.table = _table(np.array([leaf.value for leaf in leaves]), share)
        self.to_features = [_indicator(feature[:, slot], self.n_features) for slot in range(width)]

    def __call__(self, rows: Matrix) -> Matrix:
        """Contributions, shape (n_rows, n_features); with `base` they sum to the raw prediction."""
        parts = [self._some(rows[i : i + ROWS_AT_ONCE]) for i in range(0, len(rows), ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, self.n_features))

    def _some(self, rows: Matrix) -> Matrix:
        values = rows.T[self.nodes["feature_idx"]]
        goes_left = np.where(
            np.isnan(values),
            self.nodes["missing_go_to_left"].astype(bool)[:, None],
            values <= self.nodes["num_threshold"][:, None],
        )
        missed = np.zeros((len(self.turn_node), len(rows)), dtype=np.intp)
        for turn in range(self.depth):
            astray = goes_left[self.turn_node[:, turn]] != self.turn_left[:, turn, None]
            missed |= (astray & self.turn_used[:, turn, None]).astype(np.intp) << self.turn_slot[:, turn, None]
        leaf = np.arange(len(missed))[:, None]
        paid = self.table[leaf, missed]  # (leaf, row, slot)
        return np.asarray(sum(to @ paid[:, :, slot] for slot, to in enumerate(self.to_features))).T


def _leaves(nodes: Any, start: int) -> list[_Leaf]:
    """The leaves of one tree, whose nodes are numbered from `start` in the forest."""
    found, todo = [], [(0, list[tuple[int, bool, int]](), dict[int, float]())]
    while todo:
        k, turns, shares = todo.pop()
        node = nodes[k]
        if node["is_leaf"]:
            found.append(_Leaf(float(node["value"]), turns, shares))
            continue
        feature = int(node["feature_idx"])
        for child, left in ((int(node["left"]), True), (int(node["right"]), False)):
            along = float(nodes[child]["count"]) / float(node["count"])
            turn = (start + k, left, feature)
            todo.append((child, [*turns, turn], shares | {feature: shares.get(feature, 1.0) * along}))
    return found


def _table(value: Matrix, share: Matrix) -> Matrix:
    """What each slot of each leaf is paid, by the bits of the slots not followed: (leaf, pattern, slot)."""
    width = share.shape[1]
    patterns = np.arange(1 << width)
    followed = (1 - (patterns[:, None] >> np.arange(width) & 1))[None].astype(float)
    r = share[:, None, :]
    points, weights = np.polynomial.legendre.leggauss((width + 1) // 2)
    integral = np.zeros((len(value), len(patterns), width))
    for t, weight in zip((points + 1) / 2, weights / 2, strict=True):
        factors = (1 - t) * r + t * followed
        integral += weight * factors.prod(axis=2, keepdims=True) / factors
    return value[:, None, None] * (followed - r) * integral


def _indicator(feature: Ints, n_features: int) -> Any:
    return sparse.csr_matrix(
        (np.ones(len(feature)), (feature, np.arange(len(feature)))), shape=(n_features, len(feature))
    )
