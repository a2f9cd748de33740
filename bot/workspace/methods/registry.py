"""What a Web API method is: a name, the scopes it needs, the arguments it requires, the function that answers."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.workspace.records import Conversation, Json, Message
from bot.workspace.state import Unknown, Workspace

_SCOPE_FAMILY = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


class Refusal(Exception):
    """A call that Slack answers with ok: false; the code is its error."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.reply: Json = {"ok": False, "error": code, **more}


class Args(dict[str, Any]):
    """The arguments of a call, from wherever in the request they came; nested values may be JSON strings."""

    def text(self, name: str) -> str:
        """A string; "" when absent."""
        value = self.get(name)
        return "" if value is None else str(value)

    def flag(self, name: str) -> bool:
        """A truth value, also as the words that forms send."""
        return str(self.get(name, "")).lower() in ("1", "true")

    def json(self, name: str) -> Any:
        """A nested value, decoded when it came as a string.

        Raises
        ------
        Refusal
            The string is no JSON.
        """
        value = self.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(f"invalid_{name}_format" if name == "blocks" else "invalid_arguments") from None

    def page(self, items: Sequence[Json], name: str, default: int = 100) -> Json:
        """One page of a list, by limit and cursor."""
        try:
            start = int(base64.b64decode(self.text("cursor") or b"MA=="))
            limit = int(self.text("limit") or default)
        except (ValueError, binascii.Error):
            raise Refusal("invalid_cursor") from None
        end = start + max(1, min(limit, 1000))
        after = base64.b64encode(str(end).encode()).decode() if end < len(items) else ""
        return {name: list(items[start:end]), "response_metadata": {"next_cursor": after}}


Answer = Callable[[Workspace, Args], Json]


@dataclass(frozen=True)
class Method:
    """One method of the Web API."""

    name: str
    answer: Answer
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    token: Literal["bot", "app", "none"] = "bot"
    absent: str = "invalid_arguments"


METHODS: dict[str, Method] = {}


def method(
    name: str, *scopes: str, required: tuple[str, ...] = (), token: Literal["bot", "app", "none"] = "bot",
    absent: str = "invalid_arguments",
) -> Callable[[Answer], Answer]:  # fmt: skip
    """Register a function as a Web API method; one of the scopes is enough, `absent` is said of a missing argument."""

    def register(answer: Answer) -> Answer:
        METHODS[name] = Method(name, answer, scopes, required, token, absent)
        return answer

    return register


def require(workspace: Workspace, *scopes: str) -> None:
    """Refuse unless the app was granted one of the scopes."""
    granted = workspace.manifest.scopes
    if scopes and not granted & set(scopes):
        raise Refusal("missing_scope", needed=",".join(scopes), provided=",".join(sorted(granted)))


def require_for(workspace: Workspace, conversation: Conversation, verb: str) -> None:
    """Refuse unless the app may read (or see the history of) this kind of conversation."""
    require(workspace, f"{_SCOPE_FAMILY[conversation.kind]}:{verb}")


def conversation_of(workspace: Workspace, args: Args, name: str = "channel") -> Conversation:
    """The conversation an argument names; a user's id stands for the DM with that user."""
    wanted = args.text(name)
    if wanted in workspace.members:
        return direct_with(workspace, wanted)
    try:
        return workspace.conversation(wanted)
    except Unknown:
        raise Refusal("channel_not_found") from None


def joined(workspace: Workspace, args: Args, name: str = "channel") -> Conversation:
    """The conversation an argument names, refused unless the app is in it."""
    conversation = conversation_of(workspace, args, name)
    if workspace.app.bot_user_id in conversation.members:
        return conversation
    raise Refusal("not_in_channel" if conversation.kind == "channel" else "channel_not_found")


def writable(workspace: Workspace, args: Args, name: str = "channel") -> Conversation:
    """The conversation an argument names, refused unless the app may write there now."""
    conversation = joined(workspace, args, name)
    if conversation.is_archived:
        raise Refusal("is_archived")
    return conversation


def thread_of(conversation: Conversation, ts: str) -> str:
    """The root of the thread that a message stands in."""
    message = conversation.messages.get(ts)
    if message is None:
        raise Refusal("invalid_thread_ts")
    return message.thread_ts or message.ts


def direct_with(workspace: Workspace, *users: str) -> Conversation:
    """The DM with these users."""
    for user in users:
        if user not in workspace.members:
            raise Refusal("user_not_found")
        if workspace.members[user].is_deleted:
            raise Refusal("user_disabled")
    if not workspace.manifest.has_messages:
        raise Refusal("messages_tab_disabled")
    return workspace.direct(users)


def message_in(conversation: Conversation, ts: str) -> Message:
    """The message of this timestamp; ephemeral ones cannot be addressed."""
    message = conversation.messages.get(ts)
    if message is None or message.only_for:
        raise Refusal("message_not_found")
    return message


def own_message(workspace: Workspace, conversation: Conversation, ts: str, refusal: str) -> Message:
    """The message of this timestamp, refused unless the app wrote it."""
    message = message_in(conversation, ts)
    if message.user != workspace.app.bot_user_id:
        raise Refusal(refusal)
    return message
