"""Two teams, their managers, and leads to move between their reps."""

from __future__ import annotations

import pytest

from knowledge.crm import Absence, Assignment, Lead, Person, Team
from knowledge.proposals import create


@pytest.fixture
def filled(db, now):
    with db.write() as session:
        session.add_all([Team(id="T-1", name="East", manager_id="M-1"), Team(id="T-2", name="West", manager_id="M-2")])
        session.flush()
        session.add_all(Person(id=id_, name=id_, team_id="T-1") for id_ in ("P-1", "P-2", "P-3"))
        session.add_all(Person(id=f"M-{n}", name=f"M-{n}", role="manager", team_id=f"T-{n}") for n in (1, 2))
        session.add(Person(id="A-1", name="A-1", role="admin"))
        session.flush()
        session.add_all(Lead(id=id_, name=id_, owner_id="P-1") for id_ in "abc")
        session.add(Lead(id="free", name="free"))
        session.flush()
        session.add_all(Assignment(id=f"AS-{id_}", lead_id=id_, person_id="P-1", start=now) for id_ in "abc")
    return db


@pytest.fixture
def propose(filled, now):
    def proposed(*moves, kind="plan", team_ids=("T-1",), at=now, **kwargs):
        given = {"by": "M-1", "arguments": {"pool": "all"}, "figures": {}} | kwargs
        return create(filled, kind=kind, at=at, team_ids=team_ids, moves=moves, **given)

    return proposed


@pytest.fixture
def owner_of(filled):
    def owner(lead_id):
        with filled.read() as session:
            return session.get_one(Lead, lead_id).owner_id

    return owner


@pytest.fixture
def edit(filled):
    """Changes fields of a record, as time does."""

    def edited(table, id_, **fields):
        with filled.write() as session:
            row = session.get_one(table, id_)
            for name, value in fields.items():
                setattr(row, name, value)

    return edited


@pytest.fixture
def leave(filled, now):
    def absent(person_id, days=1):
        with filled.write() as session:
            day = now.date()
            session.add(Absence(id=f"AB-{person_id}", person_id=person_id, start=day, end=day))

    return absent
