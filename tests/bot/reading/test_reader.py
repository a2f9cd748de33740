"""How people really ask: wordings that are in no tool's examples."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.reading import Call, Reader, Reading
from knowledge.crm import Lead
from knowledge.people import Person
from tests.company import Books
from tools import mentions
from tools.base import Refusal
from tools.catalog import TOOLS

TOOLS_BY_NAME = {tool.name: tool for tool in TOOLS}

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


def manager_of(books: Books, rep: Person) -> Person:
    return next(p for p in books.roster.people if p.role == "manager" and rep.team_id in books.roster.teams_of(p))


def read(reader: Reader, books: Books, row: dict[str, Any]) -> Reading:
    rep = books.person("rep")
    ctx = books.ctx(rep if row["as"] == "rep" else manager_of(books, rep))
    return reader.read(row["q"].format(**fill(books)), partial(mentions.link, ctx, ordinary=reader.vocabulary))


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


def test_a_figure_in_words_that_nobody_listed_is_the_likeliest_or_asked_for(reader: Reader, books: Books) -> None:
    (call,) = read(reader, books, {"as": "manager", "q": "how much sits in the funnel by stage"}).calls
    assert (call.tool, call.args["metric"], call.args["by"]) == ("pipeline_report", "pipeline_value", "stage")
    assert read(reader, books, {"as": "manager", "q": "figures for last month"}).reply.startswith("Which figure")


def test_a_thread_about_one_lead_goes_on_about_it(reader: Reader, books: Books) -> None:
    rep = books.person("rep")
    lead, link = str(books.lead_of(rep).name), partial(mentions.link, books.ctx(rep), ordinary=reader.vocabulary)
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
    assert asked("ok and what do I do", shown) == ("next_step", {"record": lead})
    assert asked("but why tho?", shown) == ("explain_lead", {"lead": lead})
    assert not reader.read("qwerty uiop", link, [shown]).calls
    (call,) = reader.read("show me the second", link, [listed, shown]).calls
    assert call.args == {"lead": "Jane Doe"}
    assert reader.read("why her?", link).reply.startswith("Which lead")
    assert not reader.read("log a call: no answer", link, [listed]).calls


def test_a_question_that_says_only_what_changes_asks_the_same_again(reader: Reader, books: Books) -> None:
    rep, other = books.person("rep"), books.rival(books.person("rep"), same_team=True)
    link = partial(mentions.link, books.ctx(manager_of(books, rep)), ordinary=reader.vocabulary)
    asked = Call("pipeline_report", {"metric": "calls", "by": "week", "owner": rep.name, "period": "last month"})

    def again(question: str) -> tuple[str, dict[str, Any]]:
        (call,) = reader.read(question, link, [asked]).calls
        return call.tool, {name: call.args[name] for name in call.args if call.args[name] != asked.args.get(name)}

    assert again("and this month?") == ("pipeline_report", {"period": "this month"})
    assert again("the month before") == ("pipeline_report", {"period": "month before last"})
    assert again(f"same for {other.first_name}") == ("pipeline_report", {"owner": other.name})
    assert again("ok and by day") == ("pipeline_report", {"by": "day"})
    assert again("what about meetings") == ("pipeline_report", {"metric": "meetings"})
    assert again("meetings?") == ("pipeline_report", {"metric": "meetings"})
    assert again("which deals are at risk")[0] == "deals_at_risk"
    (call,) = reader.read("how many meetings did she have this week", link, [asked]).calls
    assert (call.args["metric"], call.args["owner"]) == ("meetings", rep.name)


def test_more_of_a_list_goes_on_where_it_stopped(reader: Reader, books: Books) -> None:
    link = partial(mentions.link, books.ctx(books.person("rep")), ordinary=reader.vocabulary)
    listed = Call("leads_to_call", {"source": "Referral"}, ("Ann Lee", "Bob Ray"))

    def asked(question: str, *past: Call) -> dict[str, Any]:
        (call,) = reader.read(question, link, past).calls
        assert call.tool == past[0].tool
        return dict(call.args)

    shown = {"source": "Referral", "besides": ["Ann Lee", "Bob Ray"]}
    assert asked("give me 3 more", listed) == shown | {"limit": 3}
    assert asked("who else?", listed) == asked("more please", listed) == shown
    longer = Call("leads_to_call", shown, ("Cyd Poe", "Dan Fox"))
    assert asked("a few more", listed, longer) == {
        "source": "Referral",
        "limit": 3,
        "besides": ["Ann Lee", "Bob Ray", "Cyd Poe", "Dan Fox"],
    }
    assert asked("just the top 4", longer) == {"source": "Referral", "limit": 4}
    explained = Call("explain_lead", {"lead": "Ann Lee"}, ("Ann Lee",))
    assert asked("another 2", listed, explained) == shown | {"limit": 2}
    assert asked("who's after that", listed) == shown
    # A list of deals is asked for again, and longer.
    assert asked("more", Call("deals_at_risk", {"limit": 2}, ("One", "Two"))) == {"limit": 4}
    (call,) = reader.read("is the other one safer", link, [Call("deals_at_risk", {}, ("One", "Two"))]).calls
    assert (call.tool, call.args) == ("explain_deal", {"deal": "Two"})
    assert not reader.read("any more like her?", link, [explained]).calls
    assert not reader.read("what else can you do", link, [listed]).calls


def test_a_source_that_nobody_knows_is_passed_on_so_that_those_there_are_can_be_named(
    reader: Reader, books: Books
) -> None:
    ctx = books.ctx(manager_of(books, books.person("rep")))
    for question, source in (
        ("how many leads from TikTok did we win", "TikTok"),
        ("how many leads came from facebook last month", "facebook"),
        ("win rate of tiktok leads", "tiktok"),
    ):
        (call,) = reader.read(question, partial(mentions.link, ctx, ordinary=reader.vocabulary)).calls
        assert call.args["where"] == {"source": source}
        refused = TOOLS_BY_NAME[call.tool](ctx, **call.args)
        assert isinstance(refused, Refusal)
        assert f'No lead has come from "{source}"; sources are ' in refused.text
    (call,) = read(reader, books, {"as": "rep", "q": "who should I call from tiktok"}).calls
    assert call.args["source"] == "tiktok"
    (call,) = read(reader, books, {"as": "rep", "q": "got a reply from Zed Quux"}).calls
    assert (call.tool, call.args["record"]) == ("log_outcome", "Zed Quux")
    for question in ("how many calls from monday to friday", "bookings from last month"):
        (call,) = read(reader, books, {"as": "manager", "q": question}).calls
        assert "where" not in call.args


def test_industries_and_segments_pick_records_and_two_of_a_kind_are_compared(reader: Reader, books: Books) -> None:
    link = partial(mentions.link, books.ctx(manager_of(books, books.person("rep"))), ordinary=reader.vocabulary)

    def asked(question: str, *past: Call) -> dict[str, Any]:
        (call,) = reader.read(question, link, past).calls
        return dict(call.args)

    last = Call("pipeline_report", {"metric": "win_rate", "where": {"source": "Referral"}, "owner": "team"})
    assert asked("win rate in manufacturing last quarter")["where"] == {"industry": "Manufacturing"}
    assert asked("how many mid market leads from referral")["where"] == {"source": "Referral", "segment": "Mid-market"}
    assert asked("and in hotels?", last)["where"] == {"source": "Referral", "industry": "Hotels"}
    compared = asked("win rate smb vs enterprise")
    assert compared["by"] == "segment"
    assert "where" not in compared
    assert asked("calls to webinar leads vs referral leads")["by"] == "source"
    assert asked("which enterprise leads should I call")["segment"] == "Enterprise"
    told = reader.read("which deals in logistics are at risk", link)
    assert [call.tool for call in told.calls] == ["deals_at_risk"]
    assert told.reply == "I cannot pick by industry, so this is the list without it."


def test_what_came_of_a_talk_counts_before_that_there_was_one(reader: Reader, books: Books) -> None:
    for said, outcome in (
        ("got {lead} on the phone, wants a callback", "callback"),
        ("had a chat with {lead}, not interested", "not_interested"),
        ("had a chat with {lead}, was busy but friendly", "reached"),
    ):
        (call,) = read(reader, books, {"as": "rep", "q": said}).calls
        assert (call.tool, call.args["outcome"]) == ("log_outcome", outcome)


def test_where_two_are_called_so_it_asks_which_and_understands_the_answer(reader: Reader, books: Books) -> None:
    rep = books.person("rep")
    first, second = (str(lead.name) for lead in books.leads_of(rep)[:2])
    link = partial(mentions.link, books.ctx(rep), ordinary=reader.vocabulary)
    with books.db.write() as session:
        for name, given in ((first, "Zebulon Quist"), (second, "Zebulon Marsh")):
            session.execute(update(Lead).where(Lead.name == name).values(name=given))
    (call,) = reader.read("why should I call zebulon", link).calls
    asked = TOOLS_BY_NAME[call.tool](books.ctx(rep), **call.args)
    assert isinstance(asked, Refusal)
    assert asked.text.startswith('Which "zebulon" do you mean: ')
    shown = replace(call, names=asked.names)
    for answer, meant in (
        ("the second one", asked.names[1]),
        ("marsh", "Zebulon Marsh"),
        ("Zebulon Quist", "Zebulon Quist"),
    ):
        assert reader.read(answer, link, [shown]).calls == (Call("explain_lead", {"lead": meant}),)


def test_parts_of_a_question_are_asked_apart_and_thanks_ask_for_nothing(reader: Reader, books: Books) -> None:
    rep = books.person("rep")
    lead, link = str(books.lead_of(rep).name), partial(mentions.link, books.ctx(rep), ordinary=reader.vocabulary)

    def asked(question: str) -> list[tuple[str, dict[str, Any]]]:
        return [(call.tool, dict(call.args)) for call in reader.read(question, link).calls]

    both = [("show_lead", {"lead": lead}), ("next_step", {"record": lead})]
    assert asked(f"show me {lead}. what should I do next with her?") == both
    assert asked("thanks, what is my forecast") == [("forecast_sales", {"owner": "me"})]
    assert asked("forecast by product") == [("forecast_sales", {"by": "product"})]
    assert [tool for tool, _ in asked("calls last week and bookings this month")] == ["pipeline_report"] * 2
    assert [args["period"] for _, args in asked("calls last week and this week")] == ["last week", "this week"]
    assert asked("calls, by day, last week") == [
        ("pipeline_report", {"metric": "calls", "by": "day", "period": "last week"})
    ]
    assert asked("nothing between 6pm and 8am please") == [("nudge_settings", {"quiet_from": "6pm", "quiet_to": "8am"})]
    assert [tool for tool, _ in asked("share out the old leads, at most 10 each")] == ["plan_allocation"]


def test_two_periods_that_are_compared_are_both_asked(reader: Reader, books: Books) -> None:
    calls = read(reader, books, {"as": "rep", "q": "did I sell more this month than last month"}).calls
    assert [call.args["period"] for call in calls] == ["this month", "last month"]
    (call,) = read(reader, books, {"as": "rep", "q": "bookings from january to march"}).calls
    assert call.args["period"] == "january to march"


def test_a_capital_makes_a_name_only_where_one_is_asked_for(reader: Reader, books: Books) -> None:
    link = partial(mentions.link, books.ctx(books.person("rep")), ordinary=reader.vocabulary)
    assert not reader.read("what is the weather in Paris", link).calls
    (call,) = reader.read("tell me about Paris Hawthorne", link).calls
    assert call.args == {"lead": "Paris Hawthorne"}


def test_who_shouts_names_nobody_by_capitals(reader: Reader, books: Books) -> None:
    (call,) = read(reader, books, {"as": "rep", "q": "WHO DO I CALL"}).calls
    assert call.tool == "leads_to_call"


def test_a_company_is_its_deal_or_lead_and_what_may_be_seen_before_what_may_not(books: Books, reader: Reader) -> None:
    rep = books.person("rep")
    deal, other = books.deal_of(rep), books.lead_of(books.rival(rep, same_team=True))
    short = str(deal.name).split(" – ")[0]
    with books.db.write() as session:
        session.execute(update(Lead).where(Lead.id == other.id).values(name=f"Quincy {short.split()[0]}"))
    (mention,) = mentions.link(books.ctx(rep), f"next step for {short.lower()}", ordinary=reader.vocabulary)
    assert (mention.subject, mention.name) == ("deal", deal.name)


def test_what_says_nothing_by_itself_is_asked_back(reader: Reader, books: Books) -> None:
    link = partial(mentions.link, books.ctx(books.person("rep")), ordinary=reader.vocabulary)
    answer = reader.read("same for now", link, knows=lambda text: True)
    assert not answer.calls
    assert answer.is_unsure
    assert not reader.read("what is the capital of France", link).calls


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("my top leads", "leads_to_call", {"owner": "me"}),
        ("compare the last six forecasts with what was booked", "forecast_accuracy", {"periods": 6}),
        ("please replay the past year", "retro_report", {"months": 12}),
        ("how long does it take to close a deal, on average, by segment", "pipeline_report", {"by": "segment"}),
        ("bkngs lst qtr", "pipeline_report", {"metric": "bookings", "period": "last quarter"}),
        ("leadsbysource nxt month", "pipeline_report", {"metric": "leads", "by": "source", "period": "next month"}),
    ],
)
def test_what_is_said_in_haste_or_in_passing_fills_arguments(
    reader: Reader, books: Books, question: str, tool: str, arguments: dict[str, object]
) -> None:
    (call,) = read(reader, books, {"as": "manager", "q": question}).calls
    assert call.tool == tool
    assert call.args.items() >= arguments.items()


def test_a_second_part_is_about_the_record_of_the_first(reader: Reader, books: Books) -> None:
    calls = read(reader, books, {"as": "rep", "q": "show {lead} n why did the score fall"}).calls
    assert [call.tool for call in calls] == ["show_lead", "score_change"]
    assert calls[0].args["lead"] == calls[1].args["lead"]


def test_the_period_after_the_one_that_was_told(reader: Reader, books: Books) -> None:
    told = Call("forecast_sales", {"period": "this quarter", "owner": "me"})
    link = partial(mentions.link, books.ctx(books.person("rep")), ordinary=reader.vocabulary)
    (call,) = reader.read("and the quarter after that", link, [told]).calls
    assert call.args["period"] == "next quarter"


def test_two_things_may_be_asked_of_what_a_list_showed(reader: Reader, books: Books) -> None:
    rep = books.person("rep")
    link = partial(mentions.link, books.ctx(rep), ordinary=reader.vocabulary)
    name = str(books.lead_of(rep).name)
    listed = Call("leads_to_call", {"owner": "me"}, ("Ann Lee", name))
    calls = reader.read("why 2 n whats nxt", link, [listed]).calls
    assert [(call.tool, *call.args.values()) for call in calls] == [("explain_lead", name), ("next_step", name)]
    calls = reader.read("why her and my forecast", link, [listed]).calls
    assert [call.tool for call in calls] == ["explain_lead", "forecast_sales"]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("win rate by region", "I cannot split by region, so this is the whole."),
        ("bookings per territory last quarter", "I cannot split by territory, so this is the whole."),
        ("bookings by rep", ""),
        ("bookings by friday", ""),
        ("how many leads came in by chance of course", ""),
    ],
)
def test_a_split_that_there_is_none_by_is_said(reader: Reader, books: Books, question: str, said: str) -> None:
    assert read(reader, books, {"as": "manager", "q": question}).reply == said


def test_the_same_is_not_asked_twice(reader: Reader, books: Books) -> None:
    row = {"as": "manager", "q": "why did {lead} go to {rep} and not to {otherrep}"}
    assert [call.tool for call in read(reader, books, row).calls] == ["explain_assignment"]
