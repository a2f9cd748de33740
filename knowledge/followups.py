"""What people did about records: the first thing after an instant, whether they were nudged to it or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from knowledge.crm import Activity, Deal, DealChange, Lead
from knowledge.database import Database
from knowledge.proposals.tables import Appealed, Proposed

IDS_A_QUERY = 10_000


@dataclass(frozen=True)
class Asked:
    """Whether a person did something about a record (`leads/L-17`) after an instant; `id` names the question."""

    id: str
    person_id: str
    record: str
    after: datetime


def first(db: Database, asked: Sequence[Asked]) -> dict[str, datetime]:
    """When each person first did something about their record after the instant, by the question's id.

    For leads and deals that is a call, message or meeting of the person's, for deals an edit as well; for proposals and
    appeals a decision.
    """
    found: dict[str, datetime] = {}
    by_table: dict[str, dict[str, list[Asked]]] = {}
    for each in asked:
        table, _, id_ = each.record.partition("/")
        by_table.setdefault(table, {}).setdefault(id_, []).append(each)
    with db.connect() as connection:
        for table, of in by_table.items():
            since = min(each.after for many in of.values() for each in many)
            for query in _queries(table, since):
                for part in _parts(list(of)):
                    for id_, person, at in connection.execute(query.where(query.selected_columns[0].in_(part))):
                        _count(found, of[str(id_)], person, at)
    return found


def won(db: Database, records: Iterable[str]) -> dict[str, datetime]:
    """When each of some leads and deals was won, of those that were; a lead is, when its first deal is."""
    ids: dict[str, list[str]] = {}
    for record in records:
        table, _, id_ = record.partition("/")
        ids.setdefault(table, []).append(id_)
    found: dict[str, datetime] = {}
    with db.connect() as connection:
        for part in _parts(ids.get("deals", [])):
            deals = select(Deal.id, Deal.closed_at).where(Deal.id.in_(part), Deal.outcome == "won")
            found |= {f"deals/{id_}": at for id_, at in connection.execute(deals) if at}
        for part in _parts(ids.get("leads", [])):
            leads = select(Lead.id, Lead.outcome_at).where(Lead.id.in_(part), Lead.outcome == "won")
            first_deals = select(Deal.lead_id, func.min(Deal.closed_at)).where(
                Deal.lead_id.in_(part), Deal.outcome == "won"
            )
            found |= {f"leads/{id_}": at for id_, at in connection.execute(first_deals.group_by(Deal.lead_id)) if at}
            found |= {f"leads/{id_}": at for id_, at in connection.execute(leads) if at}
    return found


def _queries(table: str, since: datetime) -> Iterator[Select[*tuple[Any, ...]]]:
    """Record, person (None: whoever it was) and instant of what was done about the records of a table."""
    ours = (Activity.person_id.is_not(None), func.coalesce(Activity.direction, "") != "inbound", Activity.at > since)
    if table == "leads":
        yield select(Activity.lead_id, Activity.person_id, Activity.at).where(*ours)
    elif table == "deals":
        yield select(Activity.deal_id, Activity.person_id, Activity.at).where(*ours)
        yield (
            select(DealChange.deal_id, Deal.owner_id, DealChange.at)
            .join(Deal, Deal.id == DealChange.deal_id)
            .where(DealChange.at > since)
        )
    elif table == "proposals":
        yield select(Proposed.id, Proposed.decided_by, Proposed.decided_at).where(Proposed.decided_at > since)
    elif table == "appeals":
        yield select(Appealed.id, Appealed.decided_by, Appealed.decided_at).where(Appealed.decided_at > since)


def _count(found: dict[str, datetime], asked: Sequence[Asked], person: str | None, at: datetime) -> None:
    for each in asked:
        if person == each.person_id and at > each.after:
            found[each.id] = min(at, found.get(each.id, at))


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY))
