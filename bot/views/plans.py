"""Plans as blocks: what a plan brings and costs, who gets what, and the buttons that decide it."""

from __future__ import annotations

from bot.views import blocks, buttons, forms
from bot.views.blocks import Block
from bot.views.forms import Form
from tools.arrivals import Arrivals
from tools.base import Result
from tools.decisions import DecidedPlan, adjust_proposal, decide_proposal
from tools.errors import BadInput
from tools.plans import AllocationPlan, PlannedMove, RepLoad
from tools.terms import PlanTerms, plan_terms, renew_proposal

REPS_SHOWN = 20
ICONS = {"approved": "✅", "rejected": "✖", "undone": "↩", "stale": "⚠"}


@blocks.drawn.register
def allocation_plan(found: AllocationPlan) -> list[Block]:
    """What to do first, what it brings, everyone's leads before and after, the moves; then the buttons."""
    advice, *rest = found.text.split("\n")
    told = [line for line in rest if not line.startswith("• ") and line not in found.notes]
    brings = [f"• {line.strip()}" if line.startswith("  ") else line for line in told if not line.startswith("And ")]
    moves = [*map(_move, found.moves), *(blocks.escaped(line) for line in told if line.startswith("And "))]
    return [
        blocks.markdown(f"*{blocks.escaped(advice)}*"),
        *([blocks.section("\n".join(brings))] if brings else []),
        *(_loads(found) if found.proposal else []),
        *([blocks.markdown("\n".join(moves))] if moves else []),
        *(blocks.context(blocks.escaped(note)) for note in found.notes),
        *([_to_decide(found)] if found.proposal else []),
    ]


@blocks.drawn.register
def decided_plan(found: DecidedPlan) -> list[Block]:
    """Who decided what and when, in the place of the buttons; what can still be done about it."""
    why = f" “{blocks.escaped(found.reason)}”" if found.reason else ""
    who = f"{blocks.bold(found.by)}, {blocks.instant(found.as_of)}" if found.as_of else blocks.bold(found.by)
    told = f"{ICONS[found.status]} {who}: {blocks.escaped(found.text)}{why}"
    if found.status == "stale":
        again = buttons.renews("Fresh plan", renew_proposal, proposal=found.proposal)
        return [blocks.section(f"{ICONS['stale']} {found.text}"), buttons.row(again, _reject(found.proposal))]
    if found.undo_until is None:
        return [blocks.markdown(told)]
    undo = buttons.decides("Undo", decide_proposal, proposal=found.proposal, decision="undo")
    asked = "Leads that came by this plan and are still open go back to who had them. Everyone touched is told."
    return [blocks.markdown(told), buttons.row(buttons.sure(undo, "Undo this plan?", asked))]


@blocks.drawn.register
def arrivals(found: Arrivals) -> list[Block]:
    """The new leads, who is to have each, and the buttons while they wait."""
    advice, *lines = found.text.split("\n")
    body = [blocks.markdown(f"*{blocks.escaped(advice)}*"), *([blocks.section("\n".join(lines))] if lines else [])]
    if not found.waits:
        return body
    approve = buttons.decides("Approve", decide_proposal, proposal=found.proposal, decision="approve")
    asked = f"{found.count:,} leads get an owner, who is told. It can be undone for a day."
    return [
        *body,
        buttons.row(_primary(buttons.sure(approve, "Give these leads out?", asked)), _reject(found.proposal)),
    ]


@blocks.drawn.register
def terms(found: PlanTerms) -> list[Block]:
    """Nothing but its words: the form shows them."""
    return [blocks.section(found.text)]


def _to_decide(found: AllocationPlan) -> Block:
    id_ = str(found.proposal)
    approve = buttons.decides("Approve", decide_proposal, proposal=id_, decision="approve")
    asked = (
        f"{found.given + found.taken:,} leads change hands, and everyone touched is told. It can be undone for a day."
    )
    return buttons.row(
        _primary(buttons.sure(approve, "Approve this plan?", asked)),
        forms.opens("Adjust…", ADJUST, proposal=id_),
        _reject(id_),
    )


def _reject(proposal: str) -> Block:
    return forms.opens("Reject…", REJECT, proposal=proposal, decision="reject")


def _primary(button: Block) -> Block:
    return button | {"style": "primary"}


def _move(move: PlannedMove) -> str:
    company = f" ({blocks.data(move.company)})" if move.company else ""
    from_ = f"{blocks.data(move.giver)} → " if move.giver else ""
    return f"• {blocks.bold(move.name)}{company}: {from_}{blocks.data(move.taker)}. {blocks.escaped(move.why)}"


def _loads(found: AllocationPlan) -> list[Block]:
    """Who gives and who gets how many, most gained first."""
    changed = sorted((each for each in found.reps if _change(each)), key=_change, reverse=True)[:REPS_SHOWN]
    rows = [
        [
            each.name,
            f"{_change(each):+,}",
            f"{each.leads_before:,} → {each.leads_after:,}",
            f"{each.best_before:,} → {each.best_after:,}",
        ]
        for each in changed
    ]
    return [blocks.table(["Rep", "change", "open leads", "of the best"], rows)] if rows else []


def _change(rep: RepLoad) -> int:
    return rep.leads_after - rep.leads_before


def _adjustments(shown: Result | None) -> list[Block]:
    if not isinstance(shown, PlanTerms):
        raise TypeError(f"the form is drawn from a plan's terms, not from {type(shown).__name__}")
    teams = {each.team: {rep.person_id: rep.name for rep in shown.reps if rep.team == each.team} for each in shown.reps}
    excluded = [each.person_id for each in shown.reps if each.is_excluded]
    settled = [f"{lead}: {rep}" for lead, rep in shown.pinned.items()]
    return [
        forms.number("max_per_rep", "At most so many leads each", initial=shown.max_per_rep),
        forms.choices("exclude", "Reps who get none", teams, initial=excluded),
        forms.lines(
            "pin",
            "Leads you settle yourself",
            hint="One on a line, the lead's name and the rep's: “Jane Doe: Ana Reyes”.",
            initial=settled,
        ),
    ]


def _reason(shown: Result | None) -> list[Block]:
    return [forms.words("reason", "Why?", hint="It is kept with the decision.")]


def _pinned(text: str) -> dict[str, str]:
    """The rep of each lead, from lines that name both.

    Raises
    ------
    BadInput
        When a line names only one of them.
    """
    pairs = [line.rpartition(":") for line in text.splitlines() if line.strip()]
    if lacking := next(
        (rep or lead for lead, colon, rep in pairs if not (lead.strip() and colon and rep.strip())), None
    ):
        raise BadInput(f'"{blocks.shortened(lacking.strip(), 60)}" needs a lead and a rep, with ":" between them.')
    return {lead.strip(): rep.strip() for lead, _, rep in pairs}


REJECT = Form("reject_plan", decide_proposal, "Reject this plan", "Reject", "decides", _reason)
ADJUST = Form(
    "adjust_plan", adjust_proposal, "Adjust the plan", "Plan anew", "renews", _adjustments, plan_terms, {"pin": _pinned}
)
