"""The open leads in the order of what a call to each is worth, and what keeps a lead from being called.

A question reads the top of an index, however large the book; how many leads are held back and why is counted once
for each version of the books.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Connection, Select, and_, case, delete, func, or_, select

from knowledge import calendar
from knowledge.crm import CALLS, CONVERSATIONS, Activity, Lead, Snooze
from knowledge.database import Database
from knowledge.scores import CallListEntry as Entry

DO_NOT_CALL = "asked not to be called"
NO_CONSENT = "gave no consent"
OUTSIDE_HOURS = "outside calling hours"
SNOOZED = "snoozed"
RECENTLY_REACHED = "spoken to in the last 20 hours"
TRIED_TODAY = "tried three times today"
TRIED_ENOUGH = "tried seven times in a fortnight"

ATTEMPTS_A_DAY = 3
ATTEMPTS_A_FORTNIGHT = 7
REACHED_LATELY = timedelta(hours=20)
ROWS_A_WRITE = 20_000


@dataclass(frozen=True)
class Candidate:
    """A lead that may be worth a call; `worth` is chance times value, before the hour counts."""

    lead_id: str
    worth: float
    zone: str
    zone_assumed: bool


def write(
    db: Database,
    worth: pd.Series,
    *,
    snapshot_leads: pd.DataFrame,
    now: datetime,
    default_zone: str,
    consent_required: bool = False,
) -> None:
    """Puts leads into the list, or moves them; in short transactions, so that nobody else waits long.

    Parameters
    ----------
    worth : what a call is worth, indexed by lead id
    snapshot_leads : the leads as `Snapshot.leads` has them
    """
    leads = snapshot_leads.loc[worth.index]
    rows = [
        _entry(id_, value, lead, default_zone, consent_required)
        for (id_, value), lead in zip(worth.items(), leads.itertuples(), strict=True)
    ]
    for start in range(0, len(rows), ROWS_A_WRITE):
        part = rows[start : start + ROWS_A_WRITE]
        with db.write(books=False) as session:
            session.execute(delete(Entry).where(Entry.lead_id.in_([row["lead_id"] for row in part])))
            session.execute(Entry.__table__.insert(), part)  # type: ignore[attr-defined]


def remove(db: Database, ids: Sequence[str]) -> None:
    """Takes leads off the list."""
    with db.write(books=False) as session:
        session.execute(delete(Entry).where(Entry.lead_id.in_(list(ids))))


def keep_only(db: Database, ids: Collection[str]) -> None:
    """Takes every lead off the list that is not among `ids`."""
    kept = set(ids)
    with db.read() as session:
        gone = [id_ for id_ in session.scalars(select(Entry.lead_id)) if id_ not in kept]
    for start in range(0, len(gone), ROWS_A_WRITE):
        remove(db, gone[start : start + ROWS_A_WRITE])


def top(
    db: Database,
    owner_ids: Sequence[str | None],
    *,
    zones: Sequence[str] | None,
    source: str | None = None,
    segment: str | None = None,
) -> Generator[Candidate, None, None]:
    """Callable leads of some owners (None: those without one), the most worthy first, read as far as it is asked.

    `zones` keeps only leads on those clocks; None takes all.
    """
    with db.connect() as connection, ExitStack() as opened:
        # The index has each owner's leads in order. Whoever stops reading half-way closes the cursors with it.
        reading = connection.execution_options(yield_per=200)
        lines = [opened.enter_context(reading.execute(_line(id_, zones, source, segment))) for id_ in owner_ids]
        for row in heapq.merge(*lines, key=lambda row: -row.worth):
            yield Candidate(*row)


def _line(
    owner_id: str | None, zones: Sequence[str] | None, source: str | None, segment: str | None
) -> Select[str, float, str, bool]:
    """An owner's callable leads in order."""
    query = select(Entry.lead_id, Entry.worth, Entry.zone, Entry.zone_assumed).where(
        Entry.owner_id.is_(None) if owner_id is None else Entry.owner_id == owner_id, Entry.blocked == ""
    )
    if zones is not None:
        query = query.where(Entry.zone.in_(zones))
    # The books may have moved on since the list was written: what it says must still be so.
    query = query.join(Lead, and_(Lead.id == Entry.lead_id, Lead.outcome == "open", Lead.merged_into.is_(None)))
    query = query.where(Lead.do_not_call.is_not(True), Lead.consent.is_not(False))
    query = query.where(Lead.owner_id.is_(None) if owner_id is None else Lead.owner_id == owner_id)
    for column, wanted in ((Lead.source, source), (Lead.attributes["segment"].as_string(), segment)):
        if wanted is not None:
            query = query.where(column == wanted)
    return query.order_by(Entry.worth.desc())


