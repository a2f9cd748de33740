"""chat streams: a message that grows while the app is still writing it."""

from collections.abc import Iterable
from typing import Any

from bot.workspace.blocks import with_ids
from bot.workspace.methods.chat import in_thread, metadata_of
from bot.workspace.methods.registry import Args, Refusal, conversation_of, message_in, method, writable
from bot.workspace.records import Json, Message
from bot.workspace.state import Workspace

MOST_BLOCKS = 50


@method("chat.startStream", "chat:write", required=("channel", "thread_ts"))
def start_stream(workspace: Workspace, args: Args) -> Json:
    conversation = writable(workspace, args)
    if conversation.kind == "mpim":
        raise Refusal("channel_type_not_supported")
    if conversation.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not args.text(name):
                raise Refusal(f"missing_{name}")
    body = {**workspace.app.author, "text": "", "blocks": [], **in_thread(conversation, args)}
    body["task_display_mode"] = args.text("task_display_mode") or "timeline"
    message = workspace.post(conversation.id, body, streaming=True)
    _grow(workspace, message, args)
    return {"channel": conversation.id, "ts": message.ts}


@method("chat.appendStream", "chat:write", required=("channel", "ts"))
def append_stream(workspace: Workspace, args: Args) -> Json:
    message = _open_stream(workspace, args)
    if message.stopped:
        raise Refusal("stopped_by_user")
    _grow(workspace, message, args)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", "chat:write", required=("channel", "ts"))
def stop_stream(workspace: Workspace, args: Args) -> Json:
    message = _open_stream(workspace, args)
    metadata = {"metadata": metadata_of(args.json("metadata"))} if args.get("metadata") else {}
    _grow(workspace, message, args)
    last = with_ids(args.json("blocks") or [])
    _within_limit([*message.blocks, *last])
    message.streaming = False
    workspace.edit(message, {"blocks": [*message.blocks, *last], **metadata})
    _end_session(workspace, message, args.text("session_status"))
    return {"channel": message.channel, "ts": message.ts, "message": dict(message.body)}


def _end_session(workspace: Workspace, message: Message, status: str) -> None:
    thread = message.thread_ts or message.ts
    work = workspace.works.get((message.channel, thread))
    if work and work.session and (status or work.session == "processing"):
        workspace.note_work(message.channel, thread, session=status or "active")


def _open_stream(workspace: Workspace, args: Args) -> Message:
    message = message_in(conversation_of(workspace, args), args.text("ts"))
    if message.user != workspace.app.bot_user_id:
        raise Refusal("message_not_owned_by_app")
    if not message.streaming:
        raise Refusal("message_not_in_streaming_state")
    return message


def _grow(workspace: Workspace, message: Message, args: Args) -> None:
    chunks: list[Json] = list(args.json("chunks") or ())
    if markdown := args.text("markdown_text"):
        chunks.append({"type": "markdown_text", "text": markdown})
    blocks = [dict(block) for block in message.blocks]
    for chunk in chunks:
        _ADD[chunk["type"]](blocks, chunk)
    _within_limit(blocks)
    text = "".join(block["text"] for block in blocks if block["type"] == "markdown")
    workspace.edit(message, {"text": text, "blocks": blocks}, quietly=True)


def _within_limit(blocks: list[Json]) -> None:
    if len(blocks) > MOST_BLOCKS:
        raise Refusal("msg_blocks_too_many")


def _add_text(blocks: list[Json], chunk: Json) -> None:
    if blocks and blocks[-1]["type"] == "markdown":
        blocks[-1]["text"] += chunk["text"]
    else:
        blocks.extend(with_ids([{"type": "markdown", "text": chunk["text"]}]))


def _add_task(blocks: list[Json], chunk: Json) -> None:
    task = {key: chunk[key] for key in ("title", "status", "sources") if chunk.get(key)}
    task |= {key: _rich(chunk[key]) for key in ("details", "output") if chunk.get(key)}
    known = next((block for block in _tasks(blocks) if block["task_id"] == chunk["id"]), None)
    if known is not None:
        known.update(task)
        return
    card = {"type": "task_card", "task_id": chunk["id"], **task}
    plan = next((block for block in blocks if block["type"] == "plan"), None)
    if plan is None:
        blocks.extend(with_ids([card]))
    else:
        plan["tasks"] = [*plan.get("tasks", ()), card]


def _add_plan(blocks: list[Json], chunk: Json) -> None:
    plan = next((block for block in blocks if block["type"] == "plan"), None)
    if plan is None:
        blocks.extend(with_ids([{"type": "plan", "title": chunk["title"], "tasks": []}]))
    else:
        plan["title"] = chunk["title"]


def _add_blocks(blocks: list[Json], chunk: Json) -> None:
    blocks.extend(with_ids(chunk["blocks"]))


def _tasks(blocks: Iterable[Json]) -> Iterable[Json]:
    for block in blocks:
        if block["type"] == "task_card":
            yield block
        yield from block.get("tasks", ()) if block["type"] == "plan" else ()


def _rich(text: Any) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(text)}]}
    return {"type": "rich_text", "elements": [section]}


_ADD = {"markdown_text": _add_text, "task_update": _add_task, "plan_update": _add_plan, "blocks": _add_blocks}
