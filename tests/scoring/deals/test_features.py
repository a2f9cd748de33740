"""What is read from deals, and what must never be learnt from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from knowledge import pipeline
from knowledge.crm import Activity, Deal, DealChange, Person, Stage
from knowledge.pipeline import DealHistory
from scoring.deals import features, labels, owners, rows
from tests.company import NOW


@pytest.fixture
def history(sqlite_db) -> DealHistory:
    """One deal that climbed, was pushed twice and made cheaper; one that was won; one lost."""
    db, opened = sqlite_db, NOW - timedelta(100)
    with db.write() as session:
        session.add_all([Stage(id=f"S{k}", name=name, position=k) for k, name in enumerate(("First", "Last"))])
        session.add(Person(id="ana", name="Ana"))
        session.flush()
        own = {"opened_at": opened, "stage": "Last", "owner_id": "ana", "currency": "USD"}
        close = (NOW + timedelta(10)).date()
        session.add_all([
            Deal(id="open", name="Open", amount=80, expected_close=close, **own),
            Deal(id="won", name="Won", amount=50, outcome="won", closed_at=NOW - timedelta(20), **own),
            Deal(id="lost", name="Lost", amount=50, outcome="lost", closed_at=NOW - timedelta(30), **own),
        ])  # fmt: skip
        session.flush()
        edits = [
            (90, "stage", "First", "Last"), (50, "amount", "100", "80"),
            (40, "expected_close", "2026-02-01", "2026-03-01"), (5, "expected_close", "2026-03-01", str(close)),
        ]  # fmt: skip
        session.add_all([
            DealChange(id=str(k), deal_id="open", at=NOW - timedelta(days), field=field, old=old, new=new)
            for k, (days, field, old, new) in enumerate(edits)
        ])  # fmt: skip
        session.add_all([
            Activity(id="a", kind="email", direction="outbound", deal_id="open", at=NOW - timedelta(8), body="Price"),
            Activity(id="b", kind="email", direction="inbound", deal_id="open", at=NOW - timedelta(6)),
            Activity(id="c", kind="meeting", deal_id="open", at=NOW - timedelta(45), attributes={"demo": True}),
        ])  # fmt: skip
    return pipeline.load(db, until=NOW)


def test_edits_activities_and_words_on_prices_are_counted(history: DealHistory) -> None:
    row = features.read(history.at(NOW), ["open"]).loc["open"]
    assert (row["days_in_stage"], row["pushes"], row["amount_change"]) == (90, 2, 0.8)
    assert row["days_to_close"] == pytest.approx(10 - 15.5 / 24)
    assert (row["n.pricing.ever"], row["n.with_demo.ever"], row["n.with_demo.30d"]) == (1, 1, 0)
    assert row["reply_balance"] == 0.5


def test_nothing_later_is_seen(history: DealHistory) -> None:
    row = features.read(history.at(NOW - timedelta(30)), ["open"]).loc["open"]
    assert (row["pushes"], row.get("n.pricing.ever", 0)) == (1, 0)


def test_fields_without_recorded_edits_and_accounts_of_won_deals_alone_are_barred(history: DealHistory) -> None:
    assert not {"stage", "pushes", "amount_change"} & rows.unusable(history, NOW)
    unedited = replace(history, changes=history.changes[:0])
    assert {"stage", "days_in_stage", "pushes", "amount_change"} <= rows.unusable(unedited, NOW)
    named = history.deals["account_id"].mask(history.deals["outcome"] == "won", "A")
    told_late = replace(history, deals=history.deals.assign(account_id=named))
    assert "contacts" not in rows.unusable(history, NOW)
    assert "contacts" in rows.unusable(told_late, NOW)


def test_who_is_won_in_time_and_what_slips_is_told_by_later_dates_alone(history: DealHistory) -> None:
    then = labels.won_within(history, as_of=NOW, horizon=timedelta(days=60))
    assert set(then.leads[then.won == 1]) == {"won"}
    assert set(then.leads[then.ended]) == {"won", "lost"}


def test_an_owner_is_a_shrunken_record_and_chance_makes_nobody_special() -> None:
    def ratios(wins: dict[str, int]) -> pd.Series:
        pairs = [(who, "won" if k < n else "lost") for who, n in wins.items() for k in range(40)]
        return owners.ratios(pd.DataFrame(pairs, columns=["owner_id", "outcome"]))

    apart = ratios({"a": 30, "b": 10, "c": 20})
    assert 1 < apart["a"] < 1.5
    assert 0.5 < apart["b"] < 1
    assert ratios({"a": 21, "b": 20, "c": 19}).to_list() == pytest.approx([1, 1, 1], abs=1e-6)
