"""What answers a question is found by words and by vectors, for those who may read it, and the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from knowledge.playbook import Found, Playbook

NOW = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)
Put = Callable[[str, str], object]


def add(book: Playbook, docs: object) -> None:
    change = book.add(docs, now=NOW, progress=lambda what, share: None)  # type: ignore[arg-type]
    assert not change.skipped


def page(title: str, text: str, **facts: str) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in {"title": title, **facts}.items())
    return f"---\n{head}\n---\n\n{text}\n"


def search(book: Playbook, question: str, *audiences: str) -> Found:
    return book.search(question, audiences=audiences or None, now=NOW)


def ids(found: Found) -> list[str]:
    return [hit.entry.document.id for hit in found.hits]


@pytest.fixture
def full(book: Playbook, docs: object, put: Put) -> Playbook:
    put("discounts.md", page("Discounts", "## Alone\n\nFive percent is yours to give, more the manager approves."))
    put("pilots.md", page("Pilots", "A pilot runs for sixty days on two to five sites and is paid."))
    put("floors.md", page("Lowest prices", "The lowest price of the starter kit is 465.", audience="manager"))
    put("europe.md", page("Papers", "Reverse charge applies within the union.", audience='"team: Europe"'))
    add(book, docs)
    return book


def test_the_passage_that_says_it_comes_first_with_its_place(full: Playbook) -> None:
    found = search(full, "who approves more than five percent?")
    assert ids(found)[0] == "discounts"
    assert found.is_sure
    passage = found.hits[0].entry.passage
    assert passage.section == "Alone"
    assert passage.line == 7
    assert "manager approves" in passage.text


def test_what_is_not_there_is_not_sure(full: Playbook) -> None:
    assert not search(full, "how many weeks of parental leave do we get").is_sure
    assert search(full, "???").hits == ()


@pytest.mark.parametrize("question", ["lowest price of the starter kit", "reverse charge within the union"])
def test_only_who_a_document_is_for_finds_it(full: Playbook, question: str) -> None:
    everyone = search(full, question, "everyone", "rep")
    assert not {"floors", "europe"} & set(ids(everyone))
    assert {"floors", "europe"} & set(ids(search(full, question)))
    assert "floors" not in ids(search(full, question, "everyone", "rep", "team: Europe"))


def test_each_list_alone_can_be_had_to_compare(full: Playbook) -> None:
    for only in ("words", "vectors"):
        found = full.search("paid pilot", audiences=None, now=NOW, only=only)
        assert ids(found)[0] == "pilots"
        scores = [hit.score for hit in found.hits]
        assert scores == sorted(scores, reverse=True)


def test_the_newer_and_the_approved_of_two_that_say_the_same_comes_first(
    book: Playbook, docs: object, put: Put
) -> None:
    text = "The notice period of the service is ninety days."
    put("a-old.md", page("Notice", text, reviewed="2021-01-01"))
    put("b-draft.md", page("Notice", text, reviewed="2026-03-01", status="draft"))
    put("c-new.md", page("Notice", text, reviewed="2026-03-01"))
    add(book, docs)
    assert ids(search(book, "notice period"))[0] == "c-new"
    assert ids(search(book, "notice period"))[-1] == "b-draft"


def test_what_people_found_useful_comes_before_what_they_found_outdated(book: Playbook, docs: object, put: Put) -> None:
    for name in ("a", "b"):
        put(f"{name}.md", page("Notice", "The notice period of the service is ninety days."))
    add(book, docs)
    first, second = (hit.entry.passage.id for hit in search(book, "notice period").hits)
    for person in ("P-1", "P-2", "P-3"):
        book.mark(first, person_id=person, verdict="outdated", at=NOW, tell=None)
        book.mark(second, person_id=person, verdict="useful", at=NOW, tell=None)
    assert [hit.entry.passage.id for hit in search(book, "notice period").hits] == [second, first]
    # The last word of a person counts, and it counts once.
    book.mark(first, person_id="P-1", verdict="useful", at=NOW, tell=None)
    tally = next(each for each in book.tallies() if each.passage_id == first)
    assert (tally.useful, tally.outdated) == (1, 2)


def test_a_document_is_found_by_how_people_ask_for_it(book: Playbook, docs: object, put: Put) -> None:
    put("a.md", page("Early exit", "Who leaves before the end pays twelve months.", asked="[tear up the agreement]"))
    put("b.md", page("Payment", "Invoices are due in thirty days after delivery of the agreement."))
    add(book, docs)
    assert ids(search(book, "can they tear up the agreement"))[0] == "a"


def test_the_companys_synonyms_are_known(book: Playbook, docs: object, put: Put) -> None:
    put("a.md", page("Council", "The works council has to be heard before readers are fitted."))
    put("b.md", page("Fitting", "Readers are fitted within three weeks."))
    put("glossary.yaml", "works council: [betriebsrat]\n")
    add(book, docs)
    found = search(book, "betriebsrat")
    assert ids(found)[0] == "a"
