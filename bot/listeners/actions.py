"""Thumbs on an answer, the reason behind a thumb down, and clicks that nothing hears any more."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.views import home
from bot.views.blocks import FEEDBACK

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    @app.action(FEEDBACK)
    def handle_feedback(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        verdict, _, audit_id = action["value"].partition(":")
        rate(desk, client, context, body["user"]["id"], audit_id, good=verdict == "up")
        ack()
        if verdict != "up":
            client.views_open(trigger_id=body["trigger_id"], view=home.what_was_wrong(audit_id))

    @app.view(home.FEEDBACK_REASON)
    def handle_reason(
        ack: Ack, body: dict[str, Any], view: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        reason = (view["state"]["values"][home.REASON][home.REASON].get("value") or "").strip()
        if not reason:
            ack(response_action="errors", errors={home.REASON: "Say in a few words what was wrong."})
            return
        rate(desk, client, context, body["user"]["id"], view["private_metadata"], good=False, reason=reason)
        ack()

    @app.action(re.compile(".*"))
    def handle_other_action(ack: Ack, action: dict[str, Any]) -> None:
        # Buttons of older versions may still stand in channels.
        ack()
        logger.info("A click on %s did nothing", action.get("action_id"), extra={"action": "unknown_click"})

    @app.view(re.compile(".*"))
    def handle_other_view(ack: Ack) -> None:
        ack()


def rate(
    desk: Desk,
    client: WebClient,
    context: BoltContext,
    user: str,
    audit_id: str,
    *,
    good: bool,
    reason: str | None = None,
) -> None:
    """Keeps a thumb, if it is one of somebody who is known."""
    asker = desk.identify(client, str(context.team_id), user)
    if not isinstance(asker, str):
        desk.assistant.memory.rate(audit_id, asker.id, desk.clock(), good=good, reason=reason)
