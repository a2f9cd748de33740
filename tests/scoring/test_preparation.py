"""Columns are laid out as scikit-learn would, to the last bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer

from scoring import preparation
from scoring.columns import UNSEEN
from scoring.preparation import LEVEL_SHARE, Layout

KINDS = ("known", "gaps", "constant", "counts", "empty", "category", "rare")


def column(kind: str, n: int, random: np.random.Generator) -> np.ndarray:
    """A column as it may be met: codes with levels rare and frequent, or numbers with ties and gaps."""
    values = random.normal(size=n) * 100
    if kind == "gaps":
        values[random.random(n) < 0.5] = np.nan
    elif kind == "constant":
        values[:] = 7.0
    elif kind == "counts":
        values = random.poisson(0.5, n).astype(float)
    elif kind == "empty":
        values[:] = np.nan
    elif kind in ("category", "rare"):
        values = random.integers(-1, 3 if kind == "category" else n, n).astype(float)
    return values


def taught(kinds: list[str], rows: np.ndarray) -> ColumnTransformer:
    is_category = np.array([kind in ("category", "rare") for kind in kinds])
    return preparation.untaught(is_category, len(rows), 0).fit(rows)


def told(kinds: list[str], n: int, random: np.random.Generator) -> np.ndarray:
    return np.column_stack([column(kind, n, random) for kind in kinds])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(KINDS), min_size=1, max_size=6),
    st.sampled_from([60, 3 * LEVEL_SHARE]),
    st.integers(0, 2**32 - 1),
)
def test_rows_are_laid_out_as_by_the_parts_that_learnt_it(kinds: list[str], n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = told(kinds, n, random)
    learnt = taught(kinds, rows)
    layout = Layout(learnt)
    # Rows met, and others: with numbers beyond those met and levels never met.
    for some in (rows, told(kinds, 90, random), rows[:1]):
        assert np.array_equal(layout(some), learnt.transform(some))


def test_a_level_never_met_is_laid_out_as_the_rare_ones_or_as_none() -> None:
    kinds = ["category", "rare"]
    n = 3 * LEVEL_SHARE
    rows = np.column_stack([np.repeat([0.0, 1.0, 2.0], LEVEL_SHARE), np.r_[np.zeros(n - 20), np.arange(1.0, 21.0)]])
    learnt, beyond = taught(kinds, rows), np.array([[UNSEEN, UNSEEN], [9.0, 99.0]])
    assert np.array_equal(Layout(learnt)(beyond), learnt.transform(beyond))
    assert (Layout(learnt)(beyond)[:, :3] == 0).all()
    assert (Layout(learnt)(beyond).sum(axis=1) == 1).all()


def test_a_level_met_once_has_a_column_of_its_own_where_rows_are_few() -> None:
    few, many = (np.r_[np.zeros(n - 2), 1.0, 2.0][:, None] for n in (60, 3 * LEVEL_SHARE))
    widths = [Layout(taught(["category"], rows)).width for rows in (few, many)]
    assert widths == [3, 2]


def test_laying_out_leaves_the_rows_as_they_were() -> None:
    rows = told(["gaps", "category"], 60, np.random.default_rng(0))
    before = rows.copy()
    Layout(taught(["gaps", "category"], rows))(rows)
    assert np.array_equal(rows, before, equal_nan=True)
