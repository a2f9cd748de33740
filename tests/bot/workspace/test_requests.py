"""The local Slack over HTTP: signed as Slack signs, and sent again when it is not taken."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import urlopen

import pytest
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace import LocalSlack
from bot.workspace.requests import Refused

Answering = Callable[[App], str]


@pytest.fixture
def answering(slack: LocalSlack) -> Iterator[Answering]:
    """Serves a Bolt app over HTTP, as bare as can be; the URL of it."""
    servers: list[ThreadingHTTPServer] = []

    def serve(app: App) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                said = app.dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
                self.send_response(said.status)
                for name, value in said.first_headers().items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said.body.encode())

            def log_message(self, format: str, *args: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/slack/events"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def app(slack: LocalSlack, client: WebClient) -> App:
    return App(client=client, signing_secret=slack.signing_secret)


def test_a_dm_a_click_and_a_command_come_signed_and_are_answered(
    slack: LocalSlack, app: App, answering: Answering
) -> None:
    @app.event("message")
    def answer(event: dict[str, Any], say: Any) -> None:
        if "bot_id" not in event:
            say(text="here", thread_ts=event["ts"])

    @app.command("/callsheet")
    def command(ack: Any) -> None:
        ack("at once")

    slack.post_to(answering(app))
    with urlopen(f"{slack.url}/page/state") as state:
        assert json.loads(state.read())["app"]["connected"] == 1
    ana = slack.person("U0ANA")
    assert ana.answer(ana.dm("hello")).text == "here"
    ana.slash("/callsheet")
    assert ana.sees(ana.direct)[-1].text == "at once"
    assert all(delivery.ack_ms for delivery in slack.deliveries if delivery.is_settled)


def test_what_is_not_taken_comes_again_and_says_how_often_and_why(
    slack: LocalSlack, app: App, answering: Answering
) -> None:
    heard: list[tuple[str, ...]] = []

    @app.middleware
    def hear(req: BoltRequest, next: Any) -> None:
        if req.body.get("type") == "event_callback":
            again = (req.headers.get(f"x-slack-retry-{what}", [""])[0] for what in ("num", "reason"))
            heard.append((req.body["event_id"], *again))
            if len(heard) == 1:
                raise RuntimeError("no")
        next()

    app.event("message")(lambda: None)
    slack.post_to(answering(app))
    ana = slack.person("U0ANA")
    ana.dm("hello")
    ana.wait(lambda: len(heard) == 2 and all(delivery.is_settled for delivery in slack.deliveries))
    assert heard == [(heard[0][0], "", ""), (heard[0][0], "1", "http_error")]


def test_a_url_that_does_not_answer_the_challenge_is_refused(
    slack: LocalSlack, client: WebClient, answering: Answering
) -> None:
    with pytest.raises(Refused, match="http_error"):
        slack.post_to(answering(App(client=client, signing_secret="another")))
    with pytest.raises(Refused, match="connection_failed"):
        slack.post_to("http://127.0.0.1:1/slack/events")


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"client_id": "0.0"}, "invalid_client_id"),
        ({"client_secret": "x"}, "bad_client_secret"),
        ({"code": "made up"}, "invalid_code"),
    ],
)
def test_a_token_is_given_for_a_code_and_its_secret_alone(
    slack: LocalSlack, client: WebClient, wrong: dict[str, str], error: str
) -> None:
    slack.workspace.codes["C-1"] = slack.bot_token
    asked = {"client_id": slack.client_id, "client_secret": slack.client_secret, "code": "C-1"}
    with pytest.raises(SlackApiError, match=error):
        client.oauth_v2_access(**asked | wrong)
    assert client.oauth_v2_access(**asked)["access_token"] == slack.bot_token
    with pytest.raises(SlackApiError, match="invalid_code"):
        client.oauth_v2_access(**asked)
