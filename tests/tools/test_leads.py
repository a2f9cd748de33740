from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from scipy.special import expit
from sqlalchemy import update

from knowledge.call_list import CONVERSATIONS
from knowledge.crm import Activity, Lead, Snooze
from scoring import fallback
from tests.company import NOW, Books
from tools.base import Refusal
from tools.calls import CallList, leads_to_call
from tools.leads import LeadExplanation, LeadView, explain_lead, show_lead

NIGHT = datetime(2026, 3, 15, 6, 0, tzinfo=UTC)


def listed(books: Books, **arguments: object) -> CallList:
    result = leads_to_call(books.ctx(books.person("rep")), **arguments)
    assert isinstance(result, CallList), result.text
    return result


def test_the_list_holds_as_many_leads_as_asked_for_each_with_chance_reasons_and_last_touch(books: Books) -> None:
    found = listed(books, limit=7)
    assert len(found.cards) == 7
    for card in found.cards:
        assert card.low is not None
        assert card.chance is not None
        assert card.high is not None
        assert 0 < card.low <= card.chance <= card.high < 1
        assert len(card.reasons) == 3
        assert card.name in found.text


def test_only_own_leads_and_nobodys_are_listed(books: Books) -> None:
    rep = books.person("rep")
    owners = {card.owner for card in listed(books, limit=25).cards}
    assert owners <= {rep.name, "nobody"}
    assert rep.name in owners


def test_leads_are_called_in_the_order_of_what_a_call_now_is_worth(books: Books) -> None:
    found = listed(books, limit=25)
    known = [(card.chance or 0) * card.value for card in found.cards if card.value is not None]
    # The hour's lift differs by zone, so the order is that of chance times value but for small swaps.
    assert known[0] > 3 * known[-1]


def test_at_night_nobody_is_called_and_the_first_in_line_wait_for_their_eight_oclock(books: Books) -> None:
    result = leads_to_call(books.ctx(books.person("rep"), at=NIGHT))
    assert isinstance(result, CallList)
    assert not result.callable_now
    assert result.text.startswith("Nobody may be called at this hour")
    for card in result.cards:
        local = card.opens_at.astimezone(__import__("zoneinfo").ZoneInfo(card.zone))
        assert (local.hour, local.minute) == (8, 0)
        assert local.weekday() != 6


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("do_not_call", True, "asked not to be called"), ("consent", False, "gave no consent")],
)
def test_who_may_not_be_called_is_held_back_and_counted(books: Books, field: str, value: bool, reason: str) -> None:
    first = listed(books).cards[0]
    before = listed(books).held.get(reason, 0)
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.id == first.lead_id).values({field: value}))
        books.touch(session, first.lead_id)
    after = listed(books, limit=25)
    assert first.lead_id not in {card.lead_id for card in after.cards}
    assert after.held[reason] == before + 1


def test_who_was_reached_lately_tried_too_often_or_snoozed_is_held_back(books: Books) -> None:
    rep = books.person("rep")
    reached, tried, snoozed = listed(books, limit=3).cards
    with books.db.write() as session:
        call = {"kind": "call", "direction": "outbound", "person_id": rep.id, "attributes": {}}
        session.add(
            Activity(
                id="t1", at=NOW - timedelta(hours=3), lead_id=reached.lead_id, disposition=CONVERSATIONS[0], **call
            )
        )
        for i in range(3):
            at = NOW - timedelta(minutes=30 * (i + 1))
            session.add(Activity(id=f"t2{i}", at=at, lead_id=tried.lead_id, disposition="no_answer", **call))
        session.add(Snooze(id="t3", lead_id=snoozed.lead_id, person_id=rep.id, until=NOW + timedelta(days=1)))
    after = listed(books, limit=25)
    assert not {reached.lead_id, tried.lead_id, snoozed.lead_id} & {card.lead_id for card in after.cards}
    assert after.held["spoken to in the last 20 hours"] >= 1
    assert after.held["tried three times today"] >= 1
    assert after.held["snoozed"] >= 1


