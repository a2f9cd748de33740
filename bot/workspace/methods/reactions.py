"""reactions: emoji on messages."""

import re

from bot.workspace.methods.registry import Args, Refusal, joined, message_in, method
from bot.workspace.records import Json
from bot.workspace.state import Workspace

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


@method("reactions.add", "reactions:write", required=("name", "channel", "timestamp"))
def add(workspace: Workspace, args: Args) -> Json:
    return _react(workspace, args, add=True)


@method("reactions.remove", "reactions:write", required=("name", "channel", "timestamp"))
def remove(workspace: Workspace, args: Args) -> Json:
    return _react(workspace, args, add=False)


@method("reactions.get", "reactions:read", required=("channel", "timestamp"))
def get(workspace: Workspace, args: Args) -> Json:
    conversation = joined(workspace, args)
    message = message_in(conversation, args.text("timestamp"))
    return {"type": "message", "channel": conversation.id, "message": dict(message.body)}


def _react(workspace: Workspace, args: Args, *, add: bool) -> Json:
    name = args.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise Refusal("invalid_name")
    message = message_in(joined(workspace, args), args.text("timestamp"))
    if not workspace.react(message, workspace.app.bot_user_id, name, add=add):
        raise Refusal("already_reacted" if add else "no_reaction")
    return {}
