"""The playbook answers with a quote, its place and its standing, and only to whom a document is for."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from knowledge import notices
from knowledge.playbook.tables import DocumentRow, Unanswered
from tests.company import NOW, Books
from tools.advice import NextStepAdvice, next_step
from tools.base import Refusal
from tools.playbook import (
    Marked,
    Page,
    PassageNews,
    PlaybookAnswer,
    mark_passage,
    open_passage,
    passage_news,
    search_playbook,
)

FLOORS = "how far down may I let a rep go on the starter kit, lowest price"


def asked(books: Books, role: str, question: str) -> PlaybookAnswer:
    found = search_playbook(books.ctx(books.person(role)), question=question)
    assert isinstance(found, PlaybookAnswer), found.text
    return found


def test_an_answer_quotes_the_passage_and_says_where_it_stands(books: Books) -> None:
    found = asked(books, "rep", "who approves a discount of 12%")
    first = found.quotes[0]
    assert first.document == "policies/discounts"
    assert "the manager of the team" in first.text
    assert first.text in found.text
    assert "Tess Okonjo looks after it" in found.text
    assert found.citations[0].kind == "playbook"
    assert found.citations[0].key == f"playbook/policies/discounts#{first.passage}"
    assert len(found.quotes) <= 3


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("how do I handle the price objection", "objections/price"),
        ("battlecard for Meterra", "battlecards/meterra"),
        ("what is our discount policy", "policies/discounts"),
        ("template for a break-up mail", "templates/follow-ups"),
        ("what does the portfolio suite cost", "products/portfolio-suite"),
    ],
)
def test_what_people_ask_most_is_found(books: Books, question: str, document: str) -> None:
    assert document in {each.document for each in asked(books, "rep", question).quotes}


def test_what_is_not_there_is_said_and_kept(books: Books) -> None:
    found = search_playbook(books.ctx(books.person("rep")), question="how many weeks of parental leave do we get")
    assert isinstance(found, Refusal)
    assert found.text.startswith("That is not in the playbook.")
    with books.db.read() as session:
        assert session.scalars(select(Unanswered.question)).all() == ["how many weeks of parental leave do we get"]


def test_what_is_for_managers_is_for_nobody_else(books: Books) -> None:
    floors = next(
        each for each in asked(books, "manager", FLOORS).quotes if each.document == "policies/discount-floors"
    )
    refused_or_other = search_playbook(books.ctx(books.person("rep")), question=FLOORS)
    assert "465" not in refused_or_other.text
    assert "floors" not in refused_or_other.text
    for tool, more in ((open_passage, {}), (mark_passage, {"verdict": "useful"})):
        refused = tool(books.ctx(books.person("rep")), passage=floors.passage, **more)
        gone = tool(books.ctx(books.person("rep")), passage="no-such-passage", **more)
        # A rep cannot tell what is hidden from what is not there.
        assert isinstance(refused, Refusal)
        assert refused.text == gone.text
    assert isinstance(open_passage(books.ctx(books.person("admin")), passage=floors.passage), Page)


def test_an_answer_says_for_whom_its_documents_are(books: Books) -> None:
    found = asked(books, "manager", FLOORS)
    assert "manager" in found.audiences
    assert set(asked(books, "rep", "what is our discount policy").audiences) == {"everyone"}


def test_a_document_opens_whole(books: Books) -> None:
    first = asked(books, "rep", "who approves a discount of 12%").quotes[0]
    page = open_passage(books.ctx(books.person("rep")), passage=first.passage)
    assert isinstance(page, Page)
    assert page.opened in {each.passage for each in page.passages}
    assert len(page.passages) > 3


def test_a_mark_is_kept_and_told_to_whoever_looks_after_the_document(books: Books) -> None:
    rep, owner = books.person("rep"), books.person("manager")
    passage = books.passage_of(owner)
    said = mark_passage(books.ctx(rep), passage=passage, verdict="outdated")
    assert isinstance(said, Marked)
    assert owner.name in said.text
    (told,) = notices.take(books.db, NOW)
    assert (told.person_id, told.tool) == (owner.id, "passage_news")
    news = passage_news(books.ctx(owner), **told.args)
    assert isinstance(news, PassageNews)
    assert rep.name in news.text
    assert news.text.startswith("Read it over")
    assert isinstance(passage_news(books.ctx(rep), **told.args), Refusal)


def test_that_many_like_a_document_is_told_once_a_day_and_nobody_hears_of_their_own_mark(books: Books) -> None:
    owner = books.person("manager")
    passage = books.passage_of(owner)
    for place in range(3):
        mark_passage(books.ctx(books.person("rep", place)), passage=passage, verdict="useful")
    mark_passage(books.ctx(owner), passage=passage, verdict="outdated")
    assert len(notices.take(books.db, NOW)) == 1
    assert [(each.useful, each.outdated) for each in books.playbook.tallies()] == [(3, 1)]


def test_a_draft_is_said_to_be_one(books: Books) -> None:
    with books.db.write() as session:
        session.execute(update(DocumentRow).values(status="draft", reviewed=None))
    assert "A draft, not approved yet; never reviewed" in asked(books, "rep", "what is our discount policy").note


def test_a_link_is_given_only_to_a_host_that_was_named(books: Books) -> None:
    with books.db.write() as session:
        session.execute(update(DocumentRow).values(url="https://wiki.example.com/page"))
    from dataclasses import replace

    ctx = books.ctx(books.person("rep"))
    allowed = replace(ctx, policy=replace(ctx.policy, link_hosts=frozenset({"wiki.example.com"})))
    for each, url in ((ctx, None), (allowed, "https://wiki.example.com/page")):
        found = search_playbook(each, question="what is our discount policy")
        assert isinstance(found, PlaybookAnswer)
        assert {quote.url for quote in found.quotes} == {url}


def test_a_next_step_says_how_by_the_playbook(books: Books) -> None:
    rep = books.person("rep")
    found = next_step(books.ctx(rep), record=books.deal_of(rep).name)
    assert isinstance(found, NextStepAdvice)
    if found.passage is None:
        pytest.skip("the playbook says nothing of that step")
    assert found.passage.document
    assert any(each.kind == "playbook" for each in found.citations)
    assert "by the playbook" in found.text
