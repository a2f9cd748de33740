"""Families of learners add up, and no member is asked about leads it has seen."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.columns import UNSEEN
from scoring.estimators import FAMILIES, Family

IS_CATEGORY = np.array([False, False, True])


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    level = random.integers(0, 30, 900).astype(float)
    number = random.normal(size=900)
    number[random.random(900) < 0.2] = np.nan
    won = (np.nan_to_num(number) + (level > 15) + random.normal(size=900) > 0.5).astype(float)
    return np.column_stack([number, random.normal(size=900), level]), won, np.arange(900) % 5


@pytest.fixture(scope="module", params=list(FAMILIES))
def family(request: pytest.FixtureRequest, rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Family:
    values, won, folds = rows
    return FAMILIES[request.param](seed=1).fit(values, won, is_category=IS_CATEGORY, folds=folds)


def test_contributions_sum_to_the_mean_of_the_members(family: Family, rows: tuple[np.ndarray, ...]) -> None:
    odd = np.vstack([rows[0][:200], [[np.nan, np.nan, UNSEEN], [9.0, -9.0, 0.0]]])
    base, effects = family.contributions(odd)
    assert effects.shape == odd.shape
    assert np.allclose(base + effects.sum(axis=1), family.log_odds(odd).mean(axis=1), atol=1e-9)


def test_unseen_rows_are_judged_by_the_member_that_left_them_out(family: Family, rows: tuple[np.ndarray, ...]) -> None:
    values, _, folds = rows
    assert np.allclose(family.unseen(values, folds), family.log_odds(values)[np.arange(len(values)), folds])


def test_the_outcome_of_a_fold_does_not_reach_its_own_prediction(rows: tuple[np.ndarray, ...]) -> None:
    values, won, folds = rows
    turned = np.where(folds == 2, 1 - won, won)
    for kind in FAMILIES.values():
        before, after = (
            kind(seed=1).fit(values, labels, is_category=IS_CATEGORY, folds=folds).unseen(values, folds)
            for labels in (won, turned)
        )
        assert np.array_equal(before[folds == 2], after[folds == 2])
        assert not np.array_equal(before[folds == 1], after[folds == 1])
