from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from sqlalchemy import select, update

from bot import smalltalk
from bot.agent import OFFLINE, Assistant
from bot.breaker import Breaker
from bot.purse import LAST_TODAY, Prices, Purse
from bot.reading import Reader
from knowledge import crm, spendings
from knowledge.ledger import Suggestion
from knowledge.memory import Memory
from knowledge.spendings import Spending
from tests.company import Books
from tests.scripted import Scripted, call
from tools.catalog import TOOLS
from tools.errors import BadInput


@pytest.fixture
def assistant(books: Books, reader: Reader) -> Assistant:
    return Assistant(books.services, TOOLS, reader, Memory(books.db))


# The planner is not sure what it asks, so that a model chooses.
OPEN = "surprise me"


def with_model(assistant: Assistant, *script: Any) -> Assistant:
    return replace(assistant, model=Scripted(script=list(script), heard=[]), model_name="scripted")


def test_a_model_chooses_the_tool_and_phrases_its_result(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    planned = assistant.ask("which leads should I call now", rep)
    first = planned.results[0].names[0]
    said = with_model(assistant, call("leads_to_call"), AIMessage(f"Start with {first}.")).ask(OPEN, rep)
    assert said.text == f"Start with {first}."
    assert said.planner == "scripted"
    assert [each["name"] for each in said.calls] == ["leads_to_call"]
    assert said.results[0].names == planned.results[0].names


def test_a_figure_that_no_tool_gave_is_never_said(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    lie = AIMessage("You will close 987,654 this quarter.")
    said = with_model(assistant, call("leads_to_call", limit=2), lie).ask(OPEN, rep)
    assert "987" not in said.text
    assert said.text == said.results[0].text
    without_tool = with_model(assistant, AIMessage("About 42 %.")).ask(OPEN, rep)
    assert without_tool.planner == OFFLINE
    assert "42" not in without_tool.text
    invented = with_model(assistant, AIMessage("Ask Carl Gauss.")).ask(OPEN, rep)
    assert invented.text == assistant.ask(OPEN, rep).text


def test_where_the_planner_is_sure_its_plan_runs_and_a_model_only_phrases(assistant: Assistant, books: Books) -> None:
    rep, question = books.person("rep"), "which leads should I call now"
    planned = assistant.ask(question, rep)
    model = Scripted(script=[AIMessage(f"{planned.results[0].names[0]} first.")], heard=[])
    said = replace(assistant, model=model, model_name="scripted").ask(question, rep)
    assert said.text == f"{planned.results[0].names[0]} first."
    assert (said.planner, said.calls) == ("scripted", planned.calls)
    assert len(model.heard) == 1
    stubborn = with_model(assistant, call("pipeline_report")).ask(question, rep)
    assert stubborn.calls == planned.calls
    assert stubborn.text == planned.results[0].text
    outside = with_model(assistant, AIMessage("Sunny.")).ask("write me a poem about spring", rep)
    assert outside.text == assistant.ask("write me a poem about spring", rep).text


def test_a_model_that_takes_too_long_is_not_waited_for_nor_heard_later(assistant: Assistant, books: Books) -> None:
    go_on, heard = threading.Event(), []

    class Ear:
        def status(self, text: str) -> None:
            heard.append(text)

        said = status

    def late(messages: Any) -> AIMessage:
        go_on.wait(30)
        return call("leads_to_call")

    rep = books.person("rep")
    slow = replace(with_model(assistant, late, AIMessage("Call them. All.")), model_time_s=0.01)
    said = slow.ask(OPEN, rep, listener=Ear())
    assert said.planner == OFFLINE
    assert said.text == assistant.ask(OPEN, rep).text
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "thinking":
            thread.join(30)
    assert heard == []


def test_a_provider_in_trouble_is_left_alone_and_tried_again_later(assistant: Assistant, books: Books) -> None:
    rep, now = books.person("rep"), [0.0]
    ill = replace(
        with_model(assistant, *[ConnectionError("gone")] * 3, AIMessage("Well again.")),
        breaker=Breaker(now=lambda: now[0]),
    )
    model: Any = ill.model
    assert {ill.ask(OPEN, rep).planner for _ in range(5)} == {OFFLINE}
    assert len(model.heard) == 3
    now[0] = 61.0
    # Small talk needs no provider, so it finds out nothing of it.
    assert ill.ask("thanks", rep).planner == OFFLINE
    assert ill.ask(OPEN, rep).text == "Well again."


def test_tokens_are_counted_and_whoever_used_theirs_up_hears_so_once(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    usage = {"input_tokens": 800, "output_tokens": 300, "total_tokens": 1_100}
    words = [AIMessage("Well.", usage_metadata=usage) for _ in range(3)]  # type: ignore[arg-type]
    purse = Purse(partial(spendings.tokens, books.db), partial(spendings.add, books.db), 2_000, Prices(0.25, 2.0))
    counted = replace(with_model(assistant, *words), purse=purse)
    first, second, third = (counted.ask(OPEN, rep) for _ in range(3))
    assert [(said.text, said.note) for said in (first, second)] == [("Well.", ""), ("Well.", LAST_TODAY)]
    assert (third.planner, third.note) == (OFFLINE, "")
    assert counted.ask(OPEN, books.person("manager")).planner == "scripted"
    with books.db.read() as session:
        spent = session.scalars(select(Spending).where(Spending.person_id == rep.id)).all()
    assert [(each.input_tokens, each.output_tokens) for each in spent] == [(800, 300)] * 2
    assert sum(each.usd or 0 for each in spent) == pytest.approx(2 * (800 * 0.25 + 300 * 2.0) / 1e6)


TOOK = UsageMetadata(input_tokens=800, output_tokens=30, total_tokens=830)


@pytest.mark.parametrize(
    ("script", "taken"),
    [
        ([AIMessage("About 42 %.", usage_metadata=TOOK)], [(800, 30)]),
        ([call("leads_to_call").model_copy(update={"usage_metadata": TOOK}), ConnectionError("gone")], [(800, 30)]),
        ([ConnectionError("gone")], []),
    ],
    ids=["held back", "failed after a tool", "failed at once"],
)
def test_what_no_answer_came_of_is_counted_as_well(
    assistant: Assistant, books: Books, script: list[Any], taken: list[tuple[int, int]]
) -> None:
    asked, noted = counted(with_model(assistant, *script))
    assert asked.ask(OPEN, books.person("rep")).planner == OFFLINE
    assert noted == taken


def counted(assistant: Assistant) -> tuple[Assistant, list[tuple[int, int]]]:
    """The assistant with a purse, and the tokens read and written that are noted."""
    noted: list[tuple[int, int]] = []

    def note(*, input_tokens: int, output_tokens: int, **_: Any) -> int:
        noted.append((input_tokens, output_tokens))
        return 0

    return replace(assistant, purse=Purse(lambda *_: 0, note, 10_000_000)), noted


@pytest.mark.parametrize("fault", [TimeoutError("too slow"), ConnectionError("gone"), ValueError("garbage")])
def test_when_the_model_fails_the_planner_answers_with_the_same_figures(
    assistant: Assistant, books: Books, fault: Exception
) -> None:
    rep = books.person("rep")
    planned = assistant.ask("which leads should I call now", rep)
    said = with_model(assistant, fault).ask("which leads should I call now", rep)
    assert said.planner == OFFLINE
    assert (said.text, said.calls) == (planned.text, planned.calls)
    assert suggested(books, said.audit_id) == ["leads_to_call"]


def suggested(books: Books, audit_id: str) -> list[str]:
    """The tools that an answer was made of, each as often as it ran."""
    with books.db.read() as session:
        return list(session.scalars(select(Suggestion.tool).where(Suggestion.audit_id == audit_id)))


def test_what_a_model_had_proposed_before_it_failed_stands_and_is_not_proposed_again(
    assistant: Assistant, books: Books
) -> None:
    rep = books.person("rep")
    proposal = call("log_outcome", record=books.lead_of(rep).name, outcome="no_answer")
    said = with_model(assistant, proposal, ConnectionError("gone")).ask(OPEN, rep)
    (result,) = said.results
    assert result.awaits_click
    assert (said.planner, said.text) == (OFFLINE, result.text)
    assert suggested(books, said.audit_id) == ["log_outcome"]


def test_what_a_model_was_refused_before_it_failed_is_not_answered_with(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    said = with_model(assistant, call("leads_to_call", limit=900), ConnectionError("gone")).ask(OPEN, rep)
    assert said.text == assistant.ask(OPEN, rep).text


def test_a_tool_that_takes_too_long_is_let_finish_and_no_model_asked_after_it(
    assistant: Assistant, books: Books
) -> None:
    rep, question = books.person("rep"), "which leads should I call now"
    hasty = replace(with_model(assistant, AIMessage("Too late.")), model_time_s=0.0)
    said = hasty.ask(question, rep)
    model: Any = hasty.model
    assert model.heard == []
    assert said.text == assistant.ask(question, rep).text
    assert suggested(books, said.audit_id) == ["leads_to_call"]


def test_a_model_that_never_stops_asking_is_stopped(assistant: Assistant, books: Books) -> None:
    endless = [call("leads_to_call", limit=1) for _ in range(50)]
    said = with_model(assistant, *endless).ask(OPEN, books.person("rep"))
    assert said.calls == [{"name": "leads_to_call", "args": {"limit": 1}}]
    assert (said.planner, said.text) == (OFFLINE, said.results[0].text)


def test_a_model_can_not_ask_as_somebody_else(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    script = [call("leads_to_call", asker="boss"), AIMessage("I could not do that.")]
    model = Scripted(script=script, heard=[])
    replace(assistant, model=model, model_name="scripted").ask(OPEN, rep)
    (complaint,) = [message for message in model.heard[1] if isinstance(message, ToolMessage)]
    assert "asker" in complaint.text


@pytest.mark.parametrize("question", ["", "   ", "x" * 2_001])
def test_what_cannot_be_a_question_is_refused(assistant: Assistant, books: Books, question: str) -> None:
    with pytest.raises(BadInput):
        assistant.ask(question, books.person("rep"))


def test_whoever_asks_for_amounts_is_told_that_no_list_picks_by_them(assistant: Assistant, books: Books) -> None:
    said = assistant.ask("which deals over 20k are at risk", books.person("rep"))
    assert said.calls[0]["name"] == "deals_at_risk"
    assert said.note == smalltalk.ANY.format(smalltalk.AMOUNT)
    assert not assistant.ask("which deals are at risk", books.person("rep")).note


def test_a_thread_remembers_and_a_fresh_question_does_not(assistant: Assistant, books: Books) -> None:
    rep = books.person("rep")
    shown = assistant.ask("which leads should I call now", rep, thread="t").results[0].names
    second = assistant.ask("why the second one?", rep, thread="t")
    assert second.calls[0] == {"name": "explain_lead", "args": {"lead": shown[1]}}
    month = assistant.ask("how many leads came in this month", rep, thread="t")
    before = assistant.ask("and last month?", rep, thread="t")
    assert before.calls[0]["args"] == month.calls[0]["args"] | {"period": "last month"}
    assert not assistant.ask("why the second one?", rep).calls


def test_a_thread_is_silent_on_what_an_asker_may_not_see_or_sees_no_more(assistant: Assistant, books: Books) -> None:
    rep, manager = books.person("rep"), books.person("manager")
    mate = books.rival(rep, same_team=True)
    listed = assistant.ask(f"what should {mate.name} be calling", manager, thread="t")
    assert any(books.lead_of(mate).owner_id in result.owners for result in listed.results)
    assert assistant.ask("why the second one?", manager, thread="t").calls
    assert not assistant.ask("why the second one?", rep, thread="t").calls
    with books.db.write() as session:
        session.execute(update(crm.Person).where(crm.Person.id == manager.id).values(role="rep"))
    demoted = assistant.services.roster().get(manager.id)
    assert demoted
    assert not assistant.ask("why the second one?", demoted, thread="t").calls


def test_a_follow_up_takes_another_person_or_source(assistant: Assistant, books: Books) -> None:
    manager = books.person("manager")
    reps = [
        p for p in books.roster.people if p.role == "rep" and p.active and p.team_id in books.roster.teams_of(manager)
    ]
    assistant.ask(f"what should {reps[0].name} be calling", manager, thread="t")
    other = assistant.ask(f"and {reps[1].name}?", manager, thread="t")
    assert other.calls == [{"name": "leads_to_call", "args": {"owner": reps[1].name}}]
