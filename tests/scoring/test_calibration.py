"""What members say becomes a chance that means what it says."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from scoring.calibration import Calibration, jackknife, recent


def said(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    truth = random.normal(-1, 1.2, n)
    return truth, (random.random(n) < expit(truth)).astype(float)


def test_what_is_said_too_loudly_is_toned_down() -> None:
    truth, won = said()
    fitted = Calibration.learn((3 * truth + 2)[:, None], won, np.arange(len(won)))
    assert np.allclose(fitted.log_odds((3 * truth + 2)[:, None]), truth, atol=0.35)


def test_a_family_that_knows_nothing_gets_no_weight_and_none_is_negative() -> None:
    truth, won = said()
    random = np.random.default_rng(1)
    both = np.column_stack([truth, random.normal(size=len(won)), -truth])
    weights = Calibration.learn(both, won, np.arange(len(won))).weights
    assert weights[0] > 0.8
    assert weights[1] < 0.1
    assert weights[2] == 0


def test_members_that_disagree_widen_the_interval() -> None:
    fitted = Calibration(0.0, np.ones(1), np.zeros((2, 2)), pooled=0.1)
    agree, differ = np.zeros((1, 1, 5)), np.array([-2.0, -1.0, 0.0, 1.0, 2.0]).reshape(1, 1, 5)
    (low, high), (lower, higher) = fitted.interval(agree), fitted.interval(differ)
    assert lower < low < 0 < high < higher


def test_the_interval_holds_the_value_even_at_the_extremes() -> None:
    fitted = Calibration(0.0, np.ones(1), np.zeros((2, 2)))
    members = np.repeat(np.linspace(-9, 9, 50)[:, None, None], 5, axis=2)
    low, high = fitted.interval(members)
    value = fitted.log_odds(members.mean(axis=2))
    assert (low <= value).all()
    assert (value <= high).all()


def test_rows_of_one_lead_do_not_count_as_many() -> None:
    truth, won = said(800)
    once = Calibration.learn(truth[:, None], won, np.arange(800)).covariance
    many = Calibration.learn(np.tile(truth, 4)[:, None], np.tile(won, 4), np.tile(np.arange(800), 4)).covariance
    assert np.allclose(once, many, rtol=0.1, atol=1e-4)


def test_the_jackknife_of_a_mean_is_its_variance() -> None:
    values = np.random.default_rng(0).normal(size=(3, 5))
    left_out = (values.sum(axis=1, keepdims=True) - values) / 4
    assert np.allclose(jackknife(left_out), values.var(axis=1, ddof=1) / 5)


def test_newer_outcomes_move_and_stretch_what_was_said_and_nothing_else() -> None:
    truth, won = said()
    both = np.column_stack([truth, truth / 2])
    old = Calibration(-1.0, np.array([0.4, 0.2]), np.zeros((3, 3)), pooled=0.1)
    new = old.updated(both, won, np.arange(len(won)), np.ones(len(won)))
    assert np.allclose(new.log_odds(both), truth, atol=0.25)
    assert np.allclose(new.weights / old.weights, new.weights[0] / old.weights[0])
    assert new.covariance.shape == (3, 3)
    assert (np.diag(new.covariance) > 0).all()


def test_the_latest_outcomes_count_most_but_never_a_handful_alone() -> None:
    many = recent(np.arange(1, 10_001) / 10_000)
    assert many[-1] == 1
    assert np.isclose(many[-1 - 800], 0.5)
    few = recent(np.arange(1, 201) / 200)
    assert np.isclose(few[-1 - 100], 0.5)
    assert (recent(np.ones(50)) == 1).all()


def test_a_win_rate_that_jumps_is_followed_and_one_that_stands_costs_little() -> None:
    random = np.random.default_rng(0)

    def excess(jump: float) -> tuple[float, float]:
        """Mean error of the chances said of the next leads: all outcomes weighed alike, and by how late they are."""
        heard, n = random.normal(-1, 1.2, 6000), 5000
        moved = heard + jump * (np.arange(6000) > 4000)
        won = (random.random(6000) < expit(moved)).astype(float)
        weights = (np.ones(n), recent(np.arange(1, n + 1) / n))
        fits = [Calibration.learn(heard[:n, None], won[:n], np.arange(n), weight) for weight in weights]
        alike, late = (float(np.abs(expit(fit.log_odds(heard[n:, None])) - expit(moved[n:])).mean()) for fit in fits)
        return alike, late

    alike, late = excess(1.0)
    assert late < alike / 3
    alike, late = excess(0.0)
    assert late < 0.02
