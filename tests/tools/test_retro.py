"""The replay as a manager or an admin hears it: short in words, whole on the page, nothing that is not theirs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from knowledge import reports
from knowledge.crm import Lead
from knowledge.ledger import Report
from tests.company import NOW, Books
from tools import access, retro
from tools.base import Refusal
from tools.retro import RetroReport, retro_report

pytestmark = pytest.mark.usefixtures("replayed")

# What is replayed already.
MONTHS = 3


def replayed(books: Books, role: str = "admin", **arguments: object) -> RetroReport:
    result = retro_report(books.ctx(books.person(role)), **{"months": MONTHS, **arguments})
    assert isinstance(result, RetroReport), result.text
    return result


def page_of(found: RetroReport) -> str:
    return next(file.content.decode() for file in found.files if file.name.endswith(".html"))


def kept(books: Books) -> int:
    with books.db.read() as session:
        return session.scalar(select(func.count()).select_from(Report)) or 0


def test_the_answer_says_what_to_do_first_with_intervals_and_names_what_was_left(books: Books) -> None:
    found = replayed(books)
    first, *rest = found.text.splitlines()
    assert first.startswith(("Call in the order of the ranking.", "Keep your own order for now."))
    assert re.search(r"90 % of the wins .*\d %? ?\(\d.*–.*%\)", first)
    assert [line.removeprefix("• ") for line in rest if line.startswith("•")] == list(found.missed)
    assert found.missed
    assert {citation.label for citation in found.citations if citation.kind == "crm"} == set(found.names)
    assert any(citation.kind == "model" for citation in found.citations)
    assert "not the effect of a call" in found.text
    assert len([line for line in rest if not line.startswith("•")]) == 3
    assert set(found.findings[1:]).isdisjoint(rest)


def test_the_page_stands_alone_and_every_picture_says_what_it_shows(books: Books) -> None:
    page = page_of(replayed(books))
    assert page.count("<svg") >= 3
    assert page.count("<svg") == len(re.findall(r'<svg role="img" aria-label="[^"]{20,}"', page))
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page)
    assert "What this cannot know" in page


def test_names_on_the_page_are_text_and_never_markup(books: Books) -> None:
    hostile = '<script>alert("x")</script>'
    with books.db.write() as session:
        session.execute(update(Lead).values(name=hostile, company=hostile))
    page = page_of(replayed(books))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_manager_hears_of_the_own_team_and_is_told_that_others_are_left_out(books: Books) -> None:
    manager = books.person("manager")
    found = replayed(books, "manager")
    whole = replayed(books)
    assert found.findings != whole.findings
    assert "Leads of other teams are not in it." in found.text
    for citation in found.citations:
        table, _, key = citation.key.partition("/")
        if table == "leads":
            assert access.sight(manager, books.roster, books.owner_of(key)) == "all"
    page = page_of(found)
    strangers = [
        person.name
        for person in books.roster.people
        if person.role == "rep" and access.sight(manager, books.roster, person.id) == "nothing"
    ]
    assert strangers
    assert not [name for name in strangers if name in page]


def test_a_lead_that_went_to_another_team_since_the_replay_is_no_longer_named(books: Books) -> None:
    manager = books.person("manager")
    before = replayed(books, "manager")
    stranger = next(p for p in books.roster.people if access.sight(manager, books.roster, p.id) == "nothing")
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.name == before.names[0]).values(owner_id=stranger.id))
    after = replayed(books, "manager")
    assert before.names[0] not in after.names
    assert before.names[0] not in page_of(after)
    assert after.hidden == before.hidden + 1


def test_a_rep_is_refused(books: Books) -> None:
    refused = retro_report(books.ctx(books.person("rep")))
    assert isinstance(refused, Refusal)
    assert refused.reason == "role"


def test_asking_again_within_a_week_shows_the_same_replay_and_says_when_it_was_made(books: Books) -> None:
    first = replayed(books)
    count = kept(books)
    later = retro_report(books.ctx(books.person("admin"), at=NOW + timedelta(days=2)), months=MONTHS)
    assert isinstance(later, RetroReport)
    assert (later.findings, later.as_of, kept(books)) == (first.findings, first.as_of, count)
    assert "Replayed 2 days ago" in later.text


def test_a_replay_kept_in_another_shape_is_made_anew(books: Books) -> None:
    key = retro._key(1, None)
    reports.save(books.db, retro.KIND, NOW, {"shape": "of an earlier version"}, key)
    count = kept(books)
    assert replayed(books, months=1).findings
    assert kept(books) == count + 1


@pytest.mark.parametrize("months", [0, 37, 100])
def test_months_that_make_no_sense_are_refused(books: Books, months: int) -> None:
    refused = retro_report(books.ctx(books.person("admin")), months=months)
    assert isinstance(refused, Refusal)
    assert refused.reason == "arguments"


def test_books_without_a_past_are_refused_in_one_sentence(books: Books) -> None:
    early = NOW - timedelta(days=480)
    refused = retro_report(books.ctx(books.person("admin"), at=early), months=MONTHS)
    assert isinstance(refused, Refusal)
    assert refused.reason == "untrained"
    assert refused.text.startswith("Too little was known")
    assert refused.text.count(".") == 2
