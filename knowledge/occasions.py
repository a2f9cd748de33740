"""Occasions: what is so in the books that somebody could act on now, found for everyone in a few queries.

Each finder says who could act, on which record, since when, and by which counts and instants it is told. With `only`,
some records are looked at again: what is not found any more is over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from knowledge import pool
from knowledge.crm import AccountEvent, Activity, Contact, Deal, Lead, Snooze, Task
from knowledge.database import Database
from knowledge.proposals.appealing import managers
from knowledge.proposals.tables import Appealed, Moved, Proposed
from knowledge.rotas import Rota
from knowledge.scores import CallListEntry
from knowledge.stock import MESSAGES

Only = Collection[str] | None
Rotas = Mapping[str, Rota]
# Rows whose columns were asked for so that none is missing.
Rows = Select[*tuple[Any, ...]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# A lead gains momentum with so many touches of its own in two days, thrice as many as is usual for it.
BURST, BURST_WITHIN, USUAL_WITHIN, TIMES_USUAL = 3, 2 * DAY, 14 * DAY, 3.0
# It fades when it was keen and has been silent since, and nobody has done anything about it of late.
KEEN, KEEN_WITHIN, SILENT_FROM, SILENT_TO, LEFT_ALONE = 3, 35 * DAY, 5 * DAY, 14 * DAY, 3 * DAY
HOT, PATIENCE = 0.1, 4 * HOUR
REPLY_WITHIN, REPLY_AFTER = 7 * DAY, 2 * HOUR
OVERDUE_AT_MOST = 60 * DAY
DEAL_SILENT, DEAL_FORGOTTEN = 14 * DAY, 60 * DAY
MEETING_FROM, MEETING_TO = 2 * HOUR, 3 * DAY
LEFT_WITHIN = 14 * DAY
WAITS = 4 * HOUR
LOOKED_BACK_AT = 3 * DAY


@dataclass(frozen=True)
class Occasion:
    """Something that a person could act on.

    Attributes
    ----------
    record : table and id, such as `leads/L-17`
    since : when it began
    facts : counts, ids, and instants in ISO format
    """

    person_id: str
    record: str
    since: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


def momentum(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Leads that came back to us more often in two days than they usually do."""
    lately = _theirs(Activity.lead_id, now - BURST_WITHIN, now, only).having(func.count() >= BURST)
    with db.read() as session:
        bursts = {id_: (count, last) for id_, count, last in session.execute(lately)}
        before = _theirs(Activity.lead_id, now - USUAL_WITHIN, now - BURST_WITHIN, list(bursts))
        usual = {id_: count for id_, count, _ in session.execute(before)}
        views = _theirs(Activity.lead_id, now - BURST_WITHIN, now, list(bursts)).where(Activity.kind == "proposal_view")
        opened = {id_: count for id_, count, _ in session.execute(views)}
        callable_ = dict(_callable(session, bursts, now))
    share = BURST_WITHIN / (USUAL_WITHIN - BURST_WITHIN)
    return [
        Occasion(owner, f"leads/{id_}", last, {"touches": count, "proposals": opened.get(id_, 0)})
        for id_, owner in callable_.items()
        for count, last in [bursts[id_]]
        if count >= TIMES_USUAL * share * usual.get(id_, 0)
    ]


