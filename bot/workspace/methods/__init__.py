"""The Web API, one module per family of methods; each method is one function registered under its Slack name."""

from bot.workspace.methods import (
    agents,
    assistant,
    auth,
    chat,
    conversations,
    files,
    oauth,
    reactions,
    schedule,
    streams,
    users,
    views,
)
from bot.workspace.methods.registry import METHODS, Args, Method, Refusal

__all__ = ["METHODS", "Args", "Method", "Refusal"]
_FAMILIES = (agents, assistant, auth, chat, conversations, files, oauth, reactions, schedule, streams, users, views)
