"""The exam that `callsheet evaluate agent` sets the planners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot import exams
from bot.agent import Assistant
from bot.exams import Case, Mark
from bot.reading import Reader
from knowledge.memory import Memory
from scoring.intent import Intents
from tests.company import Books
from tools.catalog import TOOLS
from tools.errors import BadInput


@pytest.fixture
def assistant(books: Books, reader: Reader) -> Assistant:
    return Assistant(books.services, TOOLS, reader, Memory(books.db))


def test_a_case_is_right_when_its_tool_and_its_arguments_are_reached(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    names = {"lead": str(books.lead_of(rep).name)}
    right = exams.ask(assistant, Case("rep", "show me {lead}", ("show_lead",), (), {"lead": "{lead}"}), rep, names)
    assert right.is_right
    assert right.right_arguments
    assert right.grounded == 1.0
    other = exams.ask(assistant, Case("rep", "show me {lead}", ("show_lead",), (), {"lead": "Ann Other"}), rep, names)
    assert other.right_tool
    assert other.right_arguments is False
    wrong = exams.ask(assistant, Case("rep", "show me {lead}", ("best_rep",)), rep, names)
    assert wrong.right_tool is False


def test_a_question_that_no_tool_answers_is_right_when_none_is_asked(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    assert exams.ask(assistant, Case("rep", "good morning"), rep, {}).turned_away
    asked = exams.ask(assistant, Case("rep", "my forecast"), rep, {})
    assert asked.turned_away is False
    assert exams.marks([asked])["failed"][0]["got"][0]["name"] == "forecast_sales"


def test_a_reader_is_asked_only_what_it_has_not_learnt() -> None:
    learnt: list[Mapping[str, Sequence[str]]] = []

    def learn(examples: Mapping[str, Sequence[str]]) -> Intents:
        learnt.append(examples)
        return Intents({kind: texts[:3] for kind, texts in examples.items()})

    found = list(exams.folds(TOOLS, learn))
    assert len(found) == exams.FOLDS
    for (_, cases), examples in zip(found, learnt, strict=True):
        known = {text for many in examples.values() for text in many}
        assert len(cases) > 50
        assert not known & {case.question for case in cases}
        assert {case.tools for case in cases} >= {("show_lead",), ()}


def test_figures_are_shares_of_what_was_asked_for() -> None:
    def mark(tool: bool | None, args: bool | None, away: bool | None, elapsed_ms: float) -> Mark:
        return Mark(Case("rep", "q"), (), tool, args, away, 1.0, elapsed_ms, 0.002)

    found = exams.marks([mark(True, True, None, 10), mark(False, None, None, 20), mark(None, None, True, 30)])
    assert found["tool_accuracy"] == {"value": 0.5, "n": 2}
    assert found["argument_accuracy"] == {"value": 1.0, "n": 1}
    assert found["out_of_scope_caught"] == {"value": 1.0, "n": 1}
    assert (found["p50_ms"], found["usd_per_answer"]) == (20, 0.002)
    assert len(found["failed"]) == 1


def test_a_file_of_questions_is_read_or_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"as":"rep","q":"hi","tool":[null]}\n\n{"as":"rep","q":"x","tool":["a"],"args":{"limit":7}}\n')
    assert exams.read(file) == [Case("rep", "hi"), Case("rep", "x", ("a",), (), {"limit": 7})]
    file.write_text('{"as":"rep"}\n')
    with pytest.raises(BadInput, match="line 1: write"):
        exams.read(file)
    with pytest.raises(BadInput, match="cannot be read"):
        exams.read(tmp_path / "none.jsonl")
