"""Clicks on buttons that call a tool: the answer comes into the thread, or takes the place of what stands there."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, cast, get_args

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.agent import Answer
from bot.listeners import spots
from bot.views import buttons
from bot.views.buttons import Kind

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)
NO_LONGER = "That button is of an earlier version; please ask again."


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^({'|'.join(get_args(Kind))}):"))
    def handle_click(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        ack()
        call, spot = buttons.call(action), spots.of(client, body, action, str(context.team_id))
        answer = run(desk, client, spot, call.name, call.arguments)
        spots.put(desk, client, spot, cast("Kind", call.kind), answer, body.get("message"))


def run(desk: Desk, client: WebClient, spot: spots.Spot, tool: str, arguments: dict[str, Any]) -> Answer | str:
    """What a tool says to whoever clicked; or why there is no answer for them."""
    if tool not in {each.name for each in desk.assistant.tools}:
        logger.info("A click on %s did nothing", tool, extra={"action": "unknown_click"})
        return NO_LONGER
    asker = desk.identify(client, spot.team, spot.user)
    return asker if isinstance(asker, str) else desk.run(asker, tool, arguments)
