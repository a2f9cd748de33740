"""Runs the bot against Slack, over Socket Mode or HTTP, with the jobs that go on beside the conversations."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot import jobs
from bot.app import create_app, create_assistant, create_checks, create_jobs, create_workspaces, open_books
from bot.health import Check, Reachable
from bot.jobs import Job
from bot.settings import Settings, check_replicas
from bot.socketmode import LOOK_EVERY_S, Socket
from bot.stopping import GRACE_S, Deadline, Hands, on_signal
from bot.web import Door, Events, Installing, Watch
from tools.errors import BadInput

if TYPE_CHECKING:
    from slack_bolt import App
    from starlette.routing import Route

    from bot.backlog import Backlog
    from knowledge.database import Database

logger = logging.getLogger(__name__)
LOCKED = (
    "The token of workspace {} was encrypted with a key that is not in CALLSHEET_SECRET_KEY: add it after a comma, or "
    "have the app installed there again at /slack/install."
)
# Python lets a thread that calculates go on for 5 ms while others wait, each time they come back from the database or
# from Slack: with a few answers in the making, that made an acknowledgement four times as slow at worst.
SWITCH_S = 0.0005


def run(settings: Settings, *, http: int | None, say: Callable[[str], None]) -> None:
    """Connects to Slack and answers until it is told to stop.

    Raises
    ------
    BadInput
        When a token is missing or refused, or replicas cannot share what they have to.
    """
    check_replicas(settings)
    check_ways(settings, http)
    serve(settings, open_books(settings), http=http, say=say, ready=lambda: say("Callsheet is connected to Slack."))


def check_ways(settings: Settings, http: int | None) -> None:
    """Whether there is what a way in needs.

    Raises
    ------
    BadInput
        When there is not.
    """
    if bool(settings.slack_client_id) != bool(settings.slack_client_secret):
        raise BadInput("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together; set both, or SLACK_BOT_TOKEN.")
    if settings.slack_client_id and settings.slack_bot_token:
        raise BadInput("SLACK_BOT_TOKEN serves one workspace, SLACK_CLIENT_ID all it is installed in; unset one.")
    if not settings.slack_client_id and not settings.slack_bot_token:
        raise BadInput("SLACK_BOT_TOKEN is not set; the README says where to find it.")
    if settings.slack_client_id and http is None and settings.health_port is None:
        raise BadInput("Installing by OAuth needs a page of ours; run with --http, or set CALLSHEET_HEALTH_PORT.")
    if http is None and not settings.slack_app_token:
        raise BadInput("SLACK_APP_TOKEN is not set; Socket Mode needs one with the scope connections:write.")
    if http is not None and not settings.slack_signing_secret:
        raise BadInput("SLACK_SIGNING_SECRET is not set; HTTP mode needs it to know that a request is Slack's.")


def serve(
    settings: Settings, db: Database, *, http: int | None = None, say: Callable[[str], None], ready: Callable[[], None]
) -> None:
    """Answers from some books until it is told to stop; `ready` is called once Slack is connected.

    What is in hand then is finished, within a limit; what is not stands in the books and is taken up by the next.
    """
    sys.setswitchinterval(SWITCH_S)
    assistant = create_assistant(settings, db)
    workspaces = create_workspaces(settings, db)
    app, desk = create_app(settings, assistant, db, workspaces)
    ways = _ways(settings, app, create_checks(assistant.services, desk), http)
    for team in workspaces.locked():
        say(LOCKED.format(team))
    assistant.warm_up()
    stop = threading.Event()
    with on_signal(stop):
        work = [*ways.jobs, *create_jobs(settings, assistant.services, desk, workspaces)]
        at_work = jobs.start(work, stop)
        try:
            ways.open()
            ready() if http is None else say(f"Callsheet listens on port {http} (Ctrl-C stops it).")
            stop.wait()
        finally:
            stop.set()
            left = _finish(ways, app.listener_runner.listener_executor, desk.backlog, at_work, Deadline(GRACE_S))
    say("Bye.")
    if left:
        _leave(left)


@dataclass(frozen=True)
class Ways:
    """The ways in: ports, and the socket to Slack."""

    doors: Sequence[Door]
    socket: Socket | None = None
    jobs: Sequence[Job] = field(default_factory=list)

    def open(self) -> None:
        for door in self.doors:
            door.open()
        if self.socket:
            self.socket.open()

    def close(self, deadline: Deadline) -> None:
        """Takes nothing new from Slack; how the process is can be asked until it is gone."""
        if self.socket:
            self.socket.close(deadline.left_s)
        for door in self.doors:
            door.close(deadline.left_s)


def _ways(settings: Settings, app: App, checks: dict[str, Check], http: int | None) -> Ways:
    checks = checks | {"slack": Reachable(app.client, time.monotonic)}
    return _by_socket(settings, app, checks) if http is None else _by_http(settings, app, checks, http)


def _by_socket(settings: Settings, app: App, checks: dict[str, Check]) -> Ways:
    socket, port = Socket(app, settings.slack_app_token), settings.health_port
    routes = [*Watch(checks | {"socket": socket.check}).routes(), *_installing(app)]
    doors = [Door(port, routes, setting="CALLSHEET_HEALTH_PORT")] if port is not None else []
    return Ways(doors, socket, [Job("socket_watched", LOOK_EVERY_S, socket.watchdog.look)])


def _by_http(settings: Settings, app: App, checks: dict[str, Check], http: int) -> Ways:
    slack, watch = [*Events(app, settings.slack_signing_secret).routes(), *_installing(app)], Watch(checks).routes()
    port = settings.health_port
    if port is None:
        return Ways([Door(http, [*slack, *watch], setting="--http")])
    return Ways([Door(http, slack, setting="--http"), Door(port, watch, setting="CALLSHEET_HEALTH_PORT")])


def _installing(app: App) -> list[Route]:
    return Installing(app.oauth_flow).routes() if app.oauth_flow else []


def _finish(ways: Ways, hands: Any, backlog: Backlog, at_work: Sequence[threading.Thread], deadline: Deadline) -> int:
    """Closes every way in and waits for what is in hand; how much of it was not done in time."""
    ways.close(deadline)
    left = hands.finish(deadline.left_s) if isinstance(hands, Hands) else 0
    left += backlog.stop(deadline.left_s)
    for thread in at_work:
        thread.join(deadline.left_s)
    return left + sum(thread.is_alive() for thread in at_work)


def _leave(left: int) -> None:
    """Ends the process though something is still at work: whoever comes next finds it in the books."""
    logger.warning("%s things were not finished in time", left, extra={"action": "left_unfinished"})
    logging.shutdown()
    os._exit(0)
