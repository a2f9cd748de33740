"""Runs a workspace on loopback, in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute

from bot.workspace import hours, web
from bot.workspace.consent import CLIENT_ID, CLIENT_SECRET, Consent
from bot.workspace.faults import Faults
from bot.workspace.limits import Limits
from bot.workspace.manifest import Manifest
from bot.workspace.page import Page, delivery_json
from bot.workspace.person import Person
from bot.workspace.records import ApiCall, Channel, Delivery, Json, Member
from bot.workspace.requests import SIGNING_SECRET, Requests
from bot.workspace.sockets import Settled, Sockets
from bot.workspace.state import Clock, Workspace

BOT_TOKEN = "xoxb-local-workspace-bot-token"
APP_TOKEN = "xapp-1-local-workspace-app-token"
MANIFEST = Path(__file__).parents[1] / "manifest.json"
GENERAL = Channel("C0GENERAL", "general", topic="Company-wide announcements")


class LocalSlack:
    """A Slack workspace on 127.0.0.1, with one app installed.

    Parameters
    ----------
    people
        Who is in it.
    channels
        Its channels; #general with everybody when none is named.
    clock
        Says what time it is there; aware of its zone.
    manifest
        The app's manifest, or the file of it.
    port
        0 picks a free one.

    What a test may do with it
    --------------------------
    `person(who)` writes, edits, deletes, reacts, clicks, types into menus, uses shortcuts and commands, fills in,
    submits and closes forms, opens Home and Messages, presses Stop, and waits for answers.
    `faults` refuses the next calls (429, 500, an error code, late), loses or delays acks, and scales the wait before a
    redelivery; `limits.strict` holds the app to Slack's rate limits.
    `sockets.drop()` cuts the network, `sockets.ask_to_reconnect()` says so first; `post_to(url)` goes by HTTP instead.
    `workspace` changes who there is: `change_member("U1", tz="Asia/Tokyo")`, `join`, `revoke`, `edit_window`.
    `clock` is the caller's: moved on, triggers and response addresses grow old and what is scheduled is posted.
    `deliveries` and `api_calls` tell what went each way; `reset()` forgets it all.
    What the manifest does not ask for is refused, and not told of.
    """

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN
    signing_secret = SIGNING_SECRET
    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET

    def __init__(
        self, *, people: Iterable[Member], clock: Clock, channels: Iterable[Channel] = (GENERAL,),
        manifest: Path | Json = MANIFEST, port: int = 0,
    ) -> None:  # fmt: skip
        self.faults = Faults()
        self.port = port
        self.workspace = Workspace(
            people=people, channels=channels, manifest=Manifest.read(manifest), clock=clock, deliver=self._deliver,
            link=self._link,
        )  # fmt: skip
        self.limits = Limits(clock)
        self.sockets = Sockets(self.workspace.app.app_id, self.faults, self._show)
        self.requests: Requests | None = None
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """What the app needs as SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def deliveries(self) -> list[Delivery]:
        """All that was sent to the app, oldest first."""
        return list(self.workspace.deliveries)

    @property
    def api_calls(self) -> list[ApiCall]:
        """All that the app called, oldest first."""
        return list(self.workspace.api_calls)

    def reset(self) -> None:
        """Forget what was said, opened, called and sent, and every fault to come; people and channels stay."""
        self.faults.clear()
        self.limits.clear()
        self.workspace.clear()

    def person(self, who: str) -> Person:
        """Somebody to act as, by id, name or e-mail address."""
        return Person(self.workspace, who)

    def post_to(self, url: str, *, redirect_url: str = "") -> None:
        """Send the app everything to this URL from now on, as it is said on an app's page; and where consent leads.

        Raises
        ------
        Refused
            Nobody answers there, or not as Slack wants it.
        """
        requests = Requests(url, self.faults, self._show)
        requests.verify()
        self.requests, self.workspace.redirect_url = requests, redirect_url
        self._show(None)

    def start(self) -> "LocalSlack":
        """Open the doors; returns when calls are answered."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self.workspace.base_url = self.url
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listener, ready), name="local-slack", daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close the doors and every socket."""
        if self.requests:
            self.requests.close()
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> "LocalSlack":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_for_app(self, *, patience: float = 10.0) -> None:
        """Return when the app has connected its socket.

        Raises
        ------
        TimeoutError
            It did not within `patience` seconds.
        """
        with self.workspace.lock:
            if not self.workspace.lock.wait_for(lambda: self.sockets.connected, patience):
                raise TimeoutError(f"no app connected to {self.url} within {patience:g} s")

    def _deliver(self, kind: str, payload: Json, settled: Settled | None = None) -> Delivery:
        with self.workspace.lock:
            delivery = (self.requests or self.sockets).deliver(kind, payload, settled)
            self.workspace.deliveries.append(delivery)
            self._show(delivery)
            return delivery

    def _show(self, delivery: Delivery | None) -> None:
        if delivery:
            self.workspace.changed("delivery", delivery_json(delivery))
        else:
            self.workspace.changed("connected", {"sockets": self._reached()})

    def _reached(self) -> int:
        # An app with a request URL answers there, and holds no socket.
        return len(self.sockets.connected) or int(self.requests is not None)

    def _link(self) -> str:
        return f"ws://127.0.0.1:{self.port}/link/?ticket={self.sockets.ticket()}&app_id={self.workspace.app.app_id}"

    def _run(self, listener: socket.socket, ready: threading.Event) -> None:
        asyncio.run(self._serve(listener, ready))

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        stopping = asyncio.Event()
        # The SDK's own client answers pings but Slack's silence is part of the protocol, so no keep-alive of ours.
        config = uvicorn.Config(
            self._routes(stopping), log_level="warning", lifespan="off", ws="websockets-sansio", ws_ping_interval=None,
            timeout_graceful_shutdown=1, access_log=False,
        )  # fmt: skip
        self.sockets.loop = asyncio.get_running_loop()
        self._server = uvicorn.Server(config)
        serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.005)
        ready.set()
        while not self._server.should_exit and not serving.done():
            await asyncio.sleep(0.05)
            hours.pass_by(self.workspace)
        stopping.set()
        self.sockets.drop()
        await serving

    def _routes(self, stopping: asyncio.Event) -> Starlette:
        api = web.WebApi(self.workspace, web.Tokens(self.bot_token, self.app_token), self.faults, self.limits)
        page = Page(self.workspace, self.sockets, self.faults, self._reached, stopping)

        async def respond(request: Request) -> Response:
            return await web.respond(self.workspace, request)

        async def upload(request: Request) -> Response:
            return await web.upload(self.workspace, request)

        routes = [
            Route("/api/{method}", api.call, methods=["GET", "POST"]),
            Route("/response/{key}", respond, methods=["POST"]),
            Route("/upload/{file}", upload, methods=["POST"]),
            *Consent(self.workspace, self.bot_token).routes(),
            WebSocketRoute("/link/", self.sockets.serve),
            *page.routes(),
        ]
        return Starlette(routes=routes, middleware=[Middleware(web.LocalOnly)])
