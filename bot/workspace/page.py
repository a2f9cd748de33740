"""The browser page: its files, what it shows, what it may do, and the stream of what changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from importlib import resources
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.workspace import acts
from bot.workspace.faults import Faults
from bot.workspace.payloads import shown_view
from bot.workspace.person import Person
from bot.workspace.records import Change, Delivery, Json
from bot.workspace.sockets import Sockets
from bot.workspace.state import Unknown, Workspace

_KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# A file is somebody's content: opened in a tab it gets no scripts, no forms and an origin of its own.
_FILE_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'"
)
_OPENED = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "html": "text/html; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/plain; charset=utf-8",
}
_LOG_LENGTH = 200


@dataclass(frozen=True)
class Page:
    """The page's side of the workspace."""

    workspace: Workspace
    sockets: Sockets
    faults: Faults
    reached: Callable[[], int]
    stopping: asyncio.Event

    def routes(self) -> list[Route]:
        """The addresses of the page."""
        return [
            Route("/", self.asset),
            Route("/archives/{channel}/{message}", self.asset),
            Route("/static/{name}", self.asset),
            Route("/files/{file}/{name}", self.file),
            Route("/page/state", self.state),
            Route("/page/live", self.live),
            Route("/page/file", self.take_file, methods=["POST"]),
            Route("/page/act", self.act, methods=["POST"]),
            Route("/page/fault", self.fault, methods=["POST"]),
        ]

    async def asset(self, request: Request) -> Response:
        """One of the page's own files."""
        name = request.path_params.get("name", "index.html")
        found = resources.files("bot.workspace") / "static" / name
        kind = _KINDS.get(name.rpartition(".")[2])
        if kind is None or not found.is_file():
            return PlainTextResponse("Not found", 404)
        return Response(found.read_bytes(), media_type=f"{kind}; charset=utf-8", headers=_HEADERS)

    async def file(self, request: Request) -> Response:
        """An uploaded file: to look at, or as a download if it is of another kind or asked for."""
        file = self.workspace.files.get(request.path_params["file"])
        if file is None or file.content is None:
            return PlainTextResponse("Not found", 404)
        headers = {**_HEADERS, "Content-Security-Policy": _FILE_POLICY}
        kind = _OPENED.get(file.name.rpartition(".")[2].lower())
        if kind is None or "download" in request.query_params:
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(file.content, media_type=kind or "application/octet-stream", headers=headers)

    async def state(self, request: Request) -> Response:
        """All that one person may see, or only who there is to be when nobody is named."""
        with self.workspace.lock:
            told: Json = {"app": self._app(), "people": [asdict(one) for one in self.workspace.members.values()]}
            who = request.query_params.get("as", "")
            if who in self.workspace.members:
                told |= self._seen_by(Person(self.workspace, who))
        return JSONResponse(told, headers=_HEADERS)

    async def live(self, request: Request) -> Response:
        """Server-sent events of all that changes for one person."""
        who, queue = request.query_params.get("as", ""), asyncio.Queue[Change]()
        loop = asyncio.get_running_loop()

        def watch(change: Change) -> None:
            if (change.audience is None or who in change.audience) and not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, change)

        self.workspace.watchers.append(watch)
        stream = self._events(queue, lambda: self.workspace.watchers.remove(watch))
        return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)

    async def act(self, request: Request) -> Response:
        """Do something as a person; the answer says what came of it."""
        return await _answered(request, self._act)

    async def take_file(self, request: Request) -> Response:
        """Bring in a file of somebody's: its bytes, under a name."""
        if request.headers.get("content-type") != "application/octet-stream":
            return JSONResponse({"error": "bytes only"}, 415)
        try:
            person = Person(self.workspace, request.query_params.get("as", ""))
        except Unknown as error:
            return JSONResponse({"error": str(error)}, 400)
        file = person.upload(request.query_params.get("name") or "file", await request.body())
        return JSONResponse({"id": file.id, "name": file.name})

    async def fault(self, request: Request) -> Response:
        """Make something go wrong, or right again."""
        return await _answered(request, self._fault)

    async def _events(self, queue: "asyncio.Queue[Change]", done: Callable[[], None]) -> AsyncIterator[str]:
        stopped, coming = asyncio.ensure_future(self.stopping.wait()), asyncio.ensure_future(queue.get())
        try:
            yield ": hello\n\n"
            while not self.stopping.is_set():
                await asyncio.wait({coming, stopped}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
                if coming.done():
                    change = coming.result()
                    coming = asyncio.ensure_future(queue.get())
                    yield f"data: {json.dumps({'kind': change.kind, 'value': change.value})}\n\n"
                else:
                    yield ": still here\n\n"
        finally:
            # Whoever closes the page does so while the next change is waited for.
            coming.cancel()
            stopped.cancel()
            done()

    def _app(self) -> Json:
        workspace = self.workspace
        return {
            **asdict(workspace.app),
            "commands": workspace.manifest.commands,
            "shortcuts": workspace.manifest.shortcuts,
            "can_be_stopped": workspace.manifest.hears("agent_session_stopped", None),
            "has_home": workspace.manifest.has_home,
            "description": workspace.manifest.features.get("agent_view", {}).get("agent_description", ""),
            "prompts": workspace.manifest.prompts,
            "connected": self.reached(),
            "about": workspace.manifest.content.get("display_information", {}).get("description", ""),
        }

    def _seen_by(self, person: Person) -> Json:
        workspace, direct = self.workspace, person.direct
        places = [one for one in workspace.conversations.values() if person.id in one.members]
        works = [
            {"channel": channel, "thread_ts": ts, **work.as_json()}
            for (channel, ts), work in workspace.works.items()
            if person.id in workspace.conversations[channel].members
        ]
        return {
            "me": person.id,
            "now": workspace.clock().timestamp(),
            "direct": direct.id,
            "conversations": [{**one.as_json(), "kind": one.kind, "members": one.members} for one in places],
            "messages": [workspace.on_page(message) for one in places for message in person.sees(one)],
            "works": works,
            "prompts": workspace.prompts.get(direct.id, workspace.manifest.prompts),
            "home": shown_view(workspace.app, person.home) if person.home else None,
            "modals": [shown_view(workspace.app, view) for view in workspace.surfaces.stacks.get(person.id, [])],
            "deliveries": [delivery_json(delivery) for delivery in list(workspace.deliveries)[-_LOG_LENGTH:]],
            "api_calls": [asdict(call) for call in list(workspace.api_calls)[-_LOG_LENGTH:]],
        }

    def _act(self, asked: Json) -> Json:
        return acts.act(Person(self.workspace, str(asked.get("as"))), asked)

    def _fault(self, asked: Json) -> Json:
        match asked.get("fault"):
            case "fail":
                status, error = int(asked.get("status", 200)), asked.get("error") or None
                self.faults.fail(str(asked["method"]), times=int(asked.get("times", 1)), status=status, error=error)
            case "drop_acks":
                self.faults.drop_acks(int(asked.get("times", 1)))
            case "delay_acks":
                self.faults.delay_acks(float(asked.get("seconds", 5)), int(asked.get("times", 1)))
            case "drop_socket":
                self.sockets.drop()
            case "reconnect":
                self.sockets.ask_to_reconnect()
            case "retry_scale":
                self.faults.retry_scale = max(0.0, float(asked["scale"]))
            case "clear":
                self.faults.clear()
            case "reset":
                self.workspace.clear()
            case other:
                raise Unknown(f"no fault {other!r}")
        return {}


async def _answered(request: Request, act: Callable[[Json], Json]) -> Response:
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({"error": "JSON only"}, 415)
    try:
        # Acts wait for the app's ack, so they may not hold up the loop that brings it.
        return JSONResponse(await run_in_threadpool(act, json.loads(await request.body())))
    except (LookupError, PermissionError, TypeError, ValueError) as error:
        return JSONResponse({"error": str(error)}, 400)


def delivery_json(delivery: Delivery) -> Json:
    """A delivery as the inspector shows it."""
    return {
        "id": delivery.id,
        "kind": delivery.kind,
        "name": delivery.name,
        "state": delivery.state,
        "attempts": len(delivery.attempts),
        "ack_ms": delivery.ack_ms,
        "payload": delivery.payload,
        "reply": delivery.reply,
    }
