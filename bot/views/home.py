"""The Home tab, the reports it offers to managers, and the modal that asks what was wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.views import blocks
from bot.views.blocks import Block
from tools.base import Tool

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
REPORT = "report"
REPORTED_TO = ("manager", "admin")
ANSWER_HERE = "You asked for this on the Home tab; the answer comes in this thread."
ANSWER_THERE = "The answer comes to your direct messages; replaying months of calls may take a minute."
ON_IT = "I am on it already; the answer comes to this conversation."


@dataclass(frozen=True)
class Report:
    """A report at one click: what its button says, the tool behind it, and what Slack shows while it is made."""

    label: str
    tool: str
    doing: str
    arguments: dict[str, Any] = field(default_factory=dict)


REPORTS = (
    Report("Replay my last 6 months", "retro_report", "is replaying your last months…", {"months": 6}),
    Report("How good is the ranking?", "model_report", "is looking at how the ranking has done…", {"model": "ranking"}),
    Report("Who is our ideal customer?", "ideal_customer", "is comparing who converts fast, slowly and never…"),
)


def reports_for(role: str, tools: Sequence[Tool]) -> list[Report]:
    """The reports that somebody of this role finds on the Home tab."""
    allowed = {tool.name for tool in tools if role in tool.roles}
    return [report for report in REPORTS if role in REPORTED_TO and report.tool in allowed]


def home(
    name: str, body: Sequence[Block], reports: Sequence[Report] = (), rules: Sequence[Block] = ()
) -> dict[str, Any]:
    """The Home tab of somebody who is known: reports at one click, standing rules, the calls worth making, what can be
    asked."""
    asks = "\n".join(f"• {prompt['message']}" for prompt in PROMPTS)
    return _tab(
        [
            blocks.header(f"Good to see you, {name}"),
            *_offered(reports),
            *([*rules, blocks.divider()] if rules else []),
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


def _offered(reports: Sequence[Report]) -> list[Block]:
    if not reports:
        return []
    buttons = [blocks.button(each.label, f"{REPORT}:{each.tool}", each.tool) for each in reports]
    return [{"type": "actions", "elements": buttons}, blocks.context(ANSWER_THERE), blocks.divider()]


def _tab(body: list[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks.placed(body, tables=0)}
