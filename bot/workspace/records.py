"""What a workspace is made of: members, conversations, messages, views, files, deliveries."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.workspace.blocks import objects, texts

Json = dict[str, Any]
Kind = Literal["channel", "group", "im", "mpim"]


@dataclass(frozen=True)
class Member:
    """A person of the workspace; `title` is what the page groups people by."""

    id: str
    name: str
    email: str
    tz: str = "UTC"
    title: str = ""
    is_guest: bool = False
    is_stranger: bool = False
    is_deleted: bool = False

    @property
    def handle(self) -> str:
        """The short name Slack shows after the @."""
        return self.name.lower().replace(" ", ".")

    def as_user(self, team_id: str, at: datetime, *, with_email: bool) -> Json:
        """The user object of the Web API."""
        offset = at.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile: Json = {"real_name": self.name, "display_name": self.handle, "title": self.title, "team": team_id}
        if with_email:
            profile["email"] = self.email
        return {
            "id": self.id,
            "team_id": "T0STRANGER" if self.is_stranger else team_id,
            "name": self.handle,
            "real_name": self.name,
            "deleted": self.is_deleted,
            "tz": self.tz,
            "tz_label": self.tz.replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_bot": False,
            "is_app_user": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_stranger": self.is_stranger,
            "updated": 0,
        }


@dataclass(frozen=True)
class Channel:
    """A channel to set the workspace up with; no members named means everybody."""

    id: str
    name: str
    members: tuple[str, ...] = ()
    is_private: bool = False
    has_app: bool = True
    topic: str = ""
    is_archived: bool = False


@dataclass
class Message:
    """A message as Slack tells it, and who alone may see it when it is ephemeral.

    While it is `streaming` the app still writes it; `stopped` says that somebody pressed Stop meanwhile.
    """

    channel: str
    body: Json
    only_for: str | None = None
    streaming: bool = False
    stopped: bool = False

    @property
    def ts(self) -> str:
        return str(self.body["ts"])

    @property
    def thread_ts(self) -> str | None:
        return self.body.get("thread_ts")

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.thread_ts not in (None, self.ts)

    @property
    def user(self) -> str:
        return str(self.body.get("user", ""))

    @property
    def text(self) -> str:
        return str(self.body.get("text") or "")

    @property
    def blocks(self) -> list[Json]:
        return list(self.body.get("blocks") or [])

    @property
    def files(self) -> list[Json]:
        return list(self.body.get("files") or [])

    @property
    def says(self) -> str:
        """All that can be read in it, text and blocks, a line each."""
        return "\n".join([self.text, *texts(self.blocks)])

    @property
    def buttons(self) -> dict[str, Json]:
        """Buttons by the words on them."""
        found = (item for item in objects(self.blocks) if item.get("type") == "button")
        return {item["text"]["text"]: item for item in found}


@dataclass
class Conversation:
    """A channel, a private group, a DM with the app or a DM of several."""

    id: str
    kind: Kind
    name: str
    members: list[str]
    topic: str = ""
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def ordered(self) -> list[Message]:
        """Messages from the oldest to the newest."""
        return [self.messages[ts] for ts in sorted(self.messages)]

    def as_json(self) -> Json:
        """The conversation object of the Web API."""
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": self.is_archived,
            "is_member": True,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(frozen=True)
class Scheduled:
    """A message to be posted later; `post_at` and `created` in seconds since the epoch."""

    id: str
    channel: str
    post_at: int
    created: int
    body: Json


@dataclass
class View:
    """A modal in somebody's stack, or somebody's Home tab."""

    id: str
    user: str
    content: Json
    hash: str
    root_id: str
    previous_id: str | None = None
    errors: Json = field(default_factory=dict)
    trouble: str | None = None

    @property
    def title(self) -> str:
        return str(self.content.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.content.get("blocks") or [])

    @property
    def says(self) -> str:
        """All that can be read in it, a line each."""
        return "\n".join([self.title, *texts(self.blocks)])


@dataclass
class File:
    """A file on its way into the workspace, or arrived; of the app, or of the user named."""

    id: str
    name: str
    length: int
    content: bytes | None = None
    alt_text: str = ""
    shared_in: list[str] = field(default_factory=list)
    title: str = ""
    user: str = ""


@dataclass(frozen=True)
class ApiCall:
    """One call of the Web API and its answer."""

    method: str
    args: Json
    status: int
    reply: Json
    ms: float


@dataclass(frozen=True)
class Change:
    """Something a page should know: what kind, the new value, and who may see it (None = everybody)."""

    kind: str
    value: Json
    audience: frozenset[str] | None = None


@dataclass
class Delivery:
    """One envelope's way to the app: what was sent, how often, and what came back."""

    kind: str
    payload: Json
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: list[str] = field(default_factory=list)
    state: Literal["queued", "sent", "acked", "failed"] = "queued"
    reply: Json | None = None
    ack_ms: float | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("acked", "failed")

    @property
    def name(self) -> str:
        """What it tells, in a word or two."""
        inner = self.payload.get("event") or self.payload
        words = (inner.get("type"), inner.get("subtype"), inner.get("command"))
        return " ".join(str(word) for word in words if word) or self.kind
