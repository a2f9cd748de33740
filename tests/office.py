"""A workspace with everyone of the demo company, the bot among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from bot import sending
from bot.backlog import Errand
from bot.desk import Desk
from bot.notices import Courier
from bot.sending import Slack
from bot.settings import Settings
from bot.workspace import LocalSlack, Person
from knowledge import notices
from knowledge.people import Person as Colleague
from tests.company import NOW, Books


@dataclass
class Watch:
    """A clock that goes on only while somebody sleeps by it."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Office:
    """The local Slack, the books behind the bot, and the desk that answers."""

    slack: LocalSlack
    books: Books
    desk: Desk
    settings: Settings

    def user(self, colleague: Colleague) -> Person:
        return self.slack.person(colleague.email or colleague.name)

    def holder(self, person_id: str | None) -> Person:
        """Whoever has that id among the company's people."""
        return self.user(next(each for each in self.books.roster.people if each.id == person_id))

    def calls(self, method: str) -> list[Any]:
        """What the bot asked of a method of Slack's."""
        return [call for call in self.slack.workspace.api_calls if call.method == method]

    def courier(self) -> Courier:
        """Who delivers notices, as the jobs beside the conversations have one."""
        db = self.books.db
        calls: Any = (notices.due_to, notices.take, notices.sent, notices.skipped)
        return Courier(self.desk, *(partial(call, db) for call in calls))

    def deliver(self) -> int:
        """Delivers the notices that wait; how many there were."""
        return self.courier().deliver(self.client())

    def client(self) -> Slack:
        """Slack as the bot reaches it."""
        return sending.client(self.slack.bot_token, self.slack.api_url)


def leave(office: Office, errand: Errand) -> None:
    """An errand as one whose worker took it and went away; the others have nothing in hand any more."""
    with office.slack.workspace.lock:
        while office.desk.backlog.hands.busy:
            office.slack.workspace.lock.wait(0.1)
    inbox, ago = office.desk.inbox, NOW - timedelta(minutes=5)
    inbox.release(errand.key)
    assert inbox.begin(errand.key, {"kind": errand.kind, "facts": errand.facts, "once": errand.once}, ago)
