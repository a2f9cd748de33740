"""The next step as blocks: what to do and why first, then what else helps and the won deals it rests on."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from bot.views.outcomes import log
from bot.views.playbook import opens as opens_passage
from tools.advice import NextStepAdvice
from tools.deals import explain_deal


@blocks.drawn.register
def next_step(found: NextStepAdvice) -> list[Block]:
    """The advice with "Why?" beside it, and a line for each thing more there is to say."""
    advice, *more = found.text.split("\n")
    why = buttons.why(found.record_id)
    if found.kind == "deal":
        why = buttons.asks("Why?", explain_deal, deal=found.record_id)
    opened = [opens_passage(found.passage)] if found.passage else []
    done = buttons.row(*opened, log(f"{found.kind}s/{found.record_id}"))
    return [blocks.section(advice, why), *(blocks.context(blocks.escaped(line)) for line in more), done]
