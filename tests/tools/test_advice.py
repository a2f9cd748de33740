"""The next step with a deal or lead: what is advised, what it rests on, and who may hear it."""

from __future__ import annotations

import pytest

from knowledge import deals, pipeline
from knowledge.people import Person
from scoring.advice import NextStep, steps
from scoring.advice.effects import ALL_STAGES, Effect
from scoring.advice.model import Usual
from tests.company import NOW, Books
from tools import access
from tools.advice import NextStepAdvice, next_step
from tools.base import Refusal


@pytest.fixture
def rep(books: Books) -> Person:
    return books.person("rep")


def advised(books: Books, asker: Person, name: str) -> NextStepAdvice:
    found = next_step(books.ctx(asker), record=name)
    assert isinstance(found, NextStepAdvice), found.text
    return found


def teach(books: Books, *effects: Effect) -> None:
    """What the model that serves is to have learnt."""
    served = books.services.models.serving(NextStep)
    if served is None:
        pytest.fail("no model of the next step serves in the demo company of the tests")
    served.model.proven, served.model.effects, served.model.walked = True, effects, None
    served.model.usual = (Usual(ALL_STAGES, "call", 0.4, 100),)


def effect(step: str, value: float) -> Effect:
    return Effect(step, ALL_STAGES, value, value - 0.01, value + 0.01, 50, 500, 0.6, 0.0)


def test_the_step_that_surely_helps_is_advised_with_what_it_adds_and_won_deals_like_it(
    books: Books, rep: Person
) -> None:
    teach(books, effect("email", 0.06))
    deal = books.deal_of(rep)
    found = advised(books, rep, deal.name)
    assert found.text.startswith(f"Next with {deal.name}: send an e-mail. Within 60 days it adds 6.0 points (5.0–7.0)")
    assert "compared with what is usually done, which is to call;" in found.text
    assert found.gain is not None
    assert found.alike
    cited = {cite.key for cite in found.citations}
    assert f"deals/{deal.id}" in cited
    saw = deals.won_after(books.db, None, kind="email", marks="", before=NOW, limit=10_000)
    won = {each.name: each for each in saw}
    for name in found.alike:
        assert access.sight(rep, books.roster, won[name].owner_id) == "all"
        assert f"deals/{won[name].id}" in cited


def test_where_nothing_surely_helps_it_says_what_is_usual(books: Books, rep: Person) -> None:
    teach(books, effect("email", 0.0))
    found = advised(books, rep, books.deal_of(rep).name)
    assert (found.step, found.gain, found.alike) == ("call", None, ())
    assert "no step was found that surely helps more" in found.text


def test_a_lead_whose_deal_is_open_is_advised_on_by_its_deal(books: Books, rep: Person) -> None:
    teach(books, effect("email", 0.06))
    deal = books.deal_of(rep)
    lead = books.named_lead(deal.lead_id or "")
    found = advised(books, rep, lead.name or "")
    assert (found.kind, found.record_id) == ("deal", deal.id)


def test_a_lead_without_a_deal_is_advised_on_by_itself(books: Books, rep: Person) -> None:
    lead = next(lead for lead in books.leads_of(rep) if deals.open_of_lead(books.db, lead.id) is None)
    found = advised(books, rep, lead.name or "")
    assert (found.kind, found.record_id) == ("lead", lead.id)
    assert f"leads/{lead.id}" in {cite.key for cite in found.citations}


def test_what_is_decided_has_no_next_step(books: Books, rep: Person) -> None:
    refused = next_step(books.ctx(rep), record=books.lead_of(rep, "won").name)
    assert isinstance(refused, Refusal)
    assert "decided already" in refused.text


def test_nobody_is_advised_on_what_is_not_theirs_to_see(books: Books, rep: Person) -> None:
    deal = books.deal_of(rep)
    for rival in (books.rival(rep, same_team=True), books.rival(rep, same_team=False)):
        assert isinstance(next_step(books.ctx(rival), record=deal.name), Refusal)


def test_without_a_model_it_says_how_to_get_one(books: Books, rep: Person) -> None:
    name = books.deal_of(rep).name
    books.retire_quietly("next_step")
    refused = next_step(books.ctx(rep), record=name)
    assert isinstance(refused, Refusal)
    assert "callsheet train next_step" in refused.text


def test_the_database_finds_the_won_deals_that_saw_a_step_as_reading_all_of_them_would(books: Books) -> None:
    known = pipeline.load(books.db, until=NOW).at(NOW)
    won = known.deals[known.deals["outcome"] == "won"]
    own = steps.own(known.activities, "deal_id")
    counts = own.loc[own["id"].isin(won.index), "step"].value_counts()
    for step in (*counts.index[:2], *counts.index[-3:]):
        kind, _, marks = step.partition(": ")
        found = deals.won_after(books.db, None, kind=kind, marks=marks, before=NOW, limit=10_000)
        assert {each.id for each in found} == set(own.loc[own["step"] == step, "id"]) & set(won.index)
    late = deals.won_after(books.db, None, kind=kind, marks=marks, before=NOW, limit=20)
    assert {each.id for each in late} <= set(won.sort_values("closed_at").index[-20:])
    brought = deals.amounts(books.db, found)
    assert brought.to_numpy() == pytest.approx(won["amount"].reindex(brought.index).to_numpy())
