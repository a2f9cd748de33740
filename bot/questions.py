"""Questions from Slack, in words or by a click on a report: answered in their thread, once.

If the process goes away, or Slack or the database do, the question is taken up again. Whoever takes it first looks how
much of the answer stands in Slack already: an answer is not posted again, files are not shared again. What stands in
Slack is looked at seconds after the last attempt, or once its lease has run out, minutes after it.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import posting
from bot.backlog import MAX_ATTEMPTS, Errand, Hand
from bot.desk import REPORT_PATIENCE_S
from bot.streaming import Stream
from bot.threads import started
from bot.views import blocks, home
from tools.base import Refusal
from tools.errors import TooSlow, Unavailable

if TYPE_CHECKING:
    from bot.agent import Answer
    from bot.conversation import Listener
    from bot.desk import Desk
    from knowledge.people import Person

logger = logging.getLogger(__name__)

KIND = "question"
THINKING = "is looking through your books…"


@dataclass(frozen=True)
class Question:
    """What was asked in Slack, in words or by a click on a tool; enough to answer it later, in another process.

    `doing` is what Slack shows meanwhile; a click has no `channel` and no `thread` until they were opened for it.
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
    def errand(self) -> Errand:
        """The question as it is kept; what is asked in one conversation is answered in its order."""
        lane = "" if self.tool else f"{self.team}:{self.channel}"
        return Errand(KIND, self.key, asdict(self), lane, once=not self.tool)

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
class Questions:
    """Answers questions."""

    desk: Desk

    def do(self, slack: WebClient, hand: Hand) -> None:
        """Answers one, or what is missing of the answer."""
        question = _placed(slack, Question(**hand.errand.facts))
        stands: posting.Standing = "nothing"
        if hand.is_repeat and question.thread:
            stands = posting.standing(slack, question.channel, question.thread, question.audit_id)
        if stands == "all":
            return
        if not question.thread:
            question = _open_thread(slack, question)
            hand.hold(asdict(question))
        try:
            self._reply(slack, hand, question, only_files=stands == "answer")
        finally:
            if not question.is_direct:
                # Slack clears it for an answer that all can see, and only for that.
                show_status(slack, replace(question, doing=""))

    def tell(self, slack: WebClient, errand: Errand, text: str) -> None:
        """Plain words to the asker: in their DM, or so that only they see it."""
        question, drawn = _placed(slack, Question(**errand.facts)), [blocks.section(text)]
        if question.is_direct:
            payload = posting.message(text, drawn, question.audit_id)
            slack.chat_postMessage(channel=question.channel, thread_ts=question.thread or None, **payload)
            return
        payload = posting.ephemeral(text, drawn)
        slack.chat_postEphemeral(channel=question.channel, user=question.user, thread_ts=question.asked_in, **payload)

    def _reply(self, slack: WebClient, hand: Hand, question: Question, *, only_files: bool) -> None:
        asker = self.desk.identify(slack, question.team, question.user)
        if isinstance(asker, str):
            self.tell(slack, hand.errand, asker)
            return
        limit_s = REPORT_PATIENCE_S if question.tool else self.desk.patience_s
        stream = self._stream(slack, hand, question)
        thinking = started(partial(self._said, question, asker, stream if question.is_direct else None))
        show_status(slack, question)
        try:
            said = hand.wait(thinking, limit_s, partial(show_status, slack, question))
        except TooSlow:
            stream.give_up()
            raise
        check(said, hand)
        hand.hold()
        if only_files:
            posting.attach(slack, said.files, channel=question.channel, thread=question.thread)
            return
        self.desk.remember(question.conversation, asker, question.text, said)
        if not stream.finish(said):
            self._post(slack, question, said)
            return
        posting.attach(slack, said.files, channel=question.channel, thread=question.thread)

    def _stream(self, slack: WebClient, hand: Hand, question: Question) -> Stream:
        """What shows the answer while it is made; it goes on with what an earlier attempt has begun."""
        begun = None
        if hand.is_repeat and question.is_direct:
            begun = posting.begun(slack, question.channel, question.thread, question.ts)
        return Stream(slack, question.channel, question.thread, partial(_doing, slack, question), begun)

    def _post(self, slack: WebClient, question: Question, said: Answer) -> None:
        self.desk.post(
            slack,
            said,
            channel=question.channel,
            thread=question.thread,
            asked_in=question.asked_in,
            user=question.user,
            team=question.team,
            is_direct=question.is_direct,
        )

    def _said(self, question: Question, asker: Person, listener: Listener | None) -> Answer:
        if question.tool:
            return self.desk.run(asker, question.tool, question.arguments, question.audit_id)
        ask = self.desk.assistant.ask
        return ask(
            question.text,
            asker,
            thread=question.conversation,
            audit_id=question.audit_id,
            keep=False,
            listener=listener,
        )


def check(said: Answer, hand: Hand) -> None:
    """Lets an answer through that says something; one that is only missing a server is tried again while it may be.

    Raises
    ------
    Unavailable
        When a later attempt may find what this one did not.
    """
    away = [each for each in said.results if isinstance(each, Refusal) and each.reason == "unavailable"]
    if away and hand.errand.attempts < MAX_ATTEMPTS:
        raise Unavailable(away[0].text)


def show_status(slack: WebClient, question: Question) -> None:
    """Shows that somebody is at it, or no longer if `doing` is empty. Nothing depends on it."""
    try:
        slack.assistant_threads_setStatus(channel_id=question.channel, thread_ts=question.thread, status=question.doing)
    except (SlackApiError, OSError) as error:
        logger.info("No status shown: %s", type(error).__name__, extra={"action": "status_failed"})


def _doing(slack: WebClient, question: Question, text: str) -> None:
    show_status(slack, replace(question, doing=text))


def _placed(slack: WebClient, question: Question) -> Question:
    """The question with a channel to answer it in: the direct messages of whoever clicked, if it has none."""
    if question.channel:
        return question
    return replace(question, channel=str(slack.conversations_open(users=question.user)["channel"]["id"]))


def _open_thread(slack: WebClient, question: Question) -> Question:
    """The question with a thread of its own in the direct messages of whoever clicked."""
    asked = [blocks.markdown(blocks.bold(question.text)), blocks.context(home.ANSWER_HERE)]
    root = slack.chat_postMessage(channel=question.channel, **posting.message(question.text, asked))
    return replace(question, thread=str(root["ts"]))
