"""Whom to call now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import calendar, metrics, records
from knowledge.citations import Citation, record
from knowledge.records import Event, LeadRecord
from scoring.explanations import Reason
from scoring.ranking import Ranking
from scoring.registry import Served
from tools import access, queue, wording
from tools.base import Column, LeadName, Limit, Owner, Result, ToolContext, tool
from tools.leads import cite_reason, priced

REASONS_SHOWN = 3
SHOWN_BEFORE = 200
# Told of every lead anyway, beside its chance.
TOLD = "value"


class CallCard(BaseModel):
    """One lead worth a call: what to know before dialling."""

    model_config = ConfigDict(frozen=True)

    lead_id: str
    name: str
    company: str | None
    source: str | None
    owner: str
    chance: float | None
    low: float | None
    high: float | None
    value: float | None
    currency: str
    reasons: tuple[str, ...]
    last_touch: str | None
    number: str | None
    zone: str
    zone_assumed: bool
    local_time: str
    opens_at: datetime


class CallList(Result):
    """Leads in the order of what a call now is worth, and how many were held back for which reason.

    `callable_now` is False when nobody may be called at this hour: the leads are then first in line for later.
    """

    cards: tuple[CallCard, ...]
    held: dict[str, int]
    callable_now: bool
    basis: str
    addable = (Column("cards", "value"),)


@tool()
def leads_to_call(
    ctx: ToolContext,
    *,
    limit: Limit = 5,
    owner: Owner = "me",
    source: Annotated[str | None, Field(max_length=120, description="only leads that came in this way")] = None,
    segment: Annotated[str | None, Field(max_length=120, description="only leads of this segment")] = None,
    besides: Annotated[
        list[LeadName] | None,
        Field(max_length=SHOWN_BEFORE, description="leads that were shown, if more are asked for"),
    ] = None,
) -> CallList:
    """Leads worth a call now, in order, each with its chance, value and reasons. Use for "who should I call".

    Leads that may not be called at this hour, or not at all, are held back and counted by reason.
    """
    scope = access.scope(ctx, owner)
    line = queue.line_up(ctx, scope, limit=limit, source=source, segment=segment, besides=besides or ())
    money = ctx.keep("currency", lambda: metrics.currency(ctx.db))
    touches = records.last_touches(ctx.db, [place.lead.id for place in line.places], until=ctx.now)
    cards = tuple(_card(ctx, place, touches.get(place.lead.id), money) for place in line.places)
    return CallList(
        text=_call_text(cards, line, is_more=bool(besides)),
        citations=(
            record("leads", "", "leads looked at", f"{line.looked_at:,}"),
            *(cite for place in line.places for cite in _cite(place, line.served)),
        ),
        covers=f"{scope.label} open leads and those without an owner",
        as_of=ctx.now,
        hidden=records.count_open(ctx.db, [person.id for person in scope.hidden_people]) if scope.hidden_people else 0,
        owners=tuple({None, *scope.owners}),
        names=tuple(card.name for card in cards),
        cards=cards,
        held=line.held,
        callable_now=line.callable_now,
        basis=line.basis,
    )


def _card(ctx: ToolContext, place: queue.Place, touch: Event | None, currency: str) -> CallCard:
    lead = place.lead
    return CallCard(
        lead_id=lead.id,
        name=lead.name,
        company=lead.company,
        source=lead.source,
        owner=ctx.roster.name(lead.owner_id),
        chance=place.chance,
        low=place.low,
        high=place.high,
        value=None if lead.value is None else float(lead.value),
        currency=currency,
        reasons=(*_told(priced(place.reasons, currency)), *([place.gain.text] if place.gain else ())),
        last_touch=_touch(ctx, touch),
        number=_number(lead, ctx.now, place.zone),
        zone=place.zone,
        zone_assumed=place.zone_assumed,
        local_time=wording.clock(ctx.now, place.zone),
        opens_at=calendar.calling_opens(ctx.now, place.zone),
    )


def _told(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """Why to call: the strongest reasons for it, and the strongest against it where it outweighs the last of them."""
    news = [reason for reason in reasons if reason.feature != TOLD]
    helps = [reason for reason in news if reason.effect > 0][:REASONS_SHOWN]
    hurts = [reason for reason in news if reason.effect < 0][:REASONS_SHOWN]
    if hurts and (len(helps) < REASONS_SHOWN or -hurts[0].effect > helps[-1].effect):
        helps = helps[: REASONS_SHOWN - 1]
    told = [reason.text for reason in helps]
    return (*told, *(f"but {reason.text}" for reason in hurts[: REASONS_SHOWN - len(told)]))


def _number(lead: LeadRecord, now: datetime, zone: str) -> str | None:
    """The number to dial at this hour: the office in office hours, a mobile outside them."""
    local = now.astimezone(calendar.zone(zone))
    wanted = "office" if local.weekday() < 5 and 9 <= local.hour < 17 else "mobile"
    for other in lead.other_phones:
        if isinstance(other, dict) and other.get("kind") == wanted:
            return str(other.get("number"))
    return lead.phone


def _touch(ctx: ToolContext, touch: Event | None) -> str | None:
    if touch is None:
        return None
    how = f", {touch.disposition.replace('_', ' ')}" if touch.disposition else ""
    return f"{touch.kind.replace('_', ' ')} {wording.ago(ctx.now, touch.at)}{how}"


def _cite(place: queue.Place, served: Served[Ranking] | None) -> list[Citation]:
    cited = [record("leads", place.lead.id, place.lead.name)]
    if served:
        cited += [cite_reason(place.lead.id, reason, served) for reason in place.reasons[:REASONS_SHOWN]]
    return [*cited, place.gain.cite()] if place.gain else cited


def _call_text(cards: tuple[CallCard, ...], line: queue.Line, *, is_more: bool) -> str:
    if not cards:
        return f"There is nobody {'else ' if is_more else ''}to call. {_held_text(line.held)}".strip()
    who, place = _who(cards[0]), "next" if is_more else "first"
    if line.callable_now:
        opening = f"Call {who} {place}."
    else:
        nobody = "Nobody else" if is_more else "Nobody"
        opening = (
            f"{nobody} may be called at this hour. {place.title()} in line is {who}, "
            "when calling opens at 8:00 their time."
        )
    lines = [opening, *(f"{i}. {_card_text(card, line.callable_now)}" for i, card in enumerate(cards, 1))]
    return "\n".join([*lines, *filter(None, [line.note, _held_text(line.held)])])


def _who(card: CallCard) -> str:
    return f"{card.name} ({card.company})" if card.company else card.name


def _card_text(card: CallCard, callable_now: bool) -> str:
    parts = [_who(card)]
    if card.chance is not None and card.low is not None and card.high is not None:
        parts.append(f"{wording.percent(card.chance)} chance ({wording.interval(card.low, card.high)})")
    if card.value is not None:
        parts.append(f"worth {wording.money(card.value, card.currency)}")
    why = [wording.sentence(reason) for reason in card.reasons]
    touched = f"Last touch: {card.last_touch}." if card.last_touch else "Not touched yet."
    when = (
        f"it is {card.local_time} there"
        if callable_now
        else f"calling opens {wording.clock(card.opens_at, card.zone)} their time"
    )
    dial = f"dial {card.number}" if card.number else "no number on file"
    how = f"{dial}; {when}{' (zone assumed)' if card.zone_assumed else ''}."
    return " ".join([f"{', '.join(parts)}: {how}", *why, touched])


def _held_text(held: dict[str, int]) -> str:
    if not held:
        return ""
    return "Held back: " + ", ".join(f"{count:,} {reason}" for reason, count in held.items()) + "."
