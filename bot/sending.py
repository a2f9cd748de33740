"""Slack in an orderly way: a message a second in each channel, quiet when asked to be, nothing said twice by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, ServerErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient

from bot.metrics import Counting
from bot.outgoing import Guarded, safe
from tools.errors import Unavailable

# A call that hangs for some seconds is waited for: whoever gives up early cannot know whether it was heard.
TIMEOUT_S = 15
A_MESSAGE_EVERY_S = 1.0
# Slack is asked again that often, if it does not ask for longer; then the errand is put back, and the worker is free.
TIMES, LONGEST_WAIT_S = 3, 30.0
POSTS = ("chat.postMessage",)
# What seemed to fail may have arrived; whoever wants to say it again has to look first.
SAID_ONCE = (*POSTS, "chat.postEphemeral", "files.completeUploadExternal")
MANY = 1_000


class Pace:
    """Turns in queues by name: each its own, in the order of coming, and so far apart as is asked.

    Holds within this process; of several replicas, each keeps its own.
    """

    def __init__(
        self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._now, self._sleep, self._lock = now, sleep, threading.Lock()
        self._free: dict[str, float] = {}
        self._quiet: dict[str, float] = {}

    def wait(self, queue: str, apart_s: float = 0.0) -> None:
        """Returns when it is the caller's turn; at once for the first."""
        at = self._slot(queue, apart_s)
        while (left := at - self._now()) > 0:
            self._sleep(left)
            if self._quiet.get(queue, at) > at:
                at = self._slot(queue, apart_s)

    def hush(self, queue: str, seconds: float) -> None:
        """Lets nobody's turn come for a while; the order stays."""
        with self._lock:
            self._quiet[queue] = until = self._now() + seconds
            self._free[queue] = max(self._free.get(queue, until), until)

    def _slot(self, queue: str, apart_s: float) -> float:
        with self._lock:
            now = self._now()
            at = max(now, self._free.get(queue, now))
            if apart_s or queue in self._free:
                self._free[queue] = at + apart_s
            if len(self._free) > MANY:
                self._free, self._quiet = _ahead(self._free, now), _ahead(self._quiet, now)
            return at


class Slack(Guarded):
    """The client of one workspace, shared by all who send there."""

    def __init__(self, token: str | None = None, *, pace: Pace | None = None, **more: Any) -> None:
        super().__init__(token, **more)
        self._pace = pace or Pace()

    def api_call(self, api_method: str, **arguments: Any) -> SlackResponse:
        """What Slack answers to a call, once it is its turn."""
        queue, apart_s = api_method, 0.0
        if api_method in POSTS:
            queue, apart_s = f"{api_method}:{(arguments.get('json') or {}).get('channel')}", A_MESSAGE_EVERY_S
        for left in reversed(range(TIMES)):
            self._pace.wait(queue, apart_s)
            try:
                return super().api_call(api_method, **arguments)
            except SlackApiError as error:
                seconds = retry_after(error)
                if seconds is None or seconds > LONGEST_WAIT_S or not left:
                    raise
                self._pace.hush(queue, seconds)
        raise AssertionError("the last time returns or raises")


def client(token: str | None, api_url: str, hosts: frozenset[str] = frozenset(), pace: Pace | None = None) -> Slack:
    """A client that is patient with Slack and links to known hosts only; `pace` is another than one of its own."""
    handlers = [Counting(), _ConnectionAgain(), _ServerAgain(max_retry_count=2)]
    return Slack(token, hosts=hosts, pace=pace, base_url=api_url, timeout=TIMEOUT_S, retry_handlers=handlers)


def respond(slack: WebClient, url: str, payload: dict[str, Any]) -> None:
    """Answers at the address that came with a command or a click; Slack takes five answers within half an hour.

    Raises
    ------
    Unavailable
        When Slack is busy or in trouble.
    SlackRequestError
        When it takes no answer there any more.
    """
    sent = safe("response_url", payload, slack.hosts if isinstance(slack, Guarded) else frozenset())
    status = WebhookClient(url, timeout=TIMEOUT_S, retry_handlers=[]).send_dict(sent).status_code
    if status == 429 or status >= 500:
        raise Unavailable(f"Slack takes no answers just now ({status}).")
    if status != 200:
        raise SlackRequestError(f"An answer was refused with status {status}.")


def retry_after(error: BaseException) -> float | None:
    """The seconds that Slack asks to be left alone; None where it does not."""
    if not isinstance(error, SlackApiError) or getattr(error.response, "status_code", 200) != 429:
        return None
    named = {name.lower(): value for name, value in error.response.headers.items()}
    found = named.get("retry-after", 1)
    return float(found[0] if isinstance(found, list) else found)


class _ConnectionAgain(ConnectionErrorRetryHandler):
    def _can_retry(self, *, request: HttpRequest, **facts: Any) -> bool:
        return _may_be_repeated(request) and super()._can_retry(request=request, **facts)


class _ServerAgain(ServerErrorRetryHandler):
    def _can_retry(self, *, request: HttpRequest, **facts: Any) -> bool:
        return _may_be_repeated(request) and super()._can_retry(request=request, **facts)


def _may_be_repeated(request: HttpRequest) -> bool:
    return request.url.rpartition("/")[2] not in SAID_ONCE


def _ahead(times: dict[str, float], now: float) -> dict[str, float]:
    return {queue: at for queue, at in times.items() if at > now}
