"""The tables fit the words they are described with."""

from __future__ import annotations

from typing import get_args

import pytest
from sqlalchemy import Table as Schema

from knowledge.crm import BOOKS, CONVERSATIONS, DISPOSITIONS, NATURAL_KEYS, OUTCOMES, ROLES, Outcome, Role


def schema(name: str) -> Schema:
    return BOOKS[name].__table__


def test_tables_come_after_those_they_point_at():
    names = list(BOOKS)
    for name in names:
        for key in schema(name).foreign_keys:
            assert names.index(key.column.table.name) < names.index(name), (name, key.column.table.name)


@pytest.mark.parametrize("name", NATURAL_KEYS)
def test_a_natural_key_is_made_of_columns_that_the_table_has(name):
    assert set(NATURAL_KEYS[name]) <= set(schema(name).columns.keys())


@pytest.mark.parametrize("name", BOOKS)
def test_every_row_of_the_books_has_an_id_of_text(name):
    (key,) = schema(name).primary_key.columns
    assert key.name == "id"
    assert key.type.python_type is str


def test_closed_sets_are_the_same_for_people_and_for_the_type_checker():
    assert get_args(Role) == ROLES
    assert get_args(Outcome) == OUTCOMES
    assert set(CONVERSATIONS) < set(DISPOSITIONS)
