"""Where a question from Slack is taken on, answered where the right people see it, and closed.

A question is claimed before it is worked on and marked done after it was answered and its files were shared. If the
process goes away between the two, the next one takes it up again, and first looks how much of the answer stands in
Slack already: an answer is not posted again, files are not shared again. What stands in Slack is looked at once the
lease has run out, minutes after the upload, so that a file Slack shares with some delay is there by then.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import metrics, posting
from bot.agent import Answer, Assistant
from bot.settings import OFFLINE
from bot.views import blocks, home
from tools import access
from tools.errors import BadInput, CallsheetError

if TYPE_CHECKING:
    from knowledge.inbox import Inbox
    from knowledge.people import Person

logger = logging.getLogger(__name__)

THINKING = "is looking through your books…"
ONLY_YOU = "_Only you can see this: not everyone in this channel may see these records._"
FILES_FOR_YOU = "The files that go with your answer"
# Shorter than the lease of a question, and than the two minutes after which Slack clears a status.
RENEWED_S = 60.0


@dataclass(frozen=True)
class Question:
    """What was asked in Slack, in words or by a click on a tool; enough to answer it later, in another process.

    `doing` is what Slack shows meanwhile; a click has no `thread` until one was opened for it.
    """

    team: str
    channel: str
    user: str
    text: str
    ts: str
    thread: str
    is_direct: bool
    doing: str = THINKING
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def key(self) -> str:
        # A mention arrives as two events with two ids; place and time in the channel are the same for both, and for
        # every redelivery. A tool that is clicked runs once at a time for each person, however often they click.
        return f"{self.team}:{self.user}:{self.tool}" if self.tool else self.place

    @property
    def asked_in(self) -> str | None:
        """The thread that it was asked in; None where an answer would begin one."""
        return self.thread if self.thread not in ("", self.ts) else None

    @property
    def conversation(self) -> str:
        return f"{self.team}:{self.channel}:{self.thread}"

    @property
    def audit_id(self) -> str:
        return hashlib.sha256(self.place.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Desk:
    """Answers questions from Slack. `link` ties a Slack user to a person for good."""

    assistant: Assistant
    inbox: Inbox
    clock: Callable[[], datetime]
    link: Callable[..., None]

    def take(self, slack: WebClient, question: Question) -> bool:
        """Answers a question unless it was taken on before; whether it was not."""
        if fresh := self.inbox.claim(question.key, asdict(question), self.clock()):
            self._answer(slack, question)
        return fresh

    def recover(self, slack_of: Callable[[str], WebClient]) -> int:
        """Answers what was taken on and never answered; how many there were."""
        left = self.inbox.take_unfinished(self.clock())
        for _, payload in left:
            question = Question(**payload)
            slack = slack_of(question.team)
            stands = self._standing(slack, question)
            if stands == "all":
                self._close(question)
            else:
                self._answer(slack, question, only_files=stands == "answer")
        return len(left)

    def run(self, asker: Person, name: str, arguments: dict[str, Any], audit_id: str | None = None) -> Answer:
        """A tool's answer to a click, through the same door as a question."""
        services = self.assistant.services
        ctx = services.for_(asker, services.roster(), audit_id)
        tool = next(tool for tool in self.assistant.tools if tool.name == name)
        result, calls = tool(ctx, **arguments), [{"name": name, "args": arguments}]
        metrics.asked(calls, [result])
        return Answer(result.text, calls, [result], OFFLINE, ctx.audit_id, 0.0)

    def remember(self, conversation: str, asker: Person, question: str, said: Answer) -> None:
        """Keeps an answer that nobody typed a question for, so that it can be asked about in its thread."""
        told = zip(said.calls, said.results, strict=True)
        calls = [dict(call, names=list(result.names)) for call, result in told]
        self.assistant.memory.remember(conversation, asker.id, question, said.text, calls, self.clock())

    def _standing(self, slack: WebClient, question: Question) -> posting.Standing:
        if not question.thread:
            return "nothing"
        return posting.standing(slack, question.channel, question.thread, question.audit_id)

    def _answer(self, slack: WebClient, question: Question, *, only_files: bool = False) -> None:
        try:
            if not question.thread:
                question = self._open_thread(slack, question)
            with self._working(slack, question):
                self._reply(slack, question, only_files=only_files)
        except BadInput as error:
            self._say(slack, question, str(error))
        except Exception:
            logger.exception("A question failed", extra={"action": "question_failed", "error_id": question.audit_id})
            self._say(slack, question, f"Something went wrong; it is noted as {question.audit_id}. Please ask again.")
        self._close(question)

    def _reply(self, slack: WebClient, question: Question, *, only_files: bool) -> None:
        asker = self.identify(slack, question.team, question.user)
        if isinstance(asker, str):
            self._say(slack, question, asker)
            return
        said = self._said(question, asker)
        if only_files:
            posting.attach(slack, said.files, channel=question.channel, thread=question.thread)
            return
        self.post(
            slack,
            said,
            channel=question.channel,
            thread=question.thread,
            asked_in=question.asked_in,
            user=question.user,
            team=question.team,
            is_direct=question.is_direct,
        )

    def _said(self, question: Question, asker: Person) -> Answer:
        """The answer; the thread remembers it, so that it can be asked about."""
        audit_id = question.audit_id
        if not question.tool:
            return self.assistant.ask(question.text, asker, thread=question.conversation, audit_id=audit_id)
        said = self.run(asker, question.tool, question.arguments, audit_id)
        self.remember(question.conversation, asker, question.text, said)
        return said

    def _open_thread(self, slack: WebClient, question: Question) -> Question:
        """The question with a thread of its own in the direct messages of whoever clicked."""
        asked = [blocks.markdown(blocks.bold(question.text)), blocks.context(home.ANSWER_HERE)]
        root = slack.chat_postMessage(channel=question.channel, **posting.message(question.text, asked))
        opened = replace(question, thread=str(root["ts"]))
        self.inbox.hold(opened.key, asdict(opened), self.clock())
        return opened

    @contextmanager
    def _working(self, slack: WebClient, question: Question) -> Iterator[None]:
        """Shows that somebody is at it and keeps other workers off, for as long as it takes."""
        done = threading.Event()

        def renew() -> None:
            while not done.wait(RENEWED_S):
                try:
                    self.inbox.hold(question.key, asdict(question), self.clock())
                    show_status(slack, question)
                except Exception:
                    logger.exception("A question was not held", extra={"action": "hold_failed"})

        show_status(slack, question)
        renewing = threading.Thread(target=renew, name="renewing", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
            if not question.is_direct:
                # Slack clears it for an answer that all can see, and only for that.
                show_status(slack, replace(question, doing=""))

    def _close(self, question: Question) -> None:
        if question.tool:
            self.inbox.release(question.key)
        else:
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
        self,
        slack: WebClient,
        said: Answer,
        *,
        channel: str,
        thread: str | None,
        asked_in: str | None,
        user: str,
        team: str,
        is_direct: bool,
    ) -> None:
        """Posts an answer and its files in its thread; in a channel where not all may see them, to the asker alone.

        What only the asker sees goes where it was asked: Slack would not show it in a thread that it has to begin.
        """
        if is_direct or self.all_may_see(slack, channel, team, said):
            payload = posting.message(said.text, blocks.answer(said), said.audit_id)
            posted = slack.chat_postMessage(channel=channel, thread_ts=thread, **payload)
            posting.attach(slack, said.files, channel=channel, thread=thread or str(posted["ts"]))
            return
        drawn = [blocks.context(ONLY_YOU), *blocks.answer(said, files_go=blocks.IN_MESSAGES)]
        slack.chat_postEphemeral(channel=channel, user=user, thread_ts=asked_in, **posting.ephemeral(said.text, drawn))
        self.hand_over(slack, said, user)

    def hand_over(self, slack: WebClient, said: Answer, user: str) -> None:
        """Puts the files of an answer that only the asker sees into their direct messages, unless they are there."""
        if not said.files:
            return
        place = str(slack.conversations_open(users=user)["channel"]["id"])
        root = posting.find(slack, place, said.audit_id)
        if root is None:
            note = posting.message(FILES_FOR_YOU, [blocks.attached(said.files, FILES_FOR_YOU)], said.audit_id)
            root = str(slack.chat_postMessage(channel=place, **note)["ts"])
        elif posting.standing(slack, place, root, said.audit_id) == "all":
            return
        posting.attach(slack, said.files, channel=place, thread=root)

    def all_may_see(self, slack: WebClient, channel: str, team: str, said: Answer) -> bool:
        """Whether everyone in a channel may see an answer, and might have asked for it."""
        if not any(result.citations for result in said.results):
            return True
        everyone = self.assistant.services.roster()
        viewers = [access.identify(everyone, team, user) for user in posting.members(slack, channel)]
        asked = {call["name"] for call in said.calls}
        roles = [tool.roles for tool in self.assistant.tools if tool.name in asked]
        if not all(viewer and viewer.role in each for viewer in viewers for each in roles):
            return False
        owners = {owner for result in said.results for owner in result.owners}
        readers = {reader for result in said.results for reader in result.audiences}
        return access.may_all_see(viewers, everyone, list(owners), readers)

    def _say(self, slack: WebClient, question: Question, text: str) -> None:
        """Plain words to the asker: in their DM, or so that only they see it."""
        drawn, place = [blocks.section(text)], question.channel
        try:
            if question.is_direct:
                payload = posting.message(text, drawn, question.audit_id)
                slack.chat_postMessage(channel=place, thread_ts=question.thread or None, **payload)
            else:
                payload = posting.ephemeral(text, drawn)
                slack.chat_postEphemeral(channel=place, user=question.user, thread_ts=question.asked_in, **payload)
        except SlackApiError:
            logger.exception("Not even the error could be posted", extra={"action": "post_failed"})


def show_status(slack: WebClient, question: Question) -> None:
    """Shows that somebody is at it, or no longer if `doing` is empty. Nothing depends on it."""
    try:
        slack.assistant_threads_setStatus(channel_id=question.channel, thread_ts=question.thread, status=question.doing)
    except SlackApiError as error:
        logger.info("No status shown: %s", error.response.get("error"), extra={"action": "status_failed"})


def told(error: CallsheetError | Exception) -> str:
    """What a person is told of an error."""
    return str(error) if isinstance(error, CallsheetError) else "Something went wrong. Please try again."
