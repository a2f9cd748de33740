"""The bot as it is run: either way in, told to stop, and with a socket that fails."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot import running, settings
from bot.app import create_workspaces
from bot.demo import cast_of
from bot.workspace import LocalSlack, Person
from knowledge.database import Database
from tests.company import NOW, Books
from tools.errors import BadInput

QUESTION = "which leads should I call now"


@pytest.fixture
def slack(company: Database) -> Iterator[LocalSlack]:
    members, channels = cast_of(company)
    with LocalSlack(people=members, channels=channels, clock=lambda: NOW) as running_:
        running_.faults.retry_scale = 0
        yield running_


@pytest.fixture
def ana(slack: LocalSlack, books: Books) -> Person:
    return slack.person(books.person("rep").email or "")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is busy with other tests is well all the same."""
    monkeypatch.setattr("bot.health.PATIENCE_S", 60.0)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def run(
    slack: LocalSlack, company: Database, home: Path, act: Callable[[], Any], *, http: int | None = None, **more: str
) -> Any:
    """What `act` comes to while the bot runs; then the process is told to stop, and does."""
    environment = {
        "CALLSHEET_HOME": str(home),
        "CALLSHEET_NOW": NOW.isoformat(),
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        **more,
    }
    acted: list[Future[Any]] = []

    def act_and_stop() -> Any:
        try:
            return act()
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:

        def begin(said: str = "") -> None:
            if not acted:
                acted.append(pool.submit(act_and_stop))

        running.serve(settings.read(environment), company, http=http, say=begin, ready=begin)
    return acted[0].result()


def told(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        body = answer.read()
    return body.decode() if path == "/metrics" else json.loads(body)


def test_over_http_questions_are_answered_and_the_process_can_be_watched(
    slack: LocalSlack, ana: Person, company: Database, tmp_path: Path
) -> None:
    port = free_port()

    def act() -> Any:
        slack.post_to(f"http://127.0.0.1:{port}/slack/events")
        slack.faults.drop_acks()
        question = ana.dm(QUESTION)
        answer = ana.answer(question, patience=60)
        (heard,) = [each for each in slack.deliveries if each.payload.get("event", {}).get("ts") == question.ts]
        ana.wait(lambda: heard.is_settled, patience=60)
        assert len(heard.attempts) == 2
        return answer.says, told(port, "/ready"), told(port, "/metrics")

    says, ready, figures = run(slack, company, tmp_path, act, http=port)
    assert "1." in says
    # What Slack sent twice was answered once.
    assert len([message for message in ana.sees(ana.direct) if message.says == says]) == 1
    assert {name: check["ok"] for name, check in ready["checks"].items()} == {
        "database": True,
        "models": True,
        "inbox": True,
        "slack": True,
    }
    assert 'callsheet_events_total{kind="message",outcome="acked"}' in figures
    assert 'callsheet_tools_total{outcome="ok",tool="leads_to_call"}' in figures
    assert "callsheet_job_success_timestamp_seconds{" in figures
    assert ana.member.name.split()[0] not in figures


def test_told_to_stop_it_finishes_the_answer_in_hand_and_leaves(
    slack: LocalSlack, ana: Person, company: Database, tmp_path: Path
) -> None:
    before = set(threading.enumerate())
    port, asked = free_port(), []

    def act() -> None:
        slack.wait_for_app()
        assert told(port, "/ready")["checks"]["socket"] == {"ok": True, "says": "connected"}
        asked.append(ana.dm(QUESTION))
        ana.wait(lambda: slack.workspace.statuses or None, patience=60, what="somebody to be at it")

    run(slack, company, tmp_path, act, CALLSHEET_HEALTH_PORT=str(port))
    assert "1." in ana.answer(asked[0], patience=0).says
    assert not slack.sockets.connected
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith(("hand", "door", "notices"))]


@pytest.mark.parametrize(
    ("more", "http", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "x", "SLACK_SIGNING_SECRET": ""}, 3000, "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": ""}, None, "SLACK_APP_TOKEN is not set"),
        ({"SLACK_CLIENT_ID": "1.2"}, 3000, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x", "SLACK_BOT_TOKEN": "x"}, 3000, "unset one"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x"}, None, "CALLSHEET_HEALTH_PORT"),
        ({}, None, "SLACK_BOT_TOKEN is not set"),
    ],
)
def test_what_is_missing_is_one_sentence(more: dict[str, str], http: int | None, sentence: str, tmp_path: Path) -> None:
    environment = {"CALLSHEET_HOME": str(tmp_path), "SLACK_SIGNING_SECRET": "x", "SLACK_APP_TOKEN": "x", **more}
    with pytest.raises(BadInput, match=sentence):
        running.run(settings.read(environment), http=http, say=print)


def test_without_a_key_no_workspace_is_served(sqlite_db: Database) -> None:
    with pytest.raises(BadInput, match="CALLSHEET_SECRET_KEY, which encrypts"):
        create_workspaces(settings.read({"SLACK_CLIENT_ID": "1.2"}), sqlite_db)
