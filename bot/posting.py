"""What is posted, and how it is found again: by the ids that go with a message."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.views import blocks
from bot.views.blocks import Block
from tools.base import Attachment

logger = logging.getLogger(__name__)

ANSWER, NOTICES = "callsheet_answer", "notices"
TEXT_LIMIT, ALT_LIMIT = 3_500, 1_000
PICTURES = (".png", ".jpg", ".jpeg", ".gif")

Standing = Literal["nothing", "answer", "all"]


def message(
    text: str, body: Sequence[Block], audit_id: str | None = None, *, notices: Sequence[str] = ()
) -> dict[str, Any]:
    """What every message has: a text for notifications and readers, blocks, and ids: the audit's, and those of the
    notices in it."""
    payload: dict[str, Any] = {"text": blocks.shortened(blocks.escaped(text), TEXT_LIMIT) or " ", "blocks": list(body)}
    if audit_id:
        # Anyone in the channel can read metadata: an id, never data.
        ids = {"audit_id": audit_id} | ({NOTICES: list(notices)} if notices else {})
        payload["metadata"] = {"event_type": ANSWER, "event_payload": ids}
    return payload


def ephemeral(text: str, body: Sequence[Block]) -> dict[str, Any]:
    """A message that one person sees; it takes no metadata."""
    return {name: value for name, value in message(text, body).items() if name in ("text", "blocks")}


def attach(
    slack: WebClient, files: Sequence[Attachment], *, channel: str, thread: str, comment: str | None = None
) -> None:
    """Puts files into a thread, all in one message; one line there says so if Slack does not take them."""
    if not files:
        return
    uploads = [_upload(file) for file in files]
    try:
        slack.files_upload_v2(file_uploads=uploads, channel=channel, thread_ts=thread, initial_comment=comment)
    except (SlackClientError, HTTPException, OSError) as error:
        logger.exception("Files were not taken", extra={"action": "upload_failed"})
        reason = error.response["error"] if isinstance(error, SlackApiError) else "no connection"
        names = " and ".join(file.name for file in files)
        text = f"Slack did not take {names} ({reason}). What is said above stands; an admin finds the cause in the log."
        slack.chat_postMessage(channel=channel, thread_ts=thread, **message(text, [blocks.section(text)]))


def standing(slack: WebClient, channel: str, thread: str, audit_id: str) -> Standing:
    """How much of an answer stands in a thread: nothing, the answer without its files, or all of it.

    Asked only when a worker went away before it could say so. Slack tells nothing of a file but where it was shared,
    so any file that the app put into the thread after the answer counts as the answer's.
    """
    replies: Any = slack.conversations_replies(channel=channel, ts=thread, include_all_metadata=True, limit=200)
    said = next((each for each in replies["messages"] if _audit_id(each) == audit_id), None)
    if said is None:
        return "nothing"
    due = any(block.get("block_id") == blocks.FILES for block in said.get("blocks", []))
    after = (each for each in replies["messages"] if each["ts"] > said["ts"] and each["user"] == said["user"])
    return "answer" if due and not any(each.get("files") for each in after) else "all"


def begun(slack: WebClient, channel: str, thread: str, since: str) -> str | None:
    """The timestamp of what was begun in a thread after a message and never ended: it is the app's and has no id."""
    replies: Any = slack.conversations_replies(channel=channel, ts=thread, include_all_metadata=True, limit=200)
    me, later = slack.auth_test()["user_id"], (each for each in replies["messages"] if each["ts"] > since)
    ours = (each for each in later if each.get("user") == me and not each.get("files"))
    return next((str(each["ts"]) for each in ours if _audit_id(each) is None), None)


def read(slack: WebClient, channel: str, thread: str | None, ts: str | None) -> dict[str, Any] | None:
    """A message as it stands now; None where there is none that all see."""
    if ts is None:
        return None
    found: Any = slack.conversations_replies(channel=channel, ts=thread or ts, oldest=ts, latest=ts, inclusive=True)
    return next((dict(each) for each in found["messages"] if each["ts"] == ts), None)


def find(slack: WebClient, channel: str, audit_id: str) -> str | None:
    """The timestamp of the message in a conversation that carries an audit id, if it is among the latest."""
    latest: Any = slack.conversations_history(channel=channel, include_all_metadata=True, limit=200)
    return next((str(each["ts"]) for each in latest["messages"] if _audit_id(each) == audit_id), None)


def told(slack: WebClient, channel: str) -> dict[str, str]:
    """The notices that stand in a conversation, among its latest messages: the timestamp of each by its id."""
    latest: Any = slack.conversations_history(channel=channel, include_all_metadata=True, limit=200)
    payloads = ((each["ts"], each.get("metadata", {}).get("event_payload", {})) for each in latest["messages"])
    return {str(id_): str(ts) for ts, ids in payloads for id_ in ids.get(NOTICES, ())}


def members(slack: WebClient, channel: str) -> list[str]:
    """Everyone in a channel but the app itself."""
    me = slack.auth_test()["user_id"]
    found: list[str] = []
    cursor: str | None = None
    while True:
        page: Any = slack.conversations_members(channel=channel, limit=200, cursor=cursor)
        found += page["members"]
        cursor = page.get("response_metadata", {}).get("next_cursor") or None
        if not cursor:
            return [user for user in found if user != me]


def _upload(file: Attachment) -> dict[str, Any]:
    item = {"filename": file.name, "content": file.content, "title": file.title}
    return item | ({"alt_txt": file.title[:ALT_LIMIT]} if file.name.lower().endswith(PICTURES) else {})


def _audit_id(said: dict[str, Any]) -> str | None:
    payload: dict[str, str] = said.get("metadata", {}).get("event_payload", {})
    return payload.get("audit_id")
