"""Acts as one person of the workspace: writes, clicks, fills in, and waits for the app's answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.workspace import forms, payloads, replies
from bot.workspace.methods.views import show_view
from bot.workspace.records import Conversation, Delivery, Json, Member, Message, View, objects
from bot.workspace.state import Workspace
from bot.workspace.surfaces import ResponseUrl

T = TypeVar("T")
PATIENCE_S = 10.0
GLANCE_S = 0.1
Place = str | Message | Conversation


class NoAnswer(AssertionError):
    """What was waited for did not come in time."""


class Person:
    """One person at their Slack. Acts return at once; `wait…` and clicks return when the app has answered."""

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

    # Writing

    def dm(self, text: str, *, thread: Message | None = None) -> Message:
        """Write to the app's Messages tab, or into a thread there."""
        return self.post(self.direct, text, thread=thread)

    def post(self, where: Place, text: str, *, thread: Message | None = None) -> Message:
        """Write into a conversation (id, name, or the one of a message), or into a thread there."""
        with self.workspace.lock:
            conversation = self._place(where)
            body: Json = {
                "user": self.id,
                "text": text,
                "client_msg_id": payloads.fresh_id("m"),
                "blocks": payloads.rich_text(text),
            }
            if thread:
                root = conversation.messages[thread.thread_ts or thread.ts]
                body |= {"thread_ts": root.ts, "parent_user_id": root.user}
            return self.workspace.post(conversation.id, body)

    def mention(self, where: Place, text: str, *, thread: Message | None = None) -> Message:
        """Write into a conversation, naming the app first."""
        return self.post(where, f"{self.workspace.app.mention} {text}", thread=thread)

    def edit(self, message: Message, text: str) -> None:
        """Change the words of an own message."""
        edited = {"user": self.id, "ts": self.workspace.next_ts()}
        self.workspace.edit(message, {"text": text, "blocks": payloads.rich_text(text), "edited": edited})

    def delete(self, message: Message) -> None:
        """Take a message away."""
        self.workspace.delete(message)

    def react(self, message: Message, name: str, *, add: bool = True) -> None:
        """Put a reaction on a message, or take it off."""
        self.workspace.react(message, self.id, name, add=add)

    def slash(self, command: str, text: str = "", *, where: Place | None = None) -> Delivery:
        """Type a slash command (in the DM with the app unless said) and wait until the app acked it."""
        with self.workspace.lock:
            conversation = self._place(where or self.direct)
            about = ResponseUrl(conversation.id, self.id, self.workspace.clock())
            payload = payloads.slash_command(
                self.workspace.app,
                conversation,
                self._user,
                command,
                text,
                trigger=self.workspace.surfaces.trigger(self.id),
                url=self._response_url(about),
            )
        return self._settled(
            "slash_commands", payload, lambda delivery: replies.after_command(self.workspace, about, command, delivery)
        )

    # Clicking

    def click(
        self,
        where: Message | View,
        what: str,
        value: Any = None,
        *,
        entered: Mapping[str, Any] | None = None,
        block_id: str | None = None,
    ) -> Delivery:
        """Use an element (by its words or its action id) and wait until the app acked it.

        `value` is what was chosen, for menus and pickers; `entered` what stands in the other inputs there. The first
        element of that name is used, or the one in a block.
        """
        with self.workspace.lock:
            block, element = _find(where.blocks, what, block_id)
            chosen = _pressed(element, what) if value is None else value
            payload = self._interaction("block_actions")
            payload["actions"] = [forms.action_of(block, element, chosen, self.workspace.next_ts())]
            payload["state"] = forms.state_of(where.blocks, {**(entered or {}), element["action_id"]: value})
            payload |= self._where(where, payload["state"])
        return self._settled("interactive", payload, lambda delivery: None)

    def thumbs(self, message: Message, *, up: bool) -> Delivery:
        """Press one of the feedback buttons below an answer."""
        element = next(item for item in objects(message.blocks) if item.get("type") == "feedback_buttons")
        side = element["positive_button" if up else "negative_button"]
        return self.click(message, element["action_id"], side["value"])

    # Modals and Home

    @property
    def modal(self) -> View | None:
        """The modal on top, if one is open."""
        stack = self.workspace.surfaces.stacks.get(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        """What the app published to the Home tab."""
        return self.workspace.surfaces.homes.get(self.id)

    def submit(self, entered: Mapping[str, Any] | None = None, *, view: View | None = None) -> View:
        """Fill in the modal on top (by action id or block id) and press its button; wait until the app acked it.

        What came of it stands in the view: `errors`, `trouble`, or it is not open any more.
        """
        view = view or self.modal
        if view is None:
            raise NoAnswer("no modal is open")
        with self.workspace.lock:
            state = forms.state_of(view.blocks, entered or {})
            view.errors, view.trouble = dict(forms.missing(view.blocks, state)), None
            payload = self._interaction("view_submission")
            payload |= {"view": payloads.view_payload(self.workspace.app, view, state), "response_urls": []}
        if view.errors:
            show_view(self.workspace, view)
        else:
            self._settled("interactive", payload, lambda d: replies.after_submission(self.workspace, view, d))
        return view

    def close(self, view: View | None = None, *, whole_stack: bool = False) -> None:
        """Close the modal on top, or all of them; the app hears of it where it asked to."""
        view = view or self.modal
        if view is None:
            return
        with self.workspace.lock:
            for gone in self.workspace.surfaces.close(view, whole_stack=whole_stack):
                if gone.content.get("notify_on_close"):
                    told = {**self._interaction("view_closed"), "is_cleared": whole_stack}
                    told |= {"view": payloads.view_payload(self.workspace.app, gone)}
                    self.workspace.deliver("interactive", told)
            show_view(self.workspace, view)

    def open_home(self) -> None:
        """Open the app's Home tab."""
        self._open("home")

    def open_messages(self) -> None:
        """Open the app's Messages tab."""
        self._open("messages")

    def look_at(self, where: Place) -> None:
        """Go to another conversation with the app's pane open."""
        team_id, ts = self.workspace.app.team_id, self.workspace.next_ts()
        entity = {"type": "slack#/types/channel_id", "value": self._place(where).id, "team_id": team_id}
        event = {"type": "app_context_changed", "user": self.id, "channel": self.direct.id, "event_ts": ts}
        self.workspace.tell_app({**event, "context": {"entities": [entity]}})

    # Waiting

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

    def sees(self, where: Place) -> list[Message]:
        """All messages of a conversation that this person may see, oldest first."""
        with self.workspace.lock:
            conversation = self._place(where)
            return [m for m in conversation.ordered if self.id in self.workspace.audience(m)]

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

    def _place(self, where: Place) -> Conversation:
        if isinstance(where, Conversation):
            return where
        name = where.channel if isinstance(where, Message) else where
        conversation = self.workspace.conversation(name)
        if self.id not in conversation.members:
            raise PermissionError(f"{self.member.name} is not in {conversation.name}")
        return conversation

    @property
    def _user(self) -> Json:
        return self.workspace.user_json(self.id)

    def _open(self, tab: str) -> None:
        with self.workspace.lock:
            event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.direct.id, "tab": tab}
            if tab == "home" and self.home:
                event["view"] = payloads.view_payload(self.workspace.app, self.home)
            self.workspace.tell_app({**event, "event_ts": self.workspace.next_ts()})

    def _interaction(self, kind: str) -> Json:
        trigger = self.workspace.surfaces.trigger(self.id)
        return payloads.interaction(self.workspace.app, kind, self._user, trigger)

    def _where(self, where: Message | View, state: Json) -> Json:
        if isinstance(where, View):
            container = {"type": "view", "view_id": where.id}
            return {"container": container, "view": payloads.view_payload(self.workspace.app, where, state)}
        about = ResponseUrl(where.channel, self.id, self.workspace.clock(), where, where.thread_ts)
        conversation = self.workspace.conversations[where.channel]
        return payloads.in_message(where, conversation, self._response_url(about))

    def _response_url(self, about: ResponseUrl) -> str:
        return f"{self.workspace.base_url}/response/{self.workspace.surfaces.response(about)}"

    def _settled(self, kind: str, payload: Json, settled: Callable[[Delivery], None]) -> Delivery:
        delivery = self.workspace.deliver(kind, payload, settled)
        self.wait(lambda: delivery.is_settled, patience=60.0, what="an ack")
        return delivery


def _find(blocks: list[Json], what: str, block_id: str | None) -> tuple[Json, Json]:
    for block in (each for each in blocks if block_id in (None, each.get("block_id"))):
        for element in objects([block.get(name) for name in ("element", "accessory", "elements", "actions")]):
            if "action_id" in element and what in (element["action_id"], *_words(element)):
                return block, element
    raise LookupError(f"nothing to click says {what!r}")


def _words(element: Json) -> list[str]:
    sides = [element.get("text"), *(element.get(f"{side}_button", {}).get("text") for side in ("positive", "negative"))]
    return [side["text"] for side in sides if side]


def _pressed(element: Json, what: str) -> Any:
    """The value of the feedback button that carries these words."""
    for side in ("positive_button", "negative_button"):
        if side in element and element[side]["text"]["text"] == what:
            return element[side]["value"]
    return None
