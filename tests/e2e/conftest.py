"""The real bot against the local Slack, over real HTTP and real WebSockets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from bot import settings
from bot.agent import Assistant
from bot.app import create_app, create_services, create_workspaces
from bot.demo import cast_of
from bot.reading import Reader
from bot.sending import Pace
from bot.socketmode import Socket
from bot.workspace import LocalSlack, Member
from knowledge.database import Database
from knowledge.memory import Memory
from tests.company import NOW, Books
from tests.office import Office, Watch
from tests.scripted import Scripted
from tools.base import Tool
from tools.catalog import TOOLS


@pytest.fixture
def catalogue() -> Sequence[Tool]:
    """The tools that the bot has; a module may bring its own."""
    return TOOLS


@pytest.fixture
def model() -> Scripted | None:
    """The language model that the bot has; a module may bring one."""
    return None


@pytest.fixture
def office(
    company: Database,
    books: Books,
    reader: Reader,
    catalogue: Sequence[Tool],
    model: Scripted | None,
    tmp_path: Path,
) -> Iterator[Office]:
    members, channels = cast_of(company)
    members.append(Member("U0STRANGER", "Sam Stranger", "sam@elsewhere.example"))
    with LocalSlack(people=members, channels=channels, clock=lambda: NOW) as slack:
        slack.faults.retry_scale = 0
        environment = {
            "CALLSHEET_HOME": str(tmp_path),
            "CALLSHEET_NOW": NOW.isoformat(),
            "SLACK_API_URL": slack.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
        }
        read = settings.read(environment)
        assistant = Assistant(
            create_services(read, company),
            catalogue,
            reader,
            Memory(company),
            model,
            "scripted" if model else settings.OFFLINE,
        )
        watch = Watch()
        workspaces = create_workspaces(read, company, Pace(lambda: watch.now, watch.sleep))
        app, desk = create_app(read, assistant, company, workspaces)
        socket = Socket(app, slack.app_token)
        socket.open()
        slack.wait_for_app()
        yield Office(slack, books, desk, read)
        # Without this the SDK's reader waits three seconds for a socket that nobody will write to again.
        socket.watchdog.client.auto_reconnect_enabled = False
        slack.sockets.drop()
        socket.close(5)
        desk.backlog.stop()
