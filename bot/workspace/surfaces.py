"""What the app may open and answer to: triggers, modals, Home tabs, response addresses."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.workspace.payloads import fresh_id
from bot.workspace.records import Json, Message, View

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5
MOST_MODALS = 3


class Spent(Exception):
    """A trigger, a stack or a response address that cannot be used (again); the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Trigger:
    """The right to open one modal, soon."""

    user: str
    at: datetime
    spent: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer an interaction, and what it was about."""

    channel: str
    user: str
    at: datetime
    message: Message | None = None
    thread_ts: str | None = None
    uses: int = 0


@dataclass
class Surfaces:
    """Everything a user's act opens for the app."""

    clock: Callable[[], datetime]
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def trigger(self, user: str) -> str:
        """A fresh trigger id for what this user just did."""
        name = f"{secrets.randbelow(10**10)}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.triggers[name] = Trigger(user, self.clock())
        return name

    def spend(self, trigger_id: str) -> str:
        """The user whose act allows this modal.

        Raises
        ------
        Spent
            The trigger is unknown, used or too old.
        """
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise Spent("invalid_trigger_id")
        if trigger.spent:
            raise Spent("exchanged_trigger_id")
        if self.clock() - trigger.at > TRIGGER_LIFE:
            raise Spent("expired_trigger_id")
        trigger.spent = True
        return trigger.user

    def response(self, about: ResponseUrl) -> str:
        """A fresh key under which the app may answer."""
        key = secrets.token_urlsafe(12)
        self.responses[key] = about
        return key

    def use_response(self, key: str) -> ResponseUrl:
        """What a response address is about, one use of it spent.

        Raises
        ------
        Spent
            The address is unknown, used up or too old.
        """
        about = self.responses.get(key)
        if about is None or about.uses >= RESPONSE_USES:
            raise Spent("used_url")
        if self.clock() - about.at > RESPONSE_LIFE:
            raise Spent("expired_url")
        about.uses += 1
        return about

    def push(self, user: str, content: Json, *, fresh: bool) -> View:
        """Put a modal on a user's stack; `fresh` starts a new stack.

        Raises
        ------
        Spent
            Three modals are open already, or one of the same external id.
        """
        stack = [] if fresh else self.stacks.get(user, [])
        if len(stack) >= MOST_MODALS:
            raise Spent("push_limit_reached")
        if content.get("external_id") and self.find(external_id=content["external_id"]):
            raise Spent("duplicate_external_id")
        id = fresh_id("V")
        root, before = (stack[0].root_id, stack[-1].id) if stack else (id, None)
        view = View(id, user, content, _hash(), root, before)
        self.stacks[user] = [*stack, view]
        return view

    def publish(self, user: str, content: Json) -> View:
        """Set a user's Home tab."""
        known = self.homes.get(user)
        id = known.id if known else fresh_id("V")
        self.homes[user] = View(id, user, content, _hash(), id)
        return self.homes[user]

    def update(self, view: View, content: Json) -> None:
        """Change what a view shows."""
        view.content, view.hash, view.errors, view.trouble = content, _hash(), {}, None

    def find(self, *, view_id: str | None = None, external_id: str | None = None) -> View | None:
        """The open view of this id, or external id."""
        views = [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())
        wanted = (v for v in views if v.id == view_id or (external_id and v.content.get("external_id") == external_id))
        return next(wanted, None)

    def close(self, view: View, *, whole_stack: bool = False) -> list[View]:
        """Take a modal, or its whole stack, away; the views that went, top first."""
        stack = self.stacks.get(view.user, [])
        gone = list(reversed(stack)) if whole_stack else [view]
        self.stacks[view.user] = [one for one in stack if one not in gone]
        return gone


def _hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