def fading(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Leads that were keen and have been silent since, with nobody doing anything about it."""
    keen = _theirs(Activity.lead_id, now - KEEN_WITHIN, now, only).having(
        func.count() >= KEEN, func.max(Activity.at) <= now - SILENT_FROM, func.max(Activity.at) >= now - SILENT_TO
    )
    with db.read() as session:
        found = {id_: (count, last) for id_, count, last in session.execute(keen)}
        tended = set(_touched(session, Activity.lead_id, found, now - LEFT_ALONE))
        return [
            Occasion(
                owner, f"leads/{id_}", found[id_][1], {"touches": found[id_][0], "last": found[id_][1].isoformat()}
            )
            for id_, owner in _callable(session, found, now)
            if id_ not in tended
        ]


def untouched(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Leads among the best tenth that their owner has not touched for four hours of work."""
    return [
        Occasion(each.owner_id, f"leads/{each.lead_id}", each.since, {"hours": PATIENCE / HOUR})
        for each in pool.idle(db, None, now=now, share=HOT)
        if (only is None or each.lead_id in only)
        and (rota := rotas.get(each.owner_id))
        and rota.worked(each.since, now) >= PATIENCE
    ]


def unanswered(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Messages of buyers, of leads or deals, that nobody answered for two hours of work."""
    found: list[Occasion] = []
    with db.read() as session:
        for table, column, owned in (("leads", Activity.lead_id, Lead), ("deals", Activity.deal_id, Deal)):
            written: Rows = select(column, func.max(Activity.at)).where(
                Activity.at > now - REPLY_WITHIN,
                Activity.at <= now,
                Activity.kind.in_(MESSAGES),
                Activity.direction == "inbound",
                column.is_not(None) if only is None else column.in_(list(only)),
            )
            if table == "leads":
                written = written.where(Activity.deal_id.is_(None))
            asked = {str(id_): at for id_, at in session.execute(written.group_by(column))}
            answers = _touched(session, column, asked, now - REPLY_WITHIN)
            query: Rows = select(owned.id, owned.owner_id).where(owned.id.in_(list(asked)), owned.outcome == "open")
            for id_, owner in session.execute(query.where(owned.owner_id.is_not(None))):
                at, rota = asked[id_], rotas.get(owner)
                if answers.get(id_, at - DAY) < at and rota and rota.worked(at, now) >= REPLY_AFTER:
                    found.append(Occasion(owner, f"{table}/{id_}", at, {"written": at.isoformat()}))
    return found


def overdue(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Open deals whose close date is past."""
    today = now.date()
    query = _deals(only).where(Deal.expected_close < today, Deal.expected_close > today - OVERDUE_AT_MOST)
    with db.read() as session:
        return [
            Occasion(owner, f"deals/{id_}", datetime.combine(close, time(), UTC), {"due": close.isoformat()})
            for id_, owner, _, close in session.execute(query)
            if (rota := rotas.get(owner)) and close < rota.today(now)
        ]


def silent(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Open deals in which nothing has happened for a fortnight."""
    lately, ever = _something_since(now - DEAL_SILENT), _something_since(now - DEAL_FORGOTTEN)
    query = _deals(only).where(Deal.opened_at < now - DEAL_SILENT, ~lately, ever)
    with db.read() as session:
        rows = {id_: (owner, lead) for id_, owner, lead, _ in session.execute(query)}
        last = _last_events(session, {id_: lead for id_, (_, lead) in rows.items()}, now)
    return [
        Occasion(rows[id_][0], f"deals/{id_}", at + DEAL_SILENT, {"last": at.isoformat(), "days": (now - at).days})
        for id_, at in last.items()
        if now - DEAL_FORGOTTEN < at < now - DEAL_SILENT
    ]


def unplanned(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Meetings of late after which nothing was done, agreed or put down for later."""
    found: list[Occasion] = []
    with db.read() as session:
        for table, column, owned in (("deals", Activity.deal_id, Deal), ("leads", Activity.lead_id, Lead)):
            met: Rows = (
                select(column, owned.owner_id, func.max(Activity.at))
                .join(owned, owned.id == column)
                .where(Activity.kind == "meeting", Activity.at > now - MEETING_TO, Activity.at <= now - MEETING_FROM)
                .where(owned.outcome == "open", owned.owner_id.is_not(None))
                .where(column.in_(list(only)) if only is not None else column.is_not(None))
            )
            if table == "leads":
                met = met.where(Activity.deal_id.is_(None))
            meetings = {id_: (owner, at) for id_, owner, at in session.execute(met.group_by(column, owned.owner_id))}
            later = _touched(session, column, meetings, now - MEETING_TO)
            promised = Task.deal_id if table == "deals" else Task.lead_id
            tasks = set(session.scalars(select(promised).where(Task.done_at.is_(None), promised.in_(list(meetings)))))
            for id_, (owner, at) in meetings.items():
                if later.get(id_, at) <= at and id_ not in tasks:
                    found.append(Occasion(owner, f"{table}/{id_}", at, {"met": at.isoformat()}))
    return found


def champion_left(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Open deals whose champion has left the buyer's company of late."""
    since = now - LEFT_WITHIN
    contacts: Rows = select(Deal.id, Deal.owner_id, Contact.left_on, Contact.name, Contact.id)
    contacts = contacts.join(Contact, Contact.account_id == Deal.account_id)
    contacts = contacts.where(
        Contact.is_champion.is_(True), Contact.left_on > since.date(), Contact.left_on <= now.date()
    )
    events: Rows = select(Deal.id, Deal.owner_id, AccountEvent.at)
    events = events.join(AccountEvent, AccountEvent.account_id == Deal.account_id)
    events = events.where(AccountEvent.kind == "champion_left", AccountEvent.at > since, AccountEvent.at <= now)
    found: dict[str, Occasion] = {}
    with db.read() as session:
        for id_, owner, at in session.execute(events.where(*_open_deal(only)).order_by(AccountEvent.at)):
            found[id_] = Occasion(owner, f"deals/{id_}", at, {"left": at.isoformat()})
        for id_, owner, day, name, contact in session.execute(contacts.where(*_open_deal(only))):
            at = datetime.combine(day, time(), UTC)
            facts = {"left": at.isoformat(), "who": name, "contact": contact}
            found[id_] = Occasion(owner, f"deals/{id_}", at, facts)
    return list(found.values())


def waiting(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Proposals and appeals that have waited for a manager's click for four hours of work."""
    plans = select(Proposed).where(Proposed.status == "pending", Proposed.at > now - 2 * DAY)
    appeals = select(Appealed).where(Appealed.status == "pending")
    found: list[Occasion] = []
    with db.read() as session:
        for row in session.scalars(plans if only is None else plans.where(Proposed.id.in_(list(only)))):
            facts = {"kind": row.kind}
            found += [Occasion(id_, f"proposals/{row.id}", row.at, facts) for id_ in managers(session, row.team_ids)]
        for each in session.scalars(appeals if only is None else appeals.where(Appealed.id.in_(list(only)))):
            facts = {"by": each.by, "lead": each.lead_id}
            found += [Occasion(id_, f"appeals/{each.id}", each.at, facts) for id_ in managers(session, [each.team_id])]
    return [each for each in found if (rota := rotas.get(each.person_id)) and rota.worked(each.since, now) >= WAITS]


def carried_out(db: Database, now: datetime, rotas: Rotas, only: Only = None) -> list[Occasion]:
    """Plans that were approved three days ago, with how many of the leads they moved were touched since."""
    query = select(Proposed).where(
        Proposed.status == "approved",
        Proposed.decided_by.is_not(None),
        Proposed.decided_at <= now - LOOKED_BACK_AT,
        Proposed.decided_at > now - LOOKED_BACK_AT - 2 * DAY,
    )
    found = []
    with db.read() as session:
        for row in session.scalars(query if only is None else query.where(Proposed.id.in_(list(only)))):
            moved = select(Moved.lead_id).where(Moved.proposal_id == row.id, Moved.to_id.is_not(None))
            leads = set(session.scalars(moved.where(Moved.from_id.is_distinct_from(Moved.to_id))))
            if leads and row.decided_at and row.decided_by:
                touched = _touched(session, Activity.lead_id, leads, row.decided_at)
                facts = {"moved": len(leads), "touched": len(touched)}
                found.append(Occasion(row.decided_by, f"proposals/{row.id}", row.decided_at, facts))
    return found


def _theirs(column: InstrumentedAttribute[str | None], since: datetime, until: datetime, only: Only) -> Rows:
    """How often buyers came to us of their own in a span of time, by record, and when last."""
    query: Rows = select(column, func.count(), func.max(Activity.at)).where(
        Activity.at > since, Activity.at <= until, Activity.direction == "inbound"
    )
    named = column.is_not(None) if only is None else column.in_(list(only))
    return query.where(named).group_by(column)


def _touched(
    session: Session, column: InstrumentedAttribute[str | None], ids: Collection[str], since: datetime
) -> dict[str, datetime]:
    """When a colleague last did something about some records since an instant; the others are not in it."""
    ours = (Activity.person_id.is_not(None), func.coalesce(Activity.direction, "") != "inbound")
    query = select(column, func.max(Activity.at)).where(column.in_(list(ids)), Activity.at > since, *ours)
    return {str(id_): at for id_, at in session.execute(query.group_by(column))}


def _callable(session: Session, ids: Collection[str], now: datetime) -> Iterator[tuple[str, str]]:
    """Those of some leads that are open and may be called, with their owner; snoozed ones are left alone."""
    snoozed = select(Snooze.id).where(Snooze.lead_id == Lead.id, Snooze.until > now).exists()
    query = (
        select(Lead.id, Lead.owner_id)
        .join(CallListEntry, CallListEntry.lead_id == Lead.id)
        .where(Lead.id.in_(list(ids)), Lead.outcome == "open", Lead.merged_into.is_(None))
        .where(CallListEntry.blocked == "", ~snoozed)
        .order_by(Lead.id)
    )
    yield from ((id_, owner) for id_, owner in session.execute(query) if owner)


def _open_deal(only: Only) -> list[ColumnElement[bool]]:
    named = [] if only is None else [Deal.id.in_(list(only))]
    return [Deal.outcome == "open", Deal.owner_id.is_not(None), *named]


def _deals(only: Only) -> Rows:
    columns = (Deal.id, Deal.owner_id, Deal.lead_id, Deal.expected_close)
    return select(*columns).where(*_open_deal(only)).order_by(Deal.id)


def _something_since(since: datetime) -> ColumnElement[bool]:
    """Whether something happened in a deal, or with the lead it grew out of, since an instant."""
    of_deal = select(Activity.id).where(Activity.deal_id == Deal.id, Activity.at >= since)
    of_lead = select(Activity.id).where(
        Activity.lead_id == Deal.lead_id, Activity.deal_id.is_(None), Activity.at >= since
    )
    return or_(of_deal.exists(), of_lead.exists())


def _last_events(session: Session, leads: Mapping[str, str | None], now: datetime) -> dict[str, datetime]:
    """When something last happened in each deal, or with the lead it grew out of."""
    by_deal: Rows = select(Activity.deal_id, func.max(Activity.at)).where(Activity.deal_id.in_(list(leads)))
    found: dict[str, datetime] = dict(
        session.execute(by_deal.where(Activity.at <= now).group_by(Activity.deal_id)).all()
    )
    deals = {lead: id_ for id_, lead in leads.items() if lead}
    of_lead: Rows = select(Activity.lead_id, func.max(Activity.at)).where(
        Activity.lead_id.in_(list(deals)), Activity.deal_id.is_(None), Activity.at <= now
    )
    for lead, at in session.execute(of_lead.group_by(Activity.lead_id)):
        found[deals[lead]] = max(at, found.get(deals[lead], at))
    return found
