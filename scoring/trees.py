"""Exact Shapley contributions of boosted trees, path-dependent (TreeSHAP), for all leaves at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
ROWS_AT_ONCE = 2048
# A bundle asks no more questions than this, unless a single leaf does: its table doubles with each.
QUESTIONS = 8


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
    alone, and these on the way that the row takes at a few nodes. So neighbouring leaves are bundled, what a bundle
    pays is worked out once for every way through its nodes, and rows look theirs up.
    """

    def __init__(self, model: Any) -> None:
        # The grown trees have no public name; tests compare the outcome with the public predictions.
        trees = [predictors[0].nodes for predictors in model._predictors]
        starts = np.cumsum([0, *(len(nodes) for nodes in trees)])
        self.nodes = np.concatenate(trees)
        leaves = [leaf for nodes, start in zip(trees, starts, strict=False) for leaf in _leaves(nodes, int(start))]
        self.n_features = int(model.n_features_in_)
        self._lay_out(_bundled(leaves))
        at_mean = [leaf.value * np.prod(list(leaf.shares.values())) for leaf in leaves]
        self.base = float(model._baseline_prediction.ravel()[0]) + float(np.sum(at_mean))

    def _lay_out(self, bundles: list[list[_Leaf]]) -> None:
        """For each bundle: the nodes it asks, the features it pays, and what it pays them by the way taken."""
        asked = [_distinct(node for leaf in bundle for node, _, _ in leaf.turns) for bundle in bundles]
        self.asked = np.zeros((len(bundles), max(map(len, asked))), dtype=np.intp)
        for nodes, row in zip(asked, self.asked, strict=True):
            row[: len(nodes)] = nodes
        self.features = [np.array(_distinct(f for leaf in bundle for f in leaf.shares), np.intp) for bundle in bundles]
        self.paid = [np.zeros((len(features), 1 << self.asked.shape[1])) for features in self.features]
        leaves = [leaf for bundle in bundles for leaf in bundle]
        home = np.repeat(np.arange(len(bundles)), [len(bundle) for bundle in bundles])
        pay = iter(self._pay(leaves, [asked[b] for b in home]))
        for b, leaf, paid in zip(home, leaves, pay, strict=True):
            place = {f: k for k, f in enumerate(self.features[b].tolist())}
            self.paid[b][[place[f] for f in leaf.shares]] += paid[:, : len(leaf.shares)].T

    def _pay(self, leaves: Sequence[_Leaf], asked: Sequence[Sequence[int]]) -> Matrix:
        """What each leaf pays to the features of its path, by the way taken at the nodes asked: (leaf, way, slot)."""
        depth, width = (max(1, *map(len, each)) for each in ([x.turns for x in leaves], [x.shares for x in leaves]))
        place, slot, bit = np.zeros((3, len(leaves), depth), dtype=np.intp)
        left = np.zeros((len(leaves), depth), dtype=bool)
        share = np.ones((len(leaves), width))
        for i, (leaf, nodes) in enumerate(zip(leaves, asked, strict=True)):
            slots = {f: s for s, f in enumerate(leaf.shares)}
            share[i, : len(slots)] = list(leaf.shares.values())
            for j, (node, to_left, f) in enumerate(leaf.turns):
                # The bit of an unused turn stays 0: nobody goes astray there.
                place[i, j], left[i, j], slot[i, j], bit[i, j] = nodes.index(node), to_left, slots[f], 1
        ways = np.arange(1 << self.asked.shape[1])
        missed = np.zeros((len(leaves), len(ways)), dtype=np.intp)
        for j in range(depth):
            astray = (ways >> place[:, j, None] & 1) != left[:, j, None]
            missed |= (astray * bit[:, j, None]) << slot[:, j, None]
        table = _table(np.array([leaf.value for leaf in leaves]), share)
        return np.asarray(table[np.arange(len(leaves))[:, None], missed])

    def __call__(self, rows: Matrix) -> Matrix:
        """Contributions, shape (n_rows, n_features); with `base` they sum to the raw prediction."""
        parts = [self._some(rows[i : i + ROWS_AT_ONCE]) for i in range(0, len(rows), ROWS_AT_ONCE)]
        return np.concatenate(parts) if parts else np.empty((0, self.n_features))

    def _some(self, rows: Matrix) -> Matrix:
        ways = self._ways(rows)
        effects = np.zeros((self.n_features, len(rows)))
        for features, paid, way in zip(self.features, self.paid, ways, strict=True):
            effects[features] += paid.take(way, axis=1)
        return effects.T

    def _ways(self, rows: Matrix) -> npt.NDArray[np.int32]:
        """The way each row takes through each bundle, shape (n_bundles, n_rows): a bit for each turn to the left."""
        # What is missing counts as endless: less than any threshold, or more, as the node has learnt.
        missing = np.isnan(rows.T)
        values = np.concatenate([np.where(missing, np.inf, rows.T), np.where(missing, -np.inf, rows.T)])
        column = self.nodes["feature_idx"] + self.n_features * self.nodes["missing_go_to_left"].astype(np.intp)
        threshold = np.minimum(self.nodes["num_threshold"], np.finfo(np.float64).max)
        ways = np.zeros((len(self.asked), len(rows)), dtype=np.int32)
        for bit, nodes in enumerate(self.asked.T):
            ways |= np.left_shift(values[column[nodes]] <= threshold[nodes, None], bit, dtype=np.int32)
        return ways


def _bundled(leaves: Iterable[_Leaf]) -> list[list[_Leaf]]:
    """Neighbouring leaves together, as long as their paths share most of their nodes."""
    bundles: list[list[_Leaf]] = []
    asked: set[int] = set()
    for leaf in leaves:
        nodes = {node for node, _, _ in leaf.turns}
        if not bundles or len(asked | nodes) > QUESTIONS:
            bundles.append([])
            asked = set()
        bundles[-1].append(leaf)
        asked |= nodes
    return bundles


def _distinct(items: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(items))


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
