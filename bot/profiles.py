"""What Slack says of its users, asked once in a while and not with every question."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slack_sdk import WebClient

# Slack lets itself be asked about a hundred times a minute, all users together.
KEPT_S = 300.0
MANY = 10_000


class Profiles:
    """Profiles by user; a change is seen at once where Slack tells of it, and elsewhere when the profile is old."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def of(self, slack: WebClient, user: str) -> dict[str, Any]:
        """The profile of a user."""
        at, profile = self._kept.get(user, (-KEPT_S, {}))
        if self._now() - at < KEPT_S and profile:
            return profile
        found: dict[str, Any] = slack.users_info(user=user)["user"]
        if len(self._kept) >= MANY:
            self._kept = {}
        self._kept[user] = (self._now(), found)
        return found

    def forget(self, user: str) -> None:
        """Asks anew the next time."""
        self._kept.pop(user, None)
