"""What is at stake with records, from stored scores: in money, or in wins where nobody knows what a win is worth."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from knowledge import call_list, deals, proposals, scores
from knowledge.database import Database
from scoring.ranking import Ranking
from scoring.registry import Registry

# Of a deal whose chances no model knows.
UNKNOWN_RISK = 0.5


@dataclass(frozen=True)
class Stakes:
    """What is at stake with some records, by table and id such as `leads/L-17`.

    Attributes
    ----------
    of : of a lead, chance times value of a win; of a deal, its amount times the chance not to get it in time; of a
        proposal, what it is expected to bring
    about : each record with those that are the same thing to whoever works it, such as the lead a deal grew out of
    in_money : whether it is in the base currency; else in wins
    """

    of: Mapping[str, float]
    about: Mapping[str, frozenset[str]]
    in_money: bool


def stakes(db: Database, models: Registry, records: Collection[str]) -> Stakes:
    """What is at stake with some leads, deals, proposals and appeals."""
    ids: dict[str, list[str]] = {}
    for record in records:
        table, _, id_ = record.partition("/")
        ids.setdefault(table, []).append(id_)
    served = models.serving(Ranking)
    in_money = served is not None and bool(served.card.report.get("typical_value"))
    of = {f"leads/{id_}": worth for id_, worth in call_list.worth(db, ids.get("leads", [])).items()}
    of |= _deals(db, ids.get("deals", []), in_money)
    of |= {f"proposals/{id_}": _proposal(db, id_, in_money) for id_ in ids.get("proposals", [])}
    wanted = {id_: proposals.read_appeal(db, id_).lead_id for id_ in ids.get("appeals", [])}
    worth = call_list.worth(db, list(wanted.values()))
    of |= {f"appeals/{id_}": worth.get(lead, 0.0) for id_, lead in wanted.items()}
    return Stakes(of, _about(db, records, ids.get("deals", [])), in_money)


def _about(db: Database, records: Collection[str], deal_ids: list[str]) -> dict[str, frozenset[str]]:
    leads = {f"deals/{deal.id}": f"leads/{deal.lead_id}" for deal in deals.by_id(db, deal_ids).values() if deal.lead_id}
    return {record: frozenset({record, leads.get(record, record)}) for record in records}


def _deals(db: Database, ids: list[str], in_money: bool) -> dict[str, float]:
    held = deals.by_id(db, ids)
    amounts = deals.amounts(db, list(held.values())) if in_money else pd.Series(1.0, list(held))
    slips, wins = (scores.read(db, name, list(held), ("value",))["value"] for name in ("slippage", "win"))
    risk = slips.reindex(list(held)).fillna(1 - wins.reindex(list(held))).fillna(UNKNOWN_RISK)
    return {f"deals/{id_}": float(value) for id_, value in (amounts * risk).fillna(0.0).items()}


def _proposal(db: Database, id_: str, in_money: bool) -> float:
    moves = proposals.read(db, id_).moves
    if in_money:
        return float(sum(max(0.0, move.value_after - move.value_before) for move in moves))
    return float(sum(max(0.0, move.chance_after - (move.chance_before or 0.0)) for move in moves))
