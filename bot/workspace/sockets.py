"""Socket Mode: every envelope goes to one socket, waits for its ack, and is sent again when none comes."""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.workspace.faults import Faults
from bot.workspace.records import Delivery, Json

RETRY_AFTER_S = (0.0, 60.0, 300.0)
TAKES_PAYLOAD = frozenset(("slash_commands", "view_submission", "block_suggestion"))

Settled = Callable[[Delivery], None]


@dataclass
class Socket:
    """One connected client: what is still to be sent to it."""

    outbox: "asyncio.Queue[Json | None]" = field(default_factory=asyncio.Queue)


@dataclass(frozen=True)
class _Waiting:
    delivery: Delivery
    sent_at: float
    expiry: asyncio.TimerHandle


class Sockets:
    """The sockets of the app and what is on its way through them; `deliver` may be called from any thread."""

    def __init__(self, app_id: str, faults: Faults, changed: Callable[[Delivery | None], None]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.connected: list[Socket] = []
        self.tickets: set[str] = set()
        self._app_id, self._faults, self._changed = app_id, faults, changed
        self._waiting: dict[str, _Waiting] = {}
        self._settled: dict[str, Settled] = {}
        self._parked: dict[str, tuple[Delivery, asyncio.TimerHandle]] = {}
        self._turn = 0

    def ticket(self) -> str:
        """A pass for one connection."""
        ticket = secrets.token_urlsafe(12)
        self.tickets.add(ticket)
        return ticket

    def deliver(self, kind: str, payload: Json, settled: Settled | None = None) -> Delivery:
        """Send the app an envelope; `settled` hears of its ack or its loss."""
        delivery = Delivery(kind, payload)
        if settled:
            self._settled[delivery.id] = settled
        self._soon(self._send, delivery)
        return delivery

    def drop(self) -> None:
        """Cut every socket without a word, as a lost network does."""
        for socket in list(self.connected):
            self._soon(socket.outbox.put_nowait, None)

    def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every client to come back on a fresh socket, then close."""
        for socket in list(self.connected):
            goodbye = {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
            self._soon(socket.outbox.put_nowait, goodbye)

    async def serve(self, websocket: WebSocket) -> None:
        """Hold one client's connection until either side ends it."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self.tickets:
            await websocket.close(code=4401)
            return
        self.tickets.discard(ticket)
        await websocket.accept()
        socket = Socket()
        self.connected.append(socket)
        socket.outbox.put_nowait(self._hello())
        self._changed(None)
        self._send_parked()
        sides = {asyncio.create_task(self._write(websocket, socket)), asyncio.create_task(self._read(websocket))}
        _, open_sides = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        self.connected.remove(socket)
        self._changed(None)
        for side in open_sides:
            side.cancel()

    def _soon(self, call: Callable[..., Any], *args: Any) -> None:
        # Calls into the loop keep their order, and so do the envelopes.
        if self.loop and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *args)

    def _hello(self) -> Json:
        debug = {"host": "local", "build_number": 1, "approximate_connection_time": 18060}
        info = {"app_id": self._app_id}
        return {"type": "hello", "num_connections": len(self.connected), "debug_info": debug, "connection_info": info}

    async def _write(self, websocket: WebSocket, socket: Socket) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):
            while (said := await socket.outbox.get()) is not None:
                await websocket.send_json(said)
                if said.get("type") == "disconnect":
                    await websocket.close()
                    return

    async def _read(self, websocket: WebSocket) -> None:
        with suppress(WebSocketDisconnect, RuntimeError, ValueError):
            while True:
                self._hear(await websocket.receive_json())

    def _hear(self, ack: Json) -> None:
        fault = self._faults.strike_ack()
        if fault is None:
            self._take(ack)
        elif fault.delay is not None:
            asyncio.get_running_loop().call_later(fault.delay, self._take, ack)

    def _take(self, ack: Json) -> None:
        waiting = self._waiting.pop(str(ack.get("envelope_id")), None)
        if waiting is None:
            return
        waiting.expiry.cancel()
        waiting.delivery.reply = ack.get("payload")
        waiting.delivery.ack_ms = round((time.monotonic() - waiting.sent_at) * 1000, 1)
        self._settle(waiting.delivery, "acked")

    def _send(self, delivery: Delivery) -> None:
        assert self.loop
        envelope_id = str(uuid.uuid4())
        delivery.attempts.append(envelope_id)
        self._parked.pop(delivery.id, None)
        if not self.connected:
            if again := self._missed(delivery):
                self._parked[delivery.id] = (delivery, again)
            return
        self._turn += 1
        socket = self.connected[self._turn % len(self.connected)]
        socket.outbox.put_nowait(_envelope(delivery, envelope_id))
        expiry = self.loop.call_later(self._faults.ack_timeout, self._expired, envelope_id)
        self._waiting[envelope_id] = _Waiting(delivery, time.monotonic(), expiry)
        delivery.state = "sent"
        self._changed(delivery)

    def _expired(self, envelope_id: str) -> None:
        if waiting := self._waiting.pop(envelope_id, None):
            self._missed(waiting.delivery)

    def _missed(self, delivery: Delivery) -> asyncio.TimerHandle | None:
        """The next try, if there is to be one."""
        assert self.loop
        tried = len(delivery.attempts)
        if delivery.kind != "events_api" or tried > len(RETRY_AFTER_S):
            self._settle(delivery, "failed")
            return None
        self._changed(delivery)
        return self.loop.call_later(RETRY_AFTER_S[tried - 1] * self._faults.retry_scale, self._send, delivery)

    def _send_parked(self) -> None:
        # Nobody at a demo should wait out Slack's minutes for an app that was only starting.
        for delivery, again in list(self._parked.values()):
            again.cancel()
            self._send(delivery)

    def _settle(self, delivery: Delivery, state: str) -> None:
        delivery.state = "acked" if state == "acked" else "failed"
        if settled := self._settled.pop(delivery.id, None):
            settled(delivery)
        self._changed(delivery)


def _envelope(delivery: Delivery, envelope_id: str) -> Json:
    takes = bool(TAKES_PAYLOAD & {delivery.kind, delivery.payload.get("type")})
    envelope: Json = {
        "envelope_id": envelope_id, "type": delivery.kind, "accepts_response_payload": takes,
        "payload": delivery.payload,
    }  # fmt: skip
    if delivery.kind == "events_api":
        # Slack counts from 0 on the first copy and gives a reason only for the later ones.
        envelope["retry_attempt"] = len(delivery.attempts) - 1
        envelope["retry_reason"] = "timeout" if len(delivery.attempts) > 1 else ""
    return envelope
