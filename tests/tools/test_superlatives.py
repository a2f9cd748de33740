from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from knowledge import records
from knowledge.crm import Deal, Lead, Rate
from knowledge.people import Person
from tests.company import Books
from tools import mentions, names, superlatives


def found(books: Books, asker: Person, text: str) -> list[tuple[str, str]]:
    ctx = books.ctx(asker)
    return [(one.name, text[start:end]) for one, start, end in superlatives.find(ctx, text)]


def deals(books: Books, *owners: Person) -> list[Deal]:
    with books.db.read() as session:
        ids = [each.id for each in owners]
        return list(session.scalars(select(Deal).where(Deal.outcome == "open", Deal.owner_id.in_(ids))))


def test_each_is_the_first_of_the_asker_s_own(books: Books) -> None:
    rep = books.person("rep")
    mine = deals(books, rep)
    largest = max(mine, key=lambda deal: (deal.amount or 0, deal.id))
    oldest = min(mine, key=lambda deal: (deal.opened_at, deal.id))
    [(name, words)] = found(books, rep, "what's next with my biggest deal?")
    assert words == "my biggest deal"
    assert largest.amount == next(deal.amount for deal in mine if deal.name == name)
    assert found(books, rep, "explain the oldest open deal") == [(oldest.name, "the oldest open deal")]
    [(name, _)] = found(books, rep, "show me my newest lead")
    with books.db.read() as session:
        newest = session.scalars(select(Lead).where(Lead.owner_id == rep.id).order_by(Lead.created_at.desc())).all()
    assert name in {records.lead_name(lead.name, lead.id) for lead in newest[:3]}


def test_amounts_in_another_currency_are_compared_by_what_they_are_worth(books: Books) -> None:
    rep = books.person("rep")
    [(before, _)] = found(books, rep, "my biggest deal")
    other = next(deal for deal in deals(books, rep) if deal.name != before)
    with books.db.write() as session:
        row = session.get_one(Deal, other.id)
        row.currency, row.amount = "JPY", 100_000_000
        session.add(Rate(id="R-1", currency="JPY", day=date(2020, 1, 1), rate=0.00001))
    assert found(books, rep, "my biggest deal") == [(before, "my biggest deal")]
    with books.db.write() as session:
        session.execute(update(Rate).values(rate=0.1).where(Rate.currency == "JPY"))
    assert found(books, rep, "my biggest deal") == [(other.name, "my biggest deal")]


def test_a_manager_means_the_team_and_a_rep_never_a_colleague(books: Books) -> None:
    manager, rep = books.person("manager"), books.person("rep")
    [(name, _)] = found(books, manager, "our largest deal")
    team = deals(books, manager, *books.roster.members(books.roster.teams_of(manager)))
    assert max(deal.amount or 0 for deal in team) == next(deal.amount for deal in team if deal.name == name)
    [(own, _)] = found(books, rep, "our largest deal")
    assert own in {deal.name for deal in deals(books, rep)}


def test_lists_sizes_and_closed_deals_are_meant_otherwise(books: Books) -> None:
    rep = books.person("rep")
    for text in (
        "my biggest deals",
        "the largest deal size",
        "the biggest deal we won last quarter",
        "biggest deals at risk",
        "who is my top lead",
        "what was our largest deal ever",
    ):
        assert found(books, rep, text) == []


def test_tools_and_questions_take_it_for_a_name(books: Books) -> None:
    ctx = books.ctx(books.person("rep"))
    [(one, _, _)] = superlatives.find(ctx, "my biggest deal")
    assert names.deal(ctx, "my biggest deal") == names.deal(ctx, "biggest deal") == one
    [mention] = mentions.link(ctx, "will my biggest deal slip")
    assert (mention.subject, mention.name, mention.start, mention.end) == ("deal", one.name, 5, 20)
