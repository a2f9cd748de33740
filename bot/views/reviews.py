"""Answers that were found bad, as blocks: each with the button that takes it off the list."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools.reviews import BadAnswer, BadAnswers, Reviewed, settle_answer

LONGEST = 300
LIST = "`callsheet review` lists them all."


@blocks.drawn.register
def bad_answers(found: BadAnswers) -> list[Block]:
    """Each bad answer with what was said of it, and how many more there are."""
    if not found.items:
        return [blocks.section(found.text)]
    more = found.count - len(found.items)
    drawn = [block for each in found.items for block in _item(each)]
    return [*drawn, *([blocks.context(f"And {more:,} more. {LIST}")] if more else [])]


@blocks.drawn.register
def reviewed(found: Reviewed) -> list[Block]:
    """That it is off the list."""
    return [blocks.section(found.text)]


def _item(each: BadAnswer) -> list[Block]:
    asked = blocks.escaped(blocks.shortened(each.question or "A question that is not kept", LONGEST))
    why = f"“{blocks.escaped(blocks.shortened(each.reason, LONGEST))}”" if each.reason else "No reason given"
    by = blocks.escaped(", ".join(each.tools) or "no tool")
    told = f"*{asked}*\n{why}\n{blocks.escaped(each.person)}, {blocks.instant(each.at)}; answered by {by}"
    return [blocks.markdown(told), buttons.row(buttons.decides("Looked into", settle_answer, answer=each.audit_id))]
