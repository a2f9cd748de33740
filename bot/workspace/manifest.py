"""What the app's manifest allows it: scopes, events, commands, prompts."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.workspace.records import Json, Kind

_MESSAGE_EVENTS: dict[Kind, str] = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
_EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "user_change": "users:read",
    "member_joined_channel": "channels:read",
    **{f"message.{name}": f"{name}:history" for name in _MESSAGE_EVENTS.values()},
}


@dataclass(frozen=True)
class Manifest:
    """The app's manifest, asked in the workspace's words."""

    content: Json

    @classmethod
    def read(cls, source: "Path | Json") -> "Manifest":
        """A manifest from a file or from what was in it."""
        return cls(json.loads(source.read_text("utf-8")) if isinstance(source, Path) else source)

    @cached_property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.content.get("oauth_config", {}).get("scopes", {}).get("bot", ()))

    @cached_property
    def events(self) -> frozenset[str]:
        settings = self.content.get("settings", {})
        return frozenset(settings.get("event_subscriptions", {}).get("bot_events", ()))

    @property
    def features(self) -> Json:
        return dict(self.content.get("features", {}))

    @property
    def name(self) -> str:
        return str(self.content.get("display_information", {}).get("name", "App"))

    @property
    def commands(self) -> list[Json]:
        return list(self.features.get("slash_commands", ()))

    @property
    def shortcuts(self) -> list[Json]:
        """Shortcuts of messages and of everywhere: name, type, callback_id, description."""
        return list(self.features.get("shortcuts", ()))

    def shortcut(self, name: str, kind: str) -> str:
        """The callback id of a shortcut by its name, or by that id; its kind is message or global.

        Raises
        ------
        LookupError
            There is none.
        """
        for one in self.shortcuts:
            if one["type"] == kind and name in (one["name"], one["callback_id"]):
                return str(one["callback_id"])
        raise LookupError(f"the manifest has no {kind} shortcut {name!r}")

    @property
    def has_home(self) -> bool:
        return bool(self.features.get("app_home", {}).get("home_tab_enabled"))

    @property
    def has_messages(self) -> bool:
        return bool(self.features.get("app_home", {}).get("messages_tab_enabled"))

    @property
    def prompts(self) -> list[Json]:
        return list(self.features.get("agent_view", {}).get("suggested_prompts", ()))

    def hears(self, event_type: str, kind: Kind | None) -> bool:
        """Whether the app is told of such an event: subscribed to and within its scopes."""
        name = f"message.{_MESSAGE_EVENTS[kind]}" if event_type == "message" and kind else event_type
        scope = _EVENT_SCOPES.get(name)
        return name in self.events and (scope is None or scope in self.scopes)
