"""The socket to Slack, held open: the SDK reopens one that is lost, and here is watched that it does.

The SDK takes a socket for stale by the age of the last pong, if there ever was one, and gives up where its own monitor
does. So it is looked at from outside as well: lost for too long, or open and silent, it is opened anew; and one on
which Slack said nothing for an hour is replaced, for then nobody knows whether it would.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.errors import SlackApiError

from bot import metrics
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from slack_bolt import App

logger = logging.getLogger(__name__)
Trouble = Literal["lost", "silent", "idle"]

# The SDK takes five pings that fail, or four without an answer, for a lost socket; at its usual ten seconds that is a
# minute in which nothing is heard.
PING_S = 2.0
LOOK_EVERY_S = 30.0
MARK_EVERY_S = 0.1
SILENT_S = 60.0
IDLE_S = 3_600.0
BACK_OFF_S, LONGEST_S = 30.0, 300.0


class Handler(SocketModeHandler):
    """Bolt's handler, which counts what it hears."""

    def handle(self, client: Any, req: Any) -> None:
        began = time.perf_counter()
        said = run_bolt_app(self.app, req)
        send_response(client, req, said, time.time())
        # Of what the app says, only a 200 goes back as an acknowledgement.
        status = said.status if said.status == 200 else None
        metrics.heard(metrics.kind(req.payload), status, time.perf_counter() - began)


class Socket:
    """Socket Mode, from `open` to `close`."""

    def __init__(self, app: App, app_token: str, *, ping_s: float = PING_S) -> None:
        self._handler: Any = Handler(app, app_token, ping_interval=ping_s)
        self.watchdog = Watchdog(self._handler.client)

    def open(self) -> None:
        """Connects, and hears Slack from now on.

        Raises
        ------
        BadInput
            When Slack refuses the token.
        Unavailable
            When it does not answer.
        """
        metrics.CONNECTED.set_function(lambda: self._handler.client.is_connected())
        try:
            self._handler.connect()
        except SlackApiError as error:
            raise BadInput("Slack refuses SLACK_APP_TOKEN; make a new one with the scope connections:write.") from error
        except OSError as error:
            raise Unavailable("Slack does not answer; check the network and SLACK_API_URL.") from error

    def close(self, within_s: float) -> None:
        """Hears nothing more; the SDK waits for its own threads, so it is not waited for longer than that."""
        closing = threading.Thread(target=self._handler.close, name="closing", daemon=True)
        closing.start()
        until = time.monotonic() + within_s
        while closing.is_alive() and time.monotonic() < until:
            # The SDK marks its session as ended, but where it is just about to read from it, it takes the mark away
            # and reads for ever from a socket that is closed.
            self._handler.client.current_session_state.terminated = True
            closing.join(MARK_EVERY_S)

    def check(self) -> str:
        """How it stands.

        Raises
        ------
        Unavailable
            When it is not connected.
        """
        if not self._handler.client.is_connected():
            raise Unavailable("The socket to Slack is not open; it is opened anew by itself.")
        return "connected"


@dataclass
class Watchdog:
    """Opens the socket of a client anew when that has to be done; `clock` tells seconds as `time.time` does."""

    client: Any
    clock: Callable[[], float] = time.time
    _heard: float = field(init=False)
    _tries: int = field(init=False, default=0)
    _not_before: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._hear()
        self.client.on_message_listeners.append(self._hear)

    def look(self) -> int:
        """Looks after the socket once; how many were opened.

        Raises
        ------
        Unavailable
            When it had to be opened and could not; it is tried again, each time twice as late, up to five minutes.
        """
        trouble = self._trouble() if self.client.current_session else None
        if trouble is None:
            self._tries = 0
            return 0
        if self.client.closed or self.clock() < self._not_before:
            return 0
        self._not_before = self.clock() + min(BACK_OFF_S * 2**self._tries, LONGEST_S)
        self._tries += 1
        self._reopen(trouble)
        return 1

    def _hear(self, message: str = "") -> None:
        self._heard = self.clock()

    def _trouble(self) -> Trouble | None:
        if not self.client.is_connected():
            return "lost"
        pong = self.client.current_session.last_ping_pong_time or 0.0
        if self.clock() - max(self._heard, pong) > SILENT_S:
            return "silent"
        return "idle" if self.clock() - self._heard > IDLE_S else None

    def _reopen(self, trouble: Trouble) -> None:
        # The SDK may have done it meanwhile; what seems open has to be replaced by force. The new one is open before
        # the old one closes, so nothing that Slack says falls between them.
        self.client.connect_to_new_endpoint(force=trouble != "lost")
        if not self.client.is_connected():
            raise Unavailable("The socket to Slack could not be opened.")
        self._hear()
        metrics.REOPENED.labels(trouble).inc()
        logger.warning("The socket was %s, and is open again", trouble, extra={"action": "socket_reopened"})
