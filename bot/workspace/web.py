"""The doors of the workspace for the app: Web API, uploads, response addresses; and who may knock at all."""

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.blockkit import Problem, problems
from bot.workspace import replies
from bot.workspace.faults import Fault, Faults
from bot.workspace.limits import Limits
from bot.workspace.methods import METHODS, Args, Method, Refusal
from bot.workspace.records import ApiCall, Json
from bot.workspace.state import Workspace

LOCAL_NAMES = frozenset(("127.0.0.1", "localhost", "[::1]", "::1"))
_SECRET = frozenset(("token", "client_secret"))
_SERVER_FAULTS = {500: "internal_error", 503: "service_unavailable"}


@dataclass(frozen=True)
class Tokens:
    """The tokens this workspace knows."""

    bot: str
    app: str

    def kind_of(self, token: str) -> str | None:
        """What a token is good for: bot, app, or nothing."""
        return {self.bot: "bot", self.app: "app"}.get(token)


@dataclass(frozen=True)
class Reply:
    """An answer of the Web API."""

    body: Json
    status: int = 200
    headers: Mapping[str, str] | None = None


class LocalOnly:
    """Lets in only who calls this machine by its local names, from no page but our own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._is_local(HTTPConnection(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("This workspace answers on this machine only.", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4403})

    @staticmethod
    def _is_local(connection: HTTPConnection) -> bool:
        host = connection.headers.get("host", "")
        origin = connection.headers.get("origin")
        is_ours = origin is None or urlsplit(origin).netloc == host
        return is_ours and (urlsplit(f"//{host}").hostname or "") in LOCAL_NAMES


class WebApi:
    """Answers the app's calls: faults first, then token, scope, arguments, blocks, limits, last the method itself."""

    def __init__(self, workspace: Workspace, tokens: Tokens, faults: Faults, limits: Limits) -> None:
        self.workspace, self.tokens, self.faults, self.limits = workspace, tokens, faults, limits

    async def call(self, request: Request) -> Response:
        """The answer to a request for /api/{method}."""
        name = request.path_params["method"]
        began = time.monotonic()
        fault = self.faults.strike(name)
        if fault and fault.hang:
            await asyncio.sleep(fault.hang)
        try:
            args = await arguments(request)
            reply = _failed(fault) or self.answer(name, _token(request, args), args)
        except Refusal as refusal:
            args, reply = Args(), Reply(refusal.reply)
        self._log(name, args, reply, (time.monotonic() - began) * 1000)
        scopes = ",".join(sorted(self.workspace.manifest.scopes))
        return JSONResponse(reply.body, reply.status, {"x-oauth-scopes": scopes, **(reply.headers or {})})

    def answer(self, name: str, token: str, args: Args) -> Reply:
        """The answer to one call."""
        method = METHODS.get(name)
        try:
            if method is None:
                raise Refusal("unknown_method", req_method=name)
            self._check_token(method, token)
            self._check_arguments(method, args)
            if wait := self.limits.wait(name, args):
                return _turned_away(wait)
            with self.workspace.lock:
                return Reply({"ok": True, **method.answer(self.workspace, args)})
        except Refusal as refusal:
            return Reply(refusal.reply)

    def _check_token(self, method: Method, token: str) -> None:
        if method.token == "none":
            return
        if not token:
            raise Refusal("not_authed")
        kind = self.tokens.kind_of(token)
        if kind is None:
            raise Refusal("invalid_auth")
        if kind != method.token:
            raise Refusal("not_allowed_token_type")
        if self.workspace.app_state != "installed":
            raise Refusal(self.workspace.app_state)
        granted = self.workspace.manifest.scopes
        if method.scopes and not granted & set(method.scopes):
            raise Refusal("missing_scope", needed=",".join(method.scopes), provided=",".join(sorted(granted)))

    def _check_arguments(self, method: Method, args: Args) -> None:
        absent = [name for name in method.required if args.get(name) in (None, "")]
        if absent:
            said = [f"[ERROR] missing required field: {name}" for name in absent]
            raise Refusal(method.absent, response_metadata={"messages": said})
        if found := self._problems(method, args):
            code = "invalid_arguments" if method.name.startswith("views.") else found[0].code
            said = [str(problem) for problem in found]
            raise Refusal(code, errors=said, response_metadata={"messages": [f"[ERROR] {one}" for one in said]})

    def _problems(self, method: Method, args: Args) -> list[Problem]:
        found = problems(method.name, args)
        # An update may leave the text as it is.
        if method.name == "chat.update" and args.get("metadata"):
            return [problem for problem in found if problem.code != "no_text"]
        return found

    def _log(self, name: str, args: Args, reply: Reply, ms: float) -> None:
        shown = {key: value for key, value in args.items() if key not in _SECRET}
        call = ApiCall(name, shown, reply.status, reply.body, round(ms, 1))
        self.workspace.api_calls.append(call)
        value = {"method": name, "args": shown, "status": reply.status, "reply": reply.body, "ms": call.ms}
        self.workspace.changed("api_call", value)


async def arguments(request: Request) -> Args:
    """The arguments of a request: query, form, JSON and multipart in one."""
    args = Args(request.query_params)
    args |= _credentials(request.headers.get("authorization", ""))
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        args |= _json_object(await request.body())
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            form = await request.form()
        except HTTPException:
            raise Refusal("invalid_form_data") from None
        args |= {name: value for name, value in form.items() if isinstance(value, str)}
    return args


def _credentials(authorization: str) -> dict[str, str]:
    """The client's id and secret, which the SDK sends as a name and a password."""
    if not authorization.startswith("Basic "):
        return {}
    with suppress(ValueError):
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return {"client_id": name, "client_secret": secret}
    return {}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(body or b"{}")
    except ValueError:
        raise Refusal("invalid_json") from None
    if not isinstance(decoded, dict):
        raise Refusal("json_not_object")
    return decoded


def _token(request: Request, args: Args) -> str:
    bearer = request.headers.get("authorization", "")
    return bearer.removeprefix("Bearer ").strip() or args.text("token")


def _failed(fault: Fault | None) -> Reply | None:
    if fault is None:
        return None
    if fault.status == 429:
        return _turned_away(fault.retry_after)
    if fault.status != 200:
        return Reply({"ok": False, "error": _SERVER_FAULTS.get(fault.status, "fatal_error")}, fault.status)
    return Reply({"ok": False, "error": fault.error}) if fault.error else None


def _turned_away(seconds: int) -> Reply:
    return Reply({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": str(seconds)})


async def respond(workspace: Workspace, request: Request) -> Response:
    """The answer to a POST to a response address."""
    try:
        payload = dict(await arguments(request))
    except Refusal as refusal:
        return JSONResponse(refusal.reply, 400)
    status, body = replies.respond(workspace, request.path_params["key"], payload)
    value = {"method": "response_url", "args": payload, "status": status, "reply": {"body": body}, "ms": 0}
    workspace.changed("api_call", value)
    return PlainTextResponse(body, status) if isinstance(body, str) else JSONResponse(body, status)


async def upload(workspace: Workspace, request: Request) -> Response:
    """The answer to the bytes of a file."""
    file = workspace.files.get(request.path_params["file"])
    content = await request.body()
    if file is None or file.content is not None or len(content) != file.length:
        return PlainTextResponse("Bad upload", 400)
    file.content = content
    return PlainTextResponse(f"OK - {len(content)}")
