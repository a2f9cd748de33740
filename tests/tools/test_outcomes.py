"""What is proposed in words is written by a click alone, once, by whoever may see the record, and can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from knowledge.crm import Activity, Deal, Lead
from knowledge.people import Person
from tests.company import NOW, Books
from tools import names
from tools.base import Refusal, Result
from tools.calls import leads_to_call
from tools.leads import show_lead
from tools.outcomes import log_message, log_outcome, undo_outcome, write_outcome
from tools.snoozes import end_snooze, snooze_lead, write_snooze

HOUR = timedelta(hours=1)


def count(books: Books) -> int:
    with books.db.read() as session:
        return session.scalar(select(func.count()).select_from(Activity)) or 0


def log(books: Books, asker: Person, record: str, outcome: str = "no_answer", **more: Any) -> Result:
    return write_outcome(books.ctx(asker), **{"record": record, "outcome": outcome, "entry": "E-1"} | more)


def manager_of(books: Books, rep: Person) -> Person:
    managers = (each for each in books.roster.people if each.role == "manager")
    return next(each for each in managers if rep.team_id in books.roster.teams_of(each))


def test_words_alone_write_nothing_and_say_what_a_click_would(books: Books) -> None:
    rep = books.person("rep")
    before, lead = count(books), books.lead_of(rep)
    found = log_outcome(books.ctx(rep), record=lead.name, outcome="callback", note=' "Next\n week" ')
    assert found.text == (
        f'Log this for {lead.name}: call, wants to be called back? Note: “"Next week"”. '
        "Nothing is written before you click."
    )
    assert count(books) == before
    asked = log_outcome(books.ctx(rep), record=lead.name, outcome=None)
    assert asked.text.startswith("What came of it")


def test_a_click_that_comes_twice_writes_once_and_the_record_shows_it(books: Books) -> None:
    rep = books.person("rep")
    lead, before = books.lead_of(rep), count(books)
    first, second = (log(books, rep, f"leads/{lead.id}", "meeting_booked", note="Brings the CFO") for _ in range(2))
    assert first.text == second.text
    assert count(books) == before + 1
    assert "meeting booked, “Brings the CFO”" in show_lead(books.ctx(rep), lead=lead.name).text


def test_whoever_may_see_a_record_may_log_and_nobody_else(books: Books) -> None:
    rep, admin = books.person("rep"), books.person("admin")
    mate, other = books.rival(rep, same_team=True), books.rival(rep, same_team=False)
    lead, before = f"leads/{books.lead_of(rep).id}", count(books)
    for stranger in (mate, other, manager_of(books, other)):
        for refused in (
            log(books, stranger, lead),
            write_snooze(books.ctx(stranger), lead=lead, entry="S", until="1 May"),
        ):
            assert isinstance(refused, Refusal)
            assert refused.text == "That lead is gone, or not yours to see."
    assert log(books, rep, "leads/none").text == "That lead is gone, or not yours to see."
    assert count(books) == before
    for i, colleague in enumerate((rep, manager_of(books, rep), admin)):
        assert not isinstance(log(books, colleague, lead, entry=f"E-{i}"), Refusal)
    assert count(books) == before + 3
    assert isinstance(undo_outcome(books.ctx(admin), entry="E-0"), Refusal)
    assert isinstance(undo_outcome(books.ctx(rep), entry="E-0"), Result)


def test_a_deal_is_won_with_its_lead_and_open_again_when_taken_back(books: Books) -> None:
    rep = books.person("rep")
    deal = books.deal_of(rep)
    asked = log_outcome(books.ctx(rep), record=deal.name, outcome="won")
    lead = books.named_lead(str(deal.lead_id))
    assert asked.text.startswith(f"Close {deal.name} as won, together with {lead.name}?")
    assert (
        log(books, rep, f"deals/{deal.id}", "won").text == f"{deal.name} is closed as won, together with {lead.name}."
    )
    assert books.named_lead(lead.id).outcome == "won"
    late = log(books, rep, f"deals/{deal.id}", "lost", entry="E-2")
    assert late.text == f"{deal.name} is won since 18 Mar 2026 already; nothing was written."
    assert isinstance(log_outcome(books.ctx(rep), record=deal.name, outcome="lost"), Refusal)
    gone = undo_outcome(books.ctx(rep, NOW + HOUR / 2), entry="E-1")
    assert gone.text.endswith("is open again.")
    assert books.named_lead(lead.id).outcome == books.deal_of(rep).outcome == "open"


def test_taken_back_too_late_or_twice_is_said_so(books: Books) -> None:
    rep = books.person("rep")
    log(books, rep, f"leads/{books.lead_of(rep).id}")
    assert "more than an hour" in undo_outcome(books.ctx(rep, NOW + 2 * HOUR), entry="E-1").text
    undo_outcome(books.ctx(rep), entry="E-1")
    assert undo_outcome(books.ctx(rep), entry="E-1").text == "That was taken back already."


def first(books: Books, rep: Person) -> Any:
    """The lead that is first on a rep's list, and how many are held back."""
    found: Any = leads_to_call(books.ctx(rep), limit=1)
    return found.cards[0], found.held


