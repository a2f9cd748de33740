"""Leads of nobody: which wait for whom, who gets them, and which come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from knowledge import holdouts, notices, pool, proposals
from knowledge.crm import Activity, Assignment, Lead, Person, Snooze, Team
from knowledge.pool import Gift, Idle
from knowledge.proposals import Move, create, decisions
from knowledge.scores import CallListEntry

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def filled(db, now):
    """Ten leads, worth more the later their letter; `a` to `e` are Ana's since five hours ago, the others nobody's."""
    with db.write() as session:
        session.add(Team(id="T-1", name="East", manager_id="M-1"))
        session.flush()
        session.add_all(Person(id=id_, name=id_, team_id="T-1") for id_ in ("P-1", "P-2"))
        session.add(Person(id="M-1", name="Mia", role="manager", team_id="T-1"))
        session.flush()
        for n, id_ in enumerate("abcdefghij"):
            owner = "P-1" if id_ < "f" else None
            session.add(Lead(id=id_, owner_id=owner, created_at=now - (10 - n) * HOUR))
            session.flush()
            session.add(CallListEntry(lead_id=id_, owner_id=owner, blocked="", zone="UTC", zone_assumed=False, worth=n))
            if owner:
                session.add(Assignment(id=f"AS-{id_}", lead_id=id_, person_id=owner, start=now - 5 * HOUR))
    return db


def change(db, table, id_, **fields):
    with db.write() as session:
        row = session.get_one(table, id_)
        for name, value in fields.items():
            setattr(row, name, value)


def propose(db, now, *ids, kind="plan"):
    moves = [Move(id_, None, "P-1", 0.0, 5.0, None, 0.1, "why") for id_ in ids]
    return create(db, kind=kind, by="M-1", at=now, team_ids=["T-1"], arguments={}, figures={}, moves=moves)


def gift(lead_id, to_id="P-2", arm="plan"):
    return Gift(lead_id, to_id, "most valuable there", arm, {"value": 12.0})


def owners(db, ids):
    with db.read() as session:
        return [session.get_one(Lead, id_).owner_id for id_ in ids]


def test_open_leads_without_an_owner_are_found_the_newest_first(filled, now):
    change(filled, Lead, "i", outcome="lost")
    change(filled, Lead, "h", merged_into="a")
    assert pool.unowned(filled, now, 10) == ["j", "g", "f"]
    assert pool.unowned(filled, now, 2) == ["j", "g"]


def test_a_lead_in_a_fresh_plan_waits_for_the_click(filled, now):
    plan = propose(filled, now, "j", "i")
    assert pool.unowned(filled, now, 10) == ["h", "g", "f"]
    assert pool.unowned(filled, now + DAY, 10) == list("jihgf")
    proposals.reject(filled, plan.id, by="M-1", at=now, reason=None)
    assert pool.unowned(filled, now, 10) == list("jihgf")


def test_leads_that_a_manager_would_not_have_given_away_are_not_asked_about_again(filled, now):
    arrivals = propose(filled, now, "j", "i", kind="arrivals")
    assert pool.unowned(filled, now, 10) == list("jihgf")
    proposals.reject(filled, arrivals.id, by="M-1", at=now, reason="I know them")
    assert pool.unowned(filled, now, 10) == list("hgf")


def test_a_gift_changes_the_owner_tells_the_rep_and_is_written_down(filled, now):
    assert pool.give(filled, [gift("j"), gift("i", arm="today")], at=now) == [gift("j"), gift("i", arm="today")]
    assert owners(filled, "ij") == ["P-2", "P-2"]
    assert {(n.person_id, n.tool, n.args["lead"]) for n in notices.take(filled, now)} == {
        ("P-2", "assignment_news", "j"),
        ("P-2", "assignment_news", "i"),
    }
    assert [(each.subject_id, each.decision, each.by, each.facts) for each in decisions(filled)] == [
        ("j", "given", None, {"value": 12.0, "to": "P-2", "arm": "plan"}),
        ("i", "given", None, {"value": 12.0, "to": "P-2", "arm": "today"}),
    ]
    assert {arm.unit: arm.arm for arm in holdouts.arms(filled)} == {"j": "plan", "i": "today"}
    assert pool.last_given(filled, ["P-1", "P-2", "M-1"]) == {"P-1": now - 5 * HOUR, "P-2": now}


def test_a_lead_that_found_an_owner_meanwhile_is_given_to_nobody_else(filled, now):
    change(filled, Lead, "j", owner_id="P-1")
    change(filled, Lead, "i", outcome="lost")
    assert pool.give(filled, [gift("j"), gift("i"), gift("h")], at=now) == [gift("h")]
    assert owners(filled, "jih") == ["P-1", None, "P-2"]


def gathered(db, now, *ids):
    moves = [Move(id_, None, "P-1", 0.0, 5.0, None, 0.1, "why") for id_ in ids]
    return pool.gather(db, "T-1", moves, at=now, figures={})


def test_new_leads_are_gathered_in_one_proposal_that_grows(filled, now):
    first = gathered(filled, now, "j")
    assert first is not None
    assert gathered(filled, now, "j") is None
    second = gathered(filled, now + HOUR, "j", "i")
    assert second is not None
    assert (second.kind, second.by, [move.lead_id for move in second.moves]) == ("arrivals", None, ["j", "i"])
    assert proposals.read(filled, first.id).replaced_by == second.id
    assert [(n.person_id, n.tool) for n in notices.take(filled, now + HOUR)] == [("M-1", "arrivals_news")]
    gathered(filled, now + DAY, "j", "i", "h")
    assert notices.waiting(filled) == 2


def test_a_proposal_that_cannot_be_carried_out_any_more_is_made_anew(filled, now):
    gathered(filled, now, "j", "i")
    assert pool.waiting(filled, now, ["i", "j"]) == {"j": "T-1", "i": "T-1"}
    change(filled, Lead, "j", owner_id="P-2")
    assert pool.waiting(filled, now, ["i", "j"]) == {}
    again = gathered(filled, now + HOUR, "i")
    assert again is not None
    assert [move.lead_id for move in again.moves] == ["i"]
    assert pool.waiting(filled, now, ["i", "j"]) == {"i": "T-1"}
    change(filled, Person, "P-1", active=False)
    assert pool.waiting(filled, now, ["i", "j"]) == {}


def idle(db, now, share=0.7):
    return [each.lead_id for each in pool.idle(db, ["T-1"], now=now, share=share)]


def test_hot_leads_that_nobody_touched_are_found(filled, now):
    assert idle(filled, now) == ["d", "e"]
    (found,) = pool.idle(filled, ["T-1"], now=now, share=0.6)
    assert found == Idle("e", "P-1", now - 5 * HOUR, None, None, ())
    assert pool.idle(filled, ["T-2", None], now=now, share=0.7) == []
    assert idle(filled, now, share=0.1) == []


def test_a_touched_snoozed_blocked_or_closed_lead_does_not_lie_idle(filled, now):
    with filled.write() as session:
        session.add(Activity(id="A-1", kind="call", at=now - HOUR, person_id="P-1", lead_id="e"))
        session.add(Activity(id="A-2", kind="page_view", at=now - HOUR, lead_id="d"))
        session.add(Activity(id="A-3", kind="call", at=now - 6 * HOUR, person_id="P-1", lead_id="c"))
        session.add(Snooze(id="S-1", lead_id="b", person_id="P-1", until=now + DAY))
    assert idle(filled, now, share=1.0) == ["a", "c", "d"]
    change(filled, CallListEntry, "a", blocked="asked not to be called")
    change(filled, Lead, "c", outcome="lost")
    assert idle(filled, now, share=1.0) == ["d"]


def test_a_lead_taken_back_is_nobody_s_and_its_owner_is_told(filled, now):
    found = pool.idle(filled, ["T-1"], now=now, share=0.7)
    change(filled, Lead, "d", owner_id="P-2")
    taken = pool.take_back(filled, found, at=now, reason="untouched")
    assert [each.lead_id for each in taken] == ["e"]
    assert owners(filled, "de") == ["P-2", None]
    assert [(n.person_id, n.tool, n.args) for n in notices.take(filled, now)] == [
        ("P-1", "assignment_news", {"lead": "e"})
    ]
    assert pool.losers(filled, ["d", "e"]) == {"e": {"P-1"}}
    assert pool.times_taken_back(filled, ["d", "e"]) == {"e": 1}


def test_a_lead_touched_at_the_last_moment_stays(filled, now):
    found = pool.idle(filled, ["T-1"], now=now, share=0.6)
    with filled.write() as session:
        session.add(Activity(id="A-1", kind="call", at=now, person_id="P-1", lead_id="e"))
    assert pool.take_back(filled, found, at=now, reason="untouched") == []
    assert owners(filled, "e") == ["P-1"]
