"""The terms of a plan, and new leads that wait for a click."""

from __future__ import annotations

from knowledge import proposals
from knowledge.proposals import Move
from tests.asking import proposed
from tests.company import NOW, Books
from tools.arrivals import Arrivals, arrivals_news
from tools.base import Refusal
from tools.decisions import DecidedPlan, adjust_proposal, decide_proposal
from tools.plans import AllocationPlan
from tools.terms import PlanTerms, plan_terms, renew_proposal


def gathered(books: Books, *, replaces: str | None = None) -> str:
    """A proposal of new leads, as a standing job makes one."""
    rep = books.person("rep")
    move = Move(books.lead_of(None).id, None, rep.id, 0.0, 100.0, None, 0.1, "It fits.")
    made = proposals.create(
        books.db,
        kind="arrivals",
        by=None,
        at=NOW,
        team_ids=[rep.team_id],
        arguments={},
        figures={"closes": 0.1},
        moves=[move],
        replaces=replaces,
    )
    return made.id


def test_what_a_plan_was_adjusted_to_is_asked_for_again(books: Books) -> None:
    ctx, rep = books.ctx(books.person("manager")), books.person("rep")
    lead = books.lead_of(None)
    adjusted = adjust_proposal(ctx, proposal=proposed(books, rep), max_per_rep=9, pin={lead.name: rep.name})
    assert isinstance(adjusted, AllocationPlan)
    fresh = renew_proposal(ctx, proposal=adjusted.proposal)
    assert isinstance(fresh, AllocationPlan)
    assert (fresh.max_per_rep, fresh.pinned) == (9, {lead.id: rep.id})
    assert proposals.read(books.db, str(adjusted.proposal)).status == "replaced"
    terms = plan_terms(ctx, proposal=fresh.proposal)
    assert isinstance(terms, PlanTerms)
    assert (terms.max_per_rep, terms.pinned) == (9, {lead.name: rep.name})
    assert {each.team for each in terms.reps} == {rep.team}


def test_new_leads_that_wait_are_told_as_the_newest_proposal_has_them(books: Books) -> None:
    ctx = books.ctx(books.person("manager"))
    older = gathered(books)
    newer = gathered(books, replaces=older)
    told = arrivals_news(ctx, proposal=older)
    assert isinstance(told, Arrivals)
    assert (told.proposal, told.waits) == (newer, True)
    late = decide_proposal(ctx, proposal=older, decision="approve")
    assert isinstance(late, DecidedPlan)
    assert late.status == "stale"
    proposals.reject(books.db, newer, by=ctx.asker.id, at=NOW, reason=None)
    assert "nothing waits for you" in arrivals_news(ctx, proposal=older).text


def test_instead_of_new_leads_that_wait_a_plan_for_new_leads_can_be_had(books: Books) -> None:
    ctx = books.ctx(books.person("manager"))
    older = gathered(books)
    newer = gathered(books, replaces=older)
    plan = renew_proposal(ctx, proposal=older)
    assert isinstance(plan, AllocationPlan)
    assert plan.pool == "new"
    assert proposals.read(books.db, newer).status == "replaced"


def test_another_teams_manager_learns_nothing_of_either(books: Books) -> None:
    stranger = books.ctx(books.person("manager", 1))
    for tool, id_ in ((plan_terms, proposed(books, books.person("rep"))), (arrivals_news, gathered(books))):
        refused = tool(stranger, proposal=id_)
        assert isinstance(refused, Refusal)
        assert refused.reason == "hidden"
