"""What people did in each span, counted in the database as one would count it by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from knowledge import deeds
from knowledge.crm import Absence, Activity, Lead, Person
from tests.company import NOW

EDGES = [NOW - timedelta(weeks=n) for n in (6, 4, 3, 1, 0)]


def place(at: datetime) -> int:
    return next(n for n, (start, end) in enumerate(pairwise(EDGES)) if start <= at < end)


def test_calls_and_meetings_are_counted_for_each_person_and_span(company):
    with company.read() as session:
        rows = session.scalars(select(Activity).where(Activity.person_id.is_not(None), Activity.at >= EDGES[0]))
        done = [row for row in rows if row.kind in deeds.KINDS and row.at < NOW]
    slow = Counter((row.person_id, row.kind, place(row.at)) for row in done)
    found = {(row.person_id, row.kind, row.span): row.n for row in deeds.activities(company, EDGES).itertuples()}
    assert slow
    assert found == slow


def test_both_databases_count_alike(db):
    hours = [1, 2, 30, 24 * 10, 24 * 25, 24 * 60]
    with db.write() as session:
        session.add(Person(id="ana", name="Ana"))
        session.flush()
        session.add(Lead(id="L", name="L", owner_id="ana", created_at=NOW - timedelta(hours=50)))
        session.flush()
        for n, ago in enumerate(hours):
            at = NOW - timedelta(hours=ago)
            session.add(Activity(id=str(n), kind="call", at=at, recorded_at=at, person_id="ana", lead_id="L"))
    found = deeds.activities(db, EDGES)
    assert {row.span: row.n for row in found.itertuples()} == {1: 1, 2: 1, 3: 3}
    assert deeds.arrivals(db, EDGES).values.tolist() == [["ana", 3, False]]


def test_a_lead_waited_if_nobody_touched_it_within_a_day(company):
    with company.read() as session:
        owned = select(Lead).where(Lead.created_at.is_not(None), Lead.owner_id.is_not(None), Lead.merged_into.is_(None))
        leads = list(session.scalars(owned))
        touches = session.execute(select(Activity.lead_id, Activity.at).where(Activity.person_id.is_not(None))).all()
    first: dict[str, datetime] = {}
    for id_, at in touches:
        first[id_] = min(at, first.get(id_, at))
    slow = Counter(
        (lead.owner_id, place(lead.created_at), not first.get(lead.id, NOW) <= lead.created_at + deeds.PROMPT)
        for lead in leads
        if EDGES[0] <= lead.created_at < NOW - deeds.PROMPT
    )
    assert Counter(deeds.arrivals(company, EDGES).itertuples(index=False, name=None)) == slow


def test_nobody_is_at_work_on_holidays_in_absences_and_before_they_came(db):
    edges = [datetime.fromisoformat(f"{day}T00:00:00+00:00") for day in ("2026-03-30", "2026-04-06", "2026-04-13")]
    week = {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:00"}
    usual = {"timezone": "UTC", "working_hours": week}
    with db.write() as session:
        session.add(Person(id="usual", name="U", **usual))
        session.add(Person(id="german", name="G", country="DE", **usual))
        session.add(Person(id="new", name="N", hired_on=date(2026, 4, 8), **usual))
        session.add(Person(id="away", name="A", **usual))
        session.add(Person(id="gone", name="L", left_on=date(2026, 4, 1), **usual))
        session.flush()
        session.add(Absence(id="1", person_id="away", start=date(2026, 3, 31), end=date(2026, 4, 7)))
    found = deeds.days_at_work(db, ["usual", "german", "new", "away", "gone"], edges)
    assert found.loc["usual"].tolist() == [5, 5]
    assert found.loc["german"].tolist() == [4, 4]
    assert found.loc["new"].tolist() == [0, 3]
    assert found.loc["away"].tolist() == [1, 3]
    assert found.loc["gone"].tolist() == [0, 0]


def test_an_instant_outside_of_all_spans_is_in_none():
    import pandas as pd

    at = pd.Series(pd.to_datetime([EDGES[0], EDGES[1], EDGES[-1], None, NOW - timedelta(days=1)], utc=True))
    assert deeds.spans(at, EDGES).tolist() == [0, 1, -1, -1, 3]
    assert place(NOW - timedelta(days=1)) == pytest.approx(3)
