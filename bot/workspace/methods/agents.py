"""agents: what an agent says of its work in a thread, with a Stop button while it is busy."""

from bot.workspace.methods.registry import Args, Refusal, joined, method, thread_of
from bot.workspace.records import Json
from bot.workspace.state import Workspace

STATES = ("active", "processing", "suspended", "closed")
LONGEST_TITLE = 200
UNHEARD = "missing_agent_session_stopped_event_subscription"


@method("agents.sessions.setStatus", "chat:write", required=("channel_id", "status", "thread_ts"))
def set_status(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args, "channel_id")
    thread, status = thread_of(conversation, args.text("thread_ts")), args.text("status")
    if status not in STATES or len(args.text("title")) > LONGEST_TITLE:
        raise Refusal("invalid_arguments")
    known = workspace.works.get((conversation.id, thread))
    # Only a new session takes the title; afterwards it is renamed.
    title = known.title if known and known.session else args.text("title")
    workspace.note_work(conversation.id, thread, session=status, title=title)
    told: Json = {"status": status, "agent_status": status, "title": title}
    if status == "processing" and not workspace.manifest.hears("agent_session_stopped", None):
        told |= {"warning": UNHEARD, "response_metadata": {"warnings": [UNHEARD]}}
    return told


@method("agents.sessions.rename", "chat:write", required=("channel_id", "title", "thread_ts"))
def rename(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args, "channel_id")
    thread, title = thread_of(conversation, args.text("thread_ts")), args.text("title")
    known = workspace.works.get((conversation.id, thread))
    if known is None or known.session is None:
        raise Refusal("session_not_found")
    if len(title) > LONGEST_TITLE:
        raise Refusal("invalid_arguments")
    workspace.note_work(conversation.id, thread, title=title)
    return {"status": known.session, "agent_status": known.session, "title": title}
