"""Clicks of people who know better than the model: a lead rated higher, lower, or left to the model again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners import clicks
from bot.views.movement import RATE

if TYPE_CHECKING:
    from bot.desk import Desk


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^{RATE}"))
    def handle_rating(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        ack()
        arguments = {"lead": action["value"], "view": action["action_id"].removeprefix(RATE)}
        clicks.settle(desk, client, context, body, action, tool="rate_lead", arguments=arguments)
