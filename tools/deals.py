"""Deals: which may slip or be lost, why each stands as it does, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge import calendar, deals
from knowledge.calendar import Period
from knowledge.citations import Citation, record
from knowledge.deals import DealRecord
from scoring.deals import Closing
from scoring.deals.outlook import Outlook
from scoring.explanations import Reason
from tools import access, deal_cards, due, names, wording
from tools.access import Scope
from tools.base import Column, DealName, Limit, Owner, PeriodWords, Result, ToolContext, tool
from tools.deal_cards import AnyServed, DealCard, Odds
from tools.due import Due
from tools.leads import Contribution, event_line, priced

# Times as many deals are looked at closely as are shown.
POOL = 3
REASONS_SHOWN = 4


class DealsAtRisk(Result):
    """Open deals due in a period, those with most to lose first."""

    cards: tuple[DealCard, ...]
    period: str
    due: int
    at_stake: float
    currency: str
    notes: tuple[str, ...]
    addable = (Column("cards", "amount", of="due"), Column("cards", "expected_loss", of="due"))


class DealExplanation(Result):
    """Why a deal stands as it does: chances, the contributions behind them, red flags."""

    deal_id: str
    name: str
    card: DealCard
    days_left: Odds | None
    win_event: str
    win_reasons: tuple[Contribution, ...]
    slip_reasons: tuple[Contribution, ...]
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    advice: str = ""


@tool()
def deals_at_risk(
    ctx: ToolContext, *, period: PeriodWords = "this quarter", owner: Owner = "me", limit: Limit = 10
) -> DealsAtRisk:
    """Open deals due in a period that may slip or be lost, those with most at stake first, and what to do about each.

    Use for "deals at risk", "which deals will be late this quarter", "what might slip".
    """
    scope, span = access.scope(ctx, owner), calendar.period(period, ctx.now, ctx.zone)
    last_day = deal_cards.last_day(ctx, span)
    waiting = due.due(ctx, scope, last_day)
    view = deal_cards.outlook(ctx, [str(id_) for id_ in waiting.deals.index[: limit * POOL]])
    looked_at = _ranked(deal_cards.cards(ctx, view, span))
    at_stake = waiting.at_stake({card.deal_id: card.expected_loss for card in looked_at})
    cards, currency = looked_at[:limit], deal_cards.currency_of(ctx)
    hidden, served = _hidden(ctx, scope, last_day), deal_cards.serving(ctx)
    stale = (waiting.note,) if waiting.note else ()
    of_chances = (*deal_cards.usual(ctx), *_silent(ctx)) if cards else ()
    notes = (*of_chances, *stale, *_unseen(hidden))
    total, head = len(waiting.deals), _head(waiting, at_stake, currency, span, scope)
    flags = [_flagged(cards, total)] if cards and "flags" in served else []
    is_own = scope.owners == (ctx.asker.id,)
    return DealsAtRisk(
        text="\n".join([*_first(cards), " ".join([head, *flags]), *(_line(card, is_own) for card in cards), *notes]),
        citations=tuple(cited for card in cards for cited in cite(card, served))
        or (record("deals", "", f"open deals due by {last_day}"),),
        covers=f"{wording.count(total, 'open deal')} due by {last_day:%d %B %Y}, {scope.label}",
        as_of=ctx.now,
        hidden=hidden,
        owners=scope.owners,
        names=tuple(card.name for card in cards),
        cards=tuple(cards),
        period=str(span),
        due=total,
        at_stake=at_stake,
        currency=currency,
        notes=notes,
    )


@tool()
def explain_deal(ctx: ToolContext, *, deal: DealName) -> DealExplanation:
    """Why a deal stands as it does: chance to be won, chance to slip or be lost, what moves them, red flags.

    Use for "will this deal close", "is it at risk", "explain the deal".
    """
    found = names.deal(ctx, deal)
    held, view = deals.by_id(ctx.db, [found.id])[found.id], deal_cards.outlook(ctx, [found.id])
    served = deal_cards.serving(ctx)
    closing = ctx.models.serving(Closing)
    days = None
    if closing is not None and held.outcome == "open":
        days = deal_cards.odds(closing.model.days(view.snapshot, [found.id]), found.id)
    quarter = calendar.period("this quarter", ctx.now, ctx.zone)
    (card,) = deal_cards.cards(ctx, view, quarter) or [deal_cards.closed(ctx, held)]
    win_reasons = _reasons(view, served.get("win"), found.id, card.currency) if card.win else ()
    slip_reasons = _reasons(view, served.get("slippage"), found.id, card.currency) if card.slip else ()
    event = deals.last_event(ctx.db, held, until=ctx.now)
    facts = _facts(ctx, held, card, None if event is None else event_line(ctx, event))
    win_event = served["win"].model.event if "win" in served else ""
    notes = (*deal_cards.usual(ctx), *_silent(ctx)) if held.outcome == "open" else ()
    advice = _advice(card, held, served)
    told = [
        advice,
        " ".join([*_chances(card, win_event, held, ctx), *([_when(days)] if days else []), *notes]),
        *_told("Won or not", win_reasons, good=1),
        *_told("In time or not", slip_reasons, good=-1),
        *(f"⚑ {wording.sentence(flag.name + ': ' + flag.text)} {flag.advice}" for flag in card.flags),
        wording.sentence(f"On record: {'; '.join(facts)}"),
    ]
    cited = [] if event is None else [record("activities", event.id, event_line(ctx, event))]
    return DealExplanation(
        text="\n".join(filter(None, told)),
        citations=(
            *cite(card, served),
            *cited,
            *(_cite_reason(found.id, reason, served["win"]) for reason in win_reasons),
            *(_cite_reason(found.id, reason, served["slippage"]) for reason in slip_reasons),
        ),
        covers=f"one deal, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id,),
        names=(found.name,),
        deal_id=found.id,
        name=found.name,
        card=card,
        days_left=days,
        win_event=win_event,
        win_reasons=win_reasons,
        slip_reasons=slip_reasons,
        facts=facts,
        notes=notes,
        advice=advice,
    )


def _silent(ctx: ToolContext) -> tuple[str, ...]:
    """What cannot be said because no model of it serves."""
    missing = {"win": "is won", "slippage": "slips past its close date", "flags": "has red flags"}
    silent = [words for name, words in missing.items() if name not in deal_cards.serving(ctx)]
    if not silent:
        return ()
    return (
        f"No model serves that could say whether a deal {' or '.join(silent)}: too little is known, or what is known "
        "tells nothing. `callsheet train` says why.",
    )


def _ranked(cards: Sequence[DealCard]) -> list[DealCard]:
    """Those with most to lose first; where no chance can be given, by red flags and amount."""
    return sorted(
        cards, key=lambda card: (-(card.expected_loss or 0.0), -len(card.flags), -(card.amount or 0.0), card.deal_id)
    )


def _reasons(view: Outlook, served: AnyServed | None, id_: str, currency: str) -> tuple[Contribution, ...]:
    told = None if served is None else view.why(served.model, id_)
    reasons = () if told is None else priced(told.reasons, currency)
    return tuple(Contribution(**vars(reason)) for reason in reasons)


def _first(cards: Sequence[DealCard]) -> list[str]:
    """What to do first."""
    if not cards:
        return []
    advice = cards[0].flags[0].advice if cards[0].flags else "Agree on a dated next step with the buyer."
    return [f"Start with {cards[0].name}. {advice}"]


def _head(waiting: Due, at_stake: float, currency: str, span: Period, scope: Scope) -> str:
    total = len(waiting.deals)
    if not total:
        return f"No open deal ({scope.label}) is due by the end of {span}."
    overdue = int(waiting.deals["is_overdue"].sum())
    late = f", {overdue:,} of them overdue" if overdue else ""
    stake = f"; {wording.money(at_stake, currency)} are expected to slip or be lost" if at_stake else ""
    return (
        f"{wording.count(total, 'open deal')} ({scope.label}) {'is' if total == 1 else 'are'} due "
        f"by the end of {span}{late}{stake}."
    )


def _flagged(cards: Sequence[DealCard], total: int) -> str:
    """How many of those shown bear red flags, of so many in all."""
    flagged = sum(bool(card.flags) for card in cards)
    those = "" if len(cards) == total else f" of the {len(cards):,} with most at stake"
    if not flagged:
        return f"None{those} has a red flag; keep a dated next step on each."
    return f"{flagged:,}{those} {'has' if flagged == 1 else 'have'} red flags."


def _line(card: DealCard, is_own: bool) -> str:
    facts = deal_cards.facts(card, with_owner=not is_own)
    told = f"• {card.name}, {', '.join((*facts, *deal_cards.risks(card)))}."
    if not card.flags:
        return told
    flags = "; ".join(f"{flag.name}: {flag.text}" for flag in card.flags)
    return f"{told} {wording.sentence(flags)} To do: {card.flags[0].advice}"


def _advice(card: DealCard, held: DealRecord, served: dict[str, AnyServed]) -> str:
    """What to do about an open deal, first of all."""
    if held.outcome != "open" or not (card.flags or "flags" in served):
        return ""
    calm = f"Keep a dated next step on {card.name}; it has no red flag."
    return f"{card.name}: {card.flags[0].advice}" if card.flags else calm


def _chances(card: DealCard, event: str, held: DealRecord, ctx: ToolContext) -> list[str]:
    if held.outcome != "open":
        when = f" on {wording.day(held.closed_at, ctx.zone)}" if held.closed_at else ""
        return [f"{card.name} was {held.outcome}{when}; there is no chance left to tell."]
    odds = []
    if card.win:
        between = wording.interval(card.win.low, card.win.high)
        odds.append(f"{wording.chance(card.win.value)} to be {event} ({between}, 90 % sure)")
    if card.slip:
        between = wording.interval(card.slip.low, card.slip.high)
        odds.append(f"{wording.chance(card.slip.value)} to slip past its expected close or be lost ({between})")
    said = [f"{card.name} has {wording.listing(odds)}."] if odds else []
    if card.in_time and card.by:
        day = f"{card.by.day} {card.by:%B %Y}, the end of this quarter"
        said.append(f"By {day}, it is won with a chance of {card.in_time}.")
    if card.is_overdue:
        said.append("It is past its expected close already.")
    return said


def _when(days: Odds) -> str:
    """When a deal is likely to be closed."""
    return (
        f"Deals like it are closed, won or lost, in {days.value:,.0f} days ({days.low:,.0f}–{days.high:,.0f} days, "
        "90 % sure)."
    )


def _told(of: str, reasons: Sequence[Contribution], *, good: int) -> list[str]:
    """The strongest reasons for and against, in a line, with an arrow up for what is good for us."""
    for_, against = (
        [f"{arrow} {each.text}" for each in reasons[:REASONS_SHOWN] if each.effect * good * way > 0]
        for arrow, way in (("▲", 1), ("▼", -1))
    )
    return [f"{of}: {' · '.join([*for_, *against])}."] if reasons else []


def _facts(ctx: ToolContext, held: DealRecord, card: DealCard, last: str | None) -> tuple[str, ...]:
    told = [
        *deal_cards.facts(card),
        held.opened_at and f"opened {wording.day(held.opened_at, ctx.zone)}",
        f"last event {last}" if last else "nothing has happened yet",
    ]
    return tuple(each for each in told if each)


def cite(card: DealCard, served: dict[str, AnyServed]) -> list[Citation]:
    """The deal, the chances said of it and its red flags."""
    cited = [record("deals", card.deal_id, card.name)]
    for name, odds in (("win", card.win), ("slippage", card.slip)):
        if odds and name in served:
            key = f"model:{name}@{served[name].card.version}#{card.deal_id}"
            cited.append(Citation(kind="model", key=key, label=deal_cards.event(served[name]), value=str(odds)))
    if card.in_time and card.by:
        key = f"model:win@{served['win'].card.version}#{card.deal_id}/by-{card.by}"
        cited.append(Citation(kind="model", key=key, label=f"won by {wording.on(card.by)}", value=str(card.in_time)))
    version = served["flags"].card.version if "flags" in served else 0
    for flag in card.flags:
        key = f"model:flags@{version}#{card.deal_id}/{flag.name}"
        cited.append(Citation(kind="model", key=key, label=flag.name, value=flag.text))
    return cited


def _cite_reason(id_: str, reason: Contribution | Reason, served: AnyServed) -> Citation:
    return Citation(
        kind="model",
        key=f"model:{served.card.model}@{served.card.version}#{id_}/{reason.feature}",
        label=reason.text,
        value=f"{reason.effect:+.2f} log-odds",
    )


def _hidden(ctx: ToolContext, scope: Scope, by: date) -> int:
    people = [person.id for person in scope.hidden_people]
    return deals.count_due(ctx.db, people, by) if people else 0


def _unseen(hidden: int) -> tuple[str, ...]:
    return (f"{hidden:,} more of your team are not yours to see.",) if hidden else ()
