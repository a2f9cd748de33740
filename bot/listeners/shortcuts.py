"""The shortcut on a message that keeps it with a lead or deal, and the look-up of the record in its form."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners import spots
from bot.listeners.messages import unmarked
from bot.listeners.spots import Spot
from bot.views import forms, outcomes
from tools import names
from tools.base import Result

if TYPE_CHECKING:
    from bot.desk import Desk

LOG_MESSAGE = "log_message"


def register(app: App, desk: Desk) -> None:
    @app.shortcut({"type": "message_action", "callback_id": LOG_MESSAGE})
    def handle_logging(ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        ack()
        # The app need not be in the channel of the message, so what came of it is said in the direct messages.
        user, message = body["user"]["id"], body["message"]
        place = str(client.conversations_open(users=user)["channel"]["id"])
        spot = Spot(str(context.team_id), user, place, None, None, "")
        asker = desk.identify(client, spot.team, user)
        if isinstance(asker, str):
            spots.put(desk, client, spot, "asks", asker)
            return
        said_at = datetime.fromtimestamp(float(message["ts"]), UTC).isoformat()
        private = json.dumps({"spot": asdict(spot), "arguments": {"said_at": said_at}})
        shown = Result(text=unmarked(message.get("text") or ""))
        client.views_open(trigger_id=body["trigger_id"], view=forms.modal(outcomes.MESSAGE, shown, private))

    @app.options(outcomes.RECORD)
    def handle_typing(ack: Ack, body: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        asker = desk.identify(client, str(context.team_id), body["user"]["id"])
        if isinstance(asker, str):
            ack(options=[])
            return
        services = desk.assistant.services
        ctx = services.for_(asker, services.roster())
        ack(options=outcomes.options(names.matching(ctx, body["value"], limit=forms.OPTIONS_LIMIT)))
