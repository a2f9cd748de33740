"""Questions: direct messages, mentions, follow-ups in a thread, the slash command."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_bolt import Ack, App, BoltContext
from slack_sdk import WebClient

from bot import commands, posting, sending
from bot.backlog import Errand, Hand
from bot.questions import KIND, Question, Questions, check
from bot.threads import started
from bot.views import blocks

if TYPE_CHECKING:
    from bot.desk import Desk

COMMAND = "command"
_MENTION = re.compile(r"<@[UW][A-Z0-9]+(?:\|[^>]*)?>")
_ENTITY = re.compile(r"<(?:[@#][A-Z0-9]+\|)?([^<>|]*)(?:\|([^<>]*))?>")


def register(app: App, desk: Desk) -> None:
    desk.backlog.handlers |= {KIND: Questions(desk), COMMAND: Commands(desk)}

    # Bolt acknowledges an event before its handler runs, and after its middleware: there it is kept. What cannot be
    # kept raises and is not acknowledged, so that Slack sends it again.
    def keep_mention(event: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        if not event.get("bot_id") and event.get("user"):
            desk.backlog.add(_question(event, context, is_direct=False).errand)
        next_()

    def keep_message(event: dict[str, Any], context: BoltContext, next_: Callable[[], None]) -> None:
        if question := _asked(desk, event, context):
            desk.backlog.add(question.errand)
        next_()

    app.event("app_mention", middleware=[keep_mention])(_heard)
    app.event("message", middleware=[keep_message])(_heard)

    @app.command("/callsheet")
    def handle_command(ack: Ack, body: dict[str, Any], command: dict[str, Any], context: BoltContext) -> None:
        facts = {
            "team": str(context.team_id),
            "user": command["user_id"],
            "text": plain(command.get("text", "")),
            "answer_at": command["response_url"],
        }
        desk.backlog.add(Errand(COMMAND, f"command:{body['trigger_id']}", facts, f"{facts['team']}:{facts['user']}"))
        ack()


@dataclass(frozen=True)
class Commands:
    """Answers commands: for the eyes of whoever typed one alone, in whatever channel that was."""

    desk: Desk

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Answers one."""
        facts = hand.errand.facts
        asker = self.desk.identify(slack, facts["team"], facts["user"])
        if isinstance(asker, str):
            self.tell(slack, hand.errand, asker)
            return
        answering = started(partial(commands.answer, self.desk, asker, facts["text"]))
        said = hand.wait(answering, self.desk.patience_s)
        check(said, hand)
        hand.hold()
        # What only one person sees cannot be found again, so it comes last: it is not said twice when files fail.
        self.desk.hand_over(slack, said, facts["user"])
        drawn = blocks.answer(said, files_go=blocks.IN_MESSAGES)
        payload = posting.ephemeral(said.text, drawn)
        sending.respond(slack, facts["answer_at"], payload | {"response_type": "ephemeral"})

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Plain words where the answer would have been."""
        payload = posting.ephemeral(text, [blocks.section(text)])
        sending.respond(slack, errand.facts["answer_at"], payload | {"response_type": "ephemeral"})


def _asked(desk: Desk, event: dict[str, Any], context: BoltContext) -> Question | None:
    """The question that a message is, if it is one."""
    # Edits, deletions, joins and the like are no questions; a mention comes as an event of its own as well.
    if event.get("subtype") not in (None, "file_share") or event.get("bot_id") or not event.get("user"):
        return None
    is_direct = event.get("channel_type") == "im"
    question = _question(event, context, is_direct=is_direct)
    mentioned = f"<@{context.bot_user_id}" in event.get("text", "")
    follows_up = "thread_ts" in event and not mentioned and desk.assistant.memory.has(question.conversation)
    return question if is_direct or follows_up else None


def _heard() -> None:
    """Nothing is left to do: the workers have it."""


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
