"""The reps who can be given leads, and why some cannot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from knowledge import staff
from knowledge.crm import Absence, Assignment, Lead, Person, Team


@pytest.fixture
def filled(db, now):
    with db.write() as session:
        session.add_all([Team(id="T-1", name="East"), Team(id="T-2", name="West")])
        session.flush()
        session.add_all([
            Person(id="P-1", name="Ana", team_id="T-1", languages=["German", "en-GB"], skills=["demos"], max_leads=5),
            Person(id="P-2", name="Ben", team_id="T-2", timezone="Pacific/Auckland"),
            Person(id="P-3", name="Cy", team_id="T-2", left_on=now.date()),
            Person(id="P-4", name="Di", active=False),
            Person(id="M-1", name="Mia", role="manager", team_id="T-1"),
        ])  # fmt: skip
        session.flush()
        session.add_all([
            Lead(id="a", owner_id="P-1", country="DE"), Lead(id="b", owner_id="P-1", country="DE", outcome="won"),
            Lead(id="c", owner_id="P-1", merged_into="a"), Lead(id="d", owner_id="P-2", country="US"),
        ])  # fmt: skip
        session.flush()
        given = [("a", "P-1"), ("b", "P-1"), ("b", "P-2"), ("d", "P-2"), ("c", "P-1")]
        session.add_all(
            Assignment(id=f"AS-{n}", lead_id=lead, person_id=person, start=now)
            for n, (lead, person) in enumerate(given)
        )
    return db


def test_reps_who_work_here_are_told_with_what_they_hold_and_speak(filled, now):
    reps = staff.reps(filled, now)
    assert list(reps.index) == ["P-1", "P-2"]
    assert tuple(reps.columns) == staff.COLUMNS
    assert reps.loc["P-1", ["team_id", "languages", "skills", "open_leads"]].tolist() == [
        "T-1", {"de", "en"}, {"demos"}, 1,
    ]  # fmt: skip
    assert reps["max_leads"]["P-1"] == 5
    assert pd.isna(reps["max_leads"]["P-2"])


def test_who_has_no_team_is_told_so_beside_those_who_have_one(filled, now):
    with filled.write() as session:
        session.add(Person(id="P-5", name="Eve"))
    assert staff.reps(filled, now)["team_id"].to_dict() == {"P-1": "T-1", "P-2": "T-2", "P-5": None}


def test_absence_is_by_the_calendar_where_the_person_is(filled):
    # 20:00 in London on the 17th is the morning of the 18th in Auckland.
    evening = datetime(2026, 3, 17, 20, tzinfo=UTC)
    with filled.write() as session:
        day = evening.date() + timedelta(1)
        session.add_all(Absence(id=id_, person_id=id_, start=day, end=day) for id_ in ("P-1", "P-2"))
    assert staff.reps(filled, evening)["away"].to_dict() == {"P-1": False, "P-2": True}
    with filled.read() as session:
        found = staff.unfit(session, ["P-1", "P-2", "P-3", "P-4", "P-9", "M-1"], evening)
    assert found == {"P-2": staff.AWAY, "P-3": staff.LEFT, "P-4": staff.LEFT, "P-9": staff.UNKNOWN}


def test_territories_are_what_teams_were_given(filled):
    found = staff.territories(filled)
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("DE", "T-1", 2), ("DE", "T-2", 1), ("US", "T-2", 1),
    ]  # fmt: skip


def test_books_without_people_have_neither_reps_nor_territories(db, now):
    assert staff.reps(db, now).empty
    assert list(staff.reps(db, now).columns) == list(staff.COLUMNS)
    assert staff.territories(db).empty
