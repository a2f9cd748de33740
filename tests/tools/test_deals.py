"""Which deals are at risk, and why one stands as it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import update

from knowledge import pipeline, scores
from knowledge.crm import Activity, Deal
from knowledge.people import Person
from scoring.deals import Flags, Win
from scoring.deals.flags import RULES
from tests.company import NOW, Books
from tools import access, deal_cards, due, wording
from tools.base import Refusal
from tools.deal_cards import risks
from tools.deals import DealExplanation, DealsAtRisk, deals_at_risk, explain_deal


@pytest.fixture
def rep(books: Books) -> Person:
    """A rep with an open deal that is overdue."""
    rep = books.person("rep")
    with books.db.write() as session:
        passed = (NOW - timedelta(days=12)).date()
        session.execute(
            update(Deal).where(Deal.id == books.deal_of(rep).id).values(expected_close=passed, amount=9_000)
        )
    return rep


def at_risk(books: Books, asker: Person, **arguments: object) -> DealsAtRisk:
    found = deals_at_risk(books.ctx(asker), **arguments)
    assert isinstance(found, DealsAtRisk), found.text
    return found


def explained(books: Books, asker: Person, name: str) -> DealExplanation:
    found = explain_deal(books.ctx(asker), deal=name)
    assert isinstance(found, DealExplanation), found.text
    return found


def test_deals_due_are_listed_with_most_to_lose_first(books: Books, rep: Person) -> None:
    found = at_risk(books, books.person("admin"), period="next quarter", limit=25)
    losses = [card.expected_loss or 0.0 for card in found.cards]
    assert losses == sorted(losses, reverse=True)
    assert found.text.startswith(f"Start with {found.cards[0].name}. ")
    assert found.names == tuple(card.name for card in found.cards)
    assert all(f"deals/{card.deal_id}" in {cite.key for cite in found.citations} for card in found.cards)
    late = next(card for card in found.cards if card.is_overdue)
    assert late.slip is None
    assert "overdue since" in found.text


def test_a_rep_sees_the_own_deals_and_hears_how_many_are_hidden(books: Books, rep: Person) -> None:
    found = at_risk(books, rep, owner="team", period="next quarter", limit=25)
    assert {card.owner for card in found.cards} == {rep.name}
    assert found.hidden > 0
    assert f"{found.hidden:,} more of your team" in found.text


def test_a_deal_is_explained_with_its_chances_reasons_and_record(books: Books, rep: Person) -> None:
    deal = books.deal_of(rep)
    found = explained(books, rep, deal.name)
    assert found.card.is_overdue
    assert "past its expected close already" in found.text
    if found.card.win:
        assert f"{found.card.win.value:.0%}".replace("%", " %") in found.text or "chance" in found.text
        assert found.win_reasons
    assert f"deals/{deal.id}" in {cite.key for cite in found.citations}


def test_what_to_do_about_a_deal_comes_first_and_the_reasons_take_a_line_each(books: Books, rep: Person) -> None:
    deal = books.deal_of(rep)
    found = explained(books, rep, deal.name)
    first, chances, *rest = found.text.split("\n")
    assert first == found.advice
    assert deal.name in first
    assert "interval" not in found.text
    assert chances.startswith(f"{deal.name} has a")
    assert sum(line.startswith(("Won or not: ", "In time or not: ")) for line in rest) <= 2
    assert rest[-1].startswith("On record: ")
    amounts = [each.text for each in (*found.win_reasons, *found.slip_reasons) if each.feature == "amount"]
    assert all("$" in text for text in amounts)
    assert amounts


def test_whose_deals_they_are_is_only_told_where_it_may_be_somebody_else(books: Books, rep: Person) -> None:
    assert "owner " not in at_risk(books, rep, period="next quarter").text
    assert f"owner {rep.name}" in at_risk(books, books.person("manager"), period="next quarter", limit=25).text


def test_where_no_deal_is_due_nothing_is_said_of_chances(books: Books) -> None:
    found = at_risk(books, books.person("manager"), period="2019")
    assert found.text == "No open deal (your team's) is due by the end of 2019."


def test_a_closed_deal_has_no_chance_left(books: Books, rep: Person) -> None:
    found = explained(books, rep, books.deal_of(rep, "won").name)
    assert "was won" in found.text
    assert (found.card.win, found.card.slip, found.card.flags) == (None, None, ())


def test_a_half_typed_name_is_found_and_an_unknown_one_answered_with_the_nearest(books: Books, rep: Person) -> None:
    deal = books.deal_of(rep)
    assert explained(books, rep, deal.name[:-3]).deal_id == deal.id
    refused = explain_deal(books.ctx(rep), deal="Nobody & Sons – 900 sites")
    assert isinstance(refused, Refusal)
    assert "I know no deal called" in refused.text


def test_a_colleagues_deal_is_refused_as_hidden_and_another_teams_as_unknown(books: Books, rep: Person) -> None:
    for same_team, reason in ((True, "hidden"), (False, "unknown")):
        deal = books.deal_of(books.rival(rep, same_team=same_team))
        refused = explain_deal(books.ctx(rep), deal=deal.name)
        assert isinstance(refused, Refusal)
        assert refused.reason == reason


def test_where_no_model_serves_that_is_said(books: Books, rep: Person) -> None:
    for name in ("win", "slippage"):
        books.stop(name)
    found = at_risk(books, rep, period="next quarter")
    assert "No model serves that could say whether a deal is won or slips past its close date" in found.text
    assert all((card.win, card.slip, card.expected_loss) == (None, None, None) for card in found.cards)


def test_a_deal_bears_the_same_flags_alone_as_among_others(books: Books, rep: Person) -> None:
    served = books.services.models.serving(Flags)
    assert served is not None
    served.model.worth = {name: replace(each, ratio=None, flagged=0) for name, each in served.model.worth.items()}
    assert set(served.model.shown) == set(RULES)
    cards = at_risk(books, books.person("admin"), period="next quarter", limit=25).cards
    assert any(card.flags for card in cards)
    for card in cards:
        assert explained(books, books.person("admin"), card.name).card.flags == card.flags


def test_where_no_model_does_better_how_the_stage_usually_goes_stands_in_and_is_called_that(
    books: Books, rep: Person
) -> None:
    history = pipeline.load(books.db, until=NOW)
    usual = Win(rule="stage_rates").fit(history, as_of=NOW)
    books.services.models.save(usual, now=NOW, as_of=NOW, fingerprint="", report={}, serve=True)
    deal = books.deal_of(rep)
    found = explained(books, rep, deal.name)
    assert found.card.win is not None
    assert found.card.win.value == pytest.approx(usual.predict(history.at(NOW), [deal.id])["value"][deal.id])
    assert "The chance to be won is how deals in this stage usually go: no model does better." in found.notes
    cited = next(cite for cite in found.citations if cite.key.startswith("model:win@") and cite.key.endswith(deal.id))
    assert "how deals in this stage usually go" in cited.label
    listed = at_risk(books, rep, period="next quarter")
    assert "how deals in this stage usually go" in listed.text
    assert all(card.win for card in listed.cards)


def test_the_chance_to_be_won_within_the_period_is_told_with_its_last_day(books: Books, rep: Person) -> None:
    history = pipeline.load(books.db, until=NOW)
    model = Win(rule="stage_rates").fit(history, as_of=NOW)
    books.services.models.save(model, now=NOW, as_of=NOW, fingerprint="", report={}, serve=True)
    soon, later = (at_risk(books, rep, period=period, limit=25).cards for period in ("this month", "this quarter"))
    found = explained(books, rep, books.deal_of(rep).name)
    assert found.card.in_time is not None
    assert found.card.win is not None
    assert found.card.in_time.value < found.card.win.value
    assert found.card.by == date(2026, 3, 31)
    assert f"model:win@2#{found.deal_id}/by-2026-03-31" in {cite.key for cite in found.citations}
    assert "31 March 2026" in found.text
    assert [card.by for card in (*soon, *later)] == [date(2026, 3, 31)] * (len(soon) + len(later))
    for card in later:
        assert card.in_time
        assert f"{wording.percent(card.in_time.value)} to be won by 31 Mar 2026" in risks(card)


def test_stored_scores_put_deals_in_the_order_that_all_of_them_scored_now_would_have(books: Books) -> None:
    ctx = books.ctx(books.person("admin"))
    found = due.due(ctx, access.scope(ctx, "me"), date(2026, 6, 30)).deals
    view = deal_cards.outlook(ctx, list(found.index))
    live = (view.snapshot.deals["amount"] * view.risk).reindex(found.index)
    assert found["at_stake"].to_numpy() == pytest.approx(live.to_numpy())
    assert found["at_stake"].is_monotonic_decreasing
    assert set(found.index[found["is_overdue"]]) == set(view.overdue)
    assert at_risk(books, ctx.asker, period="next quarter").at_stake == pytest.approx(live.sum())


def test_the_whole_stake_is_the_sum_of_what_the_answer_says_of_each_deal() -> None:
    waiting = due.Due(pd.DataFrame({"at_stake": [10.0, 5.0, np.nan]}, index=list("abc")), "")
    assert waiting.at_stake({"a": 8.0, "c": None}) == pytest.approx(13)


def test_only_deals_that_changed_since_they_were_scored_are_scored_again(books: Books, rep: Person) -> None:
    later, deal = NOW + timedelta(days=1), books.deal_of(rep)
    done = Activity(id="A-new", kind="call", at=NOW + timedelta(hours=2), deal_id=deal.id, attributes={})
    with books.db.write() as session:
        session.add(done)
    ctx = books.ctx(rep, at=later)
    stale = due.due(ctx, access.scope(ctx, "me"), date(2026, 6, 30))
    known = scores.read(books.db, "win", list(stale.deals.index))
    assert {str(id_) for id_ in known.index[known["as_of"] == later]} == {deal.id}
    assert len(known) > 1
    assert stale.note == ""


def test_more_changed_deals_than_a_question_can_wait_for_are_left_and_that_is_said(
    books: Books, rep: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "RESCORED_AT_ONCE", 1)
    mine = at_risk(books, rep, period="next quarter").due
    scores.forget(books.db, "win", [])
    assert f"{mine} deals changed since the last scoring" in at_risk(books, rep, period="next quarter").text
