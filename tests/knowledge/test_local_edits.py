"""An owner given here stands against every file that still knows the old one, until a file says the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge.assigning import assign
from knowledge.crm import Assignment, Lead, Person
from knowledge.imports import load_file
from knowledge.local_edits import LocalEdit

DAY = timedelta(days=1)


@pytest.fixture
def load(db, tmp_path, now):
    def loaded(table, text):
        (tmp_path / "file.csv").write_text(text)
        return load_file(db, tmp_path / "file.csv", table, now=now)

    with db.write() as session:
        session.add_all(Person(id=id_, name=id_) for id_ in ("P-1", "P-2", "P-3"))
    return loaded


def give(db, to_id, at):
    with db.write() as session:
        assign(session, "a", to_id, at=at, by="M-1", reason="better")


def lead(db, id_="a"):
    with db.read() as session:
        return session.get_one(Lead, id_)


def test_a_file_that_knows_the_old_owner_changes_the_rest_alone(db, load, now):
    load("leads", "id,owner_id,status\na,P-1,new\nb,P-1,new\n")
    give(db, "P-2", now)
    report = load("leads", "id,owner_id,status\na,P-1,called\nb,P-3,called\n")
    assert (report.changed, report.unchanged) == (2, 0)
    assert [(lead(db, id_).owner_id, lead(db, id_).status) for id_ in "ab"] == [("P-2", "called"), ("P-3", "called")]


def test_nothing_changes_where_the_old_owner_is_all_that_a_file_says_otherwise(db, load, now):
    load("leads", "id,owner_id\na,P-1\n")
    give(db, None, now)
    assert load("leads", "id,owner_id\na,P-1\n").unchanged == 1
    assert lead(db).owner_id is None


def test_once_a_file_says_the_same_the_next_one_is_believed(db, load, now):
    load("leads", "id,owner_id\na,P-1\n")
    give(db, "P-2", now)
    load("leads", "id,owner_id\na,P-2\n")
    with db.read() as session:
        assert session.scalars(select(LocalEdit).where(LocalEdit.table == "leads")).all() == []
    load("leads", "id,owner_id\na,P-3\n")
    assert lead(db).owner_id == "P-3"


def test_an_assignment_that_was_ended_here_is_not_opened_again(db, load, now):
    text = f"id,lead_id,person_id,from,to\nAS-1,a,P-1,{(now - DAY).isoformat()},\n"
    load("leads", "id,owner_id\na,P-1\n")
    load("assignments", text)
    give(db, "P-2", now)
    load("assignments", text)
    with db.read() as session:
        rows = session.scalars(select(Assignment).order_by(Assignment.start))
        assert [(row.person_id, row.end) for row in rows] == [("P-1", now), ("P-2", None)]
