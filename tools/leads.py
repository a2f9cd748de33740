"""A single lead: why it has its chance, and what is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypedDict

from pydantic import BaseModel, ConfigDict

from knowledge import frames, metrics, overrides, records, snoozes
from knowledge.citations import Citation, record
from knowledge.overrides import Opinion
from knowledge.records import Event, LeadRecord, Named
from scoring import opinions, whatif
from scoring.explanations import Explanation, Reason
from scoring.ranking import Ranking
from scoring.registry import Served
from tools import names, wording
from tools.base import LeadName, Result, ToolContext, tool
from tools.untrained import untrained

REASONS_SHOWN = 3
# Features that are amounts of money.
AMOUNTS = ("value", "amount")
# What is told first of a lead's fields, and then; the rest follows.
STANDING = ("status", "outcome", "value", "owner", "put aside until", "deals")
REACHING = ("phone", "e-mail", "do not call", "country", "source", "came in")
EVENTS_SHOWN = 8
OPENING = 90


class Contribution(BaseModel):
    """One reason and its share of the score, in log-odds."""

    model_config = ConfigDict(frozen=True)

    feature: str
    text: str
    effect: float
    value: str
    typical: str


class OneLead(Result):
    """An answer about one lead."""

    lead_id: str
    name: str


class About(TypedDict):
    """What every answer about one lead says of it."""

    covers: str
    as_of: datetime
    owners: tuple[str | None, ...]
    names: tuple[str, ...]
    lead_id: str
    name: str


class LeadExplanation(OneLead):
    """Why a lead has its chance: contributions on the log-odds that sum to it.

    `rated` is how somebody rates it against the model, which is one of the contributions.
    """

    chance: float
    low: float
    high: float
    basis: str
    base: float
    reasons: tuple[Contribution, ...]
    changes: tuple[str, ...]
    rated: Literal["higher", "lower"] | None


class LeadView(OneLead):
    """What is on record about a lead."""

    facts: dict[str, str]
    events: tuple[str, ...]
    is_open: bool


@tool()
def explain_lead(ctx: ToolContext, *, lead: LeadName) -> LeadExplanation:
    """Why a lead has the chance it has: the interval, what raises and lowers it, what would change it."""
    found = names.lead(ctx, lead)
    served = serving(ctx)
    snapshot = frames.load(ctx.db, until=ctx.now, ids=[found.id]).at(ctx.now)
    row = opinions.chances(ctx.db, served.model, snapshot, [found.id]).to_dict("index")[found.id]
    explained = opinions.explanations(ctx.db, served.model, snapshot, [found.id], ctx.roster.names)[found.id]
    explanation = replace(explained, reasons=priced(explained.reasons, _currency(ctx)))
    rated = overrides.in_force(ctx.db, ctx.now, [found.id]).get(found.id)
    changes = tuple(_change(change, rated) for change in whatif.changes(served.model, snapshot, found.id))
    value, low, high = row["value"], row["low"], row["high"]
    return LeadExplanation(
        text=_explanation_text(found.name, value, low, high, served, explanation, changes),
        citations=(
            record("leads", found.id, found.name),
            *(cite_reason(found.id, reason, served) for reason in explanation.reasons),
        ),
        **about(ctx, found),
        chance=value,
        low=low,
        high=high,
        basis=served.model.event,
        base=explanation.base,
        reasons=tuple(Contribution(**vars(reason)) for reason in explanation.reasons),
        changes=changes,
        rated=None if rated is None else rated.view,
    )


@tool()
def show_lead(ctx: ToolContext, *, lead: LeadName) -> LeadView:
    """What is on record about a lead: its fields and its timeline. Use for "show me" and "when did we last"."""
    found = names.lead(ctx, lead)
    held = records.leads(ctx.db, [found.id])[found.id]
    events = records.timeline(ctx.db, found.id, until=ctx.now, limit=EVENTS_SHOWN)
    facts = _facts(ctx, held)
    lines = tuple(event_line(ctx, event) for event in events)
    count = records.activity_count(ctx.db, found.id)
    shown = f"Last {len(lines)} of {wording.count(count, 'event')}:" if lines else "Nothing has happened yet."
    return LeadView(
        text="\n".join(
            [
                *_fact_lines(found.name, facts),
                shown,
                *(f"• {line}" for line in lines),
            ]
        ),
        citations=(
            record("leads", found.id, found.name),
            *(record("activities", event.id, line) for event, line in zip(events, lines, strict=True)),
        ),
        **about(ctx, found),
        facts=facts,
        events=lines,
        is_open=held.outcome == "open",
    )


def about(ctx: ToolContext, lead: Named) -> About:
    """What an answer about a lead says of it: whose it is, as of when."""
    return {
        "covers": f"one lead, {lead.name}",
        "as_of": ctx.now,
        "owners": (lead.owner_id,),
        "names": (lead.name,),
        "lead_id": lead.id,
        "name": lead.name,
    }


def cite_reason(lead_id: str, reason: Reason, served: Served[Ranking]) -> Citation:
    """A citation of one reason, with its share of the score: a feature of the model, or what a person said."""
    if reason.feature == opinions.FEATURE:
        return record("overrides", lead_id, reason.text, f"{reason.effect:+.2f} log-odds")
    return Citation(
        kind="model",
        key=f"model:ranking@{served.card.version}#{lead_id}/{reason.feature}",
        label=reason.text,
        value=f"{reason.effect:+.2f} log-odds",
    )


def serving(ctx: ToolContext) -> Served[Ranking]:
    """The ranking that serves.

    Raises
    ------
    NotTrained
        When none does.
    """
    served = ctx.models.serving(Ranking)
    if served is None:
        raise untrained(ctx, Ranking, "No ranking serves, so no lead has a chance to explain")
    return served


def _explanation_text(
    name: str,
    value: float,
    low: float,
    high: float,
    served: Served[Ranking],
    explanation: Explanation,
    changes: tuple[str, ...],
) -> str:
    chance, between = wording.chance(value), wording.interval(low, high)
    lines = [f"{name} has {chance} to be {served.model.event} ({between}, 90 % sure)."]
    if changes:
        lines.append(f"What would change it: {'; '.join(changes)}.")
    told = _for_and_against(explanation)
    sides = [[f"{sign} {reason.text}" for sign, reason in told if sign == side] for side in ("▲", "▼")]
    return "\n".join([*lines, *(f"{' · '.join(side)}." for side in sides if side)])


def priced(reasons: Sequence[Reason], currency: str) -> tuple[Reason, ...]:
    """Reasons with their amounts in money."""
    return tuple(
        replace(each, text=wording.priced(each.text, currency)) if each.feature in AMOUNTS else each for each in reasons
    )


def _currency(ctx: ToolContext) -> str:
    return ctx.keep("currency", lambda: metrics.currency(ctx.db))


def _for_and_against(explanation: Explanation) -> list[tuple[str, Reason]]:
    """The strongest reasons that speak for a lead, then those that speak against it."""
    helps = [("▲", reason) for reason in explanation.reasons if reason.effect > 0]
    hurts = [("▼", reason) for reason in explanation.reasons if reason.effect < 0]
    return helps[:REASONS_SHOWN] + hurts[:REASONS_SHOWN]


def _change(change: whatif.Change, rated: Opinion | None) -> str:
    chance = opinions.moved(change.chance, rated)
    return f"{change.event} (leads like this one then stand at {wording.percent(chance)})"


def _facts(ctx: ToolContext, lead: LeadRecord) -> dict[str, str]:
    zone = ctx.zone
    currency = _currency(ctx)
    aside = snoozes.running(ctx.db, lead.id, ctx.now)
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
        "put aside until": aside and wording.day(aside.until, zone),
    }
    custom: dict[str, object] = {name.replace("_", " "): value for name, value in lead.attributes.items()}
    deals = [
        f"{name} ({_amount(amount, currency) or 'no amount'}, {stage})"
        for _, name, amount, stage in records.deals_of(ctx.db, lead.id)
    ]
    told = facts | custom | {"deals": wording.listing(deals)}
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _fact_lines(name: str, facts: dict[str, str]) -> list[str]:
    """How a lead stands; how and when to reach it; whatever else is on record."""
    who = f"{name} ({facts['company']})" if "company" in facts else name
    rest = [each for each in facts if each not in {"company", *STANDING, *REACHING}]
    lines = [(who, STANDING), ("Contact", REACHING), ("On record", rest)]
    told = [(head, [f"{each} {facts[each]}" for each in of if each in facts]) for head, of in lines]
    return [wording.sentence(f"{head}: {'; '.join(said)}") for head, said in told if said]


def _amount(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else wording.money(amount, currency)


def event_line(ctx: ToolContext, event: Event) -> str:
    """An event as one line: when, what, by whom, how it ended."""
    who = f" by {ctx.roster.name(event.person_id)}" if event.person_id else ""
    details = [event.disposition.replace("_", " ") if event.disposition else "", event.subject or opening(event.body)]
    how = "".join(f", {part}" for part in details if part)
    at = f"{wording.day(event.at, ctx.zone)} {event.at.astimezone(ctx.zone):%H:%M}"
    return f"{at}: {event.kind.replace('_', ' ')}{who}{how}"


def opening(body: str | None) -> str:
    """How a text begins, as a quotation on one line; nothing for none."""
    words = " ".join((body or "").split())
    return f"“{words[:OPENING]}{'…' if len(words) > OPENING else ''}”" if words else ""
