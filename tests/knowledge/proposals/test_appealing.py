"""Whoever wanted a lead that went elsewhere is heard once, and answered."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge import notices, proposals
from knowledge.crm import Lead
from knowledge.errors import AlreadyDecided, Overtaken, StaleProposal, UnknownRecord
from knowledge.proposals import appeal, appeals, decisions, settle


@pytest.fixture
def appealed(filled, now):
    return appeal(filled, "a", by="P-2", at=now, text="I know their chief engineer")


def told(db, now):
    return {(notice.person_id, notice.tool) for notice in notices.take(db, now)}


def test_an_appeal_waits_for_the_manager_who_is_told(filled, appealed, now):
    assert appeals(filled, ["T-1"], "pending") == [appealed]
    assert appeals(filled, ["T-2"]) == []
    assert proposals.read_appeal(filled, appealed.id) == appealed
    assert (appealed.owner_id, appealed.team_id, appealed.status) == ("P-1", "T-1", "pending")
    assert told(filled, now) == {("M-1", "appeal_news")}


def test_a_granted_appeal_moves_the_lead_and_tells_both(filled, appealed, owner_of, now):
    notices.take(filled, now)
    settled = settle(filled, appealed.id, granted=True, by="M-1", at=now, reason="fair")
    assert (settled.status, settled.decided_by, settled.reason) == ("granted", "M-1", "fair")
    assert owner_of("a") == "P-2"
    assert told(filled, now) == {("P-2", "appeal_news"), ("P-1", "assignment_news")}
    assert [(each.decision, each.by, each.reason) for each in decisions(filled, subject="appeal")] == [
        ("appealed", "P-2", "I know their chief engineer"),
        ("granted", "M-1", "fair"),
    ]


def test_a_refused_appeal_moves_nothing_and_tells_who_appealed(filled, appealed, owner_of, now):
    notices.take(filled, now)
    settle(filled, appealed.id, granted=False, by="M-1", at=now, reason="Ana is half-way")
    assert owner_of("a") == "P-1"
    assert told(filled, now) == {("P-2", "appeal_news")}
    assert appeals(filled, status="pending") == []


@pytest.mark.parametrize("change", [{"owner_id": "P-3"}, {"outcome": "won"}, {"merged_into": "b"}])
def test_an_appeal_for_a_lead_that_moved_on_cannot_be_granted(filled, appealed, edit, now, change):
    edit(Lead, "a", **change)
    with pytest.raises(StaleProposal):
        settle(filled, appealed.id, granted=True, by="M-1", at=now, reason=None)
    assert proposals.read_appeal(filled, appealed.id).status == "pending"
    assert settle(filled, appealed.id, granted=False, by="M-1", at=now, reason=None).status == "refused"


def test_of_two_answers_at_once_one_counts(filled, appealed, now):
    def answer(granted):
        try:
            return settle(filled, appealed.id, granted=granted, by="M-1", at=now, reason=None).status
        except AlreadyDecided:
            return "already"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(answer, [True, False]))
    assert found in (["already", "granted"], ["already", "refused"])
    assert len(decisions(filled, subject="appeal")) == 2


def test_nobody_appeals_twice_at_once_or_for_an_own_or_unknown_lead(filled, appealed, now):
    with pytest.raises(AlreadyDecided, match="appealed for this lead already"):
        appeal(filled, "a", by="P-2", at=now, text="again")
    with pytest.raises(Overtaken, match="yours already"):
        appeal(filled, "a", by="P-1", at=now, text="mine")
    with pytest.raises(UnknownRecord):
        appeal(filled, "none", by="P-1", at=now, text="")
    with pytest.raises(UnknownRecord, match='no appeal "none"'):
        settle(filled, "none", granted=True, by="M-1", at=now, reason=None)
    settle(filled, appealed.id, granted=False, by="M-1", at=now, reason=None)
    assert appeal(filled, "a", by="P-2", at=now, text="things changed").status == "pending"
