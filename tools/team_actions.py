"""What a manager might do next: a thing each with a deal, some leads or a rep, the one with most at stake first."""

from __future__ import annotations

from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import calendar
from knowledge.citations import Citation, record
from tools import deal_cards, deals, due, team_figures, wording
from tools.base import ToolContext
from tools.deal_cards import DealCard
from tools.standings import Standing, Standings
from tools.teams import Group

SUGGESTED = 3
# A rep's waiting leads are worth a word from so many on.
LEADS_AT_LEAST = 2
LEADS_CITED = 3
Kind = Literal["deal", "leads", "nobody's", "rep"]


class Action(BaseModel):
    """Something to do, and why.

    Attributes
    ----------
    stake : what it is about in the base currency: what of a deal may not come, what calls are worth, what a rep lacks
    tool, arguments : what to ask next about it
    evidence : what it rests on
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    what: str
    why: str
    stake: float
    tool: str
    arguments: dict[str, str]
    button: str
    evidence: tuple[Citation, ...]


def suggested(
    ctx: ToolContext, asked: Group, leads: pd.DataFrame, found: Standings, why: dict[str, str]
) -> tuple[Action, ...]:
    """The best of each kind of thing to do, and then the next best, as many as are worth suggesting.

    Parameters
    ----------
    leads : the untouched leads, as `team_figures.untouched` has them
    why : what there is to say of everyone who needs help, by id
    """
    candidates = [
        *_deals(ctx, asked),
        *(_waiting(ctx, asked, leads) if asked.may_be_named and not asked.is_company else ()),
        *_nobodys(ctx, leads),
        *(_rep(each, why[each.person_id]) for each in found.help),
    ]
    candidates.sort(key=lambda each: -each.stake)
    best = list({each.kind: each for each in reversed(candidates)}.values())
    rest = [each for each in candidates if each not in best]
    chosen = [*sorted(best, key=lambda each: -each.stake), *rest][:SUGGESTED]
    return tuple(sorted(chosen, key=lambda each: -each.stake))


def _deals(ctx: ToolContext, asked: Group) -> list[Action]:
    """The deals due this quarter of which most may not come."""
    span = calendar.period("this quarter", ctx.now, ctx.zone)
    found = due.due(ctx, asked.scope, deal_cards.last_day(ctx, span)).deals
    ids = [str(id_) for id_ in found.index[: 2 * SUGGESTED]]
    cards = deal_cards.cards(ctx, deal_cards.outlook(ctx, ids), span) if ids else []
    return [_deal(ctx, card, asked) for card in cards if card.expected_loss]


def _deal(ctx: ToolContext, card: DealCard, asked: Group) -> Action:
    owner = f" with {card.owner}" if asked.may_be_named or asked.is_company else ""
    dated = card.expected_close
    when = "" if dated is None else f"was due {wording.on(dated)}" if card.is_overdue else f"due {wording.on(dated)}"
    flags = [f"{flag.name}: {flag.text}" for flag in card.flags[:1]]
    risk = None if card.is_overdue or card.slip is None else f"{wording.percent(card.slip.value)} to slip or be lost"
    amount = None if card.amount is None else wording.money(card.amount, card.currency)
    return Action(
        kind="deal",
        what=f"Go over {card.name}{owner}",
        why=", ".join(filter(None, [amount, card.stage, when, risk, *flags])),
        stake=card.expected_loss or 0.0,
        tool="next_step",
        arguments={"record": card.deal_id},
        button="Next step",
        evidence=tuple(deals.cite(card, deal_cards.serving(ctx))),
    )


def _waiting(ctx: ToolContext, asked: Group, leads: pd.DataFrame) -> list[Action]:
    """Reps with leads that nobody has called yet."""
    found = []
    for person in asked.reps:
        mine = leads[(leads["owner_id"] == person.id) & leads["worth"].notna()]
        if len(mine) >= LEADS_AT_LEAST:
            told = team_figures.waiting(ctx, mine)
            found.append(
                Action(
                    kind="leads",
                    what=f"Have {person.name} call the {told.count:,} leads nobody has touched yet",
                    why=_old(told.oldest_days),
                    stake=told.worth,
                    tool="leads_to_call",
                    arguments={"owner": person.id},
                    button=f"{person.first_name}'s call list",
                    evidence=_leads(mine),
                )
            )
    return found


def _nobodys(ctx: ToolContext, leads: pd.DataFrame) -> list[Action]:
    """The leads that nobody has."""
    mine = leads[leads["owner_id"].isna() & leads["worth"].notna()]
    if mine.empty:
        return []
    told = team_figures.waiting(ctx, mine)
    return [
        Action(
            kind="nobody's",
            what=f"Share out {wording.count(told.count, 'lead')} that nobody has",
            why=_old(told.oldest_days),
            stake=told.worth,
            tool="plan_allocation",
            arguments={"pool": "new"},
            button="Make a plan",
            evidence=_leads(mine),
        )
    ]


def _rep(each: Standing, why: str) -> Action:
    by_calls = any("call" in one.noun or "lead" in one.noun for one in each.evidence)
    first = each.name.split()[0]
    return Action(
        kind="rep",
        what=f"Sit down with {each.name}",
        why=why,
        stake=each.stake,
        tool="leads_to_call" if by_calls else "deals_at_risk",
        arguments={"owner": each.person_id},
        button=f"{first}'s call list" if by_calls else f"{first}'s deals at risk",
        evidence=(record("people", each.person_id, each.name, why),),
    )


def _old(days: int | None) -> str:
    if days is None:
        return ""
    return "the oldest came today" if days == 0 else f"the oldest has waited {wording.count(days, 'day')}"


def _leads(leads: pd.DataFrame) -> tuple[Citation, ...]:
    """The leads worth most of some."""
    best = leads.nlargest(LEADS_CITED, "worth")
    return tuple(record("leads", str(id_), str(name)) for id_, name in best["name"].items())
