"""The database away, Slack in trouble, an answer that is stuck: nothing is lost, nothing comes twice, all is said."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from bot.backlog import MAX_ATTEMPTS
from bot.listeners.failures import AWAY
from bot.questions import KIND, Questions
from bot.workspace import Message, Person
from knowledge.ledger import InboxEvent
from tests.office import Office
from tools.base import Tool
from tools.catalog import TOOLS
from tools.errors import Unavailable
from tools.pipeline import pipeline_report

LATER = timedelta(minutes=3)
ASKED = "how many leads came in this month"


@pytest.fixture
def gate() -> threading.Event:
    """Holds the pipeline's report up for as long as it is closed."""
    opened = threading.Event()
    opened.set()
    return opened


@pytest.fixture
def catalogue(gate: threading.Event) -> Sequence[Tool]:
    """The bot's tools; one takes as long as a test wants."""

    def run(*context: Any, **arguments: Any) -> Any:
        gate.wait(60)
        return pipeline_report.run(*context, **arguments)

    held_up = replace(pipeline_report, run=run)
    return [held_up if each is pipeline_report else each for each in TOOLS]


@pytest.fixture
def away(office: Office) -> Iterator[threading.Event]:
    """While it is set, the database does not answer."""
    gone, engine = threading.Event(), office.books.db.engine

    def refuse(*_: Any) -> None:
        if gone.is_set():
            raise sqlite3.OperationalError("unable to open database file")

    event.listen(engine, "do_execute", refuse)
    yield gone
    event.remove(engine, "do_execute", refuse)


@pytest.fixture
def ana(office: Office) -> Person:
    return office.user(office.books.person("rep"))


def said(ana: Person, asked: Message) -> list[str]:
    return [each.says for each in ana.sees(asked) if each.user != ana.id and each.thread_ts == asked.ts]


def work_later(office: Office) -> int:
    """Lets some minutes pass, and has done what is due by then."""
    now = office.desk.backlog.clock() + LATER
    office.desk.backlog.clock = lambda: now
    return office.desk.backlog.work()


def let_go(office: Office, ana: Person) -> None:
    """Waits until the workers have nothing in hand, whatever became of it."""
    ana.wait(lambda: not office.desk.backlog.hands.busy, what="the workers")


def wait_until_idle(office: Office, ana: Person) -> None:
    in_hand = select(InboxEvent.key).where(InboxEvent.done_at.is_(None), InboxEvent.leased_until.is_not(None))

    def is_idle() -> bool:
        with office.books.db.read() as session:
            return session.scalar(in_hand) is None

    ana.wait(is_idle, what="the workers")


def test_what_could_not_be_kept_is_not_acknowledged_and_comes_again(
    office: Office, ana: Person, away: threading.Event
) -> None:
    office.slack.faults.ack_timeout = 0.5
    away.set()
    asked = ana.dm(ASKED)
    ana.wait(lambda: [each for each in office.slack.deliveries if len(each.attempts) > 1], what="the redelivery")
    away.clear()
    ana.answer(to=asked)
    ana.wait(lambda: all(each.is_settled for each in office.slack.deliveries), what="the ack")
    assert next(each.state for each in office.slack.deliveries if each.name == "message") == "acked"
    assert len(said(ana, asked)) == 1


def test_a_command_a_click_and_a_form_hear_at_once_that_the_books_are_away(
    office: Office, ana: Person, away: threading.Event
) -> None:
    shown = ana.answer(to=ana.dm("which leads should I call now"))
    away.set()
    assert ana.slash("/callsheet", ASKED).reply == {"text": AWAY}
    clicked = ana.click(shown, "Why?")
    assert clicked.state == "acked"
    assert ana.sees(shown)[-1].text == AWAY
    assert ana.sees(shown)[-1].only_for == ana.id
    away.clear()
    assert ana.slash("/callsheet", ASKED).reply is None
    ana.wait(lambda: "leads" in ana.sees(shown)[-1].says, what="the answer to the command")


def test_an_answer_that_slack_does_not_take_is_posted_later_and_once(office: Office, ana: Person) -> None:
    office.slack.faults.fail("chat.postMessage", status=500)
    asked = ana.dm(ASKED)
    ana.wait(lambda: office.calls("chat.postMessage"), what="the first attempt")
    wait_until_idle(office, ana)
    assert said(ana, asked) == []
    assert work_later(office) == 1
    assert len(said(ana, asked)) == 1
    assert work_later(office) == 0


def test_what_failed_to_the_last_is_said_with_an_id(office: Office, ana: Person) -> None:
    office.slack.faults.fail("users.info", times=99, error="internal_error")
    asked = ana.dm(ASKED)
    ana.wait(lambda: office.calls("users.info"), what="the first attempt")
    wait_until_idle(office, ana)
    assert [work_later(office) for _ in range(MAX_ATTEMPTS)] == [1] * (MAX_ATTEMPTS - 1) + [0]
    (told,) = said(ana, asked)
    assert told.startswith("Something went wrong; it is noted as ")
    assert office.desk.inbox.waiting() == 0


def test_while_the_books_are_away_a_question_waits_and_is_not_answered_with_an_apology(
    office: Office, ana: Person, away: threading.Event, gate: threading.Event
) -> None:
    gate.clear()
    asked = ana.dm(ASKED)
    ana.wait(lambda: office.calls("users.info"), what="somebody to be at it")
    away.set()
    gate.set()
    let_go(office, ana)
    with pytest.raises(Unavailable):
        office.desk.backlog.take_up()
    away.clear()
    assert said(ana, asked) == []
    # Nobody has to wait for the end of the lease: the clock stands still.
    assert office.desk.backlog.take_up() == 1
    ana.answer(to=asked)
    assert len(said(ana, asked)) == 1
    assert "Something went wrong" not in said(ana, asked)[0]


def test_a_stuck_answer_ends_in_a_sentence_and_never_comes_after_it(
    office: Office, ana: Person, gate: threading.Event
) -> None:
    office.desk.backlog.handlers[KIND] = Questions(replace(office.desk, patience_s=0.05))
    gate.clear()
    asked = ana.dm(ASKED)
    assert "took longer than 0.05 seconds" in ana.answer(to=asked).says
    gate.set()
    for thread in threading.enumerate():
        if thread.name == "thinking":
            thread.join(60)
    let_go(office, ana)
    assert len(said(ana, asked)) == 1
    team = office.slack.workspace.app.team_id
    assert not office.desk.assistant.memory.has(f"{team}:{asked.channel}:{asked.ts}")


def test_questions_of_one_conversation_are_answered_in_their_order(office: Office, ana: Person) -> None:
    asked = [ana.dm(ASKED) for _ in range(4)]
    for each in asked:
        ana.answer(to=each, patience=60)
    roots = [each.thread_ts for each in ana.sees(ana.direct) if each.user != ana.id]
    assert roots == [each.ts for each in asked]
