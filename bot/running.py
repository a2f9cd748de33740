"""Runs the bot against Slack, over Socket Mode or HTTP, with the jobs that go on beside the conversations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot import jobs
from bot.app import create_app, create_assistant, create_jobs, open_books
from bot.settings import Settings, check_replicas
from tools.errors import BadInput

if TYPE_CHECKING:
    from slack_bolt import App

    from knowledge.database import Database


def run(settings: Settings, *, http: int | None, say: Callable[[str], None]) -> None:
    """Connects to Slack and answers until it is interrupted.

    Raises
    ------
    BadInput
        When a token is missing or refused, or replicas cannot share what they have to.
    """
    check_replicas(settings)
    serve(settings, open_books(settings), http=http, say=say, ready=lambda: say("Callsheet is connected to Slack."))


def serve(
    settings: Settings, db: Database, *, http: int | None = None, say: Callable[[str], None], ready: Callable[[], None]
) -> None:
    """Answers from some books until it is interrupted; `ready` is called once Slack is connected."""
    assistant = create_assistant(settings, db)
    app, desk = create_app(settings, assistant, db)
    assistant.warm_up()
    stop = threading.Event()
    jobs.start(create_jobs(settings, assistant.services, desk, app.client), stop)
    try:
        if http is None:
            _connect(settings, app, say, ready)
        else:
            _listen(settings, app, http, say)
    finally:
        stop.set()


def _listen(settings: Settings, app: App, port: int, say: Callable[[str], None]) -> None:
    if not settings.slack_signing_secret:
        raise BadInput("SLACK_SIGNING_SECRET is not set; HTTP mode needs it to know that a request is Slack's.")
    say(f"Callsheet listens on port {port} (Ctrl-C stops it).")
    app.start(port=port)


def _connect(settings: Settings, app: App, say: Callable[[str], None], ready: Callable[[], None]) -> None:
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk.errors import SlackApiError

    if not settings.slack_app_token:
        raise BadInput("SLACK_APP_TOKEN is not set; Socket Mode needs one with the scope connections:write.")
    handler: Any = SocketModeHandler(app, settings.slack_app_token)
    try:
        handler.connect()
    except SlackApiError as error:
        raise BadInput("Slack refuses SLACK_APP_TOKEN; make a new one with the scope connections:write.") from error
    ready()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("Bye.")
    finally:
        handler.close()
