"""One lead and its reps as blocks: who fits it, why it went where it did, and the appeal against that."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks, buttons, forms
from bot.views.blocks import Block
from bot.views.forms import Form
from tools import wording
from tools.allocation import Assigned, BestRep, RepFit, explain_assignment
from tools.appeals import AppealView, appeal_assignment, decide_appeal
from tools.base import Result


@blocks.drawn.register
def best_rep(found: BestRep) -> list[Block]:
    """Who fits best, then everyone who may have the lead: beside one another where the asker may know how they do."""
    head, *rest = found.text.split("\n")
    first = blocks.section(head, why_there(found.lead_id))
    if len(found.reps) < 2 or any(each.chance is None for each in found.reps):
        return [first, *([blocks.section("\n".join(rest))] if rest else [])]
    why = [
        f"{blocks.bold(each.name)}: {blocks.escaped('; '.join(each.reasons))}" for each in found.reps if each.reasons
    ]
    return [first, _beside(found.reps), *([blocks.context("\n".join(why))] if why else [])]


@blocks.drawn.register
def assigned(found: Assigned) -> list[Block]:
    """The rule that put the lead there, what it would be worth elsewhere; an appeal for who wants it."""
    rule, *rest = found.text.split("\n")
    appeal = [buttons.row(forms.opens("Appeal…", APPEAL, lead=found.lead_id))] if found.may_appeal else []
    return [blocks.section(rule), *([blocks.section("\n".join(rest))] if rest else []), *appeal]


@blocks.drawn.register
def appeal(found: AppealView) -> list[Block]:
    """The appeal in words; for whoever may decide it, the buttons that do."""
    if not found.may_decide:
        return [blocks.section(found.text)]
    grant = buttons.decides("Grant", decide_appeal, appeal=found.appeal, decision="grant")
    asked = f"{found.lead} goes to {found.by} at once, and everyone touched is told."
    return [
        blocks.section(found.text, why_there(found.lead_id)),
        buttons.row(
            buttons.sure(grant, "Grant this appeal?", asked),
            forms.opens("Refuse…", REFUSE, appeal=found.appeal, decision="refuse"),
        ),
    ]


def _beside(reps: Sequence[RepFit]) -> Block:
    rows = [
        [
            f"{each.name}{' (has it)' if each.is_owner else ''}",
            wording.percent(each.chance.value) if each.chance else "",
            wording.interval(each.chance.low, each.chance.high) if each.chance else "",
            *("" if each.leads is None else f"{figure:,}" for figure in (each.leads or 0, each.room or 0)),
        ]
        for each in reps
    ]
    return blocks.table(["Rep", "chance", "90 % sure", "open leads", "room for"], rows)


def why_there(lead_id: str, text: str = "Why there?") -> Block:
    """A button that asks why a lead is with whom it is."""
    return buttons.asks(text, explain_assignment, lead=lead_id)


def _wish(shown: Result | None) -> list[Block]:
    return [forms.words("text", "Why should it be yours?", hint="Your manager reads this, with what it would cost.")]


def _refusal(shown: Result | None) -> list[Block]:
    return [forms.words("reason", "Why not?", hint="Whoever appealed will read it.")]


APPEAL = Form("appeal", appeal_assignment, "Appeal", "Send", "decides", _wish)
REFUSE = Form("refuse_appeal", decide_appeal, "Refuse this appeal", "Refuse", "decides", _refusal)
