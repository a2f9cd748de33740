"""Leads as blocks: the call list with a button for each lead, explanations, records."""

from __future__ import annotations

from bot.views import blocks, buttons
from bot.views.blocks import Block
from bot.views.movement import rate_buttons
from bot.views.outcomes import act
from tools import wording
from tools.calls import CallCard, CallList
from tools.leads import LeadExplanation, LeadView

OPENING_LIMIT = 600
# Slack takes fifty blocks in a message: in longer lists a lead is acted on from its own record.
ACTED_ON = 14


@blocks.drawn.register
def call_list(found: CallList) -> list[Block]:
    """The opening line, a card for each lead with what can be done beside and below it, and what was held back."""
    first, *rest = found.text.split("\n")
    notes, acts = rest[len(found.cards) :], len(found.cards) <= ACTED_ON
    cards = [
        block for place, card in enumerate(found.cards, 1) for block in _card(place, card, found.callable_now, acts)
    ]
    return [
        blocks.section(blocks.shortened(first, OPENING_LIMIT)),
        *cards,
        *(blocks.context(blocks.escaped(note)) for note in notes),
    ]


def short_list(found: CallList) -> list[Block]:
    """The same in short, for where there is more to see than that."""
    if not found.cards:
        return [blocks.section(found.text)]
    waits = [] if found.callable_now else [blocks.section(blocks.shortened(found.text.split("\n")[0], OPENING_LIMIT))]
    cards = [block for place, card in enumerate(found.cards, 1) for block in _short(place, card, found.callable_now)]
    return [*waits, *cards]


@blocks.drawn.register
def explanation(told: LeadExplanation) -> list[Block]:
    """Chance and reasons, each with an arrow for the way it pulls."""
    chance, interval = wording.percent(told.chance), wording.interval(told.low, told.high)
    head = f"{blocks.bold(told.name)}: {chance} chance to be {blocks.escaped(told.basis)} ({interval}, 90 % sure)"
    strongest = told.reasons[:6]
    reasons = "\n".join(f"{'▲' if reason.effect > 0 else '▼'} {blocks.escaped(reason.text)}" for reason in strongest)
    changes = (
        [blocks.context(blocks.escaped("What would change it: " + "; ".join(told.changes)))] if told.changes else []
    )
    buttons = rate_buttons(told.lead_id, told.rated)
    return [
        blocks.markdown(head),
        blocks.markdown(reasons or "Nothing stands out."),
        *changes,
        buttons,
        *act(told.lead_id),
    ]


@blocks.drawn.register
def lead(found: LeadView) -> list[Block]:
    """The record's fields two by two, then its timeline."""
    fields = [f"{blocks.bold(name.capitalize())}\n{blocks.data(value)}" for name, value in found.facts.items()]
    tables: list[Block] = [
        {
            "type": "section",
            "fields": [{"type": "mrkdwn", "text": field} for field in fields[start : start + 10]],
        }
        for start in range(0, min(len(fields), 20), 10)
    ]
    timeline = "\n".join(f"• {blocks.data(event)}" for event in found.events) or "Nothing has happened yet."
    why = buttons.why(found.lead_id, "Why this chance?")
    done = act(found.lead_id) if found.is_open else []
    return [blocks.header(found.name), *tables, blocks.markdown(timeline, why), *done]


def _card(place: int, card: CallCard, callable_now: bool, acts: bool) -> list[Block]:
    facts = [part for part in (_chance(card), _worth(card), card.source) if part]
    lines = [
        _title(place, card),
        " · ".join(blocks.data(fact) for fact in facts),
        blocks.escaped(" ".join(wording.sentence(reason) for reason in card.reasons)),
    ]
    why = [buttons.why(card.lead_id)] if card.chance is not None else []
    return [
        blocks.markdown("\n".join(filter(None, lines)), None if acts or not why else why[0]),
        blocks.context(blocks.escaped(_dial(card, callable_now))),
        *(act(card.lead_id, *why) if acts else []),
    ]


def _short(place: int, card: CallCard, callable_now: bool) -> list[Block]:
    """A lead in three lines: who, what speaks for it, the number to dial."""
    chance = "" if card.chance is None else f"{wording.percent(card.chance)} chance"
    facts = " · ".join(filter(None, (chance, _worth(card), *card.reasons[:1])))
    told = "\n".join(
        filter(None, [_title(place, card), blocks.escaped(facts), blocks.escaped(_dial(card, callable_now))])
    )
    why = [buttons.why(card.lead_id)] if card.chance is not None else []
    return [blocks.markdown(told), *act(card.lead_id, *why)]


def _title(place: int, card: CallCard) -> str:
    company = f" · {blocks.data(card.company)}" if card.company else ""
    return f"{place}. {blocks.bold(card.name)}{company}"


def _chance(card: CallCard) -> str:
    if card.chance is None or card.low is None or card.high is None:
        return ""
    return f"{wording.percent(card.chance)} chance ({wording.interval(card.low, card.high)})"


def _worth(card: CallCard) -> str:
    return "" if card.value is None else wording.money(card.value, card.currency)


def _dial(card: CallCard, callable_now: bool) -> str:
    when = f"{card.local_time} there" if callable_now else f"opens {wording.clock(card.opens_at, card.zone)} their time"
    assumed = " (zone assumed)" if card.zone_assumed else ""
    touch = f"last touch {card.last_touch}" if card.last_touch else "not touched yet"
    return f"☎ {card.number or 'no number on file'} · {when}{assumed} · {touch}"
