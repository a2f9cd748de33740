"""A server on loopback that speaks OpenAI's protocol and says what a test wants, however wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What a request gets: a body, or the pieces of a stream that ends early."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


Script = Callable[[dict[str, Any]], Reply]


@dataclass
class Provider:
    """The replies still to give, the last of them for ever, and the requests that came."""

    script: list[Reply | Script]
    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)

    def reply(self, request: dict[str, Any]) -> Reply:
        self.heard.append(request)
        each = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return each if isinstance(each, Reply) else each(request)


def says(text: str | None, *calls: tuple[str, str], refusal: str | None = None) -> Reply:
    """A message with a text and calls of tools, each by its name and its arguments as they came."""
    asked = [
        {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for i, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": text, "refusal": refusal} | ({"tool_calls": asked} if asked else {})
    return Reply(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 0,
            "model": "stub",
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if asked else "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        }
    )


def fails(status: int, **headers: str) -> Reply:
    """An error of the provider's."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply({"error": {"message": "no", "type": "server_error", "code": None}}, status, named)


@contextmanager
def provider(*script: Reply | Script) -> Iterator[Provider]:
    """The server, for as long as the block lasts."""
    stub = Provider(list(script))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = stub.reply(request)
            if request.get("stream") and reply.status == 200:
                self._stream(reply)
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, reply: Reply) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            for chunk in _chunks(reply.body, cut=reply.cut):
                self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
            if not reply.cut:
                self.wfile.write(b"data: [DONE]\n\n")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()


def _chunks(body: Mapping[str, Any], *, cut: bool) -> Iterator[dict[str, Any]]:
    message = body["choices"][0]["message"]
    text: str = message.get("content") or ""
    pieces: Sequence[str] = [text[i : i + 9] for i in range(0, len(text), 9)]
    for piece in pieces[: len(pieces) // 2] if cut else pieces:
        yield _chunk({"content": piece})
    if cut:
        return
    for i, call in enumerate(message.get("tool_calls", ())):
        yield _chunk({"tool_calls": [{"index": i, **call}]})
    yield _chunk({}, body["choices"][0]["finish_reason"])


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": [choice]}
