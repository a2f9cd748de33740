"""Why a score moved, as a rep hears it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sqlalchemy import update

from knowledge import models
from knowledge.crm import Activity, Lead, LeadChange
from knowledge.ledger import ModelVersion, Serving
from tests.company import NOW, Books
from tools import wording
from tools.base import Refusal
from tools.leads import explain_lead
from tools.movement import ScoreChange, points, score_change
from tools.ratings import rate_lead


def told(books: Books, lead: str, **arguments: str) -> ScoreChange:
    result = score_change(books.ctx(books.person("rep")), lead=lead, **arguments)
    assert isinstance(result, ScoreChange), result.text
    return result


def of(books: Books) -> Lead:
    """A lead that came in some weeks ago."""
    rep = books.person("rep")
    with books.db.read() as session:
        query = session.query(Lead).where(Lead.owner_id == rep.id, Lead.outcome == "open")
        return query.where(Lead.created_at < NOW - timedelta(days=30)).order_by(Lead.id).first() or pytest.fail("none")


def shown(chance: float) -> float:
    return float(wording.percent(chance).removesuffix(" %"))


@settings(max_examples=300)
@given(
    effects=st.lists(st.floats(-5, 5).filter(lambda effect: abs(effect) > 1e-6), min_size=1, max_size=9),
    start=st.floats(-6, 6),
)
def test_points_add_up_to_the_difference_of_the_figures_shown(effects: list[float], start: float) -> None:
    before, after = float(expit(start)), float(expit(start + sum(effects)))
    given_out = points(effects, before, after)
    assert len(given_out) == len(effects)
    assert sum(given_out) == pytest.approx(shown(after) - shown(before), abs=1e-6)


def test_points_are_shared_out_like_the_effects() -> None:
    assert points([3.0, -1.0], 0.2, 0.6) == [60.0, -20.0]
    assert points([1.0, 1.0, 1.0], 0.30, 0.40) == [4.0, 3.0, 3.0]
    assert points([0.5, -0.5], 0.5, 0.5) == [13.0, -13.0]


def test_the_shares_sum_to_the_change_and_the_ends_are_what_explaining_says(books: Books) -> None:
    lead = of(books)
    found = told(books, lead.id, since="last 14 days")
    assert sum(share.effect for share in found.shares) == pytest.approx(found.log_odds_now - found.log_odds_then)
    assert sum(share.points for share in found.shares) == pytest.approx(
        shown(found.chance_now) - shown(found.chance_then)
    )
    explained = explain_lead(books.ctx(books.person("rep")), lead=lead.id)
    assert found.chance_now == pytest.approx(explained.chance)  # type: ignore[attr-defined]


def test_a_new_fact_is_told_and_cited(books: Books) -> None:
    lead = of(books)
    with books.db.write() as session:
        at = NOW - timedelta(hours=1)
        session.add(Activity(id="A-new", kind="proposal_view", at=at, lead_id=lead.id, direction="inbound"))
        session.add(LeadChange(id="C-new", lead_id=lead.id, at=at, field="attributes.team_size", old="4", new="40"))
        session.add(LeadChange(id="C-owner", lead_id=lead.id, at=at, field="owner_id", old=None, new=lead.owner_id))
    found = told(books, lead.id, since="today")
    assert {"activities/A-new", "lead_changes/C-new"} <= {citation.key for citation in found.citations}
    assert any(share.kind == "facts" and "opened the proposal" in share.text for share in found.shares)
    assert ": team size changed from 4 to 40" in found.text
    assert f"owner set to {books.person('rep').name}" in found.text


def test_without_an_instant_the_last_week_is_taken_and_said(books: Books) -> None:
    found = told(books, of(books).id)
    assert found.since == NOW - timedelta(days=7)
    assert "11 Mar 2026" in found.text


def test_a_lead_that_was_not_there_is_compared_with_when_it_came_in(books: Books) -> None:
    lead = of(books)
    found = told(books, lead.id, since="2020-01-01")
    assert found.since == lead.created_at
    assert "It was not there before" in found.text


def test_what_served_then_and_what_serves_now_are_compared(books: Books) -> None:
    lead = of(books)
    with books.db.write() as session:
        kept = session.query(ModelVersion).where(ModelVersion.model == "ranking").one()
        session.execute(update(Serving).values(at=NOW - timedelta(days=20)))
    blob = models.blob(books.db, "ranking", 1)
    again = {name: getattr(kept, name) for name in ("as_of", "fingerprint", "features", "report")}
    models.save(books.db, "ranking", blob, trained_at=NOW - timedelta(days=2), serve=True, **again)
    found = told(books, lead.id)
    assert "ranking 1" in " ".join(citation.label for citation in found.citations)
    assert "ranking 2" in " ".join(citation.label for citation in found.citations)
    # The same bytes say the same, so the other version moved nothing.
    assert all(share.kind != "model" for share in found.shares)
    assert found.notes == ()

    with books.db.write() as session:
        session.execute(update(ModelVersion).where(ModelVersion.version == 1).values(blob=b"rubbish"))
    assert "cannot be read any more" in told(books, lead.id).text


def test_where_no_model_served_then_todays_is_used_and_said(books: Books) -> None:
    assert "No ranking served then" in told(books, of(books).id).text


def test_a_persons_word_is_a_share_of_its_own(books: Books) -> None:
    lead, rep = of(books), books.person("rep")
    before = told(books, lead.id).log_odds_now
    assert not isinstance(rate_lead(books.ctx(rep), lead=lead.id, view="higher"), Refusal)
    found = told(books, lead.id)
    (said,) = [share for share in found.shares if share.kind == "override"]
    assert said.text == f"{rep.name} rates it higher than the model"
    assert said.effect == pytest.approx(found.log_odds_now - before)


def test_a_lead_that_is_decided_moves_no_more(books: Books) -> None:
    won = books.lead_of(books.person("rep"), "won")
    result = score_change(books.ctx(books.person("rep")), lead=won.id)
    assert isinstance(result, Refusal)
    assert "was won on" in result.text


@pytest.mark.parametrize(("since", "complaint"), [("next week", "has not begun"), ("the other day", "not a period")])
def test_an_instant_that_cannot_be_is_refused_in_a_sentence(books: Books, since: str, complaint: str) -> None:
    result = score_change(books.ctx(books.person("rep")), lead=of(books).id, since=since)
    assert isinstance(result, Refusal)
    assert complaint in result.text


def test_a_score_of_another_team_is_not_told(books: Books) -> None:
    rep = books.person("rep")
    theirs = books.lead_of(books.rival(rep, same_team=False))
    assert isinstance(score_change(books.ctx(rep), lead=theirs.id), Refusal)


def test_log_odds_and_chances_are_the_same_figures(books: Books) -> None:
    found = told(books, of(books).id)
    assert logit(found.chance_then) == pytest.approx(found.log_odds_then)
    assert logit(found.chance_now) == pytest.approx(found.log_odds_now)
