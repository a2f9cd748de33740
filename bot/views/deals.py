"""Deals as blocks: those at risk with what to do about each, and one deal with its reasons and red flags."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import blocks, buttons
from bot.views.blocks import Block
from bot.views.outcomes import log
from tools import wording
from tools.deal_cards import DealCard, RedFlag, facts, risks
from tools.deals import DealExplanation, DealsAtRisk, explain_deal
from tools.leads import Contribution

OPENING_LIMIT = 600
REASONS_SHOWN = 6
# Slack takes fifty blocks in a message; the sources and the buttons below want some.
CARDS_SHOWN = 20


@blocks.drawn.register
def deals_at_risk(found: DealsAtRisk) -> list[Block]:
    """What is at stake, a card for each deal with "Why?" beside it, and the notes."""
    several = len(found.owners) != 1
    cards = [_card(place, card, with_owner=several) for place, card in enumerate(found.cards[:CARDS_SHOWN], 1)]
    first = found.text.split("\n")[0]
    notes = [blocks.context(blocks.escaped(note)) for note in found.notes]
    return [blocks.section(blocks.shortened(first, OPENING_LIMIT)), *cards, *notes]


@blocks.drawn.register
def deal(told: DealExplanation) -> list[Block]:
    """What to do, the chances, what moves them, the red flags with what to do, and the record."""
    card, chances = told.card, []
    if card.win:
        chances.append(f"{card.win} to be {told.win_event}")
    if card.in_time and card.by:
        chances.append(f"{card.in_time} to be won by {card.by.day} {card.by:%b %Y}")
    if card.slip:
        chances.append(f"{card.slip} to slip or be lost")
    if card.is_overdue:
        chances.append("past its expected close")
    if told.days_left:
        chances.append(f"likely closed in {told.days_left.value:,.0f} days")
    head = f"{blocks.bold(told.name)}: {blocks.escaped('; '.join(chances) or told.text.splitlines()[0])}"
    parts = [*([blocks.section(told.advice)] if told.advice else []), blocks.markdown(head)]
    if told.win_reasons:
        parts.append(blocks.markdown(_reasons("Won or not", told.win_reasons)))
    if told.slip_reasons:
        parts.append(blocks.markdown(_reasons("In time or not", told.slip_reasons, good=-1)))
    if card.flags:
        parts.append(blocks.markdown("\n".join(map(_flag, card.flags))))
    record = blocks.context(blocks.escaped("; ".join(told.facts)))
    notes = [blocks.context(blocks.escaped(note)) for note in told.notes]
    return [*parts, record, *notes, buttons.row(log(f"deals/{card.deal_id}"))]


def _card(place: int, card: DealCard, *, with_owner: bool) -> Block:
    lines = [
        f"{place}. {blocks.bold(card.name)}",
        *(" · ".join(map(blocks.data, told)) for told in (facts(card, with_owner=with_owner), risks(card)) if told),
        *map(_flag, card.flags),
    ]
    return blocks.markdown("\n".join(lines), buttons.asks("Why?", explain_deal, deal=card.deal_id))


def _flag(flag: RedFlag) -> str:
    text = blocks.escaped(wording.sentence(flag.text))
    return f"⚑ {blocks.bold(flag.name)}: {text} {blocks.escaped(flag.advice)}"


def _reasons(title: str, reasons: Sequence[Contribution], good: int = 1) -> str:
    """The strongest reasons, with an arrow up for what is good for us."""
    shown = [
        f"{'▲' if each.effect * good > 0 else '▼'} {blocks.escaped(each.text)}" for each in reasons[:REASONS_SHOWN]
    ]
    return "\n".join([blocks.bold(title), *shown])
