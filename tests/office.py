"""A workspace with everyone of the demo company, the bot among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient

from bot.desk import Desk
from bot.workspace import LocalSlack, Person
from knowledge.people import Person as Colleague
from tests.company import Books


@dataclass(frozen=True)
class Office:
    """The local Slack, the books behind the bot, and the desk that answers."""

    slack: LocalSlack
    books: Books
    desk: Desk

    def user(self, colleague: Colleague) -> Person:
        return self.slack.person(colleague.email or colleague.name)

    def calls(self, method: str) -> list[Any]:
        """What the bot asked of a method of Slack's."""
        return [call for call in self.slack.workspace.api_calls if call.method == method]

    def client(self) -> WebClient:
        """Slack as the bot reaches it."""
        return WebClient(self.slack.bot_token, base_url=self.slack.api_url)
