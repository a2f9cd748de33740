"""A plan is carried out wholly or not at all, by one click of many, and can be taken back for a day."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge import assigning, holdouts, notices, proposals, scores
from knowledge.crm import Assignment, Deal, Lead, LeadChange, Person
from knowledge.database import Database
from knowledge.errors import AlreadyDecided, Overtaken, StaleProposal, TooLate, UnknownRecord
from knowledge.proposals import approve, checking, decisions, read, reject, undo
from tests.knowledge.proposals.moves import move

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def verdicts(db):
    return [(each.decision, each.by, each.reason) for each in decisions(db)]


def test_an_approved_plan_changes_every_owner_and_tells_everyone_touched(filled, propose, owner_of, now):
    plan = propose(move("a"), move("b", to_id="P-3"), move("free", None, "P-3"), move("c", to_id="P-1", arm="today"))
    approved = approve(filled, plan.id, by="M-1", at=now + MINUTE)
    assert (approved.status, approved.decided_by, approved.decided_at) == ("approved", "M-1", now + MINUTE)
    assert [owner_of(id_) for id_ in ("a", "b", "c", "free")] == ["P-2", "P-3", "P-1", "P-3"]
    told = notices.take(filled, now + MINUTE)
    assert {notice.person_id for notice in told} == {"P-1", "P-2", "P-3"}
    assert {(notice.tool, notice.args["proposal"]) for notice in told} == {("plan_news", plan.id)}
    assert {arm.unit: arm.arm for arm in holdouts.arms(filled)} == dict.fromkeys(["a", "b", "free"], "plan") | {
        "c": "today"
    }
    assert verdicts(filled) == [("approved", "M-1", None)]


def test_the_books_say_who_gave_a_lead_to_whom_and_why(filled, propose, now):
    plan = propose(move("a"))
    version = filled.version()
    approve(filled, plan.id, by="M-1", at=now + MINUTE)
    with filled.read() as session:
        held = session.scalars(select(Assignment).where(Assignment.lead_id == "a").order_by(Assignment.start)).all()
        edit = session.scalars(select(LeadChange).where(LeadChange.lead_id == "a")).one()
    assert [(row.person_id, row.start, row.end, row.by, row.reason) for row in held] == [
        ("P-1", now, now + MINUTE, None, None),
        ("P-2", now + MINUTE, None, "M-1", "P-2 wins more often."),
    ]
    assert (edit.at, edit.field, edit.old, edit.new) == (now + MINUTE, "owner_id", "P-1", "P-2")
    assert scores.stale_ids(filled) == ["a"]
    assert filled.version() > version
    found = proposals.last_move(filled, "a")
    assert found is not None
    assert (found[0].id, found[1].to_id) == (plan.id, "P-2")
    assert proposals.last_move(filled, "b") is None


@pytest.mark.parametrize(("change", "reason"), [
    ((Lead, "b", {"owner_id": "P-3"}), "given to somebody else"),
    ((Lead, "b", {"outcome": "lost"}), "won or lost"),
    ((Lead, "b", {"merged_into": "a"}), "merged into another"),
    ((Person, "P-2", {"active": False}), "meant for someone who left or is away"),
])  # fmt: skip
def test_a_plan_that_anything_moved_away_from_changes_nothing_and_says_how_much_did(
    filled, propose, owner_of, edit, now, change, reason
):
    plan = propose(move("a", to_id="P-3"), move("b"))
    table, id_, fields = change
    edit(table, id_, **fields)
    with pytest.raises(StaleProposal, match=r"^1 of 2 leads changed .*; ask for a fresh plan") as caught:
        approve(filled, plan.id, by="M-1", at=now)
    assert caught.value.facts["reasons"] == {reason: 1}
    assert owner_of("a") == "P-1"
    assert read(filled, plan.id).status == "pending"
    assert (notices.waiting(filled), decisions(filled), holdouts.arms(filled)) == (0, [], [])


def test_nobody_who_is_away_is_given_leads(filled, propose, leave, now):
    plan = propose(move("a"))
    leave("P-2")
    with pytest.raises(StaleProposal, match="left or is away"):
        approve(filled, plan.id, by="M-1", at=now)
    assert approve(filled, plan.id, by="M-1", at=now + DAY).status == "approved"


def test_a_lead_whose_deal_was_won_is_decided(filled, propose, now):
    plan = propose(move("a"))
    with filled.write() as session:
        session.add(Deal(id="D", name="deal", lead_id="a", outcome="won", closed_at=now))
    with pytest.raises(StaleProposal, match="won or lost"):
        approve(filled, plan.id, by="M-1", at=now)


def test_a_lead_decided_before_the_plan_began_is_in_no_arm_of_the_experiment(filled, propose, edit, now):
    plan = propose(move("a"), move("b", to_id="P-1", arm="today"), move("c", to_id="P-1", arm="today"))
    edit(Lead, "b", outcome="won")
    approve(filled, plan.id, by="M-1", at=now)
    assert {arm.unit for arm in holdouts.arms(filled)} == {"a", "c"}


def test_an_open_deal_goes_with_its_lead_and_a_colleague_s_does_not(filled, propose, now):
    with filled.write() as session:
        session.add_all(
            Deal(id=id_, name=id_, lead_id="a", owner_id=owner) for id_, owner in (("D", "P-1"), ("E", "P-3"))
        )
    approve(filled, propose(move("a")).id, by="M-1", at=now)
    with filled.read() as session:
        assert [session.get_one(Deal, id_).owner_id for id_ in "DE"] == ["P-2", "P-3"]


def test_of_many_clicks_at_once_one_wins_and_the_others_hear_of_it(filled, propose, now):
    ids = [propose(move(lead_id), by=f"M-{lead_id}").id for lead_id in "abc"]
    others = [Database(filled.url.render_as_string(hide_password=False)) for _ in range(2)]

    def click(n):
        db, id_ = others[n % 2], ids[n // 4]
        try:
            return reject(db, id_, by=f"M-{n}", at=now, reason="no").status if n % 4 == 3 else approve(
                db, id_, by=f"M-{n}", at=now
            ).status  # fmt: skip
        except AlreadyDecided as error:
            return f"already {error.facts['status']}"

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(click, range(12)))
    for db in others:
        db.engine.dispose()
    for n, id_ in enumerate(ids):
        status = read(filled, id_).status
        assert Counter(answers[4 * n : 4 * n + 4]) == {status: 1, f"already {status}": 3}
    with filled.read() as session:
        assert len(session.scalars(select(LeadChange)).all()) == [read(filled, id_).status for id_ in ids].count(
            "approved"
        )
    assert len(decisions(filled)) == 3


def test_two_plans_for_the_same_lead_are_not_both_carried_out(filled, propose, owner_of, now):
    first, second = propose(move("a")), propose(move("a", to_id="P-3"), arguments={"pool": "new"})
    approve(filled, first.id, by="M-1", at=now)
    with pytest.raises(StaleProposal):
        approve(filled, second.id, by="M-1", at=now)
    assert owner_of("a") == "P-2"


def test_a_plan_turned_down_changes_nothing_and_keeps_the_reason(filled, propose, owner_of, now):
    plan = propose(move("a"))
    rejected = reject(filled, plan.id, by="M-1", at=now, reason="Ben knows them")
    assert (rejected.status, rejected.reason) == ("rejected", "Ben knows them")
    assert owner_of("a") == "P-1"
    assert notices.waiting(filled) == 0
    with pytest.raises(AlreadyDecided, match="was rejected already"):
        approve(filled, plan.id, by="M-2", at=now)
    assert verdicts(filled) == [("rejected", "M-1", "Ben knows them")]


def test_an_adjusted_plan_takes_the_place_of_the_one_before(filled, propose, now):
    first = propose(move("a"), move("b"))
    second = propose(move("a"), replaces=first.id, at=now + MINUTE, arguments={"pool": "all", "max_per_rep": 1})
    before = read(filled, first.id)
    assert (before.status, before.replaced_by) == ("replaced", second.id)
    assert verdicts(filled) == [("adjusted", "M-1", None)]
    with pytest.raises(AlreadyDecided, match="replaced by a newer one") as caught:
        approve(filled, first.id, by="M-1", at=now)
    assert caught.value.facts["replaced_by"] == second.id
    with pytest.raises(AlreadyDecided):
        propose(move("b"), replaces=first.id)


def test_asking_again_in_the_same_terms_leaves_one_plan_to_decide(filled, propose, now):
    first = propose(move("a"))
    others = [propose(move("a"), **terms) for terms in ({"by": "M-2"}, {"arguments": {}}, {"team_ids": ("T-2",)})]
    second = propose(move("b"), at=now + MINUTE)
    assert read(filled, first.id).replaced_by == second.id
    assert verdicts(filled) == [("replaced", "M-1", None)]
    assert {read(filled, each.id).status for each in [*others, second]} == {"pending"}


def test_undoing_gives_back_what_is_still_where_the_plan_put_it(filled, propose, owner_of, edit, now):
    plan = propose(*(move(id_) for id_ in "abc"), move("free", None, "P-2"))
    approve(filled, plan.id, by="M-1", at=now)
    edit(Lead, "b", owner_id="P-3")
    edit(Lead, "c", outcome="won")
    undone = undo(filled, plan.id, by="M-1", at=now + DAY)
    assert undone == proposals.Undone(("a", "free"), ("b", "c"))
    assert [owner_of(id_) for id_ in ("a", "b", "c", "free")] == ["P-1", "P-3", "P-2", None]
    assert read(filled, plan.id).status == "undone"
    assert holdouts.arms(filled) == []
    assert [each.decision for each in decisions(filled)] == ["approved", "undone"]
    assert {(n.person_id, n.key.split(":")[1]) for n in notices.take(filled, now + DAY)} == {
        ("P-1", "approved"), ("P-2", "approved"), ("P-1", "undone"), ("P-2", "undone"),
    }  # fmt: skip
    with pytest.raises(AlreadyDecided, match="was undone already"):
        undo(filled, plan.id, by="M-1", at=now + DAY)


def test_leads_of_somebody_who_left_since_are_not_given_back(filled, propose, edit, owner_of, now):
    plan = propose(move("a"))
    approve(filled, plan.id, by="M-1", at=now)
    edit(Person, "P-1", active=False)
    assert undo(filled, plan.id, by="M-1", at=now) == proposals.Undone((), ("a",))
    assert owner_of("a") == "P-2"


def test_after_a_day_and_before_an_approval_there_is_nothing_to_undo(filled, propose, now):
    plan = propose(move("a"))
    with pytest.raises(Overtaken):
        undo(filled, plan.id, by="M-1", at=now)
    approve(filled, plan.id, by="M-1", at=now)
    with pytest.raises(TooLate):
        undo(filled, plan.id, by="M-1", at=now + DAY + MINUTE)
    assert read(filled, plan.id).status == "approved"


def test_the_newest_proposal_of_a_team_is_found_and_so_are_its_prices(filled, propose, now):
    first = propose(move("a"), figures={"prices": {"P-1": 12.5}})
    propose(team_ids=("T-2",), at=now + MINUTE)
    third = propose(kind="arrivals", team_ids=("T-1", "T-2"), at=now + 2 * MINUTE)
    assert proposals.latest(filled, ["T-1"]) == third
    assert proposals.latest(filled, ["T-1"], kind="plan") == first
    assert proposals.latest(filled, ["T-1"], status="approved") is None
    assert proposals.latest(filled, ["T-3"]) is None
    assert proposals.prices(filled, "T-1", now) == {"P-1": 12.5}
    assert proposals.prices(filled, "T-1", now - MINUTE) == {}
    reject(filled, first.id, by="M-1", at=now, reason=None)
    assert proposals.prices(filled, "T-1", now) == {}


def test_prices_of_several_teams_are_those_of_each_by_itself(filled, propose, now):
    teams = ["T-1", "T-2", None]
    for n, some in enumerate([("T-1", "T-2"), ("T-2",), (None,), ("T-1", None)]):
        propose(team_ids=some, at=now + n * MINUTE, figures={"prices": {f"P-{n}": float(n)}})
    propose(team_ids=("T-1", "T-2"), at=now - MINUTE, figures={})
    for n in range(-1, 6):
        at = now + n * MINUTE
        found = proposals.prices_by_team(filled, teams, at)
        assert {team: found.get(team, {}) for team in teams} == {
            team: proposals.prices(filled, team, at) for team in teams
        }
    assert proposals.prices_by_team(filled, teams, now + 9 * MINUTE) == {
        "T-1": {"P-3": 3.0}, "T-2": {"P-1": 1.0}, None: {"P-3": 3.0}
    }  # fmt: skip
    assert proposals.prices_by_team(filled, ["T-3"], now) == {}


def test_a_proposal_reads_back_as_it_was_made(filled, propose, now):
    plan = propose(move("b"), move("a", to_id=None))
    assert read(filled, plan.id) == plan
    assert plan.touched == {"P-1", "P-2"}
    for attempt in (lambda: read(filled, "none"), lambda: approve(filled, "none", by="M-1", at=now)):
        with pytest.raises(UnknownRecord, match='There is no proposal "none"'):
            attempt()


def test_a_plan_too_big_for_one_statement_is_carried_out_in_several(filled, propose, owner_of, now, monkeypatch):
    monkeypatch.setattr(assigning, "LEADS_A_STATEMENT", 2)
    monkeypatch.setattr(checking, "LEADS_A_QUERY", 2)
    plan = propose(*(move(id_) for id_ in "abc"), move("free", None))
    approve(filled, plan.id, by="M-1", at=now)
    assert [owner_of(id_) for id_ in ("a", "b", "c", "free")] == ["P-2"] * 4
    assert undo(filled, plan.id, by="M-1", at=now).kept == ()
