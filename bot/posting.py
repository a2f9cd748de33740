"""Sends to Slack: checked before it goes, patient when Slack says wait, plain text where blocks would be refused."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler, ServerErrorRetryHandler

from bot.blockkit import problems
from bot.views.blocks import Block, escaped

logger = logging.getLogger(__name__)

ANSWER = "callsheet_answer"
TEXT_LIMIT = 3_500


def client(token: str, api_url: str) -> WebClient:
    """A client that waits and tries again when Slack is busy or stumbles; by itself it would not."""
    made = WebClient(token=token, base_url=api_url)
    made.retry_handlers += [RateLimitErrorRetryHandler(max_retry_count=2), ServerErrorRetryHandler(max_retry_count=2)]
    return made


def message(text: str, blocks: Sequence[Block], audit_id: str | None = None) -> dict[str, Any]:
    """What every message has: a text for notifications and readers, blocks if Slack would take them, the audit id."""
    payload: dict[str, Any] = {
        "text": escaped(text)[:TEXT_LIMIT] or " ",
        "blocks": list(blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if wrong := problems("chat.postMessage", {"channel": "C0", **payload}):
        logger.error(
            "Blocks would be refused: %s",
            [f"{p.pointer}: {p.message}" for p in wrong[:5]],
            extra={"action": "blocks_refused", "audit_id": audit_id},
        )
        payload["blocks"] = []
    if not payload["blocks"]:
        payload.pop("blocks")
    if audit_id:
        # Anyone in the channel can read metadata: an id, never data.
        payload["metadata"] = {"event_type": ANSWER, "event_payload": {"audit_id": audit_id}}
    return payload


def was_posted(slack: WebClient, channel: str, thread: str, audit_id: str) -> bool:
    """Whether an answer stands in a thread already; asked only when a worker went away before it could say so."""
    replies: Any = slack.conversations_replies(channel=channel, ts=thread, include_all_metadata=True, limit=200)
    payloads = (each.get("metadata", {}).get("event_payload", {}) for each in replies.get("messages", []))
    return any(payload.get("audit_id") == audit_id for payload in payloads)
