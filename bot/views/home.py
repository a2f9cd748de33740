"""The Home tab and the modal that asks what was wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.views import blocks
from bot.views.blocks import Block

REASON = "reason"
FEEDBACK_REASON = "feedback_reason"
# One list for Slack's own suggestions and for the Home tab.
MANIFEST = json.loads((Path(__file__).parents[1] / "manifest.json").read_text(encoding="utf-8"))
PROMPTS: list[dict[str, str]] = MANIFEST["features"]["agent_view"]["suggested_prompts"]
HOW_TO_LINK = (
    "I do not know who you are yet, so I cannot show you anything. Your Slack e-mail has to be the one in your "
    "company's list of people; or an admin links you with `callsheet people link`."
)
NOT_FOR_GUESTS = "I only answer members of this workspace, not guests or people from other companies."


def home(name: str, body: Sequence[Block]) -> dict[str, Any]:
    """The Home tab of somebody who is known: the calls worth making, and what can be asked."""
    asks = "\n".join(f"• {prompt['message']}" for prompt in PROMPTS)
    return _tab(
        [
            blocks.header(f"Good to see you, {name}"),
            *body,
            blocks.divider(),
            blocks.markdown(f"*You can ask me*\n{asks}"),
        ]
    )


def stranger(text: str) -> dict[str, Any]:
    """The Home tab of somebody who is not known."""
    return _tab([blocks.header("Callsheet"), blocks.section(text)])


def what_was_wrong(audit_id: str) -> dict[str, Any]:
    """A modal that asks for the reason behind a thumb down."""
    asked = {"type": "plain_text_input", "action_id": REASON, "multiline": True, "max_length": 1_000}
    label = {"type": "plain_text", "text": "What was wrong, or missing?"}
    return {
        "type": "modal",
        "callback_id": FEEDBACK_REASON,
        "private_metadata": audit_id,
        "title": {"type": "plain_text", "text": "What was wrong?"},
        "submit": {"type": "plain_text", "text": "Send"},
        "close": {"type": "plain_text", "text": "Skip"},
        "blocks": [{"type": "input", "block_id": REASON, "label": label, "element": asked}],
    }


def _tab(body: list[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": body}
