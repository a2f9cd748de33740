"""The Home tab, the reports it offers to managers, and the modal that asks what was wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.views import blocks
from bot.views.blocks import Block
from tools.base import Tool

REASON = "reason"
REFRESH = "home:refresh"
# Slack takes a hundred blocks in a tab; no part may push the others out.
TAB_LIMIT, PART_LIMIT = 100, 24
ONE_MOMENT = "One moment…"
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
    name: str, as_of: datetime, parts: Mapping[str, Sequence[Block]], reports: Sequence[Report] = ()
) -> dict[str, Any]:
    """The Home tab of somebody who is known: what there is under each title, reports at one click, how to ask."""
    when = blocks.markdown(f"As of {blocks.instant(as_of)}", blocks.button("Refresh", REFRESH, "refresh"))
    shown = [block for title, body in parts.items() for block in _part(title, body)]
    asks = " · ".join(f"“{prompt['message']}”" for prompt in PROMPTS)
    hint = blocks.context(f"Ask me anything in *Messages*, or with `/callsheet`; `/callsheet help` lists it. {asks}")
    return _tab([blocks.header(f"Good to see you, {name}"), when, *shown, *_offered(reports), blocks.divider(), hint])


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


def _part(title: str, body: Sequence[Block]) -> list[Block]:
    return [blocks.divider(), blocks.header(title), *body[:PART_LIMIT]]


def _offered(reports: Sequence[Report]) -> list[Block]:
    if not reports:
        return []
    buttons = [blocks.button(each.label, f"{REPORT}:{each.tool}", each.tool) for each in reports]
    return _part("Reports", [{"type": "actions", "elements": buttons}, blocks.context(ANSWER_THERE)])


def _tab(body: list[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": blocks.placed(body, tables=0)[:TAB_LIMIT]}
