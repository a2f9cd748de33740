"""The plain order where no model serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd

from knowledge.frames import History
from scoring import fallback


def test_the_latest_sign_of_interest_comes_first_then_the_newest(company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    order = fallback.order(snapshot)
    views = snapshot.activities[snapshot.activities["kind"] == "proposal_view"]
    last = views.groupby("lead_id")["at"].max().reindex(order.index)
    shown, silent = last[last.notna()], last[last.isna()]
    assert list(order.index) == [*shown.index, *silent.index]
    # To the minute: what happened within one is in the order of arrival.
    assert shown.dt.floor("min").is_monotonic_decreasing
    assert snapshot.leads.loc[silent.index, "created_at"].dt.floor("min").is_monotonic_decreasing


def test_without_dates_the_last_of_the_file_is_the_newest(dateless: History, as_of: datetime) -> None:
    order = fallback.order(dateless.at(as_of))
    assert dateless.leads.loc[order.index, "sequence"].is_monotonic_decreasing


def test_ties_are_broken_by_id(dateless: History, as_of: datetime) -> None:
    tied = replace(dateless, leads=dateless.leads.assign(sequence=float("nan")))
    assert list(fallback.order(tied.at(as_of)).index) == sorted(tied.at(as_of).open_ids)


def test_nobody_open_is_no_order(company: History, as_of: datetime) -> None:
    closed = replace(
        company, leads=company.leads.assign(outcome="lost", outcome_at=pd.Timestamp("2025-01-01", tz="UTC"))
    )
    assert fallback.order(closed.at(as_of)).empty
