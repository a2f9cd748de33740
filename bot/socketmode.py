"""The socket to Slack."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk.errors import SlackApiError

from bot import metrics
from tools.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from slack_bolt import App


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

    def __init__(self, app: App, app_token: str) -> None:
        self._handler: Any = Handler(app, app_token)

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
        closing.join(within_s)

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
