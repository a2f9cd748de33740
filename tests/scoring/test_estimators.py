"""Families of learners add up, and no member is asked about leads it has seen."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.columns import UNSEEN
from scoring.estimators import FAMILIES, ROWS_FOR_THREADS, Family, Linear, Trees

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
            same_size(kind(seed=1).fit(values, labels, is_category=IS_CATEGORY, folds=folds)).unseen(values, folds)
            for labels in (won, turned)
        )
        assert np.array_equal(before[folds == 2], after[folds == 2])
        assert not np.array_equal(before[folds == 1], after[folds == 1])


def test_later_rows_are_foretold_from_earlier_ones_alone(rows: tuple[np.ndarray, ...]) -> None:
    values, won, folds = rows
    early = np.arange(len(won)) < 600
    late = np.arange(len(won)) >= 700
    which = {"none": early & late, "late": ~early, "early": early}
    turned = {name: np.where(some, 1 - won, won) for name, some in which.items()}
    for kind in FAMILIES.values():
        family = kind(seed=1).fit(values, won, is_category=IS_CATEGORY, folds=folds)
        said = {name: family.foretold(values, labels, folds, early=early, late=late) for name, labels in turned.items()}
        assert said["none"].shape == (200,)
        assert np.array_equal(said["none"], said["late"])
        assert np.corrcoef(said["none"], said["early"])[0, 1] < 0
        assert np.corrcoef(said["none"], family.unseen(values, folds)[late])[0, 1] > 0.8


def same_size(family: Family) -> Family:
    # The number of trees is the one thing that all folds decide together.
    return family.keep(1) if isinstance(family, Trees) else family


def test_trees_taken_back_leave_what_the_first_ones_said(rows: tuple[np.ndarray, ...]) -> None:
    values, won, folds = rows
    family = Trees(seed=1).fit(values, won, is_category=np.zeros(3, dtype=bool), folds=folds)
    staged = np.array([list(model.staged_decision_function(values[:60])) for _, model in family.members])
    assert staged.shape[1] > 3
    assert np.allclose(family.keep(3).log_odds(values[:60]), staged[:, 2].T, atol=1e-12)
    base, effects = family.contributions(values[:60])
    assert np.allclose(base + effects.sum(axis=1), staged[:, 2].mean(axis=0), atol=1e-9)


@pytest.mark.usefixtures("in_earnest")
def test_there_are_as_many_trees_as_the_rows_bear() -> None:
    random = np.random.default_rng(0)
    values, folds = random.normal(size=(4000, 6)), np.arange(4000) % 5
    interplay = 3 * values[:, 0] * values[:, 1] + 3 * values[:, 2] * values[:, 3]
    many, few = (
        Trees().fit(values, won, is_category=np.zeros(6, dtype=bool), folds=folds).members[0][1].n_iter_
        for won in ((interplay > 0).astype(float), (random.random(4000) < 0.5).astype(float))
    )
    assert few < 20
    assert many > 60


def test_a_column_that_came_in_lately_stops_nobody_from_foretelling(rows: tuple[np.ndarray, ...]) -> None:
    values, won, folds = rows
    early = np.arange(len(won)) < 500
    lately = np.where(early, np.nan, values[:, 1])
    grown = np.column_stack([lately, values])
    family = Trees(seed=1).fit(grown, won, is_category=np.array([False, *IS_CATEGORY]), folds=folds)
    assert np.isfinite(family.foretold(grown, won, folds, early=early, late=~early)).all()


def test_a_linear_family_fitted_anew_forgets_how_columns_were_laid_out(rows: tuple[np.ndarray, ...]) -> None:
    values, won, folds = rows
    fresh, again = Linear(seed=1), Linear(seed=1)
    again.fit(values * [9, 9, 1], won, is_category=IS_CATEGORY, folds=folds).log_odds(values)
    fresh.fit(values, won, is_category=IS_CATEGORY, folds=folds)
    again.fit(values, won, is_category=IS_CATEGORY, folds=folds)
    assert np.array_equal(again.log_odds(values), fresh.log_odds(values))


def test_few_rows_are_judged_as_they_are_among_many(family: Family, rows: tuple[np.ndarray, ...]) -> None:
    many = np.tile(rows[0], (2, 1))
    assert len(many) > ROWS_FOR_THREADS > 7
    assert np.allclose(family.log_odds(many[:7]), family.log_odds(many)[:7], atol=1e-12)
