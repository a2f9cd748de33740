"""The doors over HTTP: what Slack sends, how the app is installed, and how this process is."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import uvicorn
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import health, metrics
from bot.health import Check
from tools.errors import BadInput, CallsheetError

if TYPE_CHECKING:
    from slack_bolt import App, BoltRequest, BoltResponse
    from slack_bolt.oauth import OAuthFlow

# Slack's own are far smaller, whole messages with their blocks included.
LARGEST_BODY = 1_000_000
BODY_PATIENCE_S = 10.0


class Events:
    """Everything that Slack sends; without its signature nothing is even read."""

    def __init__(self, app: App, signing_secret: str) -> None:
        self._app, self._verifier = app, SignatureVerifier(signing_secret)

    def routes(self) -> list[Route]:
        return [Route("/slack/events", self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """The acknowledgement of an event, a command or a click."""
        began = time.perf_counter()
        try:
            body = await asyncio.wait_for(_body(request), BODY_PATIENCE_S)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("Too slow", 408)
        if body is None:
            return PlainTextResponse("Too large", 413)
        if not self._is_slacks(body, request.headers):
            metrics.heard("unsigned", 401, 0)
            return PlainTextResponse("Not signed by Slack, or too long ago", 401)
        heard = to_bolt_request(request, body)
        # Handlers acknowledge from a thread: the database or Slack may keep one waiting, and nobody else.
        said = await run_in_threadpool(self._app.dispatch, heard)
        metrics.heard(metrics.kind(heard.body), said.status, time.perf_counter() - began)
        return to_starlette_response(said)

    def _is_slacks(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, headers)
        except (ValueError, TypeError):  # a time that is no number, letters that are none
            return False


class Installing:
    """How somebody lets the app into a workspace, and comes back from Slack."""

    def __init__(self, flow: OAuthFlow) -> None:
        self._flow = flow

    def routes(self) -> list[Route]:
        return [
            Route(self._flow.install_path, self.begin, methods=["GET"]),
            Route(self._flow.redirect_uri_path, self.end, methods=["GET"]),
        ]

    async def begin(self, request: Request) -> Response:
        """The way to Slack's page on which consent is given."""
        return await self._answer(self._flow.handle_installation, request)

    async def end(self, request: Request) -> Response:
        """What came of it."""
        return await self._answer(self._flow.handle_callback, request)

    async def _answer(self, handle: Callable[[BoltRequest], BoltResponse], request: Request) -> Response:
        try:
            return to_starlette_response(await run_in_threadpool(handle, to_bolt_request(request, b"")))
        except CallsheetError as error:
            return PlainTextResponse(str(error), 503)


class Watch:
    """How this process is: for whoever restarts it, sends it traffic, or looks after it."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    def routes(self) -> list[Route]:
        return [
            Route("/health", self.alive, methods=["GET"]),
            Route("/ready", self.ready, methods=["GET"]),
            Route("/metrics", self.figures, methods=["GET"]),
        ]

    async def alive(self, request: Request) -> Response:
        """That it is: nothing else is looked at, for a restart would mend nothing else."""
        return JSONResponse({"alive": True})

    async def ready(self, request: Request) -> Response:
        """Whether it can serve, and what keeps it from that."""
        found = await health.look(self._checks)
        ready = all(each.ok for each in found.values())
        checks = {name: asdict(each) for name, each in found.items()}
        return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)

    async def figures(self, request: Request) -> Response:
        """What Prometheus reads."""
        text = await run_in_threadpool(metrics.text)
        return Response(text, headers={"Content-Type": metrics.CONTENT_TYPE})


class Door:
    """A port that answers from a thread of its own, between `open` and `close`; on all sides, and without TLS, which is
    for the proxy in front.

    Raises
    ------
    BadInput
        When something else listens on the port.
    """

    def __init__(self, port: int, routes: Sequence[Route], *, setting: str) -> None:
        try:
            self._listener = socket.create_server(("", port), backlog=512)
        except OSError as error:
            raise BadInput(f"Port {port} is taken; choose another with {setting}.") from error
        self.port = self._listener.getsockname()[1]
        self._server = uvicorn.Server(
            uvicorn.Config(
                Starlette(routes=list(routes)),
                lifespan="off",
                log_level="warning",
                log_config=None,
                access_log=False,
                server_header=False,
            )
        )
        self._thread = threading.Thread(target=self._run, name=f"door-{self.port}", daemon=True)

    def open(self) -> None:
        """Answers from now on; who knocked before has waited."""
        self._thread.start()

    def close(self, within_s: float) -> None:
        """Takes no more, and waits for what is being answered."""
        self._server.config.timeout_graceful_shutdown = max(1, int(within_s))
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(within_s)
        self._listener.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._listener]))


async def _body(request: Request) -> bytes | None:
    """What came, or None when it is too large; what its sender says of its size is not relied on."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
