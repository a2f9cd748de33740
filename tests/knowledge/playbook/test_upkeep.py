"""What of the playbook wants looking after is found, and what is in order is left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.database import Database
from knowledge.playbook import Playbook, upkeep
from knowledge.playbook.upkeep import Finding

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
HEAD = "---\ntitle: {title}\nowner: Mia\nreviewed: {reviewed}\nstatus: {status}\n---\n\n"
Put = Callable[[str, str], object]


def head(title: str, reviewed: str = "2026-01-01", status: str = "approved") -> str:
    return HEAD.format(title=title, reviewed=reviewed, status=status)


@pytest.fixture
def check(book: Playbook, docs: Path, sqlite_db: Database) -> Callable[[], list[Finding]]:
    def run() -> list[Finding]:
        book.add(docs, now=NOW, progress=lambda what, share: None)
        return upkeep.check(sqlite_db, book, people={"Mia"}, now=NOW, progress=lambda what, share: None)

    return run


def test_a_playbook_in_order_has_no_findings(check: Callable[[], list[Finding]], put: Put) -> None:
    put("a.md", head("Discounts") + "Five percent is yours to give; see [pilots](b.md).")
    put("b.md", head("Pilots") + "A pilot runs for sixty days on two to five sites.")
    assert check() == []


def test_two_documents_that_give_different_numbers_for_the_same_contradict(
    check: Callable[[], list[Finding]], put: Put
) -> None:
    put("policies/a.md", head("Discounts") + "A rep alone may give a discount of up to 5% on readers.")
    put("selling/b.md", head("Negotiation") + "A rep alone may give a discount of up to 8% on readers.")
    put("selling/c.md", head("Proposal") + "A rep alone may give a discount of up to 5% on readers.")
    found = [each for each in check() if each.kind == "contradictory"]
    assert {each.documents for each in found} == {("policies/a", "selling/b"), ("selling/b", "selling/c")}
    assert "5%" in found[0].text
    assert "8%" in found[0].text


def test_sheets_of_one_folder_may_say_different_numbers_of_their_products(
    check: Callable[[], list[Finding]], put: Put
) -> None:
    for name, price in (("kit", 490), ("suite", 1_900)):
        table = f"## Facts\n\n| | |\n|---|---|\n| List price of the product, once | ${price} a site |\n"
        put(f"products/{name}.md", head(f"Product sheet {name}") + table)
    assert check() == []


def test_passages_that_say_the_same_word_for_word_are_duplicates(check: Callable[[], list[Finding]], put: Put) -> None:
    text = "Readers are fitted within three weeks by our own engineers, who switch nothing off while they work on site."
    put("a.md", head("Fitting") + text)
    put("b.md", head("Installation") + text)
    assert [(each.kind, each.documents) for each in check()] == [("duplicate", ("a", "b"))]


def test_links_to_what_is_gone_or_retired_are_dead(check: Callable[[], list[Finding]], put: Put) -> None:
    put("a.md", head("Discounts") + "See [this](gone.md), [that](old/list.md) and [the web](https://example.com).")
    put("old/list.md", head("Old list", status="retired") + "Prices of the year before.")
    found = check()
    assert [each.kind for each in found] == ["dead link", "dead link"]
    assert "gone.md, which is not in the playbook" in found[0].text
    assert "old/list.md, which is retired" in found[1].text


def test_what_is_old_or_said_to_be_is_outdated(check: Callable[[], list[Finding]], put: Put, book: Playbook) -> None:
    put("a.md", head("Payment", reviewed="2024-11-01") + "Invoices are due in thirty days.")
    put("b.md", head("Pilots") + "A pilot runs for sixty days.")
    put("c.txt", "Nobody ever said anything of this text.")
    check()
    passage = next(each.passage.id for each in book.entries() if each.document.id == "b")
    book.mark(passage, person_id="P-1", verdict="outdated", at=NOW, tell=None)
    found = {each.documents: each for each in check() if each.kind == "outdated"}
    assert set(found) == {("a",), ("b",), ("c",)}
    assert "2024-11-01" in found[("a",)].text
    assert "people say" in found[("b",)].text


def test_a_document_whose_owner_left_has_none(check: Callable[[], list[Finding]], put: Put) -> None:
    put("a.md", head("Pilots").replace("Mia", "Peter Gone") + "A pilot runs for sixty days.")
    (found,) = check()
    assert found.kind == "no owner"
    assert "Peter Gone" in found.text


def test_questions_asked_in_vain_are_told_together_where_they_are_alike(
    check: Callable[[], list[Finding]], put: Put, book: Playbook
) -> None:
    put("a.md", head("Pilots") + "A pilot runs for sixty days.")
    for question in ("how long is parental leave", "How long is the parental leave?", "company car?"):
        book.missed(question, person_id="P-1", at=NOW)
    told = [each.text for each in check()]
    assert len(told) == 2
    assert "parental leave" in told[0]
    assert told[0].endswith("(2 times)")
