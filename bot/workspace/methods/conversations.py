"""conversations: where the app is, who is there, what was said."""

from bot.workspace.methods.registry import (
    Args,
    Refusal,
    conversation_of,
    direct_with,
    joined,
    method,
    require,
    require_for,
)
from bot.workspace.records import Conversation, Json, Message
from bot.workspace.state import Workspace

_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


@method("conversations.open")
def open_conversation(workspace: Workspace, args: Args) -> Json:
    if args.text("channel"):
        conversation = conversation_of(workspace, args)
    else:
        users = [user for user in args.text("users").split(",") if user]
        if not users:
            raise Refusal("users_list_not_supplied")
        require(workspace, "im:write" if len(users) == 1 else "mpim:write")
        conversation = direct_with(workspace, *users)
    return {"channel": _as_seen(workspace, conversation) if args.flag("return_im") else {"id": conversation.id}}


@method("conversations.info", required=("channel",))
def info(workspace: Workspace, args: Args) -> Json:
    conversation = _readable(workspace, args)
    return {"channel": _as_seen(workspace, conversation)}


@method("conversations.list", "channels:read", "groups:read", "im:read", "mpim:read")
def list_conversations(workspace: Workspace, args: Args) -> Json:
    return _listed(workspace, args, member=None)


@method("users.conversations", "channels:read", "groups:read", "im:read", "mpim:read")
def of_user(workspace: Workspace, args: Args) -> Json:
    return _listed(workspace, args, member=args.text("user") or workspace.app.bot_user_id)


@method("conversations.members", required=("channel",))
def members(workspace: Workspace, args: Args) -> Json:
    page = args.page([{"id": member} for member in _readable(workspace, args).members], "members")
    return {**page, "members": [member["id"] for member in page["members"]]}


@method("conversations.join", "channels:join", required=("channel",))
def join(workspace: Workspace, args: Args) -> Json:
    conversation = conversation_of(workspace, args)
    if conversation.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if conversation.is_archived:
        raise Refusal("is_archived")
    workspace.join(conversation, workspace.app.bot_user_id)
    return {"channel": _as_seen(workspace, conversation)}


@method("conversations.history", required=("channel",))
def history(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args)
    require_for(workspace, conversation, "history")
    tops = [m for m in conversation.ordered if not m.is_reply or m.body.get("subtype") == "thread_broadcast"]
    return _messages(workspace, args, list(reversed(tops)))


@method("conversations.replies", required=("channel", "ts"))
def replies(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args)
    require_for(workspace, conversation, "history")
    found = workspace.thread(conversation.id, args.text("ts"))
    if not found:
        raise Refusal("thread_not_found")
    return _messages(workspace, args, found)


def _readable(workspace: Workspace, args: Args) -> Conversation:
    conversation = conversation_of(workspace, args)
    require_for(workspace, conversation, "read")
    if conversation.kind != "channel" and workspace.app.bot_user_id not in conversation.members:
        raise Refusal("channel_not_found")
    return conversation


def _as_seen(workspace: Workspace, conversation: Conversation) -> Json:
    told = conversation.as_json() | {"is_member": workspace.app.bot_user_id in conversation.members}
    return told | {"user": conversation.name} if conversation.kind == "im" else told


def _listed(workspace: Workspace, args: Args, *, member: str | None) -> Json:
    kinds = {_TYPES.get(name.strip()) for name in (args.text("types") or "public_channel").split(",")}
    bot = workspace.app.bot_user_id
    seen = [
        _as_seen(workspace, one)
        for one in workspace.conversations.values()
        if one.kind in kinds
        and not (one.is_archived and args.flag("exclude_archived"))
        and (one.kind == "channel" or bot in one.members)
        and (member is None or member in one.members)
    ]
    return args.page(seen, "channels")


def _messages(workspace: Workspace, args: Args, found: list[Message]) -> Json:
    oldest, latest = args.text("oldest") or "0", args.text("latest") or "9999999999.999999"
    inclusive = args.flag("inclusive")
    told = [
        _without_metadata(workspace.told(message), args)
        for message in found
        if not message.only_for and (oldest < message.ts < latest or (inclusive and message.ts in (oldest, latest)))
    ]
    page = args.page(told, "messages")
    return {**page, "has_more": bool(page["response_metadata"]["next_cursor"])}


def _without_metadata(body: Json, args: Args) -> Json:
    hidden = {"channel"} if args.flag("include_all_metadata") else {"channel", "metadata"}
    return {key: value for key, value in body.items() if key not in hidden}
