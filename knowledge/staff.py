"""The reps who can be given leads, as they are at an instant."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from knowledge import calendar, languages
from knowledge.crm import Absence, Assignment, Lead, Person
from knowledge.database import Database

# Those that are as the person's own record has them.
_OWN = ("team_id", "languages", "skills", "country", "timezone", "working_hours", "hired_on")
COLUMNS = (*_OWN, "max_leads", "open_leads", "away")
UNKNOWN, AWAY, LEFT = "is not known", "is away", "left"


def reps(db: Database, now: datetime) -> pd.DataFrame:
    """Every rep who works here, indexed by id in order, with `COLUMNS`.

    `languages` are sets of codes, `open_leads` those owned now, `away` who is absent on the own calendar;
    `max_leads` is NaN where nobody set a limit.
    """
    # As columns: whole records of people take longer to make than the query.
    chosen = select(Person.id, Person.max_leads, *(getattr(Person, name) for name in _OWN))
    working = chosen.where(Person.role == "rep", Person.active, Person.left_on.is_(None)).order_by(Person.id)
    with db.read() as session:
        people = session.execute(working).all()
        held = open_leads(session)
        gone = away(session, {person.id: person.timezone for person in people}, now)
    # Cell by cell and as they are: making out what each column holds would take longer than all else.
    cells = np.empty((len(people), len(_OWN)), dtype=object)
    for i, person in enumerate(people):
        told = {"languages": languages.codes(person.languages), "skills": frozenset(person.skills or ())}
        own = person._asdict() | told
        for j, name in enumerate(_OWN):
            cells[i, j] = own[name]
    frame = pd.DataFrame(
        cells, columns=list(_OWN), dtype=object, index=pd.Index([p.id for p in people], name="id", dtype=object)
    )
    return frame.assign(
        max_leads=np.array([person.max_leads for person in people], dtype=np.float64),
        open_leads=np.array([held.get(person.id, 0) for person in people], dtype=np.int64),
        away=np.array([person.id in gone for person in people], dtype=bool),
    )


def territories(db: Database) -> pd.DataFrame:
    """How many leads of each country each team was ever given: `country`, `team_id`, `leads`."""
    query = (
        select(Lead.country, Person.team_id, func.count())
        .select_from(Assignment)
        .join(Lead, Lead.id == Assignment.lead_id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Lead.country.is_not(None), Person.team_id.is_not(None))
        .group_by(Lead.country, Person.team_id)
        .order_by(Lead.country, Person.team_id)
    )
    with db.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame.from_records(rows, columns=["country", "team_id", "leads"])


def open_leads(session: Session) -> dict[str, int]:
    """How many open leads each owner has."""
    query = select(Lead.owner_id, func.count()).where(Lead.outcome == "open", Lead.merged_into.is_(None))
    rows = session.execute(query.where(Lead.owner_id.is_not(None)).group_by(Lead.owner_id))
    return {str(owner): count for owner, count in rows}


def away(session: Session, zones: dict[str, str | None], now: datetime) -> frozenset[str]:
    """Who of some people, given with their zones, is absent today on the own calendar."""
    query = select(Absence.person_id, Absence.start, Absence.end).where(Absence.person_id.in_(list(zones)))
    absences = session.execute(query)
    return frozenset(id_ for id_, first, last in absences if first <= _today(zones[id_], now) <= last)


def unfit(session: Session, ids: Collection[str], now: datetime) -> dict[str, str]:
    """Who of some people cannot be given leads now, with the reason: `UNKNOWN`, `AWAY` or `LEFT`."""
    found = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(list(ids))))}
    gone = away(session, {id_: person.timezone for id_, person in found.items()}, now)
    reasons = {id_: UNKNOWN for id_ in ids if id_ not in found}
    reasons |= dict.fromkeys(gone, "is away")
    return reasons | {id_: LEFT for id_, person in found.items() if not person.active or person.left_on is not None}


def _today(zone: str | None, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone) if zone and calendar.is_zone(zone) else UTC).date()