def worth(db: Database, ids: Sequence[str], *, callable_only: bool = False) -> dict[str, float]:
    """What a call to each of some leads is worth, of those that are on the list, or of those that may be called."""
    query = select(Entry.lead_id, Entry.worth)
    if callable_only:
        query = query.where(Entry.blocked == "")
    with db.connect() as connection:
        return {
            str(id_): float(value)
            for start in range(0, len(ids), ROWS_A_WRITE)
            for id_, value in connection.execute(query.where(Entry.lead_id.in_(ids[start : start + ROWS_A_WRITE])))
        }


@dataclass(frozen=True)
class Tally:
    """How many leads an owner has, on which clocks, and how many nobody may call."""

    zones: Counter[str]
    blocked: Counter[str]


def tally(db: Database, owner_id: str | None) -> Tally:
    """Counts of an owner's list by zone and by reason not to call."""
    owned = Entry.owner_id.is_(None) if owner_id is None else Entry.owner_id == owner_id
    zones: Counter[str] = Counter()
    blocked: Counter[str] = Counter()
    with db.connect() as connection:
        query = select(Entry.blocked, Entry.zone, func.count()).where(owned).group_by(Entry.blocked, Entry.zone)
        for reason, zone, count in connection.execute(query):
            if reason:
                blocked[reason] += count
            else:
                zones[zone] += count
    return Tally(zones, blocked)


def held_back(db: Database, owner_ids: Sequence[str | None], now: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Leads that were tried or reached too recently, or are snoozed: lead id -> reason.

    A day is a day on the clock of `zone`.
    """
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    dialled = or_(Activity.direction.is_(None), Activity.direction != "inbound")
    attempts = func.sum(case((dialled, 1), else_=0))
    today = func.sum(case((and_(dialled, Activity.at >= midnight), 1), else_=0))
    reached = func.max(case((Activity.disposition.in_(CONVERSATIONS), Activity.at)))
    query = (
        select(Activity.lead_id, attempts, today)
        .where(CALLS, Activity.at > now - timedelta(days=14), Activity.at <= now)
        .where(Activity.lead_id.is_not(None))
        .group_by(Activity.lead_id)
        .having(or_(attempts >= ATTEMPTS_A_FORTNIGHT, today >= ATTEMPTS_A_DAY, reached > now - REACHED_LATELY))
    )
    snoozes = select(Snooze.lead_id).where(Snooze.until > now)
    with db.connect() as connection:
        held = {
            str(id_): TRIED_TODAY
            if day >= ATTEMPTS_A_DAY
            else TRIED_ENOUGH
            if n >= ATTEMPTS_A_FORTNIGHT
            else RECENTLY_REACHED
            for id_, n, day in connection.execute(query)
        }
        held |= {id_: SNOOZED for (id_,) in connection.execute(snoozes)}
        # The calls of a fortnight are few, whatever the size of the book; so they are read first, and then their leads.
        return {id_: held[id_] for id_ in _open_of(connection, list(held), owner_ids)}


def _open_of(connection: Connection, ids: Sequence[str], owner_ids: Sequence[str | None]) -> Iterator[str]:
    """Which of some leads are open and belong to the owners."""
    query = select(Lead.id, Lead.owner_id).where(Lead.outcome == "open")
    for start in range(0, len(ids), ROWS_A_WRITE):
        rows = connection.execute(query.where(Lead.id.in_(ids[start : start + ROWS_A_WRITE])))
        # Were the owners asked for in the query, SQLite would rather read all of their leads.
        yield from (id_ for id_, owner_id in rows if owner_id in owner_ids)


def _entry(id_: object, worth: float, lead: object, default_zone: str, consent_required: bool) -> dict[str, object]:
    at = calendar.call_zone(*(getattr(lead, name) for name in ("timezone", "phone", "country")), default_zone)
    owner = getattr(lead, "owner_id")  # noqa: B009 - a row of a frame has no declared fields
    return {
        "lead_id": str(id_),
        "owner_id": owner,
        "blocked": _blocked(lead, consent_required),
        "zone": at.zone,
        "zone_assumed": at.assumed,
        "worth": float(worth),
    }


def _blocked(lead: object, consent_required: bool) -> str:
    do_not_call, consent = getattr(lead, "do_not_call", None), getattr(lead, "consent", None)
    if do_not_call:
        return DO_NOT_CALL
    # `is False` would miss numpy's False; None means that it was never asked.
    refused = consent is not None and not consent
    return NO_CONSENT if refused or (consent_required and not consent) else ""
