"""What is entered by a click is kept once, closes what it says, and can be taken back within the hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge import calendar, call_list, entries, frames, scores, snoozes
from knowledge.crm import Activity, Deal, Lead, LeadChange, Person
from knowledge.entries import Entry
from knowledge.errors import AlreadyDecided, TooLate
from knowledge.imports import load_file
from knowledge.local_edits import LocalEdit

HOUR = timedelta(hours=1)


@pytest.fixture
def book(db, now):
    with db.write() as session:
        session.add_all(Person(id=id_, name=id_) for id_ in ("P-1", "P-2"))
        session.flush()
        born = now - timedelta(days=9)
        for id_, owner in (("a", "P-1"), ("b", "P-1"), ("c", "P-2")):
            session.add(Lead(id=id_, name=id_, owner_id=owner, outcome="open", created_at=born))
        session.flush()
        for id_, lead in (("d", "a"), ("e", "b"), ("f", "b"), ("g", "c")):
            session.add(Deal(id=id_, name=id_, lead_id=lead, owner_id="P-1", outcome="open", opened_at=born))
    return db


@pytest.fixture
def call(now):
    return Entry("E", now, now, "P-1", "call", "outbound", "no_answer", "Try again", lead_id="a")


@pytest.fixture
def won(call):
    return replace(call, kind="note", disposition="won")


def outcomes(db):
    with db.read() as session:
        leads = {row.id: row.outcome for row in session.scalars(select(Lead))}
        return leads | {row.id: row.outcome for row in session.scalars(select(Deal))}


def kept(db, table):
    with db.read() as session:
        return list(session.scalars(select(table)))


def test_the_same_entry_is_kept_once_and_its_lead_scored_anew(book, call):
    assert entries.write(book, call) == []
    assert entries.write(book, replace(call, recorded_at=call.at + HOUR)) == []
    (found,) = kept(book, Activity)
    assert (found.at, found.recorded_at, found.body) == (call.at, call.at, "Try again")
    assert scores.stale_ids(book) == ["a"]


def test_a_third_call_in_a_day_holds_the_lead_back(book, call):
    zone = calendar.zone("UTC")
    for i in range(3):
        assert call_list.held_back(book, ["P-1"], call.at, zone) == {}
        entries.write(book, replace(call, id=f"E-{i}"))
    assert call_list.held_back(book, ["P-1"], call.at, zone) == {"a": call_list.TRIED_TODAY}


def test_a_lead_and_its_only_deal_are_closed_together(book, won):
    assert [each.id for each in entries.closed_with(book, lead_id="a", deal_id=None)] == ["d"]
    assert [each.id for each in entries.write(book, won)] == ["d"]
    assert outcomes(book) == dict.fromkeys("ad", "won") | dict.fromkeys("bcefg", "open")
    edited = {(each.table, each.record_id, each.field) for each in kept(book, LocalEdit)}
    assert edited == {("leads", "a", "outcome"), ("leads", "a", "outcome_at"), ("deals", "d", "outcome")} | {
        ("deals", "d", "closed_at")
    }


@pytest.mark.parametrize(("lead", "deal"), [("b", None), ("b", "e"), ("c", "g")])
def test_several_deals_or_other_hands_are_not_closed_along(book, won, lead, deal):
    assert entries.write(book, replace(won, lead_id=lead, deal_id=deal, disposition="lost")) == []
    assert {id_ for id_, outcome in outcomes(book).items() if outcome == "lost"} == {deal or lead}


def test_what_is_decided_is_not_closed_again(book, won):
    entries.write(book, won)
    with pytest.raises(AlreadyDecided, match="won"):
        entries.write(book, replace(won, id="F", disposition="lost"))
    assert [each.id for each in kept(book, Activity)] == ["E"]


def test_taken_back_all_is_as_it_was_and_the_history_knows(book, won, now):
    entries.write(book, won)
    entries.take_back(book, "E", at=now + HOUR / 2)
    assert set(outcomes(book).values()) == {"open"}
    assert kept(book, Activity) == kept(book, LocalEdit) == []
    told = {(each.field, each.old, each.new) for each in kept(book, LeadChange)}
    assert told >= {("outcome", "open", "won"), ("outcome", "won", "open")}
    history = frames.load(book, until=now + HOUR)
    assert [history.at(now + HOUR * x).leads["outcome"]["a"] for x in (-1, 0.25, 1)] == ["open", "won", "open"]
    with pytest.raises(AlreadyDecided):
        entries.take_back(book, "E", at=now + HOUR / 2)


def test_after_an_hour_or_once_it_was_changed_it_stays(book, won, now):
    entries.write(book, won)
    with pytest.raises(TooLate):
        entries.take_back(book, "E", at=now + HOUR * 1.1)
    with book.write() as session:
        session.get_one(Lead, "a").outcome_at = now + HOUR
        session.get_one(Deal, "d").outcome = "open"
    with pytest.raises(AlreadyDecided, match="changed"):
        entries.take_back(book, "E", at=now + HOUR / 2)


def test_a_file_that_does_not_know_of_it_changes_nothing_until_it_says_the_same(book, won, now, tmp_path):
    def load(text):
        (tmp_path / "file.csv").write_text(text)
        load_file(book, tmp_path / "file.csv", "leads", now=now + HOUR)
        with book.read() as session:
            lead = session.get_one(Lead, "a")
            return lead.outcome, lead.outcome_at

    entries.write(book, won)
    assert load("id,outcome,outcome_at\na,open,\n") == ("won", now)
    later = (now + HOUR / 2).isoformat()
    assert load(f"id,outcome,outcome_at\na,won,{later}\n") == ("won", now + HOUR / 2)
    assert load("id,outcome,outcome_at\na,open,\n") == ("open", None)


def test_a_lead_is_put_aside_once_and_until_the_last_word(book, now):
    for until in (now + HOUR, now + HOUR * 48, now + HOUR * 24):
        snoozes.put(book, f"S-{until}", "a", "P-1", until=until, at=now)
    snoozes.put(book, f"S-{until}", "a", "P-1", until=until, at=now)
    assert snoozes.running(book, "a", now).until == now + HOUR * 24
    zone = calendar.zone("UTC")
    assert call_list.held_back(book, ["P-1"], now, zone) == {"a": call_list.SNOOZED}
    assert call_list.held_back(book, ["P-1"], now + HOUR * 24, zone) == {}
    snoozes.end(book, f"S-{until}")
    assert snoozes.running(book, "a", now) is snoozes.end(book, f"S-{until}") is None
