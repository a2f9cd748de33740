"""Where a question from Slack is taken on, answered where the right people see it, and closed.

A question is claimed before it is worked on and marked done after it was answered. If the process goes away between
the two, the next one takes it up again, and first looks whether the answer was posted already.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import posting
from bot.agent import Answer, Assistant
from bot.views import blocks, home
from tools import access
from tools.base import Result
from tools.errors import BadInput, CallsheetError

if TYPE_CHECKING:
    from knowledge.inbox import Inbox
    from knowledge.people import Person

logger = logging.getLogger(__name__)

THINKING = "is looking through your books…"
ONLY_YOU = "_Only you can see this: not everyone in this channel may see these records._"


@dataclass(frozen=True)
class Question:
    """A question as it came from Slack; enough to answer it later, in another process."""

    team: str
    channel: str
    user: str
    text: str
    ts: str
    thread: str
    is_direct: bool

    @property
    def key(self) -> str:
        # A mention arrives as two events with two ids; place and time in the channel are the same for both, and for
        # every redelivery.
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def conversation(self) -> str:
        return f"{self.team}:{self.channel}:{self.thread}"

    @property
    def audit_id(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Desk:
    """Answers questions from Slack. `link` ties a Slack user to a person for good."""

    assistant: Assistant
    inbox: Inbox
    clock: Callable[[], datetime]
    link: Callable[..., None]

    def take(self, slack: WebClient, question: Question) -> None:
        """Answers a question unless it was taken on before."""
        if self.inbox.claim(question.key, asdict(question), self.clock()):
            self._answer(slack, question)

    def recover(self, slack: WebClient) -> int:
        """Answers what was taken on and never answered; how many there were."""
        left = self.inbox.take_unfinished(self.clock())
        for _, payload in left:
            question = Question(**payload)
            if posting.was_posted(slack, question.channel, question.thread, question.audit_id):
                self.inbox.finish(question.key, self.clock())
            else:
                self._answer(slack, question)
        return len(left)

    def _answer(self, slack: WebClient, question: Question) -> None:
        show_status(slack, question, THINKING)
        try:
            asker = self.identify(slack, question.team, question.user)
            if isinstance(asker, str):
                self._say(slack, question, asker)
            else:
                said = self.assistant.ask(
                    question.text, asker, thread=question.conversation, audit_id=question.audit_id
                )
                self.post(
                    slack,
                    said,
                    channel=question.channel,
                    thread=question.thread,
                    user=question.user,
                    team=question.team,
                    is_direct=question.is_direct,
                )
        except BadInput as error:
            self._say(slack, question, str(error))
        except Exception:
            logger.exception("A question failed", extra={"action": "question_failed", "error_id": question.audit_id})
            self._say(slack, question, f"Something went wrong; it is noted as {question.audit_id}. Please ask again.")
        self.inbox.finish(question.key, self.clock())

    def identify(self, slack: WebClient, team: str, user: str) -> Person | str:
        """The person behind a Slack user, or what to tell somebody who is not known."""
        profile = slack.users_info(user=user)["user"]
        if (
            profile.get("is_restricted")
            or profile.get("is_ultra_restricted")
            or profile.get("is_stranger")
            or profile.get("deleted")
            or profile.get("is_bot")
            or profile.get("team_id", team) != team
        ):
            return home.NOT_FOR_GUESTS
        everyone = self.assistant.services.roster()
        if known := access.identify(everyone, team, user):
            return known
        person = access.same_email(everyone, profile.get("profile", {}).get("email") or "")
        if person is None or person.slack_user_id:
            return home.HOW_TO_LINK
        self.link(person.id, slack_team_id=team, slack_user_id=user)
        return person

    def post(
        self, slack: WebClient, said: Answer, *, channel: str, thread: str | None, user: str, team: str, is_direct: bool
    ) -> None:
        """Posts an answer in its thread; in a channel where somebody may not see the records, to the asker alone."""
        drawn = blocks.answer(said)
        if is_direct or self._all_may_see(slack, channel, team, said.results):
            slack.chat_postMessage(
                channel=channel, thread_ts=thread, **posting.message(said.text, drawn, said.audit_id)
            )
        else:
            payload = posting.message(said.text, [blocks.context(ONLY_YOU), *drawn])
            slack.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **_ephemeral(payload))

    def _all_may_see(self, slack: WebClient, channel: str, team: str, results: Sequence[Result]) -> bool:
        if not any(result.citations for result in results):
            return True
        everyone = self.assistant.services.roster()
        viewers = [access.identify(everyone, team, user) for user in _members(slack, channel)]
        owners = {owner for result in results for owner in result.owners}
        return access.may_all_see(viewers, everyone, list(owners))

    def _say(self, slack: WebClient, question: Question, text: str) -> None:
        """Plain words to the asker: in their DM, or so that only they see it."""
        payload = posting.message(text, [blocks.section(text)], question.audit_id)
        try:
            if question.is_direct:
                slack.chat_postMessage(channel=question.channel, thread_ts=question.thread, **payload)
            else:
                slack.chat_postEphemeral(
                    channel=question.channel, user=question.user, thread_ts=question.thread, **_ephemeral(payload)
                )
        except SlackApiError:
            logger.exception("Not even the error could be posted", extra={"action": "post_failed"})


def show_status(slack: WebClient, question: Question, text: str) -> None:
    """Shows that somebody is at it; Slack clears it when the answer comes. Nothing depends on it."""
    try:
        slack.assistant_threads_setStatus(channel_id=question.channel, thread_ts=question.thread, status=text)
    except SlackApiError as error:
        logger.info("No status shown: %s", error.response.get("error"), extra={"action": "status_failed"})


def told(error: CallsheetError | Exception) -> str:
    """What a person is told of an error."""
    return str(error) if isinstance(error, CallsheetError) else "Something went wrong. Please try again."


def _ephemeral(payload: dict[str, Any]) -> dict[str, Any]:
    # Ephemeral messages take neither metadata nor settings for links.
    return {name: value for name, value in payload.items() if name in ("text", "blocks")}


def _members(slack: WebClient, channel: str) -> list[str]:
    """Everyone in a channel but the app itself."""
    me = slack.auth_test()["user_id"]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page: Any = slack.conversations_members(channel=channel, limit=200, cursor=cursor)
        found += page["members"]
        cursor = page.get("response_metadata", {}).get("next_cursor") or None
        if not cursor:
            return [user for user in found if user != me]
