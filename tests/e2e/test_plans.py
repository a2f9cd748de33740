"""A manager plans, adjusts, approves or rejects; the reps hear of it; a rep appeals."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from bot.workspace import Message, Person
from knowledge import proposals
from knowledge.crm import Lead
from knowledge.proposals import Proposal
from tests.company import NOW
from tests.office import Office


@pytest.fixture
def mia(office: Office) -> Person:
    return office.user(office.books.person("manager"))


def planned(office: Office, mia: Person) -> tuple[Message, Proposal]:
    """The card of a plan for new leads, and the proposal behind it."""
    card = mia.answer(to=mia.dm("share out the new leads"))
    kept = proposals.latest(office.books.db, [office.books.person("manager").team_id], status="pending")
    assert kept is not None, card.says
    return card, kept


def owners(office: Office, plan: Proposal) -> dict[str, str | None]:
    ids = [move.lead_id for move in plan.moves]
    with office.books.db.read() as session:
        return dict(session.execute(select(Lead.id, Lead.owner_id).where(Lead.id.in_(ids))).all())


def test_a_plan_is_approved_by_a_click_the_reps_hear_of_it_and_it_can_be_undone(office: Office, mia: Person) -> None:
    card, plan = planned(office, mia)
    assert {"Approve", "Adjust…", "Reject…"} <= set(card.buttons)
    before = {move.lead_id: move.from_id for move in plan.moves}
    after = {move.lead_id: move.to_id for move in plan.moves}
    assert mia.click(card, "Approve").state == "acked"
    mia.wait(lambda: "changed hands" in card.says, what="the decision")
    assert not {"Approve", "Adjust…", "Reject…"} & set(card.buttons)
    assert mia.member.name in card.says
    assert owners(office, plan) == after
    told = {move.to_id for move in plan.moves if move.changes_owner}
    assert office.deliver() == len(told)
    assert office.deliver() == 0
    rep = office.holder(next(iter(told)))
    (news,) = rep.sees(rep.direct)
    assert "is yours now" in news.says
    assert "Why?" in news.buttons
    mia.click(card, "Undo")
    mia.wait(lambda: "went back" in card.says, what="the undoing")
    assert "Undo" not in card.buttons
    assert owners(office, plan) == before
    office.deliver()
    assert "undone" in rep.sees(rep.direct)[-1].says


def test_a_plan_is_rejected_with_a_reason_that_is_asked_for(office: Office, mia: Person) -> None:
    card, plan = planned(office, mia)
    mia.click(card, "Reject…")
    form = mia.wait_for_modal("Reject this plan")
    assert "reason" in mia.submit(view=form).errors
    mia.submit({"reason": "Ana is on leave next week"}, view=form)
    mia.wait(lambda: "nothing was changed" in card.says, what="the decision")
    assert "Ana is on leave next week" in card.says
    assert not {"Approve", "Adjust…", "Reject…", "Undo"} & set(card.buttons)
    kept = proposals.read(office.books.db, plan.id)
    assert (kept.status, kept.reason) == ("rejected", "Ana is on leave next week")


def test_a_plan_is_adjusted_and_the_fresh_one_takes_the_place_of_the_card(office: Office, mia: Person) -> None:
    card, plan = planned(office, mia)
    move = next(each for each in plan.moves if each.changes_owner)
    lead, out = named(office, move.lead_id), office.books.roster.name(move.to_id)
    rep = next(each for each in office.books.roster.people if each.team_id == "T-1" and each.name != out)
    mia.click(card, "Adjust…")
    form = mia.wait_for_modal("Adjust the plan")
    assert "pin" in mia.submit({"pin": lead}, view=form).errors
    assert "Nobody called" in str(mia.submit({"pin": f"{lead}: Nobody Atall"}, view=form).errors)
    mia.submit({"pin": f"{lead}: {rep.name}", "exclude": [out], "max_per_rep": "9"}, view=form)
    mia.wait(lambda: "Settled by hand" in card.says, what="the fresh plan")
    assert mia.modal is None
    assert proposals.read(office.books.db, plan.id).status == "replaced"
    fresh = proposals.latest(office.books.db, ["T-1"], status="pending")
    assert fresh is not None
    to = {each.lead_id: each.to_id for each in fresh.moves}
    assert to[move.lead_id] == rep.id
    assert move.to_id not in to.values()
    mia.click(card, "Adjust…")
    again = mia.wait_for_modal("Adjust the plan")
    assert f"{lead}: {rep.name}" in str(again.blocks)
    mia.close(again)
    assert mia.click(card, "Approve").state == "acked"
    mia.wait(lambda: "changed hands" in card.says, what="the decision")
    assert office.books.owner_of(move.lead_id) == rep.id


def test_a_plan_that_the_books_moved_past_changes_nothing_and_a_fresh_one_is_at_hand(
    office: Office, mia: Person
) -> None:
    card, plan = planned(office, mia)
    gone = next(move.lead_id for move in plan.moves if move.changes_owner)
    with office.books.db.write() as session:
        session.execute(update(Lead).where(Lead.id == gone).values(outcome="lost", outcome_at=NOW))
        office.books.touch(session, gone)
    before = owners(office, plan)
    mia.click(card, "Approve")
    mia.wait(lambda: "changed since" in card.says, what="the word that it is stale")
    assert owners(office, plan) == before
    mia.click(card, "Fresh plan")
    mia.wait(lambda: "changed since" not in card.says, what="the fresh plan")
    fresh = proposals.latest(office.books.db, ["T-1"], status="pending")
    assert fresh is not None
    assert gone not in {move.lead_id for move in fresh.moves}
    assert "Approve" in card.buttons


def test_what_was_decided_elsewhere_is_said_to_whoever_clicks_later(office: Office, mia: Person) -> None:
    card, plan = planned(office, mia)
    proposals.reject(office.books.db, plan.id, by="P-19", at=NOW, reason=None)
    mia.click(card, "Approve")
    mia.wait(lambda: "rejected already" in mia.sees(mia.direct)[-1].says, what="the word that it was decided")


def test_a_rep_who_gets_at_the_buttons_is_refused(office: Office, mia: Person) -> None:
    card, plan = planned(office, mia)
    ana = office.user(office.books.person("rep"))
    office.client().chat_postMessage(channel="C0SALES", text="a plan", blocks=card.blocks)
    shared = ana.sees("sales")[-1]
    ana.click(shared, "Approve")
    ana.wait(lambda: "Only managers and admins" in ana.sees("sales")[-1].says, what="the refusal")
    assert ana.sees("sales")[-1].only_for == ana.id
    ana.click(shared, "Adjust…")
    ana.wait(lambda: len([m for m in ana.sees("sales") if "Only managers" in m.says]) == 2, what="the refusal")
    ana.click(shared, "Reject…")
    assert "Only managers" in str(ana.submit({"reason": "mine"}, view=ana.wait_for_modal()).errors)
    assert proposals.read(office.books.db, plan.id).status == "pending"


def named(office: Office, lead_id: str) -> str:
    with office.books.db.read() as session:
        return session.get_one(Lead, lead_id).name or ""
