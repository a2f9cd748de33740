"""chat, later: messages that Slack keeps and posts when their time has come."""

from bot.workspace.methods.chat import in_thread, written
from bot.workspace.methods.registry import Args, Refusal, conversation_of, method, writable
from bot.workspace.payloads import fresh_id
from bot.workspace.records import Json, Scheduled
from bot.workspace.state import Workspace

FURTHEST_S = 120 * 24 * 3600
WINDOW_S = 300
MOST_IN_WINDOW = 30


@method("chat.scheduleMessage", "chat:write", required=("channel", "post_at"))
def schedule(workspace: Workspace, args: Args) -> Json:
    conversation = writable(workspace, args)
    post_at = _instant(args)
    ahead = post_at - workspace.clock().timestamp()
    if ahead <= 0:
        raise Refusal("time_in_past")
    if ahead > FURTHEST_S:
        raise Refusal("time_too_far")
    near = [one for one in workspace.scheduled.values() if one.channel == conversation.id]
    if sum(abs(one.post_at - post_at) < WINDOW_S for one in near) >= MOST_IN_WINDOW:
        raise Refusal("restricted_too_many")
    body = {**workspace.app.author, **written(args), **in_thread(conversation, args)}
    one = Scheduled(fresh_id("Q"), conversation.id, post_at, int(workspace.clock().timestamp()), body)
    workspace.scheduled[one.id] = one
    return {"channel": one.channel, "scheduled_message_id": one.id, "post_at": post_at, "message": body}


@method("chat.deleteScheduledMessage", "chat:write", required=("channel", "scheduled_message_id"))
def delete(workspace: Workspace, args: Args) -> Json:
    found = workspace.scheduled.get(args.text("scheduled_message_id"))
    if found is None or found.channel != conversation_of(workspace, args).id:
        raise Refusal("invalid_scheduled_message_id")
    del workspace.scheduled[found.id]
    return {}


@method("chat.scheduledMessages.list")
def list_scheduled(workspace: Workspace, args: Args) -> Json:
    channel = conversation_of(workspace, args).id if args.text("channel") else None
    oldest, latest = float(args.text("oldest") or 0), float(args.text("latest") or "inf")
    found = [
        {"id": one.id, "channel_id": one.channel, "post_at": one.post_at, "date_created": one.created,
         "text": one.body["text"]}
        for one in sorted(workspace.scheduled.values(), key=lambda one: one.post_at)
        if channel in (None, one.channel) and oldest <= one.post_at <= latest
    ]  # fmt: skip
    return args.page(found, "scheduled_messages")


def _instant(args: Args) -> int:
    try:
        return int(args.text("post_at"))
    except ValueError:
        raise Refusal("invalid_time") from None
