"""What is read from a snapshot, beside the slow and obvious way, and how it is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.frames import History
from scoring import activity, features
from scoring.features import Feature


def slow_count(history: History, lead: str, kind: str, as_of: datetime, days: float | None) -> int:
    acts = history.activities
    ages = [as_of - at for at in acts.loc[(acts["lead_id"] == lead) & (acts["kind"] == kind), "at"]]
    return sum(age >= timedelta(0) and (days is None or age < timedelta(days=days)) for age in ages)


def test_counts_are_those_of_counting_one_by_one(company: History, as_of: datetime) -> None:
    past = as_of - timedelta(days=100)
    snapshot = company.at(past)
    ids = snapshot.open_ids[:15]
    frame = features.read(snapshot, ids)
    for window, days in activity.WINDOWS.items():
        slow = [slow_count(company, str(id_), "proposal_view", past, days) for id_ in ids]
        assert frame[f"n.proposal_view.{window}"].tolist() == slow


def test_recency_speed_and_attempts_are_those_of_the_activities(company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    ids = snapshot.open_ids[:40]
    frame = features.read(snapshot, ids)
    for id_ in ids:
        calls = company.activities[(company.activities["lead_id"] == id_) & (company.activities["kind"] == "call")]
        if calls.empty:
            assert np.isnan(frame.at[id_, "days_since_contact"])
            assert np.isnan(frame.at[id_, "first_touch_hours"])
            continue
        age = (as_of - calls["at"]).dt.total_seconds() / 86_400
        hours = (calls["at"].min() - company.leads.at[id_, "created_at"]).total_seconds() / 3600
        reached = calls.loc[calls["disposition"] == "reached", "at"].max()
        attempts = len(calls) if pd.isna(reached) else int((calls["at"] > reached).sum())
        assert frame.at[id_, "days_since_contact"] == pytest.approx(age.min())
        assert frame.at[id_, "first_touch_hours"] == pytest.approx(hours)
        assert frame.at[id_, "attempts"] == attempts


def test_what_was_recorded_later_changes_no_feature(company: History, as_of: datetime) -> None:
    past = as_of - timedelta(days=60)
    before = features.read(company.at(past), company.at(past).open_ids)
    late = company.activities.assign(recorded_at=company.activities["at"] + pd.Timedelta(days=400))
    more = replace(company, activities=pd.concat([company.activities, late]).sort_values("at", ignore_index=True))
    pd.testing.assert_frame_equal(features.read(more.at(past), more.at(past).open_ids), before)


def test_a_stream_that_is_not_there_counts_nothing(company: History, as_of: datetime) -> None:
    frame = features.read(company.at(as_of), company.at(as_of).open_ids[:3], ("webinar",))
    assert (frame["n.webinar.ever"] == 0).all()


def test_leads_without_a_past_read_alike_alone_and_beside_others(company: History, as_of: datetime) -> None:
    snapshot = company.at(as_of)
    ids = snapshot.open_ids[:5]
    acts = snapshot.activities[~snapshot.activities["lead_id"].isin(ids)]
    assert not acts.empty
    edited = {"lead_id": snapshot.open_ids[9], "at": pd.Timestamp(as_of), "field": "status", "old": "new", "new": "met"}
    changes = pd.DataFrame([edited])
    alone = replace(snapshot, activities=acts.iloc[:0], changes=changes.iloc[:0])
    beside = replace(snapshot, activities=acts, changes=changes)
    streams = ("call_out", "sign", "webinar")
    pd.testing.assert_frame_equal(features.read(alone, ids, streams), features.read(beside, ids, streams))


@pytest.mark.parametrize(
    ("name", "kind", "value", "typical", "effect", "text"),
    [
        ("n.proposal_view.3d", "number", 5.0, 1.0, 1.0, "opened the proposal 5 times in the last 3 days; typical is 1"),
        ("n.proposal_view.ever", "number", 1.0, 0.0, 1.0, "opened the proposal once so far; typical is none"),
        ("n.call_out.7d", "number", 0.0, 2.0, -1.0, "was not called in the last 7 days; typical is 2"),
        ("n.fax.30d", "number", 2.0, 0.0, 1.0, "had fax activity twice in the last 30 days; typical is none"),
        ("days_since_contact", "number", 23.2, 6.0, -1.0, "no contact for 23 days; typical is 6 days"),
        ("days_since_contact", "number", float("nan"), 6.0, -1.0, "has never been contacted"),
        ("source", "category", "Referral", None, 0.4, "came through Referral, which wins more often than most"),
        (
            "attributes.job_title",
            "category",
            None,
            None,
            -0.4,
            "job title is not known, which wins less often than most",
        ),
        ("days_since_sign", "number", 0.086, 8.0, 0.4, "last showed interest 2.1 hours ago; typical is 8 days"),
        (
            "first_touch_hours",
            "number",
            0.85,
            21.0,
            0.4,
            "was first contacted 51 minutes after coming in; typical is 21 hours",
        ),
        ("attributes.employees", "number", 1250.0, 40.0, 0.2, "1,250 employees; typical is 40"),
        ("attributes.meter_age_years", "number", 6.0, 8.0, -0.2, "a meter age of 6 years; typical is 8"),
        ("attributes.rating", "number", 4.0, 3.0, 0.2, "rating 4; typical is 3"),
        ("attributes.rating", "number", 3.01, 3.0, 0.2, "rating 3"),
        ("n.call_out.ever", "number", 1.0, 1.02, 0.2, "was called once so far"),
        ("value", "number", 18000.0, 6700.5, 0.2, "is worth 18,000; typical is 6,700"),
    ],
)
def test_a_reason_is_told_as_a_rep_would_say_it(
    name: str, kind: str, value: object, typical: object, effect: float, text: str
) -> None:
    assert Feature(name, kind).tell(value, typical, effect) == text  # type: ignore[arg-type]
