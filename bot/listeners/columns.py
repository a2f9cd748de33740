"""Clicks of admins who know when a column is known: before the outcome, or only after."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners import clicks
from bot.views.models import COLUMN

if TYPE_CHECKING:
    from bot.desk import Desk


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^{COLUMN}"))
    def handle_column(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        ack()
        arguments = {"column": action["value"], "known": action["action_id"].removeprefix(COLUMN)}
        clicks.settle(desk, client, context, body, action, tool="decide_column", arguments=arguments)
