"""Gains are counted as a person would, and reliability says how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from scoring.curves import gains, reliability
from scoring.metrics import share


def names(n: int) -> np.ndarray:
    return np.arange(n).astype(object)


def test_a_list_is_worked_from_its_top() -> None:
    said, won = np.arange(100, 0, -1) / 101, np.r_[np.ones(20), np.zeros(80)]
    found = gains(said, won, names(100))
    kept = {round(point.called, 2): point.kept.value for point in found.points}
    assert kept[0.05] == pytest.approx(0.25)
    assert kept[0.2] == kept[1.0] == pytest.approx(1.0)
    assert found.calls_to_keep["80"].value == pytest.approx(0.16)
    assert found.calls_to_keep["95"].value == pytest.approx(0.19)


def test_where_all_say_the_same_nothing_is_saved() -> None:
    won = np.r_[np.ones(30), np.zeros(70)]
    found = gains(np.full(100, 0.3), won, names(100))
    assert [found.calls_to_keep[percent].value for percent in ("80", "90", "95")] == pytest.approx([0.8, 0.9, 0.95])
    assert [point.kept.value for point in found.points] == pytest.approx([point.called for point in found.points])


def test_calls_to_keep_are_those_counted_one_by_one() -> None:
    random = np.random.default_rng(3)
    said = random.random(500).round(6)
    won = (random.random(500) < said).astype(float)
    order = np.argsort(-said)
    wins = np.cumsum(won[order]) / won.sum()
    for percent, metric in gains(said, won, names(500)).calls_to_keep.items():
        by_hand = (np.flatnonzero(wins >= int(percent) / 100 - 1e-12)[0] + 1) / 500
        assert metric.value == pytest.approx(by_hand, abs=1 / 500)
        assert metric.low < metric.value < metric.high


def test_intervals_of_what_to_call_cover_the_truth() -> None:
    def draw(n: int, seed: int) -> float | tuple[float, float]:
        random = np.random.default_rng(seed)
        truth = 1 / (1 + np.exp(-random.normal(-1, 1, n)))
        found = gains(truth, (random.random(n) < truth).astype(float), names(n)).calls_to_keep["90"]
        return found.value if n > 1000 else (found.low, found.high)

    truth = draw(40_000, 99)
    covered = sum(low <= truth <= high for low, high in (draw(400, seed) for seed in range(20)))  # type: ignore[misc]
    assert covered >= 17


def test_bins_hold_all_rows_and_their_shares() -> None:
    random = np.random.default_rng(1)
    said = random.random(997)
    won = (random.random(997) < said).astype(float)
    found = reliability(said, won, names(997))
    assert sum(each.n for each in found) == 997
    assert sum(each.n * each.won.value for each in found) == pytest.approx(won.sum())
    assert [each.said for each in found] == sorted(each.said for each in found)
    assert sum(each.won.low <= each.said <= each.won.high for each in found) >= 8


def test_a_share_has_the_interval_of_the_textbook_and_repeats_do_not_narrow_it() -> None:
    won = np.r_[np.ones(3), np.zeros(37)]
    found, book = share(won, names(40)), binomtest(3, 40).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((book.low, book.high), abs=1e-4)
    assert share(np.zeros(40), names(40)).high > 0.05
    again = share(np.tile(won, 3), np.tile(names(40), 3))
    assert (again.low, again.high) == pytest.approx((found.low, found.high))
