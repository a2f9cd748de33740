"""Questions: direct messages, mentions, follow-ups in a thread, the slash command."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext, Respond
from slack_sdk import WebClient

from bot import posting, smalltalk
from bot.desk import Question, told
from bot.views import blocks

if TYPE_CHECKING:
    from bot.desk import Desk

logger = logging.getLogger(__name__)
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_ENTITY = re.compile(r"<(?:[@#][A-Z0-9]+\|)?([^<>|]*)(?:\|([^<>]*))?>")


def register(app: App, desk: Desk) -> None:
    @app.event("app_mention")
    def handle_mention(event: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        if not event.get("bot_id") and event.get("user"):
            desk.take(client, _question(event, context, is_direct=False))

    @app.event("message")
    def handle_message(event: dict[str, Any], client: WebClient, context: BoltContext) -> None:
        # Edits, deletions, joins and the like are no questions; a mention comes as an event of its own as well.
        if event.get("subtype") not in (None, "file_share") or event.get("bot_id") or not event.get("user"):
            return
        is_direct = event.get("channel_type") == "im"
        question = _question(event, context, is_direct=is_direct)
        mentioned = f"<@{context.bot_user_id}" in event.get("text", "")
        follows_up = "thread_ts" in event and desk.assistant.memory.has(question.conversation)
        if is_direct or (follows_up and not mentioned):
            desk.take(client, question)

    @app.command("/callsheet")
    def handle_command(
        ack: Ack, command: dict[str, Any], client: WebClient, respond: Respond, context: BoltContext
    ) -> None:
        ack()
        text = plain(command.get("text", ""))
        try:
            asker = desk.identify(client, str(context.team_id), command["user_id"])
            if isinstance(asker, str):
                respond(text=asker, response_type="ephemeral")
                return
            said = desk.assistant.ask(text or "help", asker)
            drawn = blocks.answer(said, files_go=blocks.IN_MESSAGES)
            # What a command shows is for the asker's eyes alone, in whatever channel it was typed.
            respond(**posting.ephemeral(said.text or smalltalk.ABILITIES, drawn), response_type="ephemeral")
            desk.hand_over(client, said, command["user_id"])
        except Exception as error:
            logger.exception("A command failed", extra={"action": "command_failed"})
            respond(text=told(error), response_type="ephemeral")


def _question(event: dict[str, Any], context: BoltContext, *, is_direct: bool) -> Question:
    return Question(
        team=str(context.team_id),
        channel=event["channel"],
        user=event["user"],
        text=plain(event.get("text", "")),
        ts=event["ts"],
        thread=event.get("thread_ts") or event["ts"],
        is_direct=is_direct,
    )


def plain(text: str) -> str:
    """What was typed, on one line, without the mention of the app and Slack's markup."""
    return " ".join(unmarked(_MENTION.sub(" ", text)).split())


def unmarked(text: str) -> str:
    """A text as people see it, without Slack's markup for links and names."""
    text = _ENTITY.sub(lambda match: match[2] or match[1], text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(entity, sign)
    return text
