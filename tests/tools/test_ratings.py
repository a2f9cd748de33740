"""A person's word on a lead: who may give it, and where it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from scipy.special import expit, logit

from knowledge import overrides, scores
from knowledge.crm import Lead
from knowledge.overrides import IN_FORCE, STEP
from knowledge.people import Person
from tests.company import NOW, Books
from tools.base import Refusal
from tools.calls import CallList, leads_to_call
from tools.leads import LeadExplanation, explain_lead
from tools.models import model_report
from tools.ratings import Rating, rate_lead


def rated(books: Books, lead: str, view: str) -> Rating:
    result = rate_lead(books.ctx(books.person("rep")), lead=lead, view=view)
    assert isinstance(result, Rating), result.text
    return result


def explained(books: Books, lead: str) -> LeadExplanation:
    result = explain_lead(books.ctx(books.person("rep")), lead=lead)
    assert isinstance(result, LeadExplanation), result.text
    return result


def listed(books: Books, days: float = 0) -> CallList:
    result = leads_to_call(books.ctx(books.person("rep"), NOW + timedelta(days=days)), limit=25)
    assert isinstance(result, CallList), result.text
    return result


@pytest.mark.parametrize(("view", "shift"), [("higher", STEP), ("lower", -STEP)])
def test_a_word_moves_the_chance_wherever_it_is_shown_and_says_whose_it_is(
    books: Books, view: str, shift: float
) -> None:
    rep, before = books.person("rep"), listed(books).cards[0]
    assert before.chance is not None
    said = rated(books, before.lead_id, view)
    assert said.model_chance == pytest.approx(before.chance)
    told = explained(books, before.lead_id)
    expected = float(expit(logit(before.chance) + shift))
    assert said.chance == pytest.approx(expected)
    assert told.chance == pytest.approx(expected)
    assert told.low < told.chance < told.high
    assert told.base + sum(reason.effect for reason in told.reasons) == pytest.approx(logit(told.chance))
    assert f"{rep.name} rates it {view} than the model" in {reason.text for reason in told.reasons}
    after = next(card for card in listed(books).cards if card.lead_id == before.lead_id)
    assert after.chance == pytest.approx(expected)


def test_the_order_follows_a_word_and_comes_back_when_it_is_taken_back(books: Books) -> None:
    def rank(lead_id: str) -> int:
        return [card.lead_id for card in listed(books).cards].index(lead_id)

    order = [card.lead_id for card in listed(books).cards]
    last = order[11]
    rated(books, last, "higher")
    assert rank(last) < 11
    assert explained(books, last).rated == "higher"
    rated(books, last, "as the model")
    assert [card.lead_id for card in listed(books).cards] == order
    assert explained(books, last).rated is None


def test_a_word_that_has_run_out_counts_no_longer(books: Books) -> None:
    lead_id = listed(books).cards[0].lead_id
    rated(books, lead_id, "higher")
    listed(books)
    assert scores.stale_ids(books.db) == []
    days = IN_FORCE.days + 1
    listed(books, days)
    assert overrides.in_force(books.db, NOW + timedelta(days=days)) == {}
    assert scores.read(books.db, "ranking", [lead_id])["as_of"].tolist() == [NOW + timedelta(days=days)]


def test_only_whoever_may_see_the_whole_record_may_rate_it(books: Books) -> None:
    rep = books.person("rep")
    lead = books.lead_of(rep)
    for rival in (books.rival(rep, same_team=True), books.rival(rep, same_team=False)):
        assert isinstance(rate_lead(books.ctx(rival), lead=lead.id, view="higher"), Refusal)
    assert overrides.in_force(books.db, NOW) == {}
    manager = next(p for p in books.roster.people if rep.team_id in books.roster.managed.get(p.id, ()))
    for asker in (manager, books.person("admin")):
        assert isinstance(rate_lead(books.ctx(asker), lead=lead.id, view="higher"), Rating)


def test_a_lead_that_is_decided_cannot_be_rated(books: Books) -> None:
    result = rate_lead(books.ctx(books.person("rep")), lead=books.lead_of(books.person("rep"), "lost").id, view="lower")
    assert isinstance(result, Refusal)
    assert "decided already" in result.text


def test_nobody_is_offered_to_rate_in_words() -> None:
    assert not rate_lead.offered


def decided(books: Books, outcome: str, view: str) -> None:
    """A lead of the first rep that was rated, and decided since."""
    lead = books.lead_of(books.person("rep"))
    rated(books, lead.id, view)
    with books.db.write() as session:
        found = session.get_one(Lead, lead.id)
        found.outcome, found.outcome_at = outcome, NOW + timedelta(days=3)


def reported(books: Books, asker: Person) -> str:
    return model_report(books.ctx(asker, NOW + timedelta(days=5)), model="ranking").text


def test_the_score_of_people_and_model_is_told_to_whoever_may_see_whose_views_they_were(books: Books) -> None:
    assert "since decided" not in reported(books, books.person("admin"))
    decided(books, "won", "higher")
    decided(books, "lost", "higher")
    rep = books.person("rep")
    told = "2 views of leads since decided, 1 moved the chance the right way: too few"
    assert f"Of your own {told}" in reported(books, rep)
    assert f"Of people's own {told}" in reported(books, books.person("admin"))
    assert "since decided" not in reported(books, books.rival(rep, same_team=True))
