from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage

from bot.agent import OFFLINE, Assistant
from bot.conversation import figures
from bot.reading import Reader
from knowledge.memory import Memory
from tests.company import Books
from tests.scripted import Scripted, call
from tools.catalog import TOOLS
from tools.errors import BadInput


@pytest.fixture
def assistant(books: Books, reader: Reader) -> Assistant:
    return Assistant(books.services, TOOLS, reader, Memory(books.db))


def with_model(assistant: Assistant, *script: Any) -> Assistant:
    return replace(assistant, model=Scripted(script=list(script), heard=[]), model_name="scripted")


def test_a_model_chooses_the_tool_and_phrases_its_result(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    planned = assistant.ask("which leads should I call now", rep)
    first = planned.results[0].names[0]
    said = with_model(assistant, call("leads_to_call"), AIMessage(f"Start with {first}.")).ask("whom first?", rep)
    assert said.text == f"Start with {first}."
    assert said.planner == "scripted"
    assert [each["name"] for each in said.calls] == ["leads_to_call"]
    assert said.results[0].names == planned.results[0].names


def test_a_figure_that_no_tool_gave_is_never_said(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    lie = AIMessage("You will close 987,654 this quarter.")
    said = with_model(assistant, call("leads_to_call", limit=2), lie).ask("how much will I close?", rep)
    assert "987" not in said.text
    assert said.text == said.results[0].text
    without_tool = with_model(assistant, AIMessage("About 42 %.")).ask("what is my win rate?", rep)
    assert "42" not in without_tool.text


@pytest.mark.parametrize("fault", [TimeoutError("too slow"), ConnectionError("gone"), ValueError("garbage")])
def test_when_the_model_fails_the_planner_answers_with_the_same_figures(
    assistant: Assistant, books: Books, fault: Exception
) -> None:
    rep = books.person("rep")
    planned = assistant.ask("which leads should I call now", rep)
    said = with_model(assistant, fault).ask("which leads should I call now", rep)
    assert said.planner == OFFLINE
    assert said.text == planned.text


def test_a_model_that_never_stops_asking_is_stopped(assistant: Assistant, books: Books) -> None:
    endless = [call("leads_to_call", limit=1) for _ in range(50)]
    said = with_model(assistant, *endless).ask("which leads should I call now", books.person("rep"))
    assert said.text
    assert len(said.calls) <= 8


def test_a_model_can_not_ask_as_somebody_else(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    script = [call("leads_to_call", asker="boss"), AIMessage("I could not do that.")]
    model = Scripted(script=script, heard=[])
    replace(assistant, model=model, model_name="scripted").ask("which leads should I call", rep)
    (complaint,) = [message for message in model.heard[1] if isinstance(message, ToolMessage)]
    assert "asker" in complaint.text


@pytest.mark.parametrize("question", ["", "   ", "x" * 2_001])
def test_what_cannot_be_a_question_is_refused(assistant: Assistant, books: Books, question: str) -> None:
    with pytest.raises(BadInput):
        assistant.ask(question, books.person("rep"))


def test_a_thread_remembers_and_a_fresh_question_does_not(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    shown = assistant.ask("which leads should I call now", rep, thread="t").results[0].names
    second = assistant.ask("why the second one?", rep, thread="t")
    assert second.calls[0] == {"name": "explain_lead", "args": {"lead": shown[1]}}
    month = assistant.ask("how many leads came in this month", rep, thread="t")
    before = assistant.ask("and last month?", rep, thread="t")
    assert before.calls[0]["args"] == month.calls[0]["args"] | {"period": "last month"}
    assert not assistant.ask("why the second one?", rep).calls


def test_a_follow_up_takes_another_person_or_source(assistant: Assistant, books: Books) -> None:
    manager = books.person("manager")
    reps = [
        p for p in books.roster.people if p.role == "rep" and p.active and p.team_id in books.roster.teams_of(manager)
    ]
    assistant.ask(f"what should {reps[0].name} be calling", manager, thread="t")
    other = assistant.ask(f"and {reps[1].name}?", manager, thread="t")
    assert other.calls == [{"name": "leads_to_call", "args": {"owner": reps[1].name}}]


def test_figures_are_the_same_however_their_digits_are_grouped() -> None:
    assert figures("1,234,567 and 12.5 % of 3 leads") == {"1234567", "12.5", "3"}
    assert figures("none") == set()
