"""Windows that only show something: what a tool says is drawn in a modal, for whoever clicked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot.listeners import clicks, spots
from bot.views import blocks, buttons, forms

if TYPE_CHECKING:
    from bot.desk import Desk


def register(app: App, desk: Desk) -> None:
    @app.action(re.compile(f"^{buttons.SHOWS}:"))
    def handle_showing(
        ack: Ack, body: dict[str, Any], action: dict[str, Any], client: WebClient, context: BoltContext
    ) -> None:
        ack()
        call, spot = buttons.call(action), spots.of(client, body, action, str(context.team_id))
        answer = clicks.run(desk, client, spot, call.name, call.arguments)
        if isinstance(answer, str) or not answer.citations:
            spots.put(desk, client, spot, "decides", answer)
            return
        (result,) = answer.results
        client.views_open(trigger_id=body["trigger_id"], view=forms.window(result.names[0], blocks.drawn(result)))
