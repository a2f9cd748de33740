"""assistant: what the app is doing, what it suggests to ask."""

from bot.workspace.methods.registry import Args, Refusal, joined, method, thread_of
from bot.workspace.records import Json
from bot.workspace.state import Workspace
from bot.workspace.threads import Status

MOST_PROMPTS = 4
MOST_LOADING_MESSAGES = 10


@method("assistant.threads.setStatus", "assistant:write", "chat:write", required=("channel_id", "thread_ts"))
def set_status(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args, "channel_id")
    loading = args.json("loading_messages") or []
    if len(loading) > MOST_LOADING_MESSAGES:
        raise Refusal("invalid_arguments")
    status = Status(args.text("status"), workspace.clock(), loading) if args.text("status") else None
    workspace.note_work(conversation.id, thread_of(conversation, args.text("thread_ts")), status=status)
    return {}


@method("assistant.threads.setTitle", "assistant:write", required=("channel_id", "thread_ts", "title"))
def set_title(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args, "channel_id")
    workspace.note_work(conversation.id, thread_of(conversation, args.text("thread_ts")), title=args.text("title"))
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write", required=("channel_id", "prompts"))
def set_suggested_prompts(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args, "channel_id")
    prompts = args.json("prompts")
    if not isinstance(prompts, list) or len(prompts) > MOST_PROMPTS:
        raise Refusal("invalid_arguments")
    if not all(isinstance(one, dict) and one.get("title") and one.get("message") for one in prompts):
        raise Refusal("invalid_arguments")
    # For agent apps Slack takes prompts for a thread and shows nothing.
    if not args.text("thread_ts"):
        workspace.prompts[conversation.id] = prompts
        workspace.changed("prompts", {"channel": conversation.id, "prompts": prompts}, frozenset(conversation.members))
    return {}
