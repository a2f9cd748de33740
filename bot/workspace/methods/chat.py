"""chat: messages posted, changed, deleted, shown to one person."""

import json
from datetime import timedelta
from typing import Any

from bot.workspace.blocks import with_ids
from bot.workspace.methods.registry import (
    Args,
    Refusal,
    conversation_of,
    direct_with,
    message_in,
    method,
    own_message,
    writable,
)
from bot.workspace.records import Conversation, Json, Message
from bot.workspace.state import Workspace

MOST_METADATA = 8000


def written(args: Args) -> Json:
    """The fields of a message that the app writes: text, blocks, attachments, metadata."""
    body: Json = {"text": args.text("text")}
    if markdown := args.text("markdown_text"):
        body |= {"text": markdown, "blocks": with_ids([{"type": "markdown", "text": markdown}])}
    elif blocks := args.json("blocks"):
        body["blocks"] = with_ids(blocks)
    if attachments := args.json("attachments"):
        body["attachments"] = attachments
    if args.get("metadata"):
        body["metadata"] = metadata_of(args.json("metadata"))
    return body


def metadata_of(metadata: Any) -> Json:
    """A message's metadata, refused when it is not of Slack's shape or too large."""
    right = isinstance(metadata, dict) and isinstance(metadata.get("event_type"), str)
    if not right or not isinstance(metadata.get("event_payload"), dict):
        raise Refusal("invalid_metadata_format")
    if len(json.dumps(metadata)) > MOST_METADATA:
        raise Refusal("metadata_too_large")
    return dict(metadata)


def in_thread(conversation: Conversation, args: Args) -> Json:
    """The fields that put a message into a thread; a reply to a reply goes to the thread's root."""
    if not args.text("thread_ts"):
        return {}
    root = conversation.messages.get(args.text("thread_ts"))
    if root is None:
        raise Refusal("thread_not_found")
    if root.only_for:
        raise Refusal("cannot_reply_to_message")
    thread_ts = root.thread_ts or root.ts
    parent = conversation.messages.get(thread_ts, root)
    return {"thread_ts": thread_ts, "parent_user_id": parent.user}


@method("chat.postMessage", "chat:write", required=("channel",))
def post_message(workspace: Workspace, args: Args) -> Json:
    conversation = writable(workspace, args)
    if conversation.kind == "im":
        direct_with(workspace, conversation.name)
    body = {**workspace.app.author, **written(args), **in_thread(conversation, args)}
    if args.flag("reply_broadcast") and "thread_ts" in body:
        body["subtype"] = "thread_broadcast"
    return _sent(workspace.post(conversation.id, body))


@method("chat.update", "chat:write", required=("channel", "ts"))
def update(workspace: Workspace, args: Args) -> Json:
    conversation = conversation_of(workspace, args)
    message = own_message(workspace, conversation, args.text("ts"), "cant_update_message")
    if message.streaming:
        raise Refusal("streaming_state_conflict")
    age = timedelta(seconds=workspace.clock().timestamp() - float(message.ts))
    if workspace.edit_window is not None and age > workspace.edit_window:
        raise Refusal("edit_window_closed")
    changes = written(args)
    if args.get("text") is None and not args.text("markdown_text"):
        changes.pop("text")
    elif "blocks" not in changes:
        # As in Slack: text without blocks takes the old blocks away and marks the message as edited.
        changes |= {"blocks": [], "edited": {"user": workspace.app.bot_user_id, "ts": workspace.next_ts()}}
    workspace.edit(message, changes)
    return {**_sent(message), "text": message.text}


@method("chat.delete", "chat:write", required=("channel", "ts"))
def delete(workspace: Workspace, args: Args) -> Json:
    conversation = conversation_of(workspace, args)
    message = own_message(workspace, conversation, args.text("ts"), "cant_delete_message")
    workspace.delete(message)
    return {"channel": conversation.id, "ts": message.ts}


@method("chat.postEphemeral", "chat:write", required=("channel", "user"))
def post_ephemeral(workspace: Workspace, args: Args) -> Json:
    conversation = writable(workspace, args)
    if args.text("user") not in conversation.members:
        raise Refusal("user_not_in_channel")
    body = {**workspace.app.author, **written(args), **in_thread(conversation, args)}
    return {"message_ts": workspace.post(conversation.id, body, only_for=args.text("user")).ts}


@method("chat.getPermalink", required=("channel", "message_ts"))
def get_permalink(workspace: Workspace, args: Args) -> Json:
    conversation = conversation_of(workspace, args)
    message = message_in(conversation, args.text("message_ts"))
    path = f"archives/{conversation.id}/p{message.ts.replace('.', '')}"
    return {"channel": conversation.id, "permalink": f"{workspace.base_url}/{path}"}


def _sent(message: Message) -> Json:
    return {"channel": message.channel, "ts": message.ts, "message": dict(message.body)}
