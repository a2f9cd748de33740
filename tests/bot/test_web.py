"""The doors over HTTP: only what Slack signed comes in, and how the process is can be asked."""

from __future__ import annotations

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot import web
from bot.health import Check, Reachable
from bot.web import Door, Events, Watch
from bot.workspace import LocalSlack, Member
from bot.workspace.requests import signed
from tests.company import NOW
from tools.errors import BadInput, Unavailable

Answer = tuple[int, bytes]
EVENT = json.dumps({"type": "event_callback", "team_id": "T0NORTHWIND", "event": {"type": "user_change"}}).encode()


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(people=[Member("U0ANA", "Ana", "ana@x.example")], clock=lambda: NOW) as running:
        yield running


def well() -> str:
    return "well"


@pytest.fixture
def opened() -> Iterator[Callable[..., Door]]:
    """Opens doors, and closes them in the end."""
    doors: list[Door] = []

    def open_(*routes: Any) -> Door:
        doors.append(Door(0, routes, setting="--http"))
        doors[-1].open()
        return doors[-1]

    yield open_
    for door in doors:
        door.close(5)


@pytest.fixture
def door(slack: LocalSlack, opened: Callable[..., Door]) -> Door:
    client = WebClient(slack.bot_token, base_url=slack.api_url)
    app = App(client=client, signing_secret=slack.signing_secret)
    app.event("user_change")(lambda: None)
    return opened(*Events(app, slack.signing_secret).routes())


def ask(door: Door, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    request = urllib.request.Request(f"http://127.0.0.1:{door.port}{path}", body, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def send(door: Door, body: bytes, *, at: float | None = None, **more: str) -> int:
    headers = {"Content-Type": "application/json", **signed(body, time.time() if at is None else at), **more}
    return ask(door, "/slack/events", body, headers)[0]


def test_what_slack_signed_lately_is_taken(door: Door) -> None:
    assert send(door, EVENT) == 200


def test_what_it_did_not_sign_or_long_ago_is_refused(door: Door) -> None:
    assert send(door, EVENT, at=time.time() - 301) == 401
    assert send(door, EVENT + b" ", **signed(EVENT, time.time())) == 401
    assert ask(door, "/slack/events", EVENT)[0] == 401


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xfe", {}),
        (b"[" * 100_000, {"X-Slack-Signature": "v0=\xe4"}),
        (EVENT, {"X-Slack-Request-Timestamp": "yesterday"}),
        (EVENT, {"X-Slack-Signature": ""}),
    ],
)
def test_what_is_no_request_of_slacks_is_refused_before_it_is_read(
    door: Door, body: bytes, headers: dict[str, str]
) -> None:
    assert send(door, body, **headers) == 401


def test_a_body_may_be_only_so_large_whatever_it_says_of_itself(door: Door) -> None:
    assert send(door, b" " * (web.LARGEST_BODY + 1)) == 413
    assert send(door, b" " * web.LARGEST_BODY + b" ") == 413


def test_slacks_challenge_is_answered(slack: LocalSlack, door: Door) -> None:
    slack.post_to(f"http://127.0.0.1:{door.port}/slack/events")


def test_a_port_that_is_taken_is_said_in_one_sentence(opened: Callable[..., Door]) -> None:
    taken = opened()
    with pytest.raises(BadInput, match=f"Port {taken.port} is taken; choose another with --http"):
        Door(taken.port, [], setting="--http")


def test_a_door_that_was_never_opened_can_be_closed() -> None:
    door = Door(0, [], setting="--http")
    door.close(5)
    Door(door.port, [], setting="--http").close(5)


def test_it_is_ready_when_everything_is_well_and_says_what_is_not(opened: Callable[..., Door]) -> None:
    def broken() -> str:
        raise Unavailable("The inbox is full.")

    def surprised() -> str:
        raise RuntimeError("secret")

    checks: dict[str, Check] = {"inbox": broken, "models": surprised, "slack": well}
    fine, bad = opened(*Watch({"slack": well}).routes()), opened(*Watch(checks).routes())
    assert ask(fine, "/health") == ask(bad, "/health") == (200, b'{"alive":true}')
    assert ask(fine, "/ready") == (200, b'{"ready":true,"checks":{"slack":{"ok":true,"says":"well"}}}')
    status, body = ask(bad, "/ready")
    found = json.loads(body)
    assert (status, found["ready"]) == (503, False)
    assert found["checks"]["inbox"] == {"ok": False, "says": "The inbox is full."}
    assert not found["checks"]["models"]["ok"]
    assert b"secret" not in body


def test_a_check_that_hangs_holds_up_nobody(opened: Callable[..., Door], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.health.PATIENCE_S", 0.05)
    done = threading.Event()
    checks: dict[str, Check] = {"database": lambda: str(done.wait(10)), "slack": well}
    status, body = ask(opened(*Watch(checks).routes()), "/ready")
    done.set()
    assert status == 503
    assert json.loads(body)["checks"] == {
        "database": {"ok": False, "says": "no answer within 0.05 seconds"},
        "slack": {"ok": True, "says": "well"},
    }


def test_figures_are_there_for_prometheus(door: Door, opened: Callable[..., Door]) -> None:
    send(door, EVENT)
    status, body = ask(opened(*Watch({}).routes()), "/metrics")
    assert status == 200
    assert b'callsheet_events_total{kind="user_change",outcome="acked"}' in body
    assert b"callsheet_ack_seconds_bucket" in body


def test_slack_is_asked_once_a_minute_whether_it_takes_the_token(slack: LocalSlack) -> None:
    at = 0.0
    check = Reachable(WebClient(slack.bot_token, base_url=slack.api_url), lambda: at)
    asked = len(slack.workspace.api_calls)
    assert {check() for _ in range(3)} == {"answers"}
    assert len(slack.workspace.api_calls) == asked + 1
    slack.workspace.revoke()
    assert check() == "answers"
    at = 61.0
    with pytest.raises(Unavailable, match="token_revoked"):
        check()


def test_slack_that_does_not_answer_is_said_to_be_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/api/"
    with pytest.raises(Unavailable, match="does not answer"):
        Reachable(WebClient(None, base_url=url, retry_handlers=[]), lambda: 0.0)()
