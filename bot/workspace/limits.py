"""How often an app may call: Slack's tiers, per method and minute, and one message a second per channel.

References
----------
https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

PER_MINUTE: Final = {1: 1, 2: 20, 3: 50, 4: 100}
_TIERS: Final = {
    2: ("chat.startStream", "chat.stopStream", "conversations.list", "users.list", "reactions.remove"),
    4: ("chat.appendStream", "chat.postEphemeral", "users.info", "conversations.members", "files.info",
        "files.getUploadURLExternal", "files.completeUploadExternal", "assistant.threads.setSuggestedPrompts",
        "assistant.threads.setStatus", "views.open", "views.push", "views.update", "views.publish"),
}  # fmt: skip
_OF: Final = {name: tier for tier, names in _TIERS.items() for name in names}
_FREE: Final = frozenset(("api.test", "auth.test"))


def tier_of(method: str) -> int:
    """The tier of a method; most are of the third."""
    return _OF.get(method, 3)


@dataclass
class Limits:
    """What was called lately. `strict` switches the limits on; as it is, an app may call as often as it likes."""

    clock: Callable[[], datetime]
    strict: bool = False
    _calls: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def clear(self) -> None:
        """Count from nothing again."""
        self._calls.clear()

    def wait(self, method: str, args: Mapping[str, Any]) -> int | None:
        """Seconds until this call may be made; None if it may be made now, which then counts."""
        if not self.strict or method in _FREE:
            return None
        channel = args.get("channel") if method == "chat.postMessage" else None
        key, span, most = (f"{method} {channel}", 1.0, 1) if channel else (method, 60.0, PER_MINUTE[tier_of(method)])
        now, calls = self.clock().timestamp(), self._calls[key]
        while calls and calls[0] <= now - span:
            calls.popleft()
        if len(calls) >= most:
            return max(1, math.ceil(calls[0] + span - now))
        calls.append(now)
        return None
