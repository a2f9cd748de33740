"""Deals as they were known at an instant, with what was done for them."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from knowledge import pipeline
from knowledge.crm import Activity, Deal, DealChange, Lead, Person, Product, Rate, Stage
from knowledge.pipeline import DEAL_COLUMNS, DealSnapshot


@pytest.fixture
def books(db, now):
    """Three deals: one that was won, one in euros that was edited, one that grew out of a lead."""
    with db.write() as session:
        session.add_all([Stage(id=f"S{k}", name=name, position=k) for k, name in enumerate(("First", "Last"))])
        session.add_all([Product(id="P", name="Meter"), Person(id="ana", name="Ana"), Person(id="ben", name="Ben")])
        session.add(Lead(id="L", name="Lea", source="Fair"))
        session.flush()
        opened = now - timedelta(100)
        own = {"opened_at": opened, "stage": "Last", "owner_id": "ben"}
        session.add_all([
            Deal(id="won", name="Won", amount=100, outcome="won", closed_at=now - timedelta(10), currency="USD", **own),
            Deal(id="edited", name="Edited", amount=200, currency="EUR", expected_close=now.date(), **own),
            Deal(id="lead", name="Lead", lead_id="L", amount=300, currency="USD", **own),
        ])  # fmt: skip
        session.add_all([
            Rate(id="r1", currency="EUR", day=(now - timedelta(200)).date(), rate=1.5),
            Rate(id="r2", currency="EUR", day=(now - timedelta(5)).date(), rate=2.0),
        ])  # fmt: skip
        session.flush()
        edits = {"owner": ("ana", "ben"), "amount": ("150", "200"), "expected_close": ("2026-01-31", str(now.date()))}
        session.add_all([
            DealChange(id=name, deal_id="edited", at=now - timedelta(20), field=name, old=old, new=new)
            for name, (old, new) in edits.items()
        ])  # fmt: skip
        deeds = {"at": now - timedelta(30), "recorded_at": now - timedelta(29), "lead_id": "L"}
        session.add_all([
            Activity(id="call", kind="call", deal_id="lead", body="Talked about the Price", **deeds),
            Activity(id="demo", kind="meeting", attributes={"demo": True, "room": "A", "pricing": False}, **deeds),
        ])  # fmt: skip
    return db


def known(books, now, days: int) -> DealSnapshot:
    return pipeline.load(books, until=now).at(now - timedelta(days))


def test_a_deal_is_open_until_it_closed(books, now):
    assert known(books, now, 10).deals.loc["won", "outcome"] == "won"
    before = known(books, now, 11).deals.loc["won"]
    assert (before["outcome"], before["closed_at"] is pd.NaT) == ("open", True)
    assert sorted(known(books, now, 11).open_ids) == ["edited", "lead", "won"]


def test_a_deal_is_not_there_before_it_was_opened(books, now):
    assert known(books, now, 101).deals.empty


def test_edits_are_taken_back_whatever_the_owner_is_called(books, now):
    before, after = (known(books, now, days).deals.loc["edited"] for days in (21, 20))
    assert (before["owner_id"], after["owner_id"]) == ("ana", "ben")
    assert (before["expected_close"], after["expected_close"]) == (
        pd.Timestamp("2026-01-31", tz="UTC"),
        pd.Timestamp(now.date(), tz="UTC"),
    )


def test_amounts_are_in_the_base_currency_at_the_rate_of_the_opening(books, now):
    assert [known(books, now, days).deals.loc["edited", "amount"] for days in (21, 0)] == [225.0, 300.0]


def test_an_amount_without_a_rate_is_not_known(books, now):
    with books.write() as session:
        session.get_one(Deal, "edited").currency = "CHF"
    assert pd.isna(known(books, now, 0).deals.loc["edited", "amount"])


def test_what_was_done_for_the_lead_belongs_to_the_deal_once(books, now):
    done = known(books, now, 0).activities
    assert sorted(zip(done["deal_id"], done["kind"], done["marks"], done["priced"], strict=True)) == [
        ("lead", "call", "", True),
        ("lead", "meeting", "demo", False),
    ]


def test_an_activity_of_a_deal_is_known_from_when_it_was_recorded(books, now):
    assert [len(known(books, now, days).activities) for days in (30, 29)] == [0, 2]


def test_where_the_lead_came_from_goes_with_the_deal(books, now):
    assert known(books, now, 0).deals.loc[["lead", "won"], "source"].to_list() == ["Fair", None]


def test_loading_up_to_an_instant_is_the_same_as_cutting_there(books, now):
    then = now - timedelta(21)
    loaded, cut = pipeline.load(books, until=then).at(then), known(books, now, 21)
    for name in ("deals", "attributes", "activities", "changes"):
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(cut, name), check_dtype=False)


def test_some_deals_are_known_as_they_are_among_all(books, now):
    some, all_ = pipeline.load(books, until=now, ids=["lead"]).at(now), known(books, now, 0)
    pd.testing.assert_frame_equal(some.deals, all_.deals.loc[["lead"]], check_dtype=False)
    assert len(some.activities) == len(all_.activities)


def test_without_activities_all_else_is_the_same(books, now):
    bare, full = (pipeline.load(books, until=now, with_activities=each).at(now) for each in (False, True))
    assert bare.activities.empty
    assert not full.activities.empty
    pd.testing.assert_frame_equal(bare.deals, full.deals)
    pd.testing.assert_frame_equal(bare.changes, full.changes)


def test_empty_books_are_empty_frames(db, now):
    snapshot = pipeline.load(db, until=now).at(now)
    assert snapshot.deals.empty
    assert snapshot.activities.empty
    assert set(DEAL_COLUMNS) - {"id"} <= set(snapshot.deals.columns)