def test_only_leads_of_the_source_asked_for_are_listed_and_an_unknown_source_is_said_so(books: Books) -> None:
    assert {card.source for card in listed(books, source="referral").cards} == {"Referral"}
    refused = leads_to_call(books.ctx(books.person("rep")), source="Carrier pigeon")
    assert isinstance(refused, Refusal)
    assert "Referral" in refused.text


def test_more_leads_are_those_that_come_after_what_was_shown(books: Books) -> None:
    first, more = listed(books, limit=3), listed(books, limit=5)
    after = listed(books, limit=2, besides=[card.name for card in first.cards])
    assert [card.name for card in after.cards] == [card.name for card in more.cards[3:]]
    assert after.text.startswith(f"Call {after.cards[0].name}")
    assert " next." in after.text.split("\n")[0]


def test_a_new_lead_is_scored_before_it_is_listed(books: Books) -> None:
    rep = books.person("rep")
    with books.db.write() as session:
        session.add(
            Lead(
                id="L-NEW",
                name="Zora Quill",
                company="Quill Mills",
                source="Referral",
                country="US",
                timezone="America/New_York",
                created_at=NOW - timedelta(minutes=5),
                owner_id=rep.id,
                value=10_000_000,
                phone="+12125550199",
                attributes={},
            )
        )
        books.touch(session, "L-NEW")
    first = listed(books).cards[0]
    assert first.name == "Zora Quill"
    assert first.chance is not None


def test_without_a_model_the_order_is_plain_and_no_chance_is_shown(books: Books) -> None:
    books.retire("ranking")
    found = listed(books)
    assert found.cards
    assert all(card.chance is None and not card.reasons for card in found.cards)
    assert fallback.STATEMENT in found.text


def test_reasons_add_up_to_the_chance_on_the_log_odds(books: Books) -> None:
    rep = books.person("rep")
    lead = books.lead_of(rep)
    told = explain_lead(books.ctx(rep), lead=lead.name)
    assert isinstance(told, LeadExplanation)
    assert math.isclose(expit(told.base + sum(reason.effect for reason in told.reasons)), told.chance, abs_tol=1e-9)
    assert told.low <= told.chance <= told.high
    assert "within 90 days" in told.text
    assert len(told.text.split("\n")) <= 4
    worth = [reason.text for reason in told.reasons if reason.feature == "value"]
    assert all(re.fullmatch(r"is worth \$[\d,]+; typical is \$[\d,]+", text) for text in worth)


def test_what_would_change_a_chance_is_higher_than_the_chance(books: Books) -> None:
    rep = books.person("rep")
    told = [explain_lead(books.ctx(rep), lead=card.name) for card in listed(books, limit=5).cards]
    changes = [(each.chance, change) for each in told if isinstance(each, LeadExplanation) for change in each.changes]
    assert changes
    for chance, change in changes:
        assert float(change.split(" at ")[-1].removesuffix(" %)")) > 100 * chance


def test_a_record_is_shown_with_its_timeline(books: Books) -> None:
    rep = books.person("rep")
    lead = books.lead_of(rep)
    shown = show_lead(books.ctx(rep), lead=str(lead.name).lower())
    assert isinstance(shown, LeadView)
    assert shown.facts["owner"] == rep.name
    assert shown.facts["company"] == lead.company
    assert shown.events
    assert {citation.key for citation in shown.citations} >= {f"leads/{lead.id}"}


def test_a_misspelt_name_finds_its_lead_and_an_unknown_one_the_nearest(books: Books) -> None:
    rep = books.person("rep")
    name = str(books.lead_of(rep).name)
    slip = name[:2] + name[3:]
    found = show_lead(books.ctx(rep), lead=slip)
    assert isinstance(found, LeadView)
    assert found.name == name
    unknown = show_lead(books.ctx(rep), lead=name.split()[0] + " Xyzzy")
    assert isinstance(unknown, Refusal)
    assert unknown.text.startswith("I know no lead called")
