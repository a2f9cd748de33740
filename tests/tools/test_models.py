"""Model cards, and what is said of a model to whom."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from bot.blockkit import problems
from bot.views import blocks
from knowledge import frames, models, rules
from knowledge.errors import UnknownRecord
from knowledge.ledger import ModelVersion
from knowledge.models import Card
from scoring.registry import CATALOG
from tests.company import NOW, Books
from tools import cards, findings, verdicts
from tools.base import Refusal
from tools.calls import CallList, leads_to_call
from tools.customers import ideal_customer
from tools.deals import deals_at_risk
from tools.forecasts import forecast_sales
from tools.models import ColumnDecision, ModelReport, decide_column, model_report
from tools.team_summary import team_summary

DAY = datetime(2026, 3, 18, tzinfo=UTC)


def figure(value: float, half: float = 0.01) -> dict[str, float]:
    return {"value": value, "low": value - half, "high": value + half}


def group(level: str, said: float, won: float, **verdict: bool) -> dict[str, Any]:
    return {
        "column": "source",
        "level": level,
        "n": 400,
        "said": said,
        "won": figure(won),
        "auc": figure(0.7),
    } | verdict


REPORT: dict[str, Any] = {
    "model": "ranking",
    "n": 4000,
    "base_rate": 0.12,
    "metrics": {"auc": figure(0.84), "log_loss": figure(0.26), "ece": figure(0.012), "lift_10": None},
    "baselines": {
        "base_rate": {"auc": figure(0.5)},
        "logistic_regression": {"auc": figure(0.81)},
        "fifo": {"auc": None},
    },
    "chosen": "trees",
    "how": "5 past instants",
    "calls_to_keep": {"90": {"value": 0.38, "low": 0.35, "high": 0.41}},
    "gains": [{"called": 0.5, "kept": figure(0.9)}, {"called": 1.0, "kept": figure(1.0, 0.0)}],
    "reliability": [{"said": 0.1, "won": figure(0.1), "n": 2000}, {"said": 0.2, "won": figure(0.2), "n": 2000}],
    "by_instant": [{"label": f"2026-0{m}-01", "n": 800, "said": 0.12, "won": figure(0.12)} for m in (1, 2, 3)],
    "groups": [group("Trade show", 0.15, 0.12, is_off=True), group("Referral", 0.3, 0.3, is_weak=True)],
    "drift": [{"feature": "n.call_out.3d", "psi": 0.4, "verdict": "another population"}],
    "candidates": {"trees": {"auc": figure(0.84)}, "linear": {"auc": figure(0.81)}},
    "champion": {
        "version": 3,
        "window": "lately",
        "n": 900,
        "log_loss": {"champion": figure(0.28)},
        "why": "It is better.",
    },
    "trained_on": {"rows": 9000, "leads": 4500, "won": 600, "from": "2025-01-01", "to": "2026-01-01", "instants": 12},
    "flagged": [
        {"column": "Tags", "verdict": "dropped", "evidence": "filled in when a lead is closed"},
        {"column": "Lead *Score* <b>", "verdict": "doubtful", "evidence": "alone it reaches AUC 0.71"},
    ],
}


def held(report: dict[str, Any], model: str = "ranking") -> Card:
    return Card(model, 4, DAY, DAY, "9f99", ["age_days", "n.call_out.3d", "n.call_out.7d"], report, serves=True)


def written(report: dict[str, Any], **said: str) -> tuple[str, str]:
    made = cards.card(held(report), said=said)
    return cards.markdown(made), cards.html(made)


def reported(books: Books, report: dict[str, Any]) -> None:
    """Gives the ranking that serves another report."""
    with books.db.write() as session:
        of_ranking = update(ModelVersion).where(ModelVersion.model == "ranking", ModelVersion.serves)
        session.execute(of_ranking.values(report=report))


def asked(books: Books, role: str = "rep", **arguments: object) -> ModelReport:
    result = model_report(books.ctx(books.person(role)), **arguments)
    assert isinstance(result, ModelReport), result.text
    return result


def test_a_card_says_all_that_was_found_and_what_the_model_is_not_for() -> None:
    for text in written(REPORT):
        for fact in ("4,500", "2025-01-01", "0.840 (0.830–0.850)", "38 % of the list (35–41 %)", "Trade show", "Tags"):
            assert fact in text, fact
        for fact in ("3.0 points high", "another population", "It is better.", "pay, discipline or dismissal"):
            assert fact in text, fact


def test_a_card_s_page_stands_alone_with_its_charts() -> None:
    _, page = written(REPORT)
    assert page.count("<svg") == 3
    assert "<script" not in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_names_of_columns_are_never_markup_on_a_card() -> None:
    text, page = written(REPORT)
    assert "<b>Lead" not in page
    assert "&lt;b&gt;" in page
    assert r"Lead \*Score\* \<b\>" in text


@pytest.mark.parametrize("missing", sorted(REPORT))
def test_a_card_is_written_of_reports_that_lack_something(missing: str) -> None:
    for report in (
        {name: value for name, value in REPORT.items() if name != missing},
        REPORT | {missing: None},
    ):
        text, page = written(report)
        assert "## What it must not be used for" in text
        assert page


@pytest.mark.parametrize("model", [*CATALOG, "no longer there"])
def test_a_card_is_written_of_every_model_and_of_those_of_an_older_code(model: str) -> None:
    made = cards.card(held({}, model), said={})
    assert cards.markdown(made).startswith(f"# {model} 4")
    assert "What it must not be used for" in cards.html(made)


def test_the_advice_trusts_no_more_than_was_found() -> None:
    def advice(**changes: object) -> str:
        return verdicts.advice(findings.read(REPORT | changes))

    assert advice(groups=[]) == "Trust the order and the chances."
    assert advice().startswith("Trust the order; the chances run 3.0 points high for source Trade show")
    assert "off by 9.0 points" in advice(metrics=REPORT["metrics"] | {"ece": figure(0.09)})
    assert "cannot be told from chance" in advice(metrics={"auc": figure(0.505)})
    usual = advice(chosen="stage_rates", note="So the win rate of each stage serves.")
    assert usual.startswith("Take its chances as what is usual")
    assert usual.endswith("So the win rate of each stage serves.")
    assert advice(refusal="It ranks no better.") == "Do not rely on it: It ranks no better."


def test_everyone_hears_how_good_the_ranking_is_beside_what_costs_nothing(books: Books) -> None:
    for role in ("rep", "manager", "admin"):
        found = asked(books, role)
        assert found.model == "ranking"
        assert found.metrics["auc"].value > 0.5
        assert "logistic regression" in found.text
        assert {citation.kind for citation in found.citations} == {"model"}


def test_an_answer_is_short_and_knows_no_jargon_of_those_who_train_models(books: Books) -> None:
    for name in ("slippage", "forecast"):
        result = model_report(books.ctx(books.person("rep")), model=name)
        assert len(result.text.split("\n")) <= 6
        assert not re.search(r"AUC|WAPE|log-loss|Brier|feature|not measured|_", result.text), result.text
    found = asked(books)
    first, second, *_ = found.text.split("\n")
    assert first == found.advice
    assert first.startswith("Lead scoring (ranking 1): ")
    assert "put a won lead before a lost one in" in second


def test_only_who_names_no_model_hears_of_the_others(books: Books) -> None:
    assert "forecast" in asked(books).text
    assert "forecast" not in asked(books, model="ranking").text


def test_what_following_advice_changed_decides_whether_to_follow_it() -> None:
    def told(gain: float) -> tuple[str, str | None]:
        found = findings.read({"model": "next_step", "n": 900, "metrics": {"gain": figure(gain)}})
        return verdicts.instruction(found), verdicts.beside(found)

    assert told(0.05)[0] == "Follow what it advises."
    usual, beside = told(-0.003)
    assert usual.startswith("Take what it advises as usual")
    assert beside == ("on 900 cases that it had not seen, following it changed the chance by -0.3 points (-1.3 to 0.7)")


def test_the_card_and_a_chart_with_its_finding_go_with_the_answer(books: Books) -> None:
    reported(books, REPORT)
    picture, page = asked(books).files
    assert picture.content.startswith(b"\x89PNG")
    assert picture.title == "To keep 90 % of the wins, call 38 % of the list (35–41 %)"
    assert page.content.decode().startswith("<!doctype html>")


def test_a_model_that_does_not_exist_or_does_not_serve_is_said_to(books: Books) -> None:
    unknown = model_report(books.ctx(books.person("rep")), model="oracle")
    assert isinstance(unknown, Refusal)
    assert "ranking" in unknown.text
    books.retire("ranking")
    idle = model_report(books.ctx(books.person("rep")), model="ranking")
    assert isinstance(idle, Refusal)
    assert idle.reason == "untrained"
    assert asked(books).model != "ranking"


def test_a_model_that_other_code_stored_is_not_used_and_the_report_says_why(books: Books) -> None:
    books.age("ranking", "members")
    found = asked(books)
    assert found.text.startswith("Lead scoring (ranking 1): not used, for another version of Callsheet stored it.")
    assert "callsheet train ranking" in found.text
    assert not found.files
    assert "Ranking lacks members" not in found.text
    assert "Ranking lacks members" in asked(books, "admin").text
    listed = leads_to_call(books.ctx(books.person("rep")))
    assert isinstance(listed, CallList), listed.text
    assert "plain order" in listed.text
    assert "still stand where an earlier version of the ranking put them" in listed.text
    assert all(card.chance is None for card in listed.cards)


def test_without_models_that_can_be_read_what_is_simpler_answers_or_an_honest_sentence(books: Books) -> None:
    for model, field in (("forecast", "clock"), ("pace", "classes"), ("win", "members")):
        books.age(model, field)
    manager = books.ctx(books.person("manager"))
    for tool in (team_summary, forecast_sales, deals_at_risk, ideal_customer):
        said = tool(manager)
        assert not isinstance(said, Refusal) or said.reason == "untrained", said.text
        assert not isinstance(said, Refusal) or "1 was stored by another version of Callsheet" in said.text


def test_only_an_admin_is_asked_when_a_doubtful_column_is_known_and_only_once(books: Books) -> None:
    reported(books, REPORT)
    assert asked(books, "manager").doubts == ()
    (doubt,) = asked(books, "admin").doubts
    admin = books.ctx(books.person("admin"))
    decided = decide_column(admin, column=doubt.column, known="after")
    assert isinstance(decided, ColumnDecision), decided.text
    assert "next training" in decided.text
    assert rules.of(books.db) == {doubt.column: "drop"}
    assert asked(books, "admin").doubts == ()
    assert f"{doubt.column} (an admin says: known only after)" in asked(books, "admin").left_out
    assert "an admin says: known only after" in cards.markdown(cards.find(books.db, "ranking"))


def test_the_next_training_goes_by_what_was_decided(books: Books) -> None:
    column = next(str(name) for name in frames.load(books.db, until=NOW).attributes)
    doubt = {"column": column, "verdict": "doubtful", "evidence": "it may"}
    reported(books, REPORT | {"flagged": [doubt]})
    admin = books.ctx(books.person("admin"))
    decide_column(admin, column=column, known="before")
    assert frames.load(books.db, until=NOW).rules[column] == "keep"
    decide_column(admin, column=column, known="after")
    assert column not in frames.load(books.db, until=NOW).attributes


@pytest.mark.parametrize("role", ["rep", "manager"])
def test_nobody_but_an_admin_decides_on_a_column(books: Books, role: str) -> None:
    reported(books, REPORT)
    refused = decide_column(books.ctx(books.person(role)), column="Lead *Score* <b>", known="before")
    assert isinstance(refused, Refusal)
    assert rules.of(books.db) == {}


@pytest.mark.parametrize(
    "arguments", [{"column": "nobody asked", "known": "after"}, {"column": "Tags", "known": "after"}]
)
def test_only_columns_in_doubt_are_decided_on(books: Books, arguments: dict[str, str]) -> None:
    reported(books, REPORT)
    assert isinstance(decide_column(books.ctx(books.person("admin")), **arguments), Refusal)
    assert rules.of(books.db) == {}


def test_a_question_has_its_two_buttons_and_many_fit_slack(books: Books) -> None:
    flags = [{"column": f"<!channel> {i} {'x' * 300}", "verdict": "doubtful", "evidence": "e" * 900} for i in range(40)]
    reported(books, REPORT | {"flagged": flags})
    drawn = blocks.drawn(asked(books, "admin"))
    assert not problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": drawn})
    labels = [each["text"]["text"] for block in drawn if block["type"] == "actions" for each in block["elements"]]
    assert labels[:2] == ["Known before: keep it", "Only after: leave it out"]


def test_a_version_is_found_by_number_and_the_one_that_serves_without(books: Books) -> None:
    (card,) = models.versions(books.db, "ranking")
    assert cards.find(books.db, "ranking").title == cards.find(books.db, "ranking", card.version).title
    with pytest.raises(UnknownRecord, match="no ranking 9"):
        cards.find(books.db, "ranking", 9)


def test_what_else_was_found_stands_on_the_card() -> None:
    made = cards.card(held({"facts": ["stalled: tells"]}, "flags"), said={})
    assert "## What else was found" in cards.markdown(made)
    assert "Stalled: tells." in cards.markdown(made)
    assert "What else was found" not in cards.markdown(cards.card(held({}, "flags"), said={}))
