"""What people are told when leads change hands, each lead with a button that asks why."""

from __future__ import annotations

from bot.views import blocks
from bot.views.assignments import why_there
from bot.views.blocks import Block
from tools.news import LEADS_TOLD, AssignmentNews, Passed, PlanNews


@blocks.drawn.register
def plan_news(found: PlanNews) -> list[Block]:
    """The leads that came and those that went; of an undone plan, that it was undone."""
    head, *rest = found.text.split("\n")
    if found.status != "approved":
        return [blocks.section(found.text)]
    more = [line for line in rest if not line.startswith("• ")]
    return [
        blocks.section(head),
        *(_passed(each, "is yours now") for each in found.came[:LEADS_TOLD]),
        *(_passed(each, f"went to {each.other or 'nobody'}") for each in found.went[:LEADS_TOLD]),
        *(blocks.context(blocks.escaped(line)) for line in more),
    ]


@blocks.drawn.register
def assignment_news(found: AssignmentNews) -> list[Block]:
    """That a lead came or went, and why."""
    return [blocks.section(found.text, why_there(found.lead_id, "Why?"))]


def _passed(each: Passed, what: str) -> Block:
    company = f" · {blocks.data(each.company)}" if each.company else ""
    told = f"{blocks.bold(each.name)}{company} {blocks.data(what)}\n{blocks.escaped(each.why)}"
    return blocks.markdown(told, why_there(each.lead_id, "Why?"))
