"""The workspace itself: who is in it, what was said, and what page and app are told when it changes."""

import re
import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from bot.workspace import payloads
from bot.workspace.manifest import Manifest
from bot.workspace.payloads import Installation
from bot.workspace.records import (
    ApiCall,
    Change,
    Channel,
    Conversation,
    Delivery,
    File,
    Json,
    Kind,
    Member,
    Message,
    Scheduled,
)
from bot.workspace.surfaces import Surfaces
from bot.workspace.threads import Status, Work

Clock = Callable[[], datetime]
LOG_LENGTH = 5000


class Unknown(LookupError):
    """Nobody and nothing in the workspace goes by this name."""


class Deliver(Protocol):
    """Sends the app an envelope."""

    def __call__(self, kind: str, payload: Json, settled: Callable[[Delivery], None] | None = None) -> Delivery: ...


class Workspace:
    """One Slack workspace with one app in it. Hold `lock` to read or change several things at once."""

    def __init__(
        self, *, people: Iterable[Member], channels: Iterable[Channel], manifest: Manifest, clock: Clock,
        deliver: Deliver, link: Callable[[], str],
    ) -> None:  # fmt: skip
        self.lock = threading.Condition(threading.RLock())
        self.manifest, self.clock, self.deliver, self.link = manifest, clock, deliver, link
        self.app = Installation(manifest.name)
        self.base_url = ""
        self.edit_window: timedelta | None = None
        # Where the consent page sends the browser back to, and the tokens that codes from there stand for.
        self.redirect_url = ""
        self.codes: dict[str, str] = {}
        self.app_state: Literal["installed", "token_revoked", "account_inactive"] = "installed"
        self.members: dict[str, Member] = {}
        self.conversations: dict[str, Conversation] = {}
        self.watchers: list[Callable[[Change], None]] = []
        self._forget()
        # A clock that stands still must not give a restarted workspace the same timestamps again.
        self._last_ts = self._micros() + secrets.randbelow(500_000)
        for member in people:
            self.members[member.id] = member
        for channel in channels:
            self._open_channel(channel)

    def clear(self) -> None:
        """Forget everything but people and conversations, and tell the pages."""
        with self.lock:
            self._forget()
            self.changed("people", {})

    def _forget(self) -> None:
        for conversation in self.conversations.values():
            conversation.messages.clear()
        self.files: dict[str, File] = {}
        self.works: dict[tuple[str, str], Work] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.contexts: dict[str, Json] = {}
        self.prompts: dict[str, list[Json]] = {}
        self.surfaces = Surfaces(self.clock)
        self.deliveries: deque[Delivery] = deque(maxlen=LOG_LENGTH)
        self.api_calls: deque[ApiCall] = deque(maxlen=LOG_LENGTH)

    # Who and where

    def member(self, who: str) -> Member:
        """The member of this id, name or e-mail address."""
        for member in self.members.values():
            if who in (member.id, member.name, member.email):
                return member
        raise Unknown(f"no member {who!r}")

    def conversation(self, name: str) -> Conversation:
        """The conversation of this id or (with or without #) name."""
        for conversation in self.conversations.values():
            if name in (conversation.id, conversation.name, f"#{conversation.name}"):
                return conversation
        raise Unknown(f"no conversation {name!r}")

    def user_json(self, user_id: str) -> Json:
        """A member, or the app's bot, as the Web API tells it."""
        if user_id == self.app.bot_user_id:
            return self.app.as_user()
        with_email = "users:read.email" in self.manifest.scopes
        return self.members[user_id].as_user(self.app.team_id, self.clock(), with_email=with_email)

    def direct(self, users: Collection[str]) -> Conversation:
        """The DM of the app with these members, opened if need be."""
        users = sorted(users)
        kind: Kind = "im" if len(users) == 1 else "mpim"
        id = "D" + users[0][1:] if kind == "im" else "G" + "".join(user[1:] for user in users)
        if id not in self.conversations:
            name = users[0] if kind == "im" else "mpdm-" + "--".join(self.members[user].handle for user in users)
            self._add(Conversation(id, kind, name, [*users, self.app.bot_user_id]))
        return self.conversations[id]

    def add_member(self, member: Member) -> None:
        """Let somebody join, or change what is known of them; the app hears of a change."""
        with self.lock:
            known = member.id in self.members
            self.members[member.id] = member
            if known:
                self.tell_app({"type": "user_change", "user": self.user_json(member.id), **self._moment()})
            self.changed("people", {})

    def change_member(self, who: str, **facts: Any) -> None:
        """Change facts of a member (tz, email, is_deleted …)."""
        self.add_member(replace(self.member(who), **facts))

    def join(self, conversation: Conversation, user: str) -> None:
        """Put a user, or the app, into a channel."""
        with self.lock:
            if user in conversation.members:
                return
            conversation.members.append(user)
            kind = "C" if conversation.kind == "channel" else "G"
            where: Json = {"channel": conversation.id, "channel_type": kind, "team": self.app.team_id}
            self.tell_app({"type": "member_joined_channel", "user": user, **where, "event_ts": self.next_ts()})
            self.changed("people", {})

    def revoke(self, *, uninstalled: bool = False) -> None:
        """Take the app's token away, or the whole app out of the workspace."""
        with self.lock:
            if uninstalled:
                self.tell_app({"type": "app_uninstalled"})
            self.tell_app({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.app.bot_user_id]}})
            self.app_state = "account_inactive" if uninstalled else "token_revoked"

    # What is said

    def next_ts(self) -> str:
        """A timestamp later than every one before."""
        with self.lock:
            self._last_ts = max(self._last_ts + 1, self._micros())
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(self, channel: str, body: Json, *, only_for: str | None = None, streaming: bool = False) -> Message:
        """Put a message into a conversation, and tell page and app."""
        with self.lock:
            conversation = self.conversations[channel]
            full = {"type": "message", "ts": self.next_ts(), "team": self.app.team_id, **body}
            message = Message(channel, full, only_for, streaming)
            conversation.messages[message.ts] = message
            if message.user == self.app.bot_user_id:
                self.note_work(channel, message.thread_ts or message.ts, status=None)
            self.show(message)
            if only_for is None:
                self._tell_of(message, conversation)
            return message

    def edit(self, message: Message, changes: Json, *, quietly: bool = False) -> None:
        """Change a message; `quietly` keeps the app from hearing of it, as while text is streaming."""
        with self.lock:
            before = dict(message.body)
            message.body.update(changes)
            self.show(message)
            if not quietly and message.only_for is None:
                conversation = self.conversations[message.channel]
                event = payloads.changed_event(message, before, conversation, self.next_ts())
                self.tell_app(event, conversation)

    def delete(self, message: Message) -> None:
        """Take a message away."""
        with self.lock:
            conversation = self.conversations[message.channel]
            conversation.messages.pop(message.ts, None)
            audience = self.audience(message)
            self.changed("deleted", {"channel": message.channel, "ts": message.ts}, audience)
            if message.only_for is None:
                self.tell_app(payloads.deleted_event(message, conversation, self.next_ts()), conversation)

    def react(self, message: Message, user: str, name: str, *, add: bool = True) -> bool:
        """Put a reaction on a message or take it off; false when there was nothing to do."""
        with self.lock:
            users = {item["name"]: list(item["users"]) for item in message.body.get("reactions", ())}
            if (user in users.get(name, ())) == add:
                return False
            users[name] = [*users.get(name, ()), user] if add else [one for one in users[name] if one != user]
            left = {name: who for name, who in users.items() if who}
            message.body["reactions"] = [{"name": name, "users": who, "count": len(who)} for name, who in left.items()]
            self.show(message)
            kind = "reaction_added" if add else "reaction_removed"
            self.tell_app(payloads.reaction_event(kind, message, user, name, self.next_ts()))
            return True

    @property
    def statuses(self) -> dict[tuple[str, str], Status]:
        """What the app says it is doing, by channel and thread."""
        return {place: work.status for place, work in self.works.items() if work.status}

    def note_work(self, channel: str, thread_ts: str, **changes: Any) -> Work:
        """Change what is known of the app's work in a thread (status, session, title), and tell the pages."""
        with self.lock:
            before = self.works.get((channel, thread_ts), Work())
            self.works[channel, thread_ts] = work = replace(before, **changes)
            if work != before:
                value = {"channel": channel, "thread_ts": thread_ts, **work.as_json()}
                self.changed("work", value, frozenset(self.conversations[channel].members))
            return work

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A thread's root and replies, oldest first."""
        return [m for m in self.conversations[channel].ordered if ts in (m.ts, m.thread_ts)]

    def told(self, message: Message) -> Json:
        """A message with what its thread adds to it, as lists and pages show it."""
        body = {**message.body, "channel": message.channel}
        replies = [m for m in self.thread(message.channel, message.ts) if m.is_reply and not m.only_for]
        if replies and not message.is_reply:
            users = list(dict.fromkeys(reply.user for reply in replies))
            body |= {"thread_ts": message.ts, "reply_count": len(replies), "reply_users": users}
            body |= {"reply_users_count": len(users), "latest_reply": replies[-1].ts}
        return body

    # Who is told

    def tell_app(self, event: Json, conversation: Conversation | None = None) -> Delivery | None:
        """Send the app an event, if it listens to such events and may be there."""
        kind = conversation.kind if conversation else None
        if self.app_state != "installed" or not self.manifest.hears(event["type"], kind):
            return None
        if conversation and self.app.bot_user_id not in conversation.members:
            return None
        return self.deliver("events_api", payloads.event_callback(self.app, event, self._micros() // 1_000_000))

    def changed(self, kind: str, value: Json, audience: frozenset[str] | None = None) -> None:
        """Wake whoever waits for something, and tell the open pages."""
        with self.lock:
            self.lock.notify_all()
            for watcher in list(self.watchers):
                watcher(Change(kind, value, audience))

    def show(self, message: Message) -> None:
        """Tell the pages how a message looks now, and its thread's root with it."""
        self.changed("message", self.on_page(message), self.audience(message))
        root = self.conversations[message.channel].messages.get(message.thread_ts or "")
        if root and root is not message:
            self.changed("message", self.on_page(root), self.audience(root))

    def on_page(self, message: Message) -> Json:
        """A message as the page shows it."""
        streaming = message.streaming and not message.stopped
        return {**self.told(message), "only_for": message.only_for, "streaming": streaming}

    def audience(self, message: Message) -> frozenset[str]:
        """The members who may see a message."""
        members = self.conversations[message.channel].members
        return frozenset((message.only_for,)) if message.only_for else frozenset(members)

    def _tell_of(self, message: Message, conversation: Conversation) -> None:
        self.tell_app(payloads.message_event(message, conversation), conversation)
        by_app = message.user == self.app.bot_user_id
        mentions = re.search(rf"<@{self.app.bot_user_id}(\|[^>]*)?>", message.text)
        if mentions and not by_app and conversation.kind != "im":
            self.tell_app(payloads.mention_event(message), conversation)

    def _open_channel(self, channel: Channel) -> None:
        members = list(channel.members or self.members)
        if channel.has_app:
            members.append(self.app.bot_user_id)
        kind: Kind = "group" if channel.is_private else "channel"
        self._add(Conversation(channel.id, kind, channel.name, members, channel.topic, channel.is_archived))

    def _add(self, conversation: Conversation) -> None:
        self.conversations[conversation.id] = conversation
        self.changed("people", {})

    def _moment(self) -> Json:
        return {"cache_ts": int(self.clock().timestamp()), "event_ts": self.next_ts()}

    def _micros(self) -> int:
        return int(self.clock().timestamp() * 1_000_000)
