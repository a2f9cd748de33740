"""What one person of the workspace sees, and waits for."""

import time
from collections.abc import Callable
from typing import TypeVar

from bot.workspace.records import Conversation, Member, Message, View
from bot.workspace.state import Workspace

T = TypeVar("T")
PATIENCE_S = 10.0
GLANCE_S = 0.1
Place = str | Message | Conversation


class NoAnswer(AssertionError):
    """What was waited for did not come in time."""


class Onlooker:
    """One person looking at their Slack."""

    def __init__(self, workspace: Workspace, who: str) -> None:
        self.id = workspace.member(who).id
        self.workspace = workspace

    @property
    def member(self) -> Member:
        """What the workspace knows of this person."""
        return self.workspace.members[self.id]

    @property
    def direct(self) -> Conversation:
        """The DM with the app."""
        with self.workspace.lock:
            return self.workspace.direct([self.id])

    @property
    def modal(self) -> View | None:
        """The modal on top, if one is open."""
        stack = self.workspace.surfaces.stacks.get(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """What the app published to the Home tab."""
        return self.workspace.surfaces.homes.get(self.id)

    def sees(self, where: Place) -> list[Message]:
        """All messages of a conversation that this person may see, oldest first."""
        with self.workspace.lock:
            conversation = self.place(where)
            return [m for m in conversation.ordered if self.id in self.workspace.audience(m)]

    def place(self, where: Place) -> Conversation:
        """A conversation by its id or name, or the one of a message.

        Raises
        ------
        PermissionError
            This person is not in it.
        """
        if isinstance(where, Conversation):
            return where
        name = where.channel if isinstance(where, Message) else where
        conversation = self.workspace.conversation(name)
        if self.id not in conversation.members:
            raise PermissionError(f"{self.member.name} is not in {conversation.name}")
        return conversation

    def wait(self, ready: Callable[[], T | None], *, patience: float = PATIENCE_S, what: str = "the answer") -> T:
        """The first true value of `ready`, asked again whenever something happens, and now and then besides.

        Raises
        ------
        NoAnswer
            It did not come within `patience` seconds.
        """
        until = time.monotonic() + patience
        with self.workspace.lock:
            while not (found := ready()):
                if time.monotonic() > until:
                    raise NoAnswer(f"{self.member.name} waited {patience:g} s for {what} in vain")
                self.workspace.lock.wait(GLANCE_S)
        return found

    def answer(self, to: Message, *, count: int = 1, patience: float = PATIENCE_S) -> Message:
        """The app's finished message number `count` after this one, in its thread or its conversation."""
        found = self.wait(lambda: self._answers(to)[count - 1 :], patience=patience, what=f"an answer to {to.text!r}")
        return found[0]

    def wait_for_modal(self, title: str | None = None, *, patience: float = PATIENCE_S) -> View:
        """The modal on top, once one (of this title) is open."""
        return self.wait(
            lambda: self.modal if self.modal and title in (None, self.modal.title) else None,
            patience=patience,
            what="a modal",
        )

    def wait_for_home(self, *, patience: float = PATIENCE_S) -> View:
        """The Home tab, once the app has published one."""
        return self.wait(lambda: self.home, patience=patience, what="the Home tab")

    def _answers(self, to: Message) -> list[Message]:
        thread = to.thread_ts or to.ts
        return [
            m
            for m in self.sees(to)
            if m.user == self.workspace.app.bot_user_id
            and m.ts > to.ts
            and not m.streaming
            and m.thread_ts in (thread, None)
        ]
