"""Leads: which to call now, why, and what is on record."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import calendar, frames, metrics, records
from knowledge.citations import Citation, record
from knowledge.errors import NotTrained
from knowledge.records import Event, LeadRecord
from scoring import whatif
from scoring.explanations import Explanation, Reason
from scoring.registry import Served
from tools import access, names, queue, wording
from tools.base import LeadName, Limit, Owner, Result, ToolContext, tool

REASONS_SHOWN = 3
EVENTS_SHOWN = 8


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


class LeadExplanation(Result):
    """Why a lead has its chance: contributions on the log-odds that sum to it."""

    lead_id: str
    name: str
    chance: float
    low: float
    high: float
    basis: str
    base: float
    reasons: tuple[Contribution, ...]
    changes: tuple[str, ...]


class Contribution(BaseModel):
    """One reason and its share of the score, in log-odds."""

    model_config = ConfigDict(frozen=True)

    feature: str
    text: str
    effect: float
    value: str
    typical: str


class LeadView(Result):
    """What is on record about a lead."""

    lead_id: str
    name: str
    facts: dict[str, str]
    events: tuple[str, ...]


@tool(
    examples="""
        give me people to call / i need {number} leads to work on / next {number} calls please / {number} leads /
        whom do I dial / leads to phone now / best people to talk to / calls for the next hour /
        who is most likely to buy / which enquiries deserve a call / what calls should I make /
        why is my top lead first / my next call / plan my calls / line up my calls / recommend leads for {rep} /
        leads of {rep} / {rep}'s call list / top {number} leads of {rep} / who to call at {source} /
        {source} leads worth calling / suggest somebody to ring / where is the money on the phone / hot leads /
        i want to make some calls / today's calls / which leads should I call now / who should I call /
        who do I ring first today / give me my top {number} leads / who should I phone this afternoon / my call list /
        best leads from {source} / top leads from {source} {period} / what should {rep} be calling /
        who should {rep} call next / show me {number} leads to call / hottest leads right now /
        where should I start calling / whom to dial next / leads worth a call / give me {number} leads /
        call list for {rep} / who is worth my time today / best {number} leads to phone from {source} /
        what are my best leads / next best call / which of my leads are hot / who should the team call now /
        prioritise my leads / who should I contact first / i have an hour for calls who first / who's next /
        any good leads for me / leads to ring up / my leads today / rank my leads /
        which prospects should I reach out to / who to call from {source}
        """,
)
def leads_to_call(
    ctx: ToolContext,
    *,
    limit: Limit = 5,
    owner: Owner = "me",
    source: Annotated[str | None, Field(max_length=120, description="only leads that came in this way")] = None,
    segment: Annotated[str | None, Field(max_length=120, description="only leads of this segment")] = None,
) -> CallList:
    """Leads worth a call now, in order, each with its chance, value and reasons. Use for "who should I call".

    Leads that may not be called at this hour, or not at all, are held back and counted by reason.
    """
    scope = access.scope(ctx, owner)
    line = queue.line_up(ctx, scope, limit=limit, source=source, segment=segment)
    money = ctx.keep("currency", lambda: metrics.currency(ctx.db))
    touches = records.last_touches(ctx.db, [place.lead.id for place in line.places], until=ctx.now)
    cards = tuple(_card(ctx, place, touches.get(place.lead.id), money) for place in line.places)
    return CallList(
        text=_call_text(cards, line),
        citations=(
            record("leads", "", "leads looked at", f"{line.looked_at:,}"),
            *(cite for place in line.places for cite in _cite(place, line.served)),
        ),
        covers=f"{scope.label} open leads and those without an owner",
        as_of=ctx.now,
        hidden=records.count_open(ctx.db, [person.id for person in scope.hidden_people]) if scope.hidden_people else 0,
        owners=tuple({place.lead.owner_id for place in line.places}),
        names=tuple(card.name for card in cards),
        cards=cards,
        held=line.held,
        callable_now=line.callable_now,
        basis=line.basis,
    )


@tool(
    examples="""
        what are the odds with {lead} / chances with {lead} / probability that {lead} converts /
        likelihood of {lead} buying / why {lead} and not somebody else / justify {lead} / is {lead} any good /
        how promising is {lead} / what is the chance for {lead} / why do you recommend {lead} /
        what lowers {lead}'s chance / how come {lead} is on top / should I bother with {lead} /
        tell me why {lead} scores so well / reasoning behind {lead} / what do you base {lead}'s score on /
        score of {lead} / why should I call {lead} / explain {lead} / why is {lead} on my list /
        what's behind {lead}'s score / what speaks for {lead} / how likely is {lead} to buy / chance of {lead} /
        why {lead} / how good is {lead} / what makes {lead} a good lead / how was the score of {lead} made /
        is {lead} worth a call / why is {lead} first / reasons for {lead} / what are the odds that {lead} buys /
        will {lead} convert / why so low for {lead} / break down the score of {lead} /
        what would raise {lead}'s chance / is {lead} a hot lead
        """,
)
def explain_lead(ctx: ToolContext, *, lead: LeadName) -> LeadExplanation:
    """Why a lead has the chance it has: the interval, what raises and lowers it, what would change it."""
    found = names.lead(ctx, lead)
    served = _serving(ctx)
    snapshot = frames.load(ctx.db, until=ctx.now, ids=[found.id]).at(ctx.now)
    row = served.model.predict(snapshot, [found.id]).to_dict("index")[found.id]
    explanation = served.model.explain(snapshot, [found.id])[found.id]
    changes = tuple(_change(change) for change in whatif.changes(served.model, snapshot, found.id))
    value, low, high = row["value"], row["low"], row["high"]
    return LeadExplanation(
        text=_explanation_text(found.name, value, low, high, served, explanation, changes),
        citations=(
            record("leads", found.id, found.name),
            *(_cite_reason(found.id, reason, served) for reason in explanation.reasons),
        ),
        covers=f"one lead, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id,),
        names=(found.name,),
        lead_id=found.id,
        name=found.name,
        chance=value,
        low=low,
        high=high,
        basis=served.model.event,
        base=explanation.base,
        reasons=tuple(Contribution(**vars(reason)) for reason in explanation.reasons),
        changes=changes,
    )


@tool(
    examples="""
        what have we got on {lead} / info on {lead} / where do we stand with {lead} / everything on {lead} /
        {lead} details / find {lead} / notes on {lead} / last contact with {lead} / what did {lead} do lately /
        have we spoken to {lead} / bring up {lead} / give me the background on {lead} / card of {lead} /
        how do I reach {lead} / which company is {lead} from / background of {lead} / show me {lead} / show {lead} /
        open {lead} / what do we know about {lead} / who is {lead} / tell me about {lead} / history of {lead} /
        timeline of {lead} / when did we last talk to {lead} / details of {lead} / contact details of {lead} / {lead} /
        phone number of {lead} / pull up {lead} / what happened with {lead} / last activity of {lead} /
        who owns {lead} / look up {lead} / record of {lead} / email address of {lead} / status of {lead}
        """,
)
def show_lead(ctx: ToolContext, *, lead: LeadName) -> LeadView:
    """What is on record about a lead: its fields and its timeline. Use for "show me" and "when did we last"."""
    found = names.lead(ctx, lead)
    held = records.leads(ctx.db, [found.id])[found.id]
    events = records.timeline(ctx.db, found.id, until=ctx.now, limit=EVENTS_SHOWN)
    facts = _facts(ctx, held)
    lines = tuple(_event(ctx, event) for event in events)
    count = records.activity_count(ctx.db, found.id)
    shown = f"Last {len(lines)} of {wording.count(count, 'event')}:" if lines else "Nothing has happened yet."
    return LeadView(
        text="\n".join(
            [
                f"{found.name}: " + "; ".join(f"{name} {value}" for name, value in facts.items()) + ".",
                shown,
                *(f"• {line}" for line in lines),
            ]
        ),
        citations=(
            record("leads", found.id, found.name),
            *(record("activities", event.id, line) for event, line in zip(events, lines, strict=True)),
        ),
        covers=f"one lead, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id,),
        names=(found.name,),
        lead_id=found.id,
        name=found.name,
        facts=facts,
        events=lines,
    )


def _serving(ctx: ToolContext) -> Served:
    served = ctx.models.serving("ranking")
    if served is None:
        raise NotTrained(
            "No ranking serves, so no lead has a chance to explain; an admin can run `callsheet train ranking`."
        )
    return served


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
        reasons=_told(place.reasons),
        last_touch=_touch(ctx, touch),
        number=_number(lead, ctx.now, place.zone),
        zone=place.zone,
        zone_assumed=place.zone_assumed,
        local_time=wording.clock(ctx.now, place.zone),
        opens_at=calendar.calling_opens(ctx.now, place.zone),
    )


def _told(reasons: tuple[Reason, ...]) -> tuple[str, ...]:
    """Why to call: the strongest reasons for it, and the strongest against it where it outweighs the last of them."""
    helps = [reason for reason in reasons if reason.effect > 0][:REASONS_SHOWN]
    hurts = [reason for reason in reasons if reason.effect < 0][:REASONS_SHOWN]
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


def _cite(place: queue.Place, served: Served | None) -> list[Citation]:
    cited = [record("leads", place.lead.id, place.lead.name)]
    if served:
        cited += [_cite_reason(place.lead.id, reason, served) for reason in place.reasons[:REASONS_SHOWN]]
    return cited


def _cite_reason(lead_id: str, reason: Reason, served: Served) -> Citation:
    return Citation(
        kind="model",
        key=f"model:ranking@{served.card.version}#{lead_id}/{reason.feature}",
        label=reason.text,
        value=f"{reason.effect:+.2f} log-odds",
    )


def _call_text(cards: tuple[CallCard, ...], line: queue.Line) -> str:
    if not cards:
        return f"There is nobody to call. {_held_text(line.held)}".strip()
    first = cards[0]
    if line.callable_now:
        opening = f"Call {_who(first)} first."
    else:
        opening = (
            f"Nobody may be called at this hour. First in line is {_who(first)}, when calling opens at 8:00 their time."
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
    why = " ".join(wording.sentence(reason) for reason in card.reasons)
    touched = f"Last touch: {card.last_touch}." if card.last_touch else "Not touched yet."
    when = (
        f"It is {card.local_time} there"
        if callable_now
        else f"Calling opens {wording.clock(card.opens_at, card.zone)} their time"
    )
    dial = f"; dial {card.number}." if card.number else "; no number on file."
    return f"{', '.join(parts)}. {why} {touched} {when}{' (zone assumed)' if card.zone_assumed else ''}{dial}"


def _held_text(held: dict[str, int]) -> str:
    if not held:
        return ""
    return "Held back: " + ", ".join(f"{count:,} {reason}" for reason, count in held.items()) + "."


def _explanation_text(
    name: str, value: float, low: float, high: float, served: Served, explanation: Explanation, changes: tuple[str, ...]
) -> str:
    chance, between = wording.percent(value), wording.interval(low, high)
    lines = [f"{name} has a {chance} chance to be {served.model.event} (90 % interval {between})."]
    lines += [f"{sign} {wording.sentence(reason.text)}" for sign, reason in _for_and_against(explanation)]
    if changes:
        lines.append(f"What would change it: {'; '.join(changes)}.")
    return "\n".join(lines)


def _for_and_against(explanation: Explanation) -> list[tuple[str, Reason]]:
    """The strongest reasons that speak for a lead, then those that speak against it."""
    helps = [("▲", reason) for reason in explanation.reasons if reason.effect > 0]
    hurts = [("▼", reason) for reason in explanation.reasons if reason.effect < 0]
    return helps[:REASONS_SHOWN] + hurts[:REASONS_SHOWN]


def _change(change: whatif.Change) -> str:
    return f"{change.event}: leads like this one then stand at {wording.percent(change.chance)}"


def _facts(ctx: ToolContext, lead: LeadRecord) -> dict[str, str]:
    zone = ctx.zone
    currency = ctx.keep("currency", lambda: metrics.currency(ctx.db))
    facts: dict[str, object] = {
        "company": lead.company,
        "owner": ctx.roster.name(lead.owner_id),
        "status": lead.status,
        "outcome": lead.outcome
        if lead.outcome_at is None
        else f"{lead.outcome} on {wording.day(lead.outcome_at, zone)}",
        "value": _amount(lead.value, currency),
        "source": lead.source,
        "came in": lead.created_at and wording.day(lead.created_at, zone),
        "country": lead.country,
        "phone": lead.phone,
        "e-mail": lead.email,
        "do not call": "yes" if lead.do_not_call else None,
    }
    custom: dict[str, object] = {name.replace("_", " "): value for name, value in lead.attributes.items()}
    deals = [
        f"{name} ({_amount(amount, currency) or 'no amount'}, {stage})"
        for _, name, amount, stage in records.deals_of(ctx.db, lead.id)
    ]
    told = facts | custom | {"deals": wording.listing(deals)}
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else wording.money(amount, currency)


def _event(ctx: ToolContext, event: Event) -> str:
    who = f" by {ctx.roster.name(event.person_id)}" if event.person_id else ""
    details = [event.disposition.replace("_", " ") if event.disposition else "", event.subject or ""]
    how = "".join(f", {part}" for part in details if part)
    at = f"{wording.day(event.at, ctx.zone)} {event.at.astimezone(ctx.zone):%H:%M}"
    return f"{at}: {event.kind.replace('_', ' ')}{who}{how}"


LeadExplanation.model_rebuild()