def test_a_lead_won_leaves_the_call_list_and_a_fourth_call_waits_for_tomorrow(books: Books) -> None:
    rep = books.person("rep")
    won, _ = first(books, rep)
    log(books, rep, f"leads/{won.lead_id}", "won")
    tried, held = first(books, rep)
    assert tried.lead_id != won.lead_id
    for i in range(3):
        log(books, rep, f"leads/{tried.lead_id}", entry=f"T-{i}")
    after, held_then = first(books, rep)
    assert after.lead_id not in (won.lead_id, tried.lead_id)
    assert held_then["tried three times today"] == held.get("tried three times today", 0) + 1


def test_a_lead_put_aside_comes_back_on_its_morning_or_by_a_click(books: Books) -> None:
    rep = books.person("rep")
    lead, _ = first(books, rep)
    asked = snooze_lead(books.ctx(rep), lead=lead.name, until="next monday")
    assert asked.text.startswith(f"Put {lead.name} aside until Mon 23 Mar 2026, 08:00?")
    assert first(books, rep)[0].lead_id == lead.lead_id
    until = asked.until.isoformat()  # type: ignore[attr-defined]
    put = write_snooze(books.ctx(rep), lead=lead.name, entry="S-1", until=until)
    assert put.text == f"{lead.name} is put aside until Mon 23 Mar 2026, 08:00."
    assert first(books, rep)[0].lead_id != lead.lead_id
    assert "put aside until 23 Mar 2026" in show_lead(books.ctx(rep), lead=lead.name).text
    assert not isinstance(end_snooze(books.ctx(rep), entry="S-1"), Refusal)
    assert first(books, rep)[0].lead_id == lead.lead_id


@pytest.mark.parametrize(
    ("until", "told"),
    [("cows", "cannot read"), ("1 march 2026", "past"), ("in 3 years", "a year at most"), (None, "Until when should")],
)
def test_until_when_is_asked_for_in_a_sentence(books: Books, until: str | None, told: str) -> None:
    rep = books.person("rep")
    assert told in snooze_lead(books.ctx(rep), lead=books.lead_of(rep).name, until=until).text


def test_a_message_is_kept_as_of_when_it_was_said(books: Books) -> None:
    rep = books.person("rep")
    lead = books.lead_of(rep)
    asked = {"record": lead.name, "kind": "message", "note": "<b> & co", "entry": "M-1"}
    log_message(books.ctx(rep), **asked, said_at=(NOW - HOUR).isoformat())
    with books.db.read() as session:
        kept = session.get_one(Activity, "M-1")
    assert (kept.at, kept.recorded_at, kept.body, kept.lead_id) == (NOW - HOUR, NOW, "<b> & co", lead.id)


def test_while_somebody_types_they_see_open_records_of_their_own_by_any_part_of_the_name(books: Books) -> None:
    rep = books.person("rep")
    lead, theirs = books.lead_of(rep), books.lead_of(books.rival(rep, same_team=True))
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.id == lead.id).values(company="50%_Off Ltd"))
        session.execute(update(Deal).where(Deal.owner_id == rep.id).values(name="The 50%_Off deal"))
        session.execute(update(Lead).where(Lead.id == theirs.id).values(company="50%_Off too"))
    found = names.matching(books.ctx(rep), "50%_off", limit=100)
    assert {(one.kind, one.owner_id) for one in found} == {("lead", rep.id), ("deal", rep.id)}
    assert len(names.matching(books.ctx(rep), "%", limit=1)) == 1
    assert {one.id for one in names.matching(books.ctx(books.person("admin")), "50%_off", limit=100)} >= {theirs.id}
