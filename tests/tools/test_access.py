from __future__ import annotations

import pytest

from knowledge.errors import NotAllowed
from tests.company import Books
from tools import access
from tools.base import Refusal
from tools.calls import leads_to_call
from tools.leads import explain_lead, show_lead


def test_a_rep_sees_own_records_the_teams_names_and_nothing_beyond(books: Books) -> None:
    rep = books.person("rep")
    mate, stranger = books.rival(rep, same_team=True), books.rival(rep, same_team=False)
    seen = [
        access.sight(rep, books.roster, owner) for owner in (rep.id, None, mate.id, stranger.id, "nobody-of-that-id")
    ]
    assert seen == ["all", "all", "name", "nothing", "nothing"]


def test_a_manager_sees_the_own_team_and_an_admin_everybody(books: Books) -> None:
    manager, admin = books.person("manager"), books.person("admin")
    mine = next(p for p in books.roster.people if p.team_id in books.roster.teams_of(manager) and p.role == "rep")
    other = next(p for p in books.roster.people if p.team_id not in books.roster.teams_of(manager) and p.role == "rep")
    assert access.sight(manager, books.roster, mine.id) == "all"
    assert access.sight(manager, books.roster, other.id) == "nothing"
    assert access.sight(admin, books.roster, other.id) == "all"


@pytest.mark.parametrize("tool", [explain_lead, show_lead], ids=str)
def test_a_colleagues_lead_is_named_but_not_shown(books: Books, tool: object) -> None:
    rep = books.person("rep")
    lead = books.lead_of(books.rival(rep, same_team=True))
    refused = tool(books.ctx(rep), lead=lead.name)  # type: ignore[operator]
    assert isinstance(refused, Refusal)
    assert refused.reason == "hidden"
    assert str(lead.name) in refused.text
    assert not refused.citations


@pytest.mark.parametrize("tool", [explain_lead, show_lead], ids=str)
def test_a_strangers_lead_is_answered_like_one_that_does_not_exist(books: Books, tool: object) -> None:
    rep = books.person("rep")
    lead = books.lead_of(books.rival(rep, same_team=False))
    hidden = tool(books.ctx(rep), lead=lead.name)  # type: ignore[operator]
    absent = tool(books.ctx(rep), lead="Nobody Atall")  # type: ignore[operator]
    assert isinstance(hidden, Refusal)
    assert isinstance(absent, Refusal)
    assert hidden.reason == absent.reason == "unknown"
    assert hidden.text.split(".")[0].replace(str(lead.name), "X") == absent.text.split(".")[0].replace(
        "Nobody Atall", "X"
    )
    assert str(lead.company) not in hidden.text


def test_beyond_the_team_one_sentence_is_said_whether_somebody_exists_or_not(books: Books) -> None:
    rep = books.person("rep")
    stranger = books.rival(rep, same_team=False)
    hidden = leads_to_call(books.ctx(rep), owner=stranger.name)
    absent = leads_to_call(books.ctx(rep), owner="Nobody Atall")
    assert hidden.text == absent.text == access.BEYOND


def test_team_means_own_records_to_a_rep_the_team_to_a_manager_and_everything_to_an_admin(books: Books) -> None:
    rep, manager, admin = (books.person(role) for role in ("rep", "manager", "admin"))
    assert access.scope(books.ctx(rep), "team").owner_ids == [rep.id]
    assert access.scope(books.ctx(rep), "team").hidden_people
    team = access.scope(books.ctx(manager), "team").owner_ids
    assert team is not None
    assert len(team) > 3
    assert access.scope(books.ctx(admin), "team").owner_ids is None


def test_a_manager_may_ask_for_a_rep_of_the_own_team_alone(books: Books) -> None:
    manager = books.person("manager")
    other = next(p for p in books.roster.people if p.role == "rep" and p.team_id not in books.roster.teams_of(manager))
    mine = next(p for p in books.roster.people if p.role == "rep" and p.team_id in books.roster.teams_of(manager))
    assert access.scope(books.ctx(manager), mine.first_name).owner_ids == [mine.id]
    with pytest.raises(NotAllowed):
        access.scope(books.ctx(manager), other.name)


def test_a_room_may_see_only_what_everyone_in_it_may(books: Books) -> None:
    rep, manager = books.person("rep"), books.person("manager")
    mate = books.rival(rep, same_team=True)
    manager = next(p for p in books.roster.people if p.role == "manager" and rep.team_id in books.roster.teams_of(p))
    assert access.may_all_see([rep, manager], books.roster, [rep.id])
    assert not access.may_all_see([rep, mate], books.roster, [rep.id])
    assert not access.may_all_see([rep, None], books.roster, [None])
