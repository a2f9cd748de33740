"""What each of several people did in each of several spans of time, counted where the books are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, case, func, select

from knowledge import rotas
from knowledge.crm import Activity, Lead, Person
from knowledge.database import Database
from knowledge.rotas import Rota
from knowledge.shifts import days_worked

KINDS = ("call", "meeting")
# A lead that was not touched within this is one that had to wait.
PROMPT = timedelta(days=1)


def activities(db: Database, edges: Sequence[datetime]) -> pd.DataFrame:
    """Calls and meetings of everyone, one row for each `person_id`, `kind` and `span`, with `n`.

    Span k reaches from `edges[k]` to before `edges[k + 1]`; edges rise.
    """
    within = (Activity.at >= edges[0], Activity.at < edges[-1], Activity.person_id.is_not(None))
    # By its label: the values in it are sent along, and no database could tell that they are the same ones twice.
    span = _span(Activity.at, edges).label("span")
    query = select(Activity.person_id, Activity.kind, span, func.count()).where(*within, Activity.kind.in_(KINDS))
    with db.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query.group_by(Activity.person_id, Activity.kind, "span"))]
    return pd.DataFrame.from_records(rows, columns=["person_id", "kind", "span", "n"])


def arrivals(db: Database, edges: Sequence[datetime]) -> pd.DataFrame:
    """The leads that came to people: `person_id`, `span`, and `waited`, whether nobody touched them within a day.

    Leads that came less than a day before the last edge are left out: their day is not over.
    """
    until = edges[-1] - PROMPT
    first = (
        select(func.min(Activity.at))
        .where(Activity.lead_id == Lead.id, Activity.person_id.is_not(None))
        .correlate(Lead)
        .scalar_subquery()
    )
    query = select(Lead.owner_id, Lead.created_at, first).where(
        Lead.created_at >= edges[0], Lead.created_at < until, Lead.owner_id.is_not(None), Lead.merged_into.is_(None)
    )
    with db.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]
    frame = pd.DataFrame.from_records(rows, columns=["person_id", "created_at", "touched"])
    came, touched = (pd.to_datetime(frame[name], utc=True) for name in ("created_at", "touched"))
    return pd.DataFrame(
        {
            "person_id": frame["person_id"],
            "span": spans(came, edges),
            "waited": ~(touched <= came + PROMPT),
        }
    )


def days_at_work(db: Database, ids: Sequence[str], edges: Sequence[datetime]) -> pd.DataFrame:
    """How many days each person was at work in each span: a row for each, a column for each span.

    Nobody is at work in absences, on public holidays and before they were hired; whoever left is at work no more.
    """
    known = rotas.everyone(db)
    with db.connect() as connection:
        hired = dict(connection.execute(select(Person.id, Person.hired_on).where(Person.id.in_(list(ids)))).all())
    found = {id_: _days(known[id_], hired.get(id_), edges) for id_ in ids if id_ in known}
    return pd.DataFrame.from_dict(found, orient="index", columns=range(len(edges) - 1)).reindex(list(ids)).fillna(0.0)


def _days(rota: Rota, hired_on: date | None, edges: Sequence[datetime]) -> list[float]:
    first, last = rota.today(edges[0]), rota.today(edges[-1])
    calendar = [first + timedelta(n) for n in range((last - first).days + 1)]
    off = [*rota.off, *((day, day) for day in calendar if rotas.is_holiday(rota.country, day))]
    off += [(first, hired_on - timedelta(1))] if hired_on and hired_on > first else []
    return [days_worked(start, end, rota.hours, rota.zone.key, off) for start, end in pairwise(edges)]


def spans(at: pd.Series, edges: Sequence[datetime]) -> npt.NDArray[np.intp]:
    """The number of the span that each of some instants lies in; -1 for none."""
    inside = (at >= pd.Timestamp(edges[0])) & (at < pd.Timestamp(edges[-1]))
    place = pd.Series(list(edges)).searchsorted(at.where(inside, pd.Timestamp(edges[0])), side="right") - 1
    return np.where(inside, place, -1)


def _span(at: Any, edges: Sequence[datetime]) -> ColumnElement[int]:
    """The number of the span that an instant lies in."""
    return case(*((at < end, place) for place, end in enumerate(edges[1:])))
