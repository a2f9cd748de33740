"""Clicks that decide something: the decision takes the place of its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slack_bolt import BoltContext
from slack_sdk import WebClient

from bot.views import blocks

if TYPE_CHECKING:
    from bot.desk import Desk


def settle(
    desk: Desk,
    client: WebClient,
    context: BoltContext,
    body: dict[str, Any],
    action: dict[str, Any],
    *,
    tool: str,
    arguments: dict[str, Any],
) -> None:
    """Puts a click to a tool for whoever clicked, and shows what came of it where the buttons stood."""
    user, place = body["user"]["id"], body["channel"]["id"]
    asker = desk.identify(client, str(context.team_id), user)
    if isinstance(asker, str):
        client.chat_postEphemeral(channel=place, user=user, text=asker)
        return
    said, message = desk.run(asker, tool, arguments), body.get("message")
    # A message that only one person sees cannot be changed afterwards, and a refusal changes nothing.
    if message is None or not said.results[0].citations:
        client.chat_postEphemeral(channel=place, user=user, text=said.text)
        return
    drawn = [
        new
        for block in message["blocks"]
        for new in (blocks.drawn(said.results[0]) if block["block_id"] == action["block_id"] else [block])
    ]
    client.chat_update(channel=place, ts=message["ts"], text=message["text"], blocks=drawn)
