"""Customers side by side: who they are, how their first months went, and whether they stayed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from knowledge import customers, frames
from knowledge.crm import Account, AccountEvent, ColumnRule, Order
from knowledge.customers import ASKED_AFTER, FIRST
from knowledge.database import Database

LONG_AGO = ASKED_AFTER + timedelta(30)


@pytest.fixture
def books(db: Database, now: datetime) -> Database:
    """Five customers: one who stayed, three who left sooner or later, one of whom it cannot be told yet."""
    left_after = {
        "stayed": None,
        "early": FIRST - timedelta(1),
        "left": FIRST + timedelta(9),
        "late": ASKED_AFTER + timedelta(9),
    }
    since = now - LONG_AGO
    with db.write() as session:
        for id_, after in left_after.items():
            gone = None if after is None else since + after
            row = Account(id=id_, name=id_, customer_since=since.date(), churned_at=gone, size=5)
            row.attributes = {"plan": "S", "religion": "x"}
            session.add(row)
        session.add(Account(id="young", name="young", customer_since=(now - FIRST).date()))
        session.add(ColumnRule(table="accounts", column="religion", rule="sensitive"))
        session.flush()
        for k, (days, kind, value) in enumerate([(2, "usage", 50), (40, "usage", 70), (95, "usage", 1), (9, "nps", 8)]):
            at = since + timedelta(days)
            session.add(AccountEvent(id=f"{k}", account_id="left", at=at, kind=kind, value=value))
        session.add(Order(id="O", account_id="stayed", at=since + timedelta(3), amount=9))
    return db


def read(books: Database, at: datetime) -> pd.DataFrame:
    with books.connect() as connection:
        return customers.read(connection, at, {"religion": "sensitive"})


def test_only_customers_of_whom_it_is_known_who_stayed_are_there(books: Database, now: datetime) -> None:
    assert read(books, now)["stayed"].to_dict() == {"stayed": True, "left": False, "late": True}


def test_who_leaves_later_is_not_known_before(books: Database, now: datetime) -> None:
    then = now - timedelta(15)
    with books.write() as session:
        session.get_one(Account, "left").churned_at = now - timedelta(1)
    assert read(books, then)["stayed"]["left"]


def test_only_the_first_months_are_looked_at(books: Database, now: datetime) -> None:
    found = read(books, now)
    assert found.loc["left", ["usage events", "mean usage", "nps events"]].to_list() == [2, 60, 1]
    assert found["orders"].to_dict() == {"stayed": 1, "left": 0, "late": 0}
    assert "mean nps" not in found


def test_of_customers_older_than_the_record_no_event_is_not_a_zero(books: Database, now: datetime) -> None:
    with books.write() as session:
        session.get_one(Account, "stayed").customer_since = (now - timedelta(900)).date()
    assert pd.isna(read(books, now).loc["stayed", "usage events"])


def test_a_history_holds_customers_without_columns_that_were_ruled_out(books: Database, now: datetime) -> None:
    found = frames.load(books, until=now).customers
    assert len(found) == 3
    assert "plan" in found
    assert "religion" not in found


def test_books_without_customers_hold_none(db: Database, now: datetime) -> None:
    assert frames.load(db, until=now).customers.empty
