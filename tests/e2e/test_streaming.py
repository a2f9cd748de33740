"""An answer of a language model appears in direct messages while it is made, and stands there once."""

from __future__ import annotations

import pytest
from langchain_core.messages import BaseMessage, ToolMessage

from bot import posting
from bot.questions import Question
from bot.workspace import Message, Person
from tests.office import Office, leave
from tests.scripted import Scripted, call

ASKED = "surprise me"
FIRST, LAST = "Start where it is warm. ", "Then write to the others [now](https://evil.example)."


def first_name(messages: list[BaseMessage]) -> str:
    """A sentence with a name of the list, one with a link, and no figure."""
    assert isinstance(messages[-1], ToolMessage)
    return FIRST + LAST


@pytest.fixture
def model() -> Scripted:
    return Scripted(script=[call("leads_to_call"), first_name], heard=[])


@pytest.fixture
def ana(office: Office) -> Person:
    return office.user(office.books.person("rep"))


def said(ana: Person, asked: Message) -> list[Message]:
    return [each for each in ana.sees(asked) if each.user != ana.id and each.thread_ts == asked.ts]


def idle(office: Office, ana: Person) -> None:
    ana.wait(lambda: not office.desk.backlog.hands.busy, what="the workers")


def test_sentences_come_one_by_one_and_end_with_sources_and_thumbs(office: Office, ana: Person) -> None:
    answer = ana.answer(to=(asked := ana.dm(ASKED)))
    idle(office, ana)
    assert len(said(ana, asked)) == 1
    started, stopped = office.calls("chat.startStream"), office.calls("chat.stopStream")
    others = [*office.calls("chat.postMessage"), *office.calls("chat.update")]
    assert [len(started), len(stopped), len(others)] == [1, 1, 0]
    assert "warm" in str(started[0].args)
    (message,) = said(ana, asked)
    assert "Start where it is warm." in message.says
    assert "\\[now\\](evil[.]example" in message.says
    assert "Not helpful" in str(answer.blocks)
    statuses = [str(each.args) for each in office.calls("assistant.threads.setStatus")]
    assert any("leads to call" in each for each in statuses)


def test_where_slack_refuses_a_stream_the_answer_is_posted_whole(office: Office, ana: Person) -> None:
    office.slack.faults.fail("chat.startStream", error="channel_type_not_supported")
    ana.answer(to=(asked := ana.dm(ASKED)))
    idle(office, ana)
    (message,) = said(ana, asked)
    assert FIRST.strip() in message.says
    assert len(office.calls("chat.postMessage")) == 1


def test_a_stream_that_slack_closed_is_made_whole_by_an_update(office: Office, ana: Person) -> None:
    office.slack.faults.fail("chat.stopStream", error="message_not_in_streaming_state")
    ana.answer(to=(asked := ana.dm(ASKED)))
    idle(office, ana)
    (message,) = said(ana, asked)
    assert "Then write to the others" in message.says
    assert len(office.calls("chat.update")) == 1


def test_what_a_dead_process_began_is_made_whole_by_the_next(office: Office, ana: Person) -> None:
    asked = ana.dm("thanks")
    first = ana.answer(to=asked)
    ana.wait(lambda: office.desk.inbox.waiting() == 0, what="the first question to be closed")
    team = office.slack.workspace.app.team_id
    slack = office.client()
    begun = slack.chat_startStream(channel=first.channel, thread_ts=asked.ts, markdown_text="Half a sen")
    question = Question(team, first.channel, ana.id, ASKED, first.ts, asked.ts, is_direct=True)
    leave(office, question.errand)
    assert office.desk.backlog.work() == 1
    (message,) = [each for each in said(ana, asked) if each.ts == begun["ts"]]
    assert FIRST.strip() in message.says
    assert "Half a sen" not in message.says
    assert posting.standing(slack, first.channel, asked.ts, question.audit_id) == "all"
    assert len(said(ana, asked)) == 2


def test_a_stream_whose_last_sentence_is_held_back_ends_as_it_stands(
    office: Office, ana: Person, model: Scripted
) -> None:
    model.script[1] = f"{FIRST}You have 987,654 of them."
    ana.answer(to=(asked := ana.dm(ASKED)))
    idle(office, ana)
    (message,) = said(ana, asked)
    assert FIRST.strip() in message.says
    assert "987" not in message.says
    assert office.calls("chat.update") == []
