"""The hazard of coming to an end, on cases whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.deals.hazard import PERIODS, Hazard, Standing

DAYS = 28.0


def _standing(*columns: np.ndarray, pace: tuple[float, ...]) -> Standing:
    return Standing(np.column_stack(columns), np.array(pace), np.zeros(len(columns[0])))


@pytest.fixture(scope="module")
def constant() -> tuple[Standing, np.ndarray, np.ndarray]:
    """Cases that end at a rate of a tenth a day, followed for anything up to the whole horizon."""
    random = np.random.default_rng(0)
    n = 1500
    return _standing(random.normal(size=n), pace=(0.0,)), random.exponential(10.0, n), random.uniform(0.0, DAYS, n)


def test_cases_that_are_open_still_do_not_make_the_rest_look_fast(constant) -> None:
    cases, left, followed = constant
    hazard = Hazard(DAYS).fit(cases, left, followed)
    still_open = hazard.open_after(cases)
    assert np.median(hazard.quantile(still_open, 0.5)) == pytest.approx(10 * np.log(2), abs=1.2)
    assert np.median(left[left <= followed]) < 5
    assert still_open[:, 14].mean() == pytest.approx(np.exp(-1.4), abs=0.05)
    assert (np.diff(still_open, axis=1) <= 0).all()


def test_what_happened_after_a_case_was_followed_is_not_looked_at(constant) -> None:
    cases, left, followed = constant
    known, hidden = (
        Hazard(DAYS).fit(cases, ends, followed).open_after(cases)
        for ends in (left, np.where(left <= followed, left, np.inf))
    )
    assert (known == hidden).all()


def test_clocks_go_on_while_a_case_waits() -> None:
    random = np.random.default_rng(0)
    age = random.uniform(0.0, 29.0, 800)
    cases, left = _standing(age, pace=(1.0,)), 30.0 - age
    hazard = Hazard(DAYS).fit(cases, left, np.full(800, DAYS))
    said = hazard.quantile(hazard.open_after(cases), 0.5)
    assert np.abs(said - left.clip(max=DAYS)).mean() < 1.0


def test_a_quantile_lies_between_periods_and_at_the_horizon_where_too_few_end() -> None:
    still_open = np.ones((2, PERIODS + 1))
    still_open[0, 3:] = 0.2
    assert Hazard(DAYS).quantile(still_open, 0.5) == pytest.approx([2 + 0.5 / 0.8, DAYS])


def test_cases_that_all_ended_at_once_leave_nothing_open() -> None:
    cases = _standing(np.arange(100.0), pace=(0.0,))
    hazard = Hazard(DAYS).fit(cases, np.full(100, 0.5), np.full(100, DAYS))
    assert (hazard.quantile(hazard.open_after(cases), 0.5) <= 1).all()
