"""What waits for a decision, as blocks: each with the buttons that settle it."""

from __future__ import annotations

from bot.views import assignments, blocks, buttons, forms, plans
from bot.views.blocks import Block
from tools.appeals import appeal_news, decide_appeal
from tools.arrivals import arrivals_news
from tools.decisions import decide_proposal
from tools.terms import renew_proposal
from tools.waiting import Waiting, WaitingDecisions


@blocks.drawn.register
def waiting_decisions(found: WaitingDecisions) -> list[Block]:
    """Each thing to decide with its buttons, and how many more there are."""
    if not found.items:
        return [blocks.section(found.text)]
    more = found.count - len(found.items)
    drawn = [block for each in found.items for block in _item(each)]
    return [*drawn, *([blocks.context(f"And {more:,} more; decide these first.")] if more else [])]


def _item(each: Waiting) -> list[Block]:
    told = f"{blocks.escaped(each.text)}\nSince {blocks.instant(each.since)}"
    return [blocks.markdown(told), _settled(each)]


def _settled(each: Waiting) -> Block:
    if each.kind == "appeal":
        grant = buttons.decides("Grant", decide_appeal, appeal=each.id, decision="grant")
        return buttons.row(
            buttons.asks("What would it cost?", appeal_news, appeal=each.id),
            buttons.sure(grant, "Grant this appeal?", "The lead changes hands at once, and everyone touched is told."),
            forms.opens("Refuse…", assignments.REFUSE, appeal=each.id, decision="refuse"),
        )
    if each.kind == "arrivals":
        shows = buttons.asks("Who gets which?", arrivals_news, proposal=each.id)
    else:
        shows = buttons.asks("Plan it anew", renew_proposal, proposal=each.id)
    approve = buttons.decides("Approve", decide_proposal, proposal=each.id, decision="approve")
    asked = f"{each.leads:,} leads change hands, and everyone touched is told. It can be undone for a day."
    return buttons.row(
        shows,
        buttons.sure(approve, "Approve this?", asked),
        forms.opens("Reject…", plans.REJECT, proposal=each.id, decision="reject"),
    )
