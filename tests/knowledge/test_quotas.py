"""Quotas of a period, whole and in part."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from knowledge import calendar, quotas
from knowledge.crm import Person, Quota

ZONE = ZoneInfo("Europe/London")


@pytest.fixture
def books(db):
    with db.write() as session:
        session.add_all([Person(id=id_, name=id_) for id_ in ("ana", "ben")])
        session.flush()
        rows = [("ana", "2026-Q1", 90_000), ("ana", "2026-Q2", 91_000), ("ben", "2026-Q1", 10_000), ("ben", "soon", 1)]
        session.add_all([Quota(id=f"{who}{when}", person_id=who, period=when, amount=much) for who, when, much in rows])
    return db


def target(books, words, now, owners=None):
    return quotas.target(books, calendar.period(words, now, ZONE), owners, ZONE)


def test_a_team_s_quota_is_the_sum_of_its_people_s(books, now):
    found = target(books, "2026-Q1", now)
    assert (found.amount, found.people, found.is_pro_rata) == (100_000, 2, False)
    assert target(books, "2026-Q1", now, ["ben"]).amount == 10_000


def test_quarters_make_a_half_year(books, now):
    assert target(books, "2026-01-01..2026-06-30", now, ["ana"]).amount == 181_000


def test_a_month_takes_its_days_of_the_quarter(books, now):
    found = target(books, "2026-02", now, ["ana"])
    assert found.is_pro_rata
    assert found.amount == pytest.approx(90_000 * 28 / 90, rel=0.01)


def test_where_nobody_said_there_is_none(books, now):
    assert target(books, "2027-Q1", now) is None
    assert target(books, "2026-Q1", now, []) is None
