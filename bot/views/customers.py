"""Who converts, as blocks: what to go for, leads like that, then the classes with what marks each."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from tools import customer_words, wording
from tools.customer_facts import Alike, IdealCustomer, PaceClass


@blocks.drawn.register
def ideal_customer(found: IdealCustomer) -> list[Block]:
    """The advice, open leads with a button each, a section for each class, and how sure that is."""
    head, like_them, *_ = found.text.split("\n")
    best = found.classes[0].title
    title = f"Open leads most like them, with the chance of each to be {best[0].lower()}{best[1:]}:"
    return [
        blocks.section(head),
        blocks.section(title if found.alike else like_them),
        *(_lead(each) for each in found.alike),
        blocks.divider(),
        *[block for each in found.classes for block in _class(each)],
        *([blocks.section(customer_words.of_stayers(found.stayers))] if found.stayers else []),
        *(blocks.context(blocks.escaped(note)) for note in found.notes),
    ]


def _class(each: PaceClass) -> list[Block]:
    half = f" · half of them by day {each.days:.0f}" if each.days else ""
    title = f"{blocks.bold(each.title)} · {wording.percent(each.share)} of leads ({each.n:,}){half}"
    told = customer_words.by_topic(each) or ["Nothing marks them beyond chance."]
    return [blocks.markdown("\n".join([title, *map(blocks.escaped, told)]))]


def _lead(each: Alike) -> Block:
    company = f" · {blocks.data(each.company)}" if each.company else ""
    return blocks.markdown(
        f"{blocks.bold(each.name)}{company} · {wording.percent(each.chance)}",
        buttons.why(each.lead_id),
    )
