"""Tells people what they have to be told: each notice once, in the words that are true when it is delivered.

Notices are taken for a while, their tools are run for their person, what they say is posted, and they are marked as
sent. If the process goes away between the last two, whoever takes them next finds the message in Slack by their ids.
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


@dataclass
class Courier:
    """Delivers notices; `due_to`, `take` and `sent` are those of `knowledge.notices`, bound to the books."""

    desk: Desk
    due_to: Callable[[datetime], set[str]]
    take: Callable[..., list[Notice]]
    sent: Callable[..., None]
    _not_found: dict[str, datetime] = field(default_factory=dict)

    def deliver(self, slack: WebClient) -> int:
        """Tells everyone who can be reached what waits for them; how many notices went out."""
        everyone = self.desk.assistant.services.roster()
        return sum(self._call_on(slack, id_, everyone.get(id_)) for id_ in sorted(self.due_to(self.desk.clock())))

    def _call_on(self, slack: WebClient, person_id: str, person: Person | None) -> int:
        """Delivers to one person; what fails stays, and is taken again later."""
        try:
            if person is None or not person.active:
                return self._drop(person_id)
            user, delivered = self._user(slack, person), 0
            while user and (taken := self.take(self.desk.clock(), TOGETHER, people=[person_id])):
                delivered += self._tell(slack, person, user, taken)
            return delivered
        except Exception:
            logger.exception("Notices to %s failed", person_id, extra={"action": "notices_failed"})
            return 0

    def _tell(self, slack: WebClient, person: Person, user: str, taken: Sequence[Notice]) -> int:
        channel = str(slack.conversations_open(users=user)["channel"]["id"])
        standing = posting.told(slack, channel) if any(notice.attempts > 1 for notice in taken) else {}
        for notice in taken:
            if notice.id in standing:
                self.sent(notice.id, at=self.desk.clock(), channel=channel, ts=standing[notice.id])
        said = self._said(person, [notice for notice in taken if notice.id not in standing])
        # Whoever was held up for longer than the lease must not post what somebody else may have posted by now.
        if not said or self.desk.clock() >= min(notice.until for notice, _ in said):
            return 0
        return self._post(slack, person, channel, said)

    def _said(self, person: Person, taken: Sequence[Notice]) -> list[tuple[Notice, Result]]:
        """What there is to say of each notice; those of which there is nothing to say any more are closed."""
        said = []
        for notice in taken:
            (result,) = self.desk.run(person, notice.tool, dict(notice.args), notice.id).results
            if not isinstance(result, Refusal):
                said.append((notice, result))
            elif result.reason not in PASSING:
                self.sent(notice.id, at=self.desk.clock())
                logger.info("Nothing to tell by %s: %s", notice.id, result.reason, extra={"action": "notice_dropped"})
        return said

    def _post(self, slack: WebClient, person: Person, channel: str, said: Sequence[tuple[Notice, Result]]) -> int:
        """Posts what there is to say in one message, and marks it as sent."""
        ids, results = [notice.id for notice, _ in said], [result for _, result in said]
        calls = [{"name": notice.tool, "args": dict(notice.args)} for notice, _ in said]
        answer = Answer("\n".join(each.text for each in results), calls, results, OFFLINE, ids[0], 0.0)
        payload = posting.message(answer.text, blocks.answer(answer), answer.audit_id, notices=ids)
        ts = str(slack.chat_postMessage(channel=channel, **payload)["ts"])
        for id_ in ids:
            self.sent(id_, at=self.desk.clock(), channel=channel, ts=ts)
        self.desk.remember(f"{slack.auth_test()['team_id']}:{channel}:{ts}", person, ASKED, answer)
        return len(ids)

    def _drop(self, person_id: str) -> int:
        """Closes the notices of somebody who is not here any more."""
        while taken := self.take(self.desk.clock(), TOGETHER, people=[person_id]):
            for notice in taken:
                self.sent(notice.id, at=self.desk.clock())
        return 0

    def _user(self, slack: WebClient, person: Person) -> str | None:
        """The Slack user of a person; their notices stay until there is one."""
        now = self.desk.clock()
        if person.slack_user_id or now < self._not_found.get(person.id, now):
            return person.slack_user_id
        if user := self._same_email(slack, person):
            return user
        if person.id not in self._not_found:
            logger.info("Notices to %s wait for a Slack user", person.id, extra={"action": "notices_wait"})
        self._not_found[person.id] = now + LOOK_AGAIN
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
