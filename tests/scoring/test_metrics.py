"""Metrics are those of scikit-learn, ties included, and their intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from scoring.metrics import Metric, measure


def draw(n: int, seed: int, digits: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(-random.normal(-1, 1, n)))
    said = np.clip(truth.round(digits), 0.01, 0.99)
    return said, (random.random(n) < truth).astype(float), np.arange(n).astype(object)


def value(metric: Metric | None) -> float:
    assert metric is not None
    return metric.value


@pytest.mark.parametrize("digits", [1, 2, 9])
def test_values_are_those_of_scikit_learn(digits: int) -> None:
    said, won, leads = draw(700, seed=digits, digits=digits)
    found = measure(said, won, leads)
    assert value(found["auc"]) == pytest.approx(roc_auc_score(won, said))
    assert value(found["average_precision"]) == pytest.approx(average_precision_score(won, said))
    assert value(found["log_loss"]) == pytest.approx(log_loss(won, said))
    assert value(found["brier"]) == pytest.approx(brier_score_loss(won, said))


def test_the_top_of_the_list_is_counted_as_a_person_would() -> None:
    said, won = np.arange(100, 0, -1) / 101, np.r_[np.ones(20), np.zeros(80)]
    found = measure(said, won, np.arange(100).astype(object))
    assert value(found["lift_10"]) == pytest.approx(5.0)
    assert value(found["wins_in_top_half"]) == pytest.approx(1.0)
    flat = measure(np.full(100, 0.2), won, np.arange(100).astype(object))
    assert value(flat["auc"]) == pytest.approx(0.5)
    assert value(flat["lift_10"]) == pytest.approx(1.0)
    assert value(flat["ece"]) == pytest.approx(0.0)


def test_an_order_without_chances_has_no_log_loss() -> None:
    found = measure(*draw(200, seed=4), chances=False)
    assert found["log_loss"] is None
    assert found["ece"] is None
    assert found["auc"] is not None


def test_intervals_hold_the_value_and_cover_the_truth() -> None:
    truth = value(measure(*draw(40_000, seed=99))["auc"])
    covered = 0
    for seed in range(20):
        auc = measure(*draw(400, seed=seed))["auc"]
        assert auc is not None
        assert auc.low <= auc.value <= auc.high
        covered += auc.low <= truth <= auc.high
    assert covered >= 17


def test_rows_of_one_lead_are_drawn_together() -> None:
    said, won, leads = draw(300, seed=5)
    alone = measure(said, won, leads)["auc"]
    thrice = measure(np.tile(said, 3), np.tile(won, 3), np.tile(leads, 3))["auc"]
    assert alone is not None
    assert thrice is not None
    assert thrice.high - thrice.low == pytest.approx(alone.high - alone.low, rel=0.25)
