"""What goes wrong while something is heard: noted under an id, and said at once to whoever waits."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltResponse
from slack_sdk import WebClient

from bot import posting, sending
from bot.views import blocks
from tools.errors import CallsheetError, Unavailable

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)
AWAY = "The books cannot be reached just now, so nothing was done. Please try again in a minute."


def register(app: App, _: Desk) -> None:
    @app.error
    def handle_failure(
        error: Exception, body: dict[str, Any], client: WebClient, response: BoltResponse | None
    ) -> BoltResponse | None:
        error_id = uuid.uuid4().hex[:16]
        trace = None if isinstance(error, Unavailable) else error
        noted = {"action": "handler_failed", "error_id": error_id}
        logger.error("A handler failed: %s", type(error).__name__, exc_info=trace, extra=noted)
        if "event" in body:
            # Not acknowledged, unless it was kept before: Slack sends it again.
            return None
        return _answer(client, body, told(error, error_id), acknowledged=response is None)


def told(error: Exception, error_id: str) -> str:
    """What a person is told of an error."""
    if isinstance(error, Unavailable):
        return AWAY
    if isinstance(error, CallsheetError):
        return str(error)
    return f"Something went wrong; it is noted as {error_id}. Please try again."


def _answer(client: WebClient, body: dict[str, Any], text: str, *, acknowledged: bool) -> BoltResponse | None:
    """Says it where it was typed or entered, or beside what was clicked."""
    inputs = [block["block_id"] for block in (body.get("view") or {}).get("blocks", []) if block["type"] == "input"]
    if not acknowledged and body.get("type") == "view_submission" and inputs:
        return BoltResponse(status=200, body={"response_action": "errors", "errors": {inputs[-1]: text}})
    if not acknowledged and "command" in body:
        return BoltResponse(status=200, body=text)
    try:
        _whisper(client, body, text)
    except Exception:
        logger.exception("Not even that could be told", extra={"action": "tell_failed"})
    return None if acknowledged else BoltResponse(status=200, body="")


def _whisper(client: WebClient, body: dict[str, Any], text: str) -> None:
    payload = posting.ephemeral(text, [blocks.section(text)])
    if url := body.get("response_url"):
        sending.respond(client, url, payload | {"response_type": "ephemeral", "replace_original": False})
    else:
        user = body.get("user_id") or body["user"]["id"]
        client.chat_postMessage(channel=user, **payload)
