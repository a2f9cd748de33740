"""Reports at one click on the Home tab: answered in the direct messages of whoever clicked, with their files."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.questions import Question
from bot.views import home

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^{home.REPORT}:"))
    def handle_report(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        existing = {tool.name for tool in desk.assistant.tools}
        report = next((each for each in home.REPORTS if each.tool == action["value"]), None)
        # The value is whatever was sent; it may ask for nothing but the reports that are written out.
        if report is None or report.tool not in existing:
            logger.info("A click on %s did nothing", action["value"], extra={"action": "unknown_click"})
            ack()
            return
        user = body["user"]["id"]
        question = Question(
            team=str(context.team_id),
            channel="",
            user=user,
            text=report.label,
            ts=action["action_ts"],
            thread="",
            is_direct=True,
            doing=report.doing,
            tool=report.tool,
            arguments=report.arguments,
        )
        fresh = desk.backlog.add(question.errand)
        ack()
        if not fresh:
            place = client.conversations_open(users=user)["channel"]["id"]
            client.chat_postEphemeral(channel=place, user=user, text=home.ON_IT)
