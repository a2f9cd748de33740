"""A local Slack with three people, and a small Bolt app of the tests' own connected to it."""

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from slack_bolt import App
from slack_sdk import WebClient

from bot.socketmode import Socket
from bot.workspace import Channel, LocalSlack, Member

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MANIFEST = json.loads((Path(__file__).parents[3] / "bot" / "manifest.json").read_text("utf-8"))
PEOPLE = [
    Member("U0ANA", "Ana Silva", "ana@northwind.test", "America/Sao_Paulo", "Sales rep"),
    Member("U0BEN", "Ben Okafor", "ben@northwind.test", "Europe/London", "Sales manager"),
    Member("U0GUS", "Gus Guest", "gus@elsewhere.test", "UTC", "Guest", is_guest=True),
]
CHANNELS = [
    Channel("C0GENERAL", "general"),
    Channel("C0DEALS", "deals", members=("U0ANA", "U0BEN"), is_private=True),
    Channel("C0RANDOM", "random", has_app=False),
]


class Clock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def manifest_with(*scopes: str) -> dict[str, Any]:
    """The app's own manifest with further scopes."""
    manifest: dict[str, Any] = copy.deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"] += scopes
    return manifest


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[LocalSlack]:
    with LocalSlack(
        people=PEOPLE, channels=CHANNELS, clock=clock, manifest=manifest_with("reactions:write")
    ) as running:
        running.faults.retry_scale = 0
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url)


@pytest.fixture
def connected(slack: LocalSlack, client: WebClient) -> Callable[[App], Any]:
    """Connects an app for the length of a `with`."""

    @contextmanager
    def connect(app: App) -> Iterator[None]:
        socket = Socket(app, slack.app_token, ping_s=0.2)
        socket.open()
        slack.wait_for_app()
        try:
            yield
        finally:
            # The SDK's reader wakes up at once when the other side hangs up, and only after 3 s when its own does.
            socket.watchdog.client.auto_reconnect_enabled = False
            slack.sockets.drop()
            socket.close(5)

    return connect


@pytest.fixture
def app(client: WebClient) -> App:
    return App(client=client)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def page(slack: LocalSlack, browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(f"{slack.url}/?as=U0ANA")
    yield page
    page.close()
    assert complaints == []
