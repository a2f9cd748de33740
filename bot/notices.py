"""Tells people what they have to be told: each notice once, in the words that are true when it is delivered.

Notices are taken for a while, their tools are run for their person, what they say is posted, and they are marked as
sent. If the process goes away between the last two, whoever takes them next finds the message in Slack by their ids.

What cannot be ruled out: a message that Slack took but does not show in the conversation's history minutes later, when
the lease has run out, or that 200 later ones have pushed out of sight, is posted again. Slack takes no key by which it
would know a message for the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import posting
from bot.agent import Answer
from bot.settings import OFFLINE
from bot.views import blocks
from tools.base import Refusal, Result

if TYPE_CHECKING:
    from bot.desk import Desk
    from knowledge.notices import Notice
    from knowledge.people import Person

logger = logging.getLogger(__name__)
# More of them in one message would not all be shown.
TOGETHER = 5
# The question that they answer, so that they can be asked about in their thread.
ASKED = "What is new?"
# Refusals that a later attempt may not meet.
PASSING = ("error", "unavailable", "untrained")
LOOK_AGAIN = timedelta(hours=1)
# A channel that the app cannot post to; nothing was posted there.
NO_CHANNEL = ("channel_not_found", "not_in_channel", "is_archived", "restricted_action")
FOR_YOU = (
    "This was meant for a channel; not everyone there may see it, or I cannot post there, so it comes to you alone."
)


@dataclass
class Courier:
    """Delivers notices; `due_to`, `take`, `sent` and `skipped` are those of `knowledge.notices`, bound to the books."""

    desk: Desk
    due_to: Callable[[datetime], set[str]]
    take: Callable[..., list[Notice]]
    sent: Callable[..., None]
    skipped: Callable[..., None]
    _not_found: dict[tuple[str | None, str], datetime] = field(default_factory=dict)

    def deliver(self, slack: WebClient, team: str | None = None) -> int:
        """Tells everyone who can be reached what waits for them; how many notices went out.

        `team` is the workspace, where there are several; whoever belongs to another is not called on.
        """
        everyone = self.desk.assistant.services.roster()
        due = ((id_, everyone.get(id_)) for id_ in sorted(self.due_to(self.desk.clock())))
        return sum(self._call_on(slack, team, id_, person) for id_, person in due if _is_of(person, team))

    def _call_on(self, slack: WebClient, team: str | None, person_id: str, person: Person | None) -> int:
        """Delivers to one person; what fails stays, and is taken again later."""
        try:
            if person is None or not person.active:
                return self._drop(person_id)
            user, delivered = self._user(slack, team, person), 0
            while user and (taken := self.take(self.desk.clock(), TOGETHER, people=[person_id])):
                delivered += self._tell(slack, person, user, taken)
            return delivered
        except Exception:
            logger.exception("Notices to %s failed", person_id, extra={"action": "notices_failed"})
            return 0

    def _tell(self, slack: WebClient, person: Person, user: str, taken: Sequence[Notice]) -> int:
        direct = str(slack.conversations_open(users=user)["channel"]["id"])
        rooms = list(dict.fromkeys(notice.to for notice in taken))
        return sum(self._bring(slack, person, direct, to, [each for each in taken if each.to == to]) for to in rooms)

    def _bring(self, slack: WebClient, person: Person, direct: str, to: str | None, taken: Sequence[Notice]) -> int:
        """Delivers notices that go to one place."""
        standing = self._standing(slack, [direct, *([to] if to else [])], taken)
        for notice in taken:
            if notice.id in standing:
                channel, ts = standing[notice.id]
                self.sent(notice.id, at=self.desk.clock(), channel=channel, ts=ts)
        said = self._said(person, [notice for notice in taken if notice.id not in standing])
        # Whoever was held up for longer than the lease must not post what somebody else may have posted by now.
        if not said or self.desk.clock() >= min(notice.until for notice, _ in said):
            return 0
        return self._post(slack, person, direct, to, said)

    def _standing(
        self, slack: WebClient, channels: Sequence[str], taken: Sequence[Notice]
    ) -> dict[str, tuple[str, str]]:
        """Where each notice stands that somebody may have posted before they went away: channel and timestamp."""
        if not any(notice.attempts > 1 for notice in taken):
            return {}
        found: dict[str, tuple[str, str]] = {}
        for channel in channels:
            try:
                found |= {id_: (channel, ts) for id_, ts in posting.told(slack, channel).items()}
            except SlackApiError as error:
                if error.response["error"] not in NO_CHANNEL:
                    raise
        return found

    def _said(self, person: Person, taken: Sequence[Notice]) -> list[tuple[Notice, Result]]:
        """What there is to say of each notice; those that are too late, or of which there is nothing to say any more,
        are closed."""
        said = []
        for notice in taken:
            if notice.is_late(now := self.desk.clock()):
                self.skipped(notice.id, at=now)
                logger.warning("Too late to tell %s", notice.id, extra={"action": "notice_skipped"})
                continue
            (result,) = self.desk.run(person, notice.tool, dict(notice.args), notice.id).results
            if not isinstance(result, Refusal):
                said.append((notice, result))
            elif result.reason not in PASSING:
                self.sent(notice.id, at=self.desk.clock())
                logger.info("Nothing to tell by %s: %s", notice.id, result.reason, extra={"action": "notice_dropped"})
        return said

    def _post(
        self, slack: WebClient, person: Person, direct: str, to: str | None, said: Sequence[tuple[Notice, Result]]
    ) -> int:
        """Posts what there is to say in one message, and marks it as sent."""
        ids, results = [notice.id for notice, _ in said], [result for _, result in said]
        calls = [{"name": notice.tool, "args": dict(notice.args)} for notice, _ in said]
        answer = Answer("\n".join(each.text for each in results), calls, results, OFFLINE, ids[0], 0.0)
        channel, ts = self._put(slack, answer, ids, direct, to)
        for id_ in ids:
            self.sent(id_, at=self.desk.clock(), channel=channel, ts=ts)
        # Last: a chart that is missing is a smaller loss than a message that comes twice.
        posting.attach(slack, answer.files, channel=channel, thread=ts)
        self.desk.remember(f"{slack.auth_test()['team_id']}:{channel}:{ts}", person, ASKED, answer)
        return len(ids)

    def _put(
        self, slack: WebClient, answer: Answer, ids: Sequence[str], direct: str, to: str | None
    ) -> tuple[str, str]:
        """Where the message went: the channel that it is meant for if everyone there may see it, else its person."""
        drawn, note = blocks.answer(answer), []
        if to is not None:
            try:
                if self.desk.all_may_see(slack, to, str(slack.auth_test()["team_id"]), answer):
                    payload = posting.message(answer.text, drawn, answer.audit_id, notices=ids)
                    return to, str(slack.chat_postMessage(channel=to, **payload)["ts"])
            except SlackApiError as error:
                if error.response["error"] not in NO_CHANNEL:
                    raise
            note = [blocks.context(FOR_YOU)]
        payload = posting.message(answer.text, [*note, *drawn], answer.audit_id, notices=ids)
        return direct, str(slack.chat_postMessage(channel=direct, **payload)["ts"])

    def _drop(self, person_id: str) -> int:
        """Closes the notices of somebody who is not here any more."""
        while taken := self.take(self.desk.clock(), TOGETHER, people=[person_id]):
            for notice in taken:
                self.sent(notice.id, at=self.desk.clock())
        return 0

    def _user(self, slack: WebClient, team: str | None, person: Person) -> str | None:
        """The Slack user of a person; their notices stay until there is one."""
        now, key = self.desk.clock(), (team, person.id)
        if person.slack_user_id or now < self._not_found.get(key, now):
            return person.slack_user_id
        if user := self._same_email(slack, person):
            return user
        if key not in self._not_found:
            logger.info("Notices to %s wait for a Slack user", person.id, extra={"action": "notices_wait"})
        self._not_found[key] = now + LOOK_AGAIN
        return None

    def _same_email(self, slack: WebClient, person: Person) -> str | None:
        """A Slack user who is this person by e-mail, tied to them as if they had asked something."""
        try:
            found: Any = slack.users_lookupByEmail(email=person.email)["user"] if person.email else None
        except SlackApiError as error:
            if error.response["error"] != "users_not_found":
                raise
            found = None
        known = self.desk.identify(slack, str(slack.auth_test()["team_id"]), found["id"]) if found else ""
        return None if isinstance(known, str) or known.id != person.id else str(found["id"])


def _is_of(person: Person | None, team: str | None) -> bool:
    """Whether somebody may be met in a workspace: it is theirs, or theirs is not known yet."""
    return None in (person, team) or (person is not None and person.slack_team_id in (None, team))
