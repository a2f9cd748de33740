"""The reps that a lead may be matched with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from knowledge import staff
from knowledge.database import Database
from scoring.reps import Reps
from tests.company import NOW, Books


@pytest.fixture
def books(company_file: Path, tmp_path: Path) -> Iterator[Books]:
    shutil.copy(company_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    yield Books(db)
    db.engine.dispose()


@pytest.fixture
def reps(books: Books) -> Reps:
    return Reps.of(staff.reps(books.db, NOW), NOW)


def test_reps_are_read_with_their_loads_languages_and_tenure(books: Books, reps: Reps) -> None:
    ana = books.person("rep")
    place = reps.ids.index(ana.id)
    assert reps.team[place] == ana.team_id
    assert "en" in reps.languages[place]
    assert reps.load[place] > 0
    assert reps.tenure_days[place] > 365
    assert "discovery" in reps.skills[place]


def test_who_left_is_no_rep(books: Books, reps: Reps) -> None:
    gone = [person.id for person in books.roster.people if person.role == "rep" and not person.active]
    assert gone
    assert not set(gone) & set(reps.ids)


def test_some_of_them_are_taken_in_a_given_order(reps: Reps) -> None:
    some = reps.take([3, 0])
    assert some.ids == (reps.ids[3], reps.ids[0])
    np.testing.assert_array_equal(some.load, reps.load[[3, 0]])
    assert len(some) == 2
