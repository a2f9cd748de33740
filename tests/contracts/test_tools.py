"""What every tool keeps to, for every role; a new tool is tested the day it is added."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from sqlalchemy import select

from knowledge import deals
from knowledge.crm import ROLES
from knowledge.ledger import Suggestion
from tests.asking import arguments
from tests.company import Books
from tools import access
from tools.base import Refusal, Tool
from tools.catalog import TOOLS
from tools.pipeline import pipeline_report

# Names of columns, instants as machines write them, unrounded figures, dumps, wrong articles, plurals and amounts.
CLUMSY = (
    r"\b[a-z]+_[a-z_]+\b",
    r"\d{4}-\d\d-\d\dT",
    r"\b\d+\.\d{4,}",
    r"[{}]|\bNone\b|\bnan\b|\bTrue\b|\bFalse\b|Traceback",
    r"\b[0-9a-f]{16}\b",
    r"\ba (?:8\d?|11|18)(?:\.\d)? %",
    r"(?<![\d.,])1 (?:days|deals|leads|calls|hours|minutes)\b",
    r"(?<![\d–])-[\d,.]+ (?:minutes|hours|days)",
    r"\b(?:is|typical is) worth \d",
)
# What is a document, or a list of all there is, may be longer than an answer.
LINES = {"open_passage": 60, "plan_allocation": 16}
# What would be long if all were told that is known is told on a card.
LINES |= {"model_report": 7, "ideal_customer": 7, "team_summary": 9}
LONGEST_OPENING = {"show_lead": 500, "search_playbook": 500, "morning_brief": 500}

pytestmark = pytest.mark.usefixtures("replayed")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_nobody_hears_of_a_record_they_may_not_see_and_what_was_said_is_on_record(
    tool: Tool, role: str, books: Books
) -> None:
    asker = books.person(role)
    ctx = books.ctx(asker)
    result = tool(ctx, **arguments(tool, books, asker))
    with books.db.read() as session:
        (kept,) = session.scalars(select(Suggestion).where(Suggestion.audit_id == ctx.audit_id))
    assert (kept.person_id, kept.tool) == (asker.id, tool.name)
    if role not in tool.roles:
        assert isinstance(result, Refusal)
        assert kept.refused == result.reason
        return
    assert not isinstance(result, Refusal), result.text
    assert kept.refused is None
    assert kept.evidence
    assert result.citations
    assert result.covers
    assert result.as_of is not None
    assert not clumsy(result.text), result.text
    assert len(result.text.split("\n")) <= LINES.get(tool.name, 12)
    assert len(result.text.split("\n")[0]) <= LONGEST_OPENING.get(tool.name, 320)
    for citation in result.citations:
        assert not clumsy(citation.label), citation.label
        table, _, key = citation.key.partition("/")
        if table == "leads" and key:
            assert access.sight(asker, books.roster, books.owner_of(key)) == "all"
        if table == "deals" and key:
            assert access.sight(asker, books.roster, deals.by_id(books.db, [key])[key].owner_id) == "all"


def clumsy(text: str) -> list[str]:
    """What a person in a hurry should not have to read."""
    return [found[0] for pattern in CLUMSY if (found := re.search(pattern, text))]


def test_clumsy_words_are_found() -> None:
    assert clumsy("Owner P-01, next_step, 2026-03-18T15:30, 0.1234567, a 82 % chance") == [
        "next_step",
        "2026-03-18T",
        "0.1234567",
        "a 82 %",
    ]
    assert clumsy("It is {'a': 1}; within 1 days, in -3 minutes") == ["{", "1 days", "-3 minutes"]
    assert not clumsy("Call Ann first: an 82 % chance (60–94 %), worth $1,200. AUC 0.812, 1 day ago.")


@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_who_asks_can_not_be_forged(tool: Tool, books: Books) -> None:
    asker = books.person(tool.roles[0])
    refused = tool(books.ctx(asker), **arguments(tool, books, asker), asker="the boss")
    assert isinstance(refused, Refusal)
    assert refused.reason == "arguments"
    assert not {"asker", "ctx", "person"} & set(tool.arguments.model_fields)


@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_a_fault_inside_is_told_as_a_sentence_with_a_number_and_logged(
    tool: Tool, books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    from dataclasses import replace

    def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError("secret detail")

    asker = books.person(tool.roles[0])
    result = replace(tool, run=broken)(books.ctx(asker), **arguments(tool, books, asker))
    assert isinstance(result, Refusal)
    assert result.error_id
    assert result.error_id in result.text
    assert "secret" not in result.text
    assert any(getattr(each, "error_id", None) == result.error_id for each in caplog.records)


@pytest.mark.parametrize("tool", TOOLS, ids=str)
def test_a_tool_tells_a_language_model_what_it_is_for(tool: Tool, books: Books) -> None:
    offered = tool.for_langchain(books.ctx(books.person("rep")))
    assert offered.description == tool.description
    assert len(tool.description) > 40
    assert len(tool.examples) >= 15 or not tool.offered
    assert set(offered.args) == set(tool.arguments.model_fields)


def test_every_word_for_an_argument_belongs_to_a_value_that_exists() -> None:
    from knowledge.metrics import Dimension, Metric

    assert set(pipeline_report.words["metric"]) == set(get_args(Metric))
    assert set(pipeline_report.words["by"]) == set(get_args(Dimension))
