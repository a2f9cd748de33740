"""What a nudge is about: a lead, a deal, a plan or an appeal, with what is known of it and the evidence for that."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge import deals, frames, proposals, records, scores
from knowledge.citations import Citation, record
from knowledge.errors import UnknownRecord
from scoring import opinions
from scoring.ranking import Ranking
from tools import deal_cards, wording
from tools.base import ToolContext
from tools.leads import cite_reason, priced

REASONS_TOLD = 2


@dataclass(frozen=True)
class Subject:
    """A record as a nudge names it.

    Attributes
    ----------
    standing : its chance and worth, and what raises the chance, in plain words; empty where nothing is known
    """

    name: str
    owner_id: str | None
    standing: str
    citations: tuple[Citation, ...]
    lead_id: str | None = None
    deal_id: str | None = None
    proposal: str | None = None
    appeal: str | None = None


def subject(ctx: ToolContext, key: str) -> Subject:
    """The record of a key such as `leads/L-17`.

    Raises
    ------
    UnknownRecord
        When there is none any more.
    """
    table, _, id_ = key.partition("/")
    return {"leads": _lead, "deals": _deal, "proposals": _proposal, "appeals": _appeal}[table](ctx, id_)


def _lead(ctx: ToolContext, id_: str) -> Subject:
    lead = records.leads(ctx.db, [id_]).get(id_)
    if lead is None:
        raise UnknownRecord
    told, cited = [], [record("leads", id_, lead.name)]
    served, known = ctx.models.serving(Ranking), scores.read(ctx.db, "ranking", [id_], ("value", "low", "high"))
    if served is not None and id_ in known.index:
        value, low, high = (float(known[end][id_]) for end in ("value", "low", "high"))
        chance = f"{wording.percent(value)} ({wording.interval(low, high)})"
        told.append(f"chance {chance} to be {served.model.event}")
        key = f"model:ranking@{served.card.version}#{id_}"
        cited.append(Citation(kind="model", key=key, label=served.model.event, value=chance))
        snapshot = frames.load(ctx.db, until=ctx.now, ids=[id_]).at(ctx.now)
        why = opinions.explanations(ctx.db, served.model, snapshot, [id_], ctx.roster.names)[id_]
        reasons = priced(why.reasons, deal_cards.currency_of(ctx))
        helps = [reason for reason in reasons if reason.effect > 0][:REASONS_TOLD]
        told += [reason.text for reason in helps]
        cited += [cite_reason(id_, reason, served) for reason in helps]
    if lead.value is not None:
        told.insert(1, f"worth {wording.money(lead.value, deal_cards.currency_of(ctx))}")
    name = f"{lead.name} ({lead.company})" if lead.company else lead.name
    return Subject(name, lead.owner_id, wording.sentence("; ".join(told)), tuple(cited), lead_id=id_)


def _deal(ctx: ToolContext, id_: str) -> Subject:
    held = deals.by_id(ctx.db, [id_]).get(id_)
    if held is None:
        raise UnknownRecord
    told, cited = [], [record("deals", id_, held.name)]
    if held.amount is not None:
        told.append(f"worth {wording.money(held.amount, held.currency or deal_cards.currency_of(ctx))}")
    for name, served in deal_cards.serving(ctx).items():
        known = scores.read(ctx.db, name, [id_], ("value", "low", "high"))
        if name in deal_cards.EVENTS and id_ in known.index:
            value, low, high = (float(known[end][id_]) for end in ("value", "low", "high"))
            chance = f"{wording.percent(value)} ({wording.interval(low, high)})"
            told.append(f"{chance} to {deal_cards.EVENTS[name]}")
            key = f"model:{name}@{served.card.version}#{id_}"
            cited.append(Citation(kind="model", key=key, label=deal_cards.event(served), value=chance))
    return Subject(held.name, held.owner_id, wording.sentence("; ".join(told)), tuple(cited), deal_id=id_)


def _proposal(ctx: ToolContext, id_: str) -> Subject:
    held = proposals.read(ctx.db, id_)
    what = "the plan for" if held.kind == "plan" else "who gets"
    name = f"{what} {wording.count(len(held.moves), 'lead')}"
    cited = record("proposals", id_, name, held.status)
    return Subject(name, ctx.asker.id, "", (cited,), proposal=id_)


def _appeal(ctx: ToolContext, id_: str) -> Subject:
    held = proposals.read_appeal(ctx.db, id_)
    lead = records.leads(ctx.db, [held.lead_id]).get(held.lead_id)
    name = f"the appeal of {ctx.roster.name(held.by)} for {lead.name if lead else 'a lead that is gone'}"
    return Subject(name, held.by, "", (record("appeals", id_, name, held.status),), appeal=id_)
