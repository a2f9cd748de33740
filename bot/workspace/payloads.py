"""What Slack tells the app, as pure functions from facts to JSON."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.workspace.records import Conversation, Json, Kind, Message, View

_CHANNEL_TYPES: dict[Kind, str] = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}
_TOKEN_IN_TEXT = re.compile(r"<(?P<inner>[@#!]?[^<>\s][^<>]*)>|:(?P<emoji>[a-z0-9_+'-]+):")


def fresh_id(prefix: str) -> str:
    """An id as Slack makes them: a letter or two for the kind, then letters that never come twice."""
    return prefix + secrets.token_hex(5).upper()


@dataclass(frozen=True)
class Installation:
    """Who the app is in this workspace."""

    app_name: str
    team_name: str = "Northwind Sales"
    team_domain: str = "northwind-sales"
    team_id: str = "T0NORTHWIND"
    app_id: str = "A0CALLSHEET"
    bot_id: str = "B0CALLSHEET"
    bot_user_id: str = "U0CALLSHEET"

    @property
    def mention(self) -> str:
        """What a mention of the app looks like in a message's text."""
        return f"<@{self.bot_user_id}>"

    @property
    def author(self) -> Json:
        """The fields of a message that say the app wrote it."""
        profile = {"id": self.bot_id, "name": self.app_name, "app_id": self.app_id, "team_id": self.team_id}
        return {"user": self.bot_user_id, "bot_id": self.bot_id, "app_id": self.app_id, "bot_profile": profile}

    def as_user(self) -> Json:
        """The app's bot as a user object of the Web API."""
        return {
            "id": self.bot_user_id,
            "team_id": self.team_id,
            "name": self.app_name.lower(),
            "real_name": self.app_name,
            "deleted": False,
            "tz": "UTC",
            "tz_label": "UTC",
            "tz_offset": 0,
            "is_bot": True,
            "is_app_user": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_stranger": False,
            "updated": 0,
            "profile": {
                "real_name": self.app_name,
                "display_name": self.app_name,
                "bot_id": self.bot_id,
                "api_app_id": self.app_id,
                "team": self.team_id,
            },
        }


def event_callback(app: Installation, event: Mapping[str, object], seconds: int) -> Json:
    """The outer envelope of an Events API event."""
    authorization = {
        "enterprise_id": None,
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": "local",
        "team_id": app.team_id,
        "api_app_id": app.app_id,
        "event": dict(event),
        "type": "event_callback",
        "event_id": fresh_id("Ev"),
        "event_time": seconds,
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": fresh_id("4-"),
    }


def message_event(message: Message, conversation: Conversation) -> Json:
    """A message as the `message` event tells it."""
    return {
        **message.body,
        "channel": conversation.id,
        "channel_type": _CHANNEL_TYPES[conversation.kind],
        "event_ts": message.ts,
    }


def mention_event(message: Message) -> Json:
    """A message as the `app_mention` event tells it: the same, without the channel's type."""
    return {**message.body, "type": "app_mention", "channel": message.channel, "event_ts": message.ts}


def changed_event(message: Message, before: Json, conversation: Conversation, ts: str) -> Json:
    """An edit, as a `message_changed` event."""
    return {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "message": dict(message.body),
        "previous_message": before,
        "channel": conversation.id,
        "channel_type": _CHANNEL_TYPES[conversation.kind],
        "ts": ts,
        "event_ts": ts,
    }


def deleted_event(message: Message, conversation: Conversation, ts: str) -> Json:
    """A deletion, as a `message_deleted` event."""
    return {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "deleted_ts": message.ts,
        "previous_message": dict(message.body),
        "channel": conversation.id,
        "channel_type": _CHANNEL_TYPES[conversation.kind],
        "ts": ts,
        "event_ts": ts,
    }


def reaction_event(kind: str, message: Message, user: str, name: str, ts: str) -> Json:
    """A reaction put on a message, or taken off it."""
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    return {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user, "event_ts": ts}


def slash_command(
    app: Installation, conversation: Conversation, user: Json, command: str, text: str, *, trigger: str, url: str
) -> Json:
    """A slash command as the app hears it."""
    name = "directmessage" if conversation.kind == "im" else conversation.name
    return {
        "token": "local",
        "team_id": app.team_id,
        "team_domain": app.team_domain,
        "channel_id": conversation.id,
        "channel_name": name,
        "user_id": user["id"],
        "user_name": user["name"],
        "command": command,
        "text": text,
        "api_app_id": app.app_id,
        "is_enterprise_install": "false",
        "response_url": url,
        "trigger_id": trigger,
    }


def interaction(app: Installation, kind: str, user: Json, trigger: str) -> Json:
    """What every interactive payload says: who, where, and the trigger that allows a modal."""
    who = {"id": user["id"], "username": user["name"], "name": user["name"], "team_id": app.team_id}
    return {
        "type": kind,
        "user": who,
        "api_app_id": app.app_id,
        "token": "local",
        "trigger_id": trigger,
        "team": {"id": app.team_id, "domain": app.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_shortcut(message: Message, conversation: Conversation, callback_id: str, ts: str, url: str) -> Json:
    """What a shortcut on a message says besides who used it."""
    told = dict(message.body)
    about: Json = {"message": told, "message_ts": message.ts, "channel": _channel(conversation), "response_url": url}
    return {**about, "callback_id": callback_id, "action_ts": ts}


def suggestion(block: Json, element: Json, typed: str) -> Json:
    """What a menu asks the app for while somebody types into it."""
    return {"block_id": block["block_id"], "action_id": element["action_id"], "value": typed}


def in_message(message: Message, conversation: Conversation, url: str) -> Json:
    """Where a click happened, for one in a message."""
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    where: Json = {"container": container, "channel": _channel(conversation), "response_url": url}
    # Slack does not send the content of an ephemeral message back.
    return where if message.only_for else {**where, "message": dict(message.body)}


def _channel(conversation: Conversation) -> Json:
    return {"id": conversation.id, "name": conversation.name if conversation.kind != "im" else "directmessage"}


def view_payload(app: Installation, view: View, state: Json | None = None) -> Json:
    """A view as the Web API and interactive payloads tell it."""
    defaults: Json = {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "title": None,
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
    }
    identity = {
        "id": view.id,
        "team_id": app.team_id,
        "app_id": app.app_id,
        "bot_id": app.bot_id,
        "hash": view.hash,
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_installed_team_id": app.team_id,
    }
    return {**defaults, **view.content, **identity, "state": state or {"values": {}}}


def shown_view(app: Installation, view: View) -> Json:
    """A view as the page shows it: with what is wrong in it."""
    return {**view_payload(app, view), "errors": view.errors, "trouble": view.trouble}


def rich_text(text: str) -> list[Json]:
    """The blocks Slack makes of what a person typed."""
    return [
        {
            "type": "rich_text",
            "block_id": secrets.token_hex(3),
            "elements": [{"type": "rich_text_section", "elements": list(_pieces(text))}],
        }
    ]


def _pieces(text: str) -> Iterator[Json]:
    done = 0
    for found in _TOKEN_IN_TEXT.finditer(text):
        if found.start() > done:
            yield {"type": "text", "text": text[done : found.start()]}
        yield _piece(found["inner"], found["emoji"])
        done = found.end()
    if done < len(text):
        yield {"type": "text", "text": text[done:]}


def _piece(inner: str | None, emoji: str | None) -> Json:
    if inner is None:
        return {"type": "emoji", "name": emoji}
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": target, **({"text": label} if label else {})}
