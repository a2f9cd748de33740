"""Who is meant, and who sits behind a Slack user."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge import crm, people
from knowledge.errors import UnknownPerson
from knowledge.people import Person, Roster


@pytest.fixture
def staffed(db):
    with db.write() as session:
        session.add_all([crm.Team(id="T-1", name="North", manager_id="P-3"), crm.Team(id="T-2", name="South")])
        session.flush()
        session.add_all([
            crm.Person(id="P-1", name="Ana Ruiz", email="Ana@acme.test", team_id="T-1", slack_user_id="U1"),
            crm.Person(id="P-2", name="Ana Berg", team_id="T-2", email="shared@acme.test"),
            crm.Person(id="P-3", name="Mia Chen", role="manager", team_id="T-2", email="shared@acme.test"),
            crm.Person(id="P-4", name="Otto Gone", team_id="T-1", left_on=date(2026, 1, 1)),
            crm.Person(id="P-5", name="Ivo Idle", team_id="T-1", active=False),
        ])  # fmt: skip
    return db


def link(db, person_id, team="W1", user="U9"):
    people.link(db, person_id, slack_team_id=team, slack_user_id=user)


def test_people_are_found_by_id_name_email_or_a_part_of_the_name(staffed):
    roster = people.roster(staffed)
    for text in ("P-1", "p-1", " ana ruiz ", "ANA@ACME.TEST", "Ruiz"):
        assert people.find(roster, text).id == "P-1", text
    assert people.find(roster, "mia").id == "P-3"


def test_nobody_and_several_are_refused_with_a_way_on(staffed):
    roster = people.roster(staffed)
    with pytest.raises(UnknownPerson, match=r'"Ana" fits several people: Ana Berg, Ana Ruiz\. Use the full name'):
        people.find(roster, "Ana")
    with pytest.raises(UnknownPerson, match="fits several"):
        people.find(roster, "shared@acme.test")
    for text in ("", "Zoe", "An", "Otto Gone", "Ivo Idle"):  # the last two are not active
        with pytest.raises(UnknownPerson, match=f'Nobody called "{text}" is known; `callsheet people` lists who is'):
            people.find(roster, text)


def test_a_roster_knows_teams_managers_and_those_who_left(staffed):
    roster = people.roster(staffed)
    mia = people.find(roster, "Mia Chen")
    assert mia.team == "South"
    assert mia.first_name == "Mia"
    assert roster.teams_of(mia) == {"T-1", "T-2"}
    assert [person.id for person in roster.members(frozenset({"T-1"}))] == ["P-1", "P-5", "P-4"]
    assert (roster.name("P-1"), roster.name(None), roster.name("P-99")) == ("Ana Ruiz", "nobody", "P-99")


def test_a_slack_user_is_the_person_linked_in_that_workspace(staffed):
    link(staffed, "P-3")
    roster = people.roster(staffed)
    assert people.by_slack(roster, "W1", "U9").id == "P-3"
    assert people.by_slack(roster, "W2", "U9") is None
    assert people.by_slack(roster, "any", "U1").id == "P-1"  # imported without a workspace: holds in every one
    assert people.by_slack(roster, "W1", "U-unknown") is None


def test_a_new_link_ends_the_old_one_wherever_it_came_from(staffed):
    link(staffed, "P-2", user="U1")
    roster = people.roster(staffed)
    assert people.by_slack(roster, "W1", "U1").id == "P-2"
    assert roster.get("P-1").slack_user_id is None


def test_the_same_user_id_of_another_workspace_keeps_its_link(staffed):
    link(staffed, "P-2", team="W1")
    link(staffed, "P-3", team="W2")
    roster = people.roster(staffed)
    assert [people.by_slack(roster, team, "U9").id for team in ("W1", "W2")] == ["P-2", "P-3"]


def test_linking_to_nobody_is_refused_and_changes_nothing(staffed):
    link(staffed, "P-2")
    with pytest.raises(UnknownPerson):
        link(staffed, "P-99")
    assert people.by_slack(people.roster(staffed), "W1", "U9").id == "P-2"


def test_those_who_left_answer_to_no_slack_user(staffed):
    link(staffed, "P-4")
    assert people.by_slack(people.roster(staffed), "W1", "U9") is None


def test_an_email_that_two_share_is_nobody_s():
    mia, bo = (Person(id_, id_, "rep", email=f"{id_}@acme.test") for id_ in ("mia", "bo"))
    assert people.by_email(Roster([mia, bo], {}), " MIA@acme.test ") is mia
    twin = Person("mia-2", "Mia Two", "rep", email="Mia@acme.test")
    assert people.by_email(Roster([mia, bo, twin], {}), "mia@acme.test") is None
