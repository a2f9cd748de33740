"""Buttons that call a tool: which one, and with what, is written into a button and read out of it when it is clicked.

A click goes through the same door as a question, for whoever clicked: role, arguments and sight are checked there.
To add such a button, draw it; nothing else has to know of it. One that needs words first opens a form (see `forms`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from bot.views import blocks
from bot.views.blocks import Block
from tools.base import Tool
from tools.leads import explain_lead

# What becomes of the answer: it is posted in the thread, it takes the place of the buttons, or that of all that stood
# around them.
Kind = Literal["asks", "decides", "renews"]
OPENS, SHOWS = "opens", "shows"
TITLE_LIMIT, ASKED_LIMIT, CONFIRM_LIMIT = 100, 300, 30


@dataclass(frozen=True)
class Call:
    """What a button stands for."""

    kind: str
    name: str
    arguments: dict[str, Any]


def button(kind: str, text: str, name: str, arguments: dict[str, Any]) -> Block:
    """A button of some kind, for a tool or a form of that name, with the arguments that it stands for."""
    # Slack takes no two buttons of one name in a block; what they say differs.
    action_id = f"{kind}:{name}:{blocks.shortened(text, blocks.LABEL_LIMIT)}"
    return blocks.button(text, action_id, json.dumps(arguments, ensure_ascii=False))


def asks(text: str, tool: Tool, **arguments: str) -> Block:
    """A button whose answer comes into the thread, as if it had been asked there."""
    return button("asks", text, tool.name, arguments)


def decides(text: str, tool: Tool, **arguments: str | bool) -> Block:
    """A button that settles something: what came of it takes the place of the block that it stands in."""
    return button("decides", text, tool.name, arguments)


def renews(text: str, tool: Tool, **arguments: Any) -> Block:
    """A button whose answer takes the place of the whole message that it stands in."""
    return button("renews", text, tool.name, arguments)


def shows(text: str, tool: Tool, **arguments: str) -> Block:
    """A button that opens the answer in a window of its own, for whoever clicked."""
    return button(SHOWS, text, tool.name, arguments)


def why(lead_id: str, text: str = "Why?") -> Block:
    """A button that asks for the reasons behind a lead's chance."""
    return asks(text, explain_lead, lead=lead_id)


def sure(asked: Block, title: str, text: str) -> Block:
    """A button that asks back before it does what it says."""
    yes = blocks.shortened(asked["text"]["text"], CONFIRM_LIMIT)
    said = {"title": blocks.shortened(title, TITLE_LIMIT), "text": blocks.shortened(text, ASKED_LIMIT), "confirm": yes}
    said |= {"deny": "Cancel"}
    return asked | {"confirm": {name: {"type": "plain_text", "text": words} for name, words in said.items()}}


def row(*buttons: Block) -> Block:
    """Buttons beside one another."""
    return {"type": "actions", "elements": list(buttons)}


def call(action: dict[str, Any]) -> Call:
    """What the button that was clicked stands for: how, the name of a tool or a form, and with what."""
    kind, name, _ = action["action_id"].split(":", 2)
    return Call(kind, name, json.loads(action["value"]))
