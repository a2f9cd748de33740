"""The way from last week's forecast, and how people's own dates come true."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from knowledge.pipeline import DealHistory
from scoring.forecast import optimism, plain
from scoring.forecast.bridge import Bridge, bridge
from tests.scoring.forecast.conftest import AS_OF, Pipeline

WEEK, END = timedelta(days=7), AS_OF + timedelta(days=21)


def way(books: DealHistory, owners: list[str] | None = None, kept: float | None = None) -> Bridge:
    model, start = plain(books, AS_OF), AS_OF - timedelta(days=30)
    then, now = (model.project(books, as_of=at, after=start, until=END, draws=10) for at in (AS_OF - WEEK, AS_OF))
    known_then, known_now = books.at(AS_OF - WEEK), books.at(AS_OF)
    return bridge(then, now, known_then=known_then, known_now=known_now, owners=owners, kept=kept)


def test_the_parts_lead_from_then_to_now_for_all_and_for_each(pipeline: DealHistory) -> None:
    whole = way(pipeline)
    assert whole.before + sum(whole.parts.values()) == pytest.approx(whole.after)
    owners = [way(pipeline, [owner]) for owner in ("rep0", "rep1", "rep2")]
    for name, amount in whole.parts.items():
        assert sum(each.parts[name] for each in owners) == pytest.approx(amount, abs=1e-6)
    assert whole.won > 0 > whole.lost


def test_what_was_really_told_then_is_where_the_way_begins(pipeline: DealHistory) -> None:
    whole, told = way(pipeline), way(pipeline, kept=123.0)
    assert told.before == 123.0
    assert told.model - whole.model == pytest.approx(whole.before - 123.0)
    assert told.won == whole.won


def test_a_close_moved_beyond_the_period_is_a_slip(pipeline: DealHistory) -> None:
    still_open = pipeline.deals.index[(pipeline.deals["outcome"] == "open").to_numpy()]
    old = pd.Timestamp(AS_OF).normalize() + pd.Timedelta(days=5)
    later = old + pd.Timedelta(days=60)
    moves = pd.DataFrame(
        {"deal_id": still_open, "at": pd.Timestamp(AS_OF - timedelta(days=2)), "field": "expected_close"}
    ).assign(old=old.isoformat(), new=later.isoformat())
    moves["at"] = moves["at"].astype(pipeline.changes["at"].dtype)
    deals = pipeline.deals.assign(
        expected_close=pipeline.deals["expected_close"].where(pipeline.deals["outcome"] != "open", later)
    )
    changes = pd.concat([pipeline.changes, moves]).sort_values("at", kind="stable", ignore_index=True)
    slipped = way(replace(pipeline, deals=deals, changes=changes))
    assert slipped.slipped != 0
    assert slipped.changed == 0
    assert way(pipeline).slipped == 0


def test_who_dates_what_is_won_far_off_holds_back(make_pipeline: Pipeline) -> None:
    books = make_pipeline(6.0, days=400)
    owner, opened = books.deals["owner_id"], books.deals["opened_at"]
    closed = books.deals["closed_at"].fillna(opened + pd.Timedelta(days=40))
    dated = closed.where(owner != "rep1", closed + pd.Timedelta(days=200))
    rolled = replace(books, deals=books.deals.assign(expected_close=dated.dt.normalize()))
    found = {who: optimism.measure(rolled, as_of=AS_OF, owners=[who]) for who in ("rep0", "rep1")}
    assert found["rep1"].lean == "cautious"
    assert found["rep0"].lean == "in line"
    assert found["rep0"].amount_ratio == pytest.approx(1.0)


def test_of_nobody_nothing_is_known(pipeline: DealHistory) -> None:
    found = optimism.measure(pipeline, as_of=AS_OF, owners=["nobody"])
    assert (found.said, found.lean, found.kept, found.amount_ratio) == (0, "not known", None, None)


def test_who_dates_deals_into_the_next_weeks_that_are_not_won_is_optimistic(make_pipeline: Pipeline) -> None:
    books = make_pipeline(6.0, days=400)
    first_look = pd.Timestamp(AS_OF - optimism.HORIZON * 12)
    # One person says of every deal that it closes in the weeks after some look, whatever comes.
    soon = pd.Series(first_look + pd.Timedelta(days=10), index=books.deals.index)
    waits = (books.deals["opened_at"] < first_look) & (
        books.deals["closed_at"].isna() | (books.deals["closed_at"] > first_look)
    )
    hopeful = waits & (books.deals["owner_id"] == "rep0")
    far_off = pd.Timestamp(AS_OF) + pd.Timedelta(days=300)
    true = books.deals["closed_at"].where(books.deals["outcome"] == "won", far_off)
    dated = true.where(~hopeful, soon).dt.normalize().astype(books.deals["closed_at"].dtype)
    told = replace(books, deals=books.deals.assign(expected_close=dated))
    assert optimism.measure(told, as_of=AS_OF, owners=["rep0"]).lean == "optimistic"
