"""The manifest says all that the app needs of Slack, and nothing that it does not."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from slack_sdk import WebClient

import bot
from bot import views
from bot.listeners.forms import FORMS
from bot.views.forms import Form

MANIFEST = json.loads((Path(bot.__path__[0]) / "manifest.json").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
# Another Slack, what measures the bot from outside, and the command line are no part of the app in Slack.
APART = ("bot.workspace", "bot.bench", "bot.cli")
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
READ = {"channels:read", "groups:read", "im:read", "mpim:read"}
# What each method asks for, by Slack's documents (docs.slack.dev/reference/methods); direct messages alone are opened.
METHODS: dict[str, set[str]] = {
    "api.test": set(),
    "assistant.threads.setStatus": {"assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "auth.test": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": HISTORY,
    "conversations.members": READ,
    "conversations.open": {"im:write"},
    "conversations.replies": HISTORY,
    "files.completeUploadExternal": {"files:write"},
    "files.getUploadURLExternal": {"files:write"},
    "users.info": {"users:read", "users:read.email"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.publish": set(),
}
# Of one call of the client's, all that it calls.
MANY = {"files_upload_v2": ("files.getUploadURLExternal", "files.completeUploadExternal")}
HEARD: dict[str, set[str]] = {
    "app_context_changed": set(),
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "member_joined_channel": {"channels:read", "groups:read"},
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "message.im": {"im:history"},
    "message.mpim": {"mpim:history"},
    "reaction_added": {"reactions:read"},
    "tokens_revoked": set(),
    "user_change": {"users:read"},
}
# Commands and shortcuts come to an app that may have them.
FEATURES = {"commands"}


def modules() -> Iterator[ModuleType]:
    """Every module of the bot itself."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(APART) and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def called() -> set[str]:
    """Every Web API method that is called anywhere in the bot."""
    names = {name for name, member in vars(WebClient).items() if inspect.isfunction(member)}
    found: set[str] = set()
    for node, name in ((node, node.func.attr) for module in modules() for node in _calls(module)):
        if name in names:
            found |= {*MANY.get(name, (name.replace("_", "."),))}
        if name == "api_call" and isinstance(node.args[0], ast.Constant):
            found.add(str(node.args[0].value))
    return found


def handled(kind: str) -> set[str]:
    """The names for which a listener of a kind (`event`, `command`, `shortcut`) is registered."""
    return {name for module in modules() for name in _registered(module, kind)}


def _registered(module: ModuleType, kind: str) -> Iterator[str]:
    loops = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.For)]
    each = {loop.target.id: loop.iter for loop in loops if isinstance(loop.target, ast.Name)}
    for node in _calls(module):
        if node.func.attr == kind and isinstance(node.func.value, ast.Name) and node.func.value.id == "app":
            yield from _names(module, node.args[0], each)


def _calls(module: ModuleType) -> Iterator[Any]:
    """Every call of a method in a module."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def _names(module: ModuleType, node: ast.expr, each: dict[str, ast.expr]) -> Iterator[str]:
    """What an argument says: a word, a constant, any of a list that is gone through, or the id in a dictionary."""
    if isinstance(node, ast.Dict):
        by_name = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if _is_word(key)}
        node = by_name["callback_id"]
    if isinstance(node, ast.Name) and node.id in each:
        node = each[node.id]
    found: Any = eval(compile(ast.Expression(node), module.__name__, "eval"), vars(module))
    yield from [found] if isinstance(found, str) else found


def _is_word(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_method_that_is_called_is_known_and_the_manifest_asks_for_its_scopes() -> None:
    assert called() == METHODS.keys()
    assert set().union(*METHODS.values()) <= SCOPES


def test_every_event_has_a_handler_and_every_handler_an_event() -> None:
    assert {name.partition(".")[0] for name in EVENTS} == handled("event")
    assert HEARD.keys() == EVENTS
    assert set().union(*HEARD.values()) <= SCOPES


def test_every_command_and_shortcut_has_a_handler_and_every_handler_is_offered() -> None:
    features = MANIFEST["features"]
    assert {each["command"] for each in features.get("slash_commands", ())} == handled("command")
    assert {each["callback_id"] for each in features.get("shortcuts", ())} == handled("shortcut")


def test_every_form_that_can_be_opened_is_heard_when_it_is_sent() -> None:
    drawn = [importlib.import_module(found.name) for found in pkgutil.iter_modules(views.__path__, "bot.views.")]
    forms = {each.name: each for module in drawn for each in vars(module).values() if isinstance(each, Form)}
    assert forms == FORMS
    for form in forms.values():
        assert set(form.reads) <= form.tool.arguments.model_fields.keys()


def test_no_scope_is_asked_for_in_vain() -> None:
    assert set().union(*METHODS.values(), *HEARD.values(), FEATURES) == SCOPES
