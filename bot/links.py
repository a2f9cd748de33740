"""Links to known hosts only: every other address in what is sent becomes plain words that nobody can click.

What people and records are called comes from outside, and whoever writes it there must not be able to have us send a
link. Text objects are sent as they stand (`verbatim`), so that Slack makes no links of words of its own accord.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SLACK = ("slack.com", "slack-edge.com", "slack-files.com")
# What has no host: a number to dial, an address to write to.
HOSTLESS = ("mailto:", "tel:")
# What Slack or our own handlers read back is not shown to anybody, and stays as it is.
NOT_SHOWN = ("value", "private_metadata", "metadata", "initial_value", "action_id", "block_id", "callback_id")
_MARKUP_OR_ADDRESS = re.compile(
    r"<(?P<inner>[^<>]*)>|(?P<url>\b[a-z][a-z0-9+.-]*:(?://|\\\\)(?:(?!&[lg]t;)[^\s<>|])*)", re.I
)
_HOST = re.compile(r"[a-z0-9.-]+")
# A dot between what may be a name and what may be a domain: Slack, or a phone, would make a link of it.
_DOT = re.compile(r"(?<=[^\W_])([.。．｡])(?=[^\W\d_]{2})")
JOINER = "\u2060"


@dataclass
class Sieve:
    """Lets through what links to some hosts; `held_back` counts what does not."""

    hosts: frozenset[str]
    held_back: int = 0

    def blocks(self, node: Any) -> Any:
        """Blocks or a view with every text and address looked at; None for what is nothing without its address."""
        if isinstance(node, list | tuple):
            return [kept for each in node if (kept := self.blocks(each)) is not None]
        if not isinstance(node, Mapping):
            return node
        if (node := self._addressed(node)) is None:
            return None
        shown = {name: item if name in NOT_SHOWN else self.blocks(item) for name, item in node.items()}
        if isinstance(text := shown.get("text"), str):
            shown["text"] = self.text(text) if shown.get("type") == "mrkdwn" else _unlinked(self.text(text))
        return {name: item for name, item in shown.items() if item is not None} | (
            {"verbatim": True} if shown.get("type") == "mrkdwn" else {}
        )

    def text(self, text: str) -> str:
        """Text with links to known hosts as they are, and others in words."""
        return _MARKUP_OR_ADDRESS.sub(self._allowed, text)

    def _allowed(self, found: re.Match[str]) -> str:
        inner, url = found["inner"], found["url"]
        if url is not None:
            return url if self._knows(url) else self._held(url)
        if inner.startswith(("@", "#", "!")) and inner.count("^") < 3:
            return found[0]
        address, _, label = inner.partition("|")
        if inner.startswith("!"):
            # A date may lead somewhere when it is clicked.
            return f"<{'^'.join(address.split('^')[:3])}|{label}>"
        if self._knows(address):
            return found[0]
        told = self._held(address)
        return f"{self.text(label)} ({told})" if label else told

    def _addressed(self, node: Mapping[str, Any]) -> dict[str, Any] | None:
        """An element without the addresses that nobody knows, in a shape that is still one."""
        unknown = [name for name, item in node.items() if name.endswith("url") and not self._knows(str(item))]
        if not unknown:
            return dict(node)
        told = self._held(str(node[unknown[0]]))
        if node.get("type") == "link":
            return {"type": "text", "text": node.get("text") or told}
        if node.get("type") in ("button", None):
            return {name: item for name, item in node.items() if name not in unknown}
        return None

    def _knows(self, url: str) -> bool:
        if url.lower().startswith(HOSTLESS):
            return True
        # What stands before an "@" or after a backslash is the host to some readers and not to others.
        authority = re.split(r"[/?#]", url.partition("//")[2], maxsplit=1)[0]
        if re.search(r"[\\@\s]", authority):
            return False
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        is_slack = any(host == known or host.endswith(f".{known}") for known in SLACK)
        return parts.scheme in ("http", "https") and bool(_HOST.fullmatch(host)) and (is_slack or host in self.hosts)

    def _held(self, url: str) -> str:
        self.held_back += 1
        host, slash, path = re.sub(r"^[^:]*:[/\\]*", "", url).partition("/")
        return f"{host.replace('.', '[.]')}{slash}{path}"


def _unlinked(text: str) -> str:
    """Text that looks the same, in which nothing is a domain to who looks for one."""
    return _DOT.sub(rf"{JOINER}\1", text)
