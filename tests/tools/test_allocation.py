"""One lead and the reps: who fits, why it went where it went, and the appeal of who wanted it."""

from __future__ import annotations

import pytest

from knowledge import proposals
from knowledge.crm import Lead
from knowledge.people import Person
from tests.company import Books
from tools.allocation import Assigned, BestRep, best_rep, explain_assignment
from tools.appeals import AppealView, appeal_assignment, appeal_news, decide_appeal
from tools.base import Refusal


@pytest.fixture
def rival(books: Books) -> Person:
    """A colleague of the rep who asks."""
    return books.rival(books.person("rep"), same_team=True)


@pytest.fixture
def lead(books: Books, rival: Person) -> Lead:
    """A lead of that colleague."""
    return books.lead_of(rival)


def manager_of(books: Books, rep: Person) -> Person:
    return next(p for p in books.roster.people if rep.team_id in books.roster.managed.get(p.id, ()))


def appealed(books: Books, lead: Lead) -> AppealView:
    result = appeal_assignment(books.ctx(books.person("rep")), lead=lead.id, text="We met at the fair.")
    assert isinstance(result, AppealView), result.text
    return result


def test_a_manager_hears_who_fits_with_chance_load_and_reasons(books: Books, lead: Lead, rival: Person) -> None:
    asker = manager_of(books, rival)
    found = best_rep(books.ctx(asker), lead=lead.id)
    assert isinstance(found, BestRep), found.text
    assert rival.id in {each.person_id for each in found.reps} or found.is_ranked
    # What to do with it comes first.
    assert found.text.startswith((f"Give {lead.name} to ", f"{lead.name} is in the best hands"))
    for each in found.reps:
        person = books.roster.get(each.person_id)
        assert person is not None
        assert person.team_id == rival.team_id
        assert each.chance is not None
        assert each.chance.low <= each.chance.value <= each.chance.high
        assert f"{each.leads} open lead" in found.text


def test_a_rep_hears_names_and_what_speaks_for_them_but_no_colleagues_chance_or_load(books: Books) -> None:
    rep = books.person("rep")
    found = best_rep(books.ctx(rep), lead=books.lead_of(rep).id)
    assert isinstance(found, BestRep), found.text
    others = [each for each in found.reps if each.person_id != rep.id]
    assert others
    assert all((each.chance, each.leads, each.room) == (None, None, None) for each in others)
    for line in found.text.splitlines()[1:]:
        if rep.name not in line:
            assert "%" not in line
            assert "open lead" not in line


def test_why_not_me_is_answered_with_the_own_value_and_the_difference_alone(
    books: Books, lead: Lead, rival: Person
) -> None:
    rep = books.person("rep")
    found = explain_assignment(books.ctx(rep), lead=lead.id)
    assert isinstance(found, Assigned), found.text
    assert found.owner == rival.name
    assert found.may_appeal
    assert {each.person_id for each in found.compared} <= {rep.id}
    assert f"{rival.name} has had" in found.text
    assert "With you it would stand at" in found.text
    assert f"leads/{lead.id}" not in {cite.key for cite in found.citations}
    mine = explain_assignment(books.ctx(rep), lead=books.lead_of(rep).id)
    assert isinstance(mine, Assigned)
    assert not mine.may_appeal
    assert mine.compared == ()


def test_beyond_the_own_team_a_lead_is_not_heard_of(books: Books) -> None:
    rep = books.person("rep")
    far = books.lead_of(books.rival(rep, same_team=False))
    for tool in (best_rep, explain_assignment):
        refused = tool(books.ctx(rep), lead=far.name)
        assert isinstance(refused, Refusal)
        assert "that you may see" in refused.text
    assert isinstance(appeal_assignment(books.ctx(rep), lead=far.id, text="mine"), Refusal)


def test_an_appeal_is_heard_by_the_manager_with_its_cost_and_granted(books: Books, lead: Lead, rival: Person) -> None:
    rep, asker = books.person("rep"), manager_of(books, rival)
    made = appealed(books, lead)
    assert made.cost is None
    assert not made.may_decide
    heard = appeal_news(books.ctx(asker), appeal=made.appeal)
    assert isinstance(heard, AppealView), heard.text
    assert heard.may_decide
    assert "We met at the fair." in heard.text
    for stranger in (rep, rival):
        assert isinstance(decide_appeal(books.ctx(stranger), appeal=made.appeal, decision="grant"), Refusal)
    settled = decide_appeal(books.ctx(asker), appeal=made.appeal, decision="grant", reason="They know each other.")
    assert isinstance(settled, AppealView), settled.text
    assert settled.status == "granted"
    assert books.owner_of(lead.id) == rep.id
    told = appeal_news(books.ctx(rep), appeal=made.appeal)
    assert "granted" in told.text
    assert "They know each other." in told.text
    why = explain_assignment(books.ctx(rep), lead=lead.id)
    assert "They know each other." in why.text


def test_a_refused_appeal_leaves_the_lead_where_it_is_and_is_on_record(books: Books, lead: Lead, rival: Person) -> None:
    made = appealed(books, lead)
    again = appeal_assignment(books.ctx(books.person("rep")), lead=lead.id, text="please")
    assert isinstance(again, Refusal)
    settled = decide_appeal(
        books.ctx(manager_of(books, rival)), appeal=made.appeal, decision="refuse", reason="Not now."
    )
    assert isinstance(settled, AppealView), settled.text
    assert books.owner_of(lead.id) == rival.id
    kept = proposals.decisions(books.db, subject="appeal", ids=[made.appeal])
    assert [each.decision for each in kept] == ["appealed", "refused"]
    assert isinstance(appeal_news(books.ctx(rival), appeal=made.appeal), Refusal)
