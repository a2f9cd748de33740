"""Which columns a model may use, and how they become numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from scoring import columns
from scoring.columns import UNSEEN, bearable

N = 200


def frame(**values: object) -> pd.DataFrame:
    return pd.DataFrame({f"attributes.{name}": pd.Series(value, dtype=object) for name, value in values.items()})


def kinds(table: pd.DataFrame) -> dict[str, str]:
    return {column.name.removeprefix("attributes."): column.kind for column in columns.learn(table).all}


def test_ids_free_text_constants_and_empty_columns_are_left_out() -> None:
    table = frame(
        number=[str(i) for i in range(N)],
        uuid=[f"{i:032x}-x" for i in range(N)],
        note=[
            f"met at the fair, wants a call back about the offer of last week, please; case {i % 9}" for i in range(N)
        ],
        same=["yes"] * N,
        empty=[None] * N,
        city=["Rome", "Oslo"] * (N // 2),
    )
    assert kinds(table) == {"city": "category"}


def test_numbers_written_as_text_are_numbers_and_yes_and_no_are_words() -> None:
    table = frame(
        visits=["1", "2.5", None, "7"] * (N // 4), agreed=[True, False] * (N // 2), mixed=[1, 2, 3, 4] * (N // 4)
    )
    assert kinds(table) == {"visits": "number", "agreed": "category", "mixed": "number"}


def test_a_category_of_many_levels_is_kept() -> None:
    assert kinds(frame(campaign=[f"C{i % 70}" for i in range(N)])) == {"campaign": "category"}


def test_unknown_levels_missing_values_and_vanished_columns_have_their_codes() -> None:
    learnt = columns.learn(frame(city=["Rome", "Rome", "Oslo", "Rome"] * 50, visits=[1, 2, 3, 4] * 50))
    later = learnt.clean(frame(city=["Oslo", None, "Lima", "Rome"]))
    assert list(later.columns) == ["attributes.city", "attributes.visits"]
    matrix = learnt.encode(later)
    assert matrix[:, 0].tolist() == [2.0, 0.0, UNSEEN, 1.0]
    assert np.isnan(matrix[:, 1]).all()


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=3)), max_size=60))
def test_whatever_a_crm_holds_becomes_a_matrix(values: list[object]) -> None:
    table = frame(any=values)
    learnt = columns.learn(table)
    matrix = learnt.encode(learnt.clean(table))
    assert matrix.shape == (len(values), len(learnt.all))
    assert not np.isinf(matrix).any()


CELLS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.text(max_size=1), st.just(["a"]))


@given(
    st.lists(st.tuples(CELLS, CELLS, st.floats()), min_size=1, max_size=40), st.lists(st.tuples(CELLS, CELLS, CELLS))
)
def test_the_matrix_is_that_of_the_cleaned_frame(
    met: list[tuple[object, ...]], later: list[tuple[object, ...]]
) -> None:
    names = {"a": 0, "b": 1, "n": 2}
    tables = [frame(**{name: [row[i] for row in rows] for name, i in names.items()}) for rows in (met, later)]
    counts = pd.DataFrame({"n.call_out.7d": [row[2] for row in met], "number": [row[2] for row in met]})
    tables[0] = tables[0].join(counts)
    learnt = columns.learn(tables[0])
    # Columns that have vanished, and floats that come as anything, are among the later ones.
    for table in (*tables, tables[0].astype(object)):
        assert np.array_equal(learnt.matrix(table), learnt.encode(learnt.clean(table)), equal_nan=True)


def test_a_column_of_lists_does_not_stop_the_others() -> None:
    assert "city" in kinds(frame(tags=[["a"], ["b"]] * (N // 2), city=["Rome", "Oslo"] * (N // 2)))


def test_a_column_of_which_nothing_is_known_bears_a_tree_all_the_same() -> None:
    rows = np.array([[np.nan, 1.0], [np.nan, np.nan], [np.nan, 3.0]])
    assert bearable(rows).tolist()[0] == [0.0, 1.0]
    assert np.isnan(bearable(rows)[1, 1])
