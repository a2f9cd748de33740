"""How people really ask: wordings that are in no tool's examples."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from bot.reading import Call, Reader, Reading
from tests.company import Books
from tools import names
from tools.catalog import TOOLS

QUESTIONS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "data" / "questions.jsonl").read_text("utf-8").splitlines()
]


def fill(books: Books) -> dict[str, str]:
    rep = books.person("rep")
    return {
        "rep": rep.name,
        "lead": str(books.lead_of(rep).name),
        "deal": str(books.deal_of(rep).name),
        "source": "Referral",
        "otherrep": books.rival(rep, same_team=True).name,
    }


def read(reader: Reader, books: Books, row: dict[str, Any]) -> Reading:
    rep = books.person("rep")
    manager = next(p for p in books.roster.people if p.role == "manager" and rep.team_id in books.roster.teams_of(p))
    ctx = books.ctx(rep if row["as"] == "rep" else manager)
    return reader.read(row["q"].format(**fill(books)), partial(names.link, ctx, ordinary=reader.vocabulary))


def test_questions_reach_their_tool_with_their_arguments(reader: Reader, books: Books) -> None:
    wrong = []
    for row in QUESTIONS:
        calls = {call.tool: call.args for call in read(reader, books, row).calls}
        wanted = {
            name: value.format(**fill(books)) if isinstance(value, str) else value
            for name, value in row.get("args", {}).items()
        }
        reached = not calls if row["tool"] == [None] else set(calls) == set(row["tool"])
        if not reached or any(args.get(name) != value for args in calls.values() for name, value in wanted.items()):
            wrong.append((row["q"], calls))
    assert len(wrong) <= 0.05 * len(QUESTIONS), wrong


def test_no_wording_of_the_test_is_an_example_of_a_tool() -> None:
    known = {example for tool in TOOLS for example in tool.examples}
    assert not known & {row["q"] for row in QUESTIONS}


def test_two_questions_in_one_are_both_asked(reader: Reader, books: Books) -> None:
    read_both = read(
        reader, books, {"as": "rep", "q": "which leads should I call now and how many leads came in this month"}
    )
    assert [call.tool for call in read_both.calls] == ["leads_to_call", "pipeline_report"]


def test_a_name_nobody_has_is_passed_on_so_that_the_nearest_can_be_named(reader: Reader, books: Books) -> None:
    (call,) = read(reader, books, {"as": "rep", "q": "why should I call Xyzzy Plugh"}).calls
    assert call.args == {"lead": "Xyzzy Plugh"}


def test_asked_for_a_lead_without_a_name_it_asks_which(reader: Reader, books: Books) -> None:
    answer = read(reader, books, {"as": "rep", "q": "show me the lead"})
    assert not answer.calls
    assert answer.reply.startswith("Which lead")
    assert (
        read(reader, books, {"as": "rep", "q": "next step"}).reply
        == "Which deal or lead do you mean? Give me the name."
    )


def test_what_was_booked_is_a_figure_and_asks_for_no_record(reader: Reader, books: Books) -> None:
    (call,) = read(reader, books, {"as": "manager", "q": "what did we book last month"}).calls
    assert (call.tool, call.args["metric"], call.args["period"]) == ("pipeline_report", "bookings", "last month")


def test_a_thread_about_one_lead_goes_on_about_it(reader: Reader, books: Books) -> None:
    rep = books.person("rep")
    lead, link = str(books.lead_of(rep).name), partial(names.link, books.ctx(rep), ordinary=reader.vocabulary)
    shown, listed = Call("show_lead", {"lead": lead}, (lead,)), Call("leads_to_call", {}, (lead, "Jane Doe"))

    def asked(question: str, last: Call) -> tuple[str, dict[str, Any]]:
        (call,) = reader.read(question, link, [last]).calls
        return call.tool, dict(call.args)

    assert asked("she did not pick up", shown) == ("log_outcome", {"record": lead, "outcome": "no_answer"})
    assert asked("log a call: no answer", shown) == ("log_outcome", {"record": lead, "outcome": "no_answer"})
    assert asked("snooze her until monday", shown) == ("snooze_lead", {"lead": lead, "until": "monday"})
    assert asked("snooze the second one for two weeks", listed) == (
        "snooze_lead",
        {"lead": "Jane Doe", "until": "for two weeks"},
    )
    assert asked("what should I do next with him", shown) == ("next_step", {"record": lead})
    assert not reader.read("log a call: no answer", link, [listed]).calls
