"""A plan as a manager meets it: proposed for the own team, approved by a click, undone, adjusted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from knowledge import holdouts, proposals
from knowledge.crm import Lead
from knowledge.ledger import ModelVersion
from knowledge.people import Person
from tests.company import NOW, Books
from tools.base import Refusal
from tools.decisions import DecidedPlan, adjust_proposal, decide_proposal
from tools.lift import LiftReport, lift_report
from tools.news import PlanNews, plan_news
from tools.plan_words import more
from tools.planned import Comparison, Interval
from tools.plans import AllocationPlan, plan_allocation
from tools.standing import StandingRule, standing_rule


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (4_000.0, -1_000.0, 7_000.0, "$4,000 (-$1,000 to +$7,000) more than"),
        (-500.0, -1_500.0, 300.0, "$500 (-$300 to +$1,500) less than"),
    ],
)
def test_the_ends_of_what_is_less_are_of_how_much_less(value: float, low: float, high: float, said: str) -> None:
    found = Interval(value=value, low=low, high=high)
    each = Comparison(way="today", name="", closes=0, value=0, more_closes=found, more_value=found)
    assert more(each, "USD") == said


@pytest.fixture
def orphans(books: Books) -> list[str]:
    """Leads of the first team that nobody has any more."""
    ids = [id_ for id_, owner in open_leads(books).items() if owner == books.person("rep").id][:12]
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.id.in_(ids)).values(owner_id=None))
        for id_ in ids:
            books.touch(session, id_)
    return ids


def open_leads(books: Books) -> dict[str, str | None]:
    with books.db.read() as session:
        return dict(
            session.execute(select(Lead.id, Lead.owner_id).where(Lead.outcome == "open").order_by(Lead.id)).all()
        )


def manager(books: Books) -> Person:
    team = books.person("rep").team_id
    return next(p for p in books.roster.people if p.role == "manager" and team in books.roster.managed.get(p.id, ()))


def other_manager(books: Books) -> Person:
    return next(p for p in books.roster.people if p.role == "manager" and p.id != manager(books).id)


def planned(books: Books, **arguments: object) -> AllocationPlan:
    result = plan_allocation(books.ctx(manager(books)), **arguments)
    assert isinstance(result, AllocationPlan), result.text
    return result


def proposed(books: Books, **arguments: object) -> tuple[AllocationPlan, proposals.Proposal]:
    plan = planned(books, **arguments)
    assert plan.proposal is not None, plan.text
    return plan, proposals.read(books.db, plan.proposal)


def decided(books: Books, asker: Person, proposal: str, decision: str, **arguments: object) -> DecidedPlan:
    result = decide_proposal(books.ctx(asker), proposal=proposal, decision=decision, **arguments)
    assert isinstance(result, DecidedPlan), result.text
    return result


def test_a_manager_is_offered_a_plan_for_the_own_team_and_what_nobody_has(books: Books, orphans: list[str]) -> None:
    plan, held = proposed(books)
    team = {p.id for p in books.roster.people if p.team_id == books.person("rep").team_id}
    moved = [move for move in held.moves if move.changes_owner]
    assert {move.to_id for move in moved} <= team
    assert {move.from_id for move in moved} <= {None, *team}
    assert set(orphans) <= {move.lead_id for move in held.moves}
    assert plan.given + plan.taken == len(moved)
    assert {each.person_id for each in plan.reps} <= team
    assert sum(each.leads_after - each.leads_before for each in plan.reps) == plan.given
    assert plan.text.startswith("Approve, adjust or reject")
    assert [file.content[:4] for file in plan.files] == [b"\x89PNG"]
    assert set(held.figures["prices"]) == {each.person_id for each in plan.reps}


def test_who_is_left_to_todays_rule_is_drawn_by_the_lead_and_told_apart(books: Books, orphans: list[str]) -> None:
    plan, held = proposed(books)
    apart = {move.lead_id for move in held.moves if move.arm == "today"}
    assert apart == {move.lead_id for move in held.moves if holdouts.is_held_out(move.lead_id)}
    assert plan.apart == len(apart)


def test_approved_all_leads_change_hands_and_go_back_when_it_is_undone(books: Books, orphans: list[str]) -> None:
    _, held = proposed(books)
    before = open_leads(books)
    said = decided(books, manager(books), held.id, "approve")
    moved = {move.lead_id: move.to_id for move in held.moves if move.changes_owner}
    assert said.status == "approved"
    assert said.changed == len(moved)
    assert said.undo_until == NOW + timedelta(days=1)
    assert {id_: owner for id_, owner in open_leads(books).items() if before[id_] != owner} == moved
    assert decided(books, manager(books), held.id, "undo").changed == len(moved)
    assert open_leads(books) == before


def test_nothing_changes_if_a_lead_moved_meanwhile_and_a_fresh_plan_takes_its_place(
    books: Books, orphans: list[str]
) -> None:
    plan, held = proposed(books)
    first = next(move for move in held.moves if move.changes_owner)
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.id == first.lead_id).values(outcome="lost", outcome_at=NOW))
    before = open_leads(books)
    said = decided(books, manager(books), held.id, "approve")
    assert said.status == "stale"
    assert "1 won or lost" in said.text
    assert open_leads(books) == before
    fresh = adjust_proposal(books.ctx(manager(books)), proposal=held.id)
    assert isinstance(fresh, AllocationPlan), fresh.text
    assert proposals.read(books.db, held.id).replaced_by == fresh.proposal
    assert plan.pool == fresh.pool


def test_only_whoever_answers_for_everyone_touched_may_decide(books: Books, orphans: list[str]) -> None:
    _, held = proposed(books)
    for asker in (books.person("rep"), other_manager(books)):
        assert isinstance(decide_proposal(books.ctx(asker), proposal=held.id, decision="approve"), Refusal)
        assert isinstance(adjust_proposal(books.ctx(asker), proposal=held.id), Refusal)
    assert proposals.read(books.db, held.id).status == "pending"
    assert (
        decided(books, books.person("admin"), held.id, "reject", reason="not before the holidays").status == "rejected"
    )
    assert proposals.read(books.db, held.id).reason == "not before the holidays"
    again = decide_proposal(books.ctx(manager(books)), proposal=held.id, decision="approve")
    assert isinstance(again, Refusal)
    assert "rejected already" in again.text


def test_nobody_is_given_more_than_was_asked_for_or_left_out(books: Books, orphans: list[str]) -> None:
    _, held = proposed(books, max_per_rep=3)
    given = [move.to_id for move in held.moves if move.changes_owner and move.arm == "plan"]
    assert max(given.count(rep) for rep in given) <= 3
    refused = plan_allocation(books.ctx(manager(books)), min_per_rep=500)
    assert isinstance(refused, Refusal)
    assert refused.reason == "arguments"


def test_an_adjusted_plan_leaves_out_who_is_excluded_and_keeps_to_what_is_settled(
    books: Books, orphans: list[str]
) -> None:
    _, held = proposed(books)
    rep = books.person("rep")
    rivals = [p for p in books.roster.people if p.team_id == rep.team_id and p.role == "rep" and p.active and p != rep]
    pinned = orphans[0]
    adjusted = adjust_proposal(
        books.ctx(manager(books)), proposal=held.id, exclude=(rep.name,), pin={pinned: rivals[0].name}
    )
    assert isinstance(adjusted, AllocationPlan), adjusted.text
    assert adjusted.proposal is not None
    moves = proposals.read(books.db, adjusted.proposal).moves
    assert rep.id not in {move.to_id for move in moves if move.changes_owner and move.arm == "plan"}
    assert {move.to_id for move in moves if move.lead_id == pinned} == {rivals[0].id}
    assert [each.decision for each in proposals.decisions(books.db, ids=[held.id])] == ["adjusted"]
    elsewhere = books.rival(rep, same_team=False)
    refused = adjust_proposal(books.ctx(manager(books)), proposal=adjusted.proposal, exclude=(elsewhere.name,))
    assert isinstance(refused, Refusal)


def test_where_nothing_is_gained_it_says_so_and_proposes_nothing(books: Books) -> None:
    with books.db.write() as session:
        session.execute(update(ModelVersion).where(ModelVersion.model == "matching").values(serves=False))
        # Nothing but what somebody has.
        taken = select(Lead.id).where(Lead.owner_id.is_(None))
        session.execute(update(Lead).where(Lead.id.in_(taken)).values(outcome="lost", outcome_at=NOW))
    plan = planned(books, pool="all")
    assert plan.looked_at > 50
    assert (plan.given, plan.taken, plan.proposal) == (0, 0, None)
    assert "Not worth moving" in plan.text
    assert "No rep is known to win more" in plan.text


def test_everyone_touched_hears_what_it_means_for_them_and_nobody_else(books: Books, orphans: list[str]) -> None:
    _, held = proposed(books)
    decided(books, manager(books), held.id, "approve")
    taker = books.roster.get(next(move.to_id for move in held.moves if move.changes_owner))
    assert taker is not None
    news = plan_news(books.ctx(taker), proposal=held.id)
    assert isinstance(news, PlanNews), news.text
    assert {each.lead_id for each in news.came} == {
        move.lead_id for move in held.moves if move.changes_owner and move.to_id == taker.id
    }
    assert all(each.why for each in news.came)
    stranger = books.rival(taker, same_team=False)
    assert isinstance(plan_news(books.ctx(stranger), proposal=held.id), Refusal)


def test_the_effect_of_plans_is_told_when_leads_were_won(books: Books, orphans: list[str]) -> None:
    empty = lift_report(books.ctx(manager(books)))
    assert isinstance(empty, LiftReport)
    assert empty.effect is None
    assert "nothing to measure" in empty.text
    ids = list(open_leads(books))
    arms = {id_: "today" if place % 10 == 0 else "plan" for place, id_ in enumerate(ids)}
    later = NOW + timedelta(days=30)
    with books.db.write() as session:
        holdouts.record(session, arms, at=NOW)
        won = [id_ for id_, arm in arms.items() if arm == "plan"][::2]
        session.execute(update(Lead).where(Lead.id.in_(won)).values(outcome="won", outcome_at=NOW + timedelta(days=9)))
    found = lift_report(books.ctx(books.person("admin"), later))
    assert isinstance(found, LiftReport), found.text
    assert (found.plan_won, found.today_won) == (len(won), 0)
    assert found.low is not None
    assert found.low > 0
    assert "Plans help" in found.text


def test_a_standing_rule_is_switched_for_the_own_teams_only(books: Books) -> None:
    from knowledge import standing

    said = standing_rule(books.ctx(manager(books)), kind="assign", on=True)
    assert isinstance(said, StandingRule)
    assert standing.in_force(books.db, "assign") == books.roster.managed[manager(books).id]
    standing_rule(books.ctx(books.person("admin")), kind="assign", on=False)
    assert standing.in_force(books.db, "assign") == frozenset()
    assert isinstance(standing_rule(books.ctx(books.person("rep")), kind="assign", on=True), Refusal)
