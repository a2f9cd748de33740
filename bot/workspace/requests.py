"""Requests to the app: where it named a URL instead of a socket, everything is posted there, signed as Slack signs."""

import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.workspace.faults import Faults
from bot.workspace.records import Delivery, Json
from bot.workspace.sockets import RETRY_AFTER_S, Settled

SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


class Refused(Exception):
    """The app does not answer at that URL as Slack wants it to."""


@dataclass(frozen=True)
class _Answer:
    """What the app said, or why (in Slack's words) that does not count."""

    body: Json | None = None
    reason: str | None = None
    final: bool = False


class Requests:
    """Everything on its way to one request URL; `deliver` may be called from any thread."""

    def __init__(self, url: str, faults: Faults, changed: Callable[[Delivery], None]) -> None:
        self._url, self._faults, self._changed = url, faults, changed
        self._posting = ThreadPoolExecutor(8, thread_name_prefix="local-slack-posting")

    def verify(self) -> None:
        """Ask the app to prove that the URL is its own, as Slack does when one is saved.

        Raises
        ------
        Refused
            It does not.
        """
        challenge = secrets.token_hex(16)
        answer = self._post("events_api", {"type": "url_verification", "token": "local", "challenge": challenge}, {})
        if (answer.body or {}).get("challenge", (answer.body or {}).get("text")) != challenge:
            raise Refused(f"{self._url} did not answer the challenge: {answer.reason or answer.body}")

    def deliver(self, kind: str, payload: Json, settled: Settled | None = None) -> Delivery:
        """Post something to the app; `settled` hears of its answer or its loss."""
        delivery = Delivery(kind, payload)
        self._posting.submit(self._send, delivery, settled, "")
        return delivery

    def close(self) -> None:
        """Post nothing more."""
        self._posting.shutdown(wait=False, cancel_futures=True)

    def _send(self, delivery: Delivery, settled: Settled | None, reason: str) -> None:
        tried = len(delivery.attempts)
        delivery.attempts.append(str(uuid.uuid4()))
        delivery.state = "sent"
        again = {"X-Slack-Retry-Num": str(tried), "X-Slack-Retry-Reason": reason} if tried else {}
        began = time.monotonic()
        answer = self._post(delivery.kind, delivery.payload, again)
        if answer.reason is None:
            delivery.reply, delivery.ack_ms = answer.body, round((time.monotonic() - began) * 1000, 1)
        elif delivery.kind == "events_api" and tried < len(RETRY_AFTER_S) and not answer.final:
            self._changed(delivery)
            self._later(RETRY_AFTER_S[tried] * self._faults.retry_scale, delivery, settled, answer.reason)
            return
        delivery.state = "failed" if answer.reason else "acked"
        if settled:
            settled(delivery)
        self._changed(delivery)

    def _later(self, seconds: float, *what: Any) -> None:
        timer = threading.Timer(seconds, lambda: self._posting.submit(self._send, *what))
        timer.daemon = True
        timer.start()

    def _post(self, kind: str, payload: Json, more: dict[str, str]) -> _Answer:
        type_, body = _body(kind, payload)
        headers = {"Content-Type": type_, "User-Agent": "Slackbot 1.0 (local)", **signed(body, time.time()), **more}
        request = urllib.request.Request(self._url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=self._faults.ack_timeout) as answered:
                said, is_json = answered.read().decode(), answered.headers.get_content_type() == JSON
        except urllib.error.HTTPError as error:
            return _Answer(reason="http_error", final=error.headers.get("x-slack-no-retry") == "1")
        except TimeoutError:
            return _Answer(reason="http_timeout")
        except OSError:
            return _Answer(reason="connection_failed")
        fault = self._faults.strike_ack()
        if fault and (fault.delay is None or fault.delay > self._faults.ack_timeout):
            return _Answer(reason="http_timeout")
        return _Answer(json.loads(said) if is_json else {"text": said} if said else None)


def signed(body: bytes, at: float, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers by which the app knows that a request is Slack's."""
    timestamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _body(kind: str, payload: Json) -> tuple[str, bytes]:
    if kind == "events_api":
        return JSON, json.dumps(payload).encode()
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return FORM, urlencode(form).encode()
