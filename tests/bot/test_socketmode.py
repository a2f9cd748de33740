"""The socket to Slack: whatever becomes of it, the next question is heard."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.builtin.connection import ConnectionState

from bot.socketmode import BACK_OFF_S, IDLE_S, SILENT_S, Socket, Watchdog
from bot.workspace import LocalSlack, Member
from tests.bot.test_metrics import value
from tests.company import NOW
from tools.errors import Unavailable


class Clock:
    """The real time, moved on as a test likes."""

    moved_s = 0.0

    def __call__(self) -> float:
        return time.time() + self.moved_s


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(people=[Member("U0ANA", "Ana", "ana@x.example")], clock=lambda: NOW) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(slack: LocalSlack, clock: Clock) -> Iterator[Any]:
    """The SDK's client of an app that answers, its socket open and left to the watchdog alone."""
    app = App(client=WebClient(slack.bot_token, base_url=slack.api_url))
    app.event("message")(lambda event, say: "bot_id" in event or say(text="here", thread_ts=event["ts"]))
    opened = Socket(app, slack.app_token)
    opened.open()
    slack.wait_for_app()
    yield opened.watchdog.client
    opened.watchdog.client.auto_reconnect_enabled = False
    slack.sockets.drop()
    opened.close(5)


@pytest.fixture
def watchdog(client: Any, clock: Clock) -> Watchdog:
    watchdog = Watchdog(client, clock)
    assert watchdog.look() == 0
    return watchdog


def lose(slack: LocalSlack, client: Any) -> None:
    """Cuts the socket, with nobody there to reopen it."""
    client.auto_reconnect_enabled = False
    slack.sockets.drop()
    slack.person("U0ANA").wait(lambda: not slack.sockets.connected, what="the socket to be lost")
    client.disconnect()


def is_heard(slack: LocalSlack) -> bool:
    ana = slack.person("U0ANA")
    return ana.answer(ana.dm("are you there?")).text == "here"


def reopened(reason: str) -> float:
    return value("callsheet_socket_reopened_total", reason=reason)


def test_a_socket_that_was_lost_is_opened_anew(
    slack: LocalSlack, client: Any, watchdog: Watchdog, caplog: pytest.LogCaptureFixture
) -> None:
    before = reopened("lost")
    lose(slack, client)
    assert value("callsheet_socket_connected") == 0
    with caplog.at_level("WARNING", "bot.socketmode"):
        assert watchdog.look() == 1
    assert is_heard(slack)
    assert watchdog.look() == 0
    assert (value("callsheet_socket_connected"), reopened("lost")) == (1, before + 1)
    assert [record.action for record in caplog.records] == ["socket_reopened"]  # type: ignore[attr-defined]


def test_a_socket_that_is_open_and_silent_is_replaced(
    slack: LocalSlack, client: Any, watchdog: Watchdog, clock: Clock
) -> None:
    before, session = reopened("silent"), client.session_id()
    clock.moved_s = SILENT_S + 5
    assert watchdog.look() == 1
    assert (client.session_id() != session, reopened("silent")) == (True, before + 1)
    assert is_heard(slack)


def test_a_socket_that_answers_pings_and_says_nothing_for_an_hour_is_replaced(
    slack: LocalSlack, client: Any, watchdog: Watchdog, clock: Clock
) -> None:
    before = reopened("idle")
    for clock.moved_s, opened in ((IDLE_S - 60, 0), (IDLE_S + 5, 1)):
        client.current_session.last_ping_pong_time = clock()
        assert watchdog.look() == opened
    assert reopened("idle") == before + 1
    assert is_heard(slack)


def test_slack_may_ask_for_a_fresh_socket(slack: LocalSlack, client: Any) -> None:
    session = client.session_id()
    slack.sockets.ask_to_reconnect()
    slack.person("U0ANA").wait(lambda: client.session_id() != session and len(slack.sockets.connected) == 1)
    assert is_heard(slack)


def test_while_slack_is_away_it_is_tried_less_and_less_often(
    slack: LocalSlack, client: Any, watchdog: Watchdog, clock: Clock
) -> None:
    lose(slack, client)
    slack.faults.fail("apps.connections.open", times=2, error="internal_error")
    for clock.moved_s in (0, 1 * BACK_OFF_S + 5):
        with pytest.raises(SlackApiError):
            watchdog.look()
        clock.moved_s += 20
        assert watchdog.look() == 0
    clock.moved_s = 3 * BACK_OFF_S + 15
    assert watchdog.look() == 1
    assert is_heard(slack)


def test_a_socket_that_cannot_be_opened_is_no_success(slack: LocalSlack, client: Any, watchdog: Watchdog) -> None:
    lose(slack, client)
    slack.workspace.link = lambda: "ws://127.0.0.1:1/link/"
    with pytest.raises(Unavailable, match="could not be opened"):
        watchdog.look()


def test_before_the_first_connection_and_after_the_end_there_is_nothing_to_do(
    slack: LocalSlack, client: Any, watchdog: Watchdog
) -> None:
    other = Socket(App(client=WebClient(slack.bot_token, base_url=slack.api_url)), slack.app_token)
    assert other.watchdog.look() == 0
    with pytest.raises(Unavailable, match="not open"):
        other.check()
    other.close(5)
    lose(slack, client)
    client.closed = True
    assert watchdog.look() == 0


def test_a_session_that_begins_while_the_socket_closes_ends_with_it(slack: LocalSlack) -> None:
    socket = Socket(App(client=WebClient(slack.bot_token, base_url=slack.api_url)), slack.app_token)
    socket.open()
    slack.wait_for_app()
    client = socket.watchdog.client
    client.auto_reconnect_enabled = False
    session, read = client.current_session, client.current_session.run_until_completion
    session.close()
    begun, marked = threading.Event(), threading.Event()

    def begin(state: ConnectionState) -> None:
        """What the SDK does in a moment, stretched over the whole of the closing."""
        begun.set()
        marked.wait()
        state.terminated = False
        del session.is_active
        read(state)

    client.disconnect, session.run_until_completion, session.is_active = marked.set, begin, lambda: True
    begun.wait()
    socket.close(5)
    assert not client.current_session_runner.is_alive()
