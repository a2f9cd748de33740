"""A replay knows nothing that was not known then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.errors import BadInput, NotTrained
from knowledge.frames import History
from scoring.ranking import Ranking
from scoring.retro.past import Replay, month_starts, replay

START = datetime(2026, 2, 1, tzinfo=UTC)


def test_months_are_the_last_whole_ones(past: Replay, as_of: datetime):
    assert [span.label for span in past.spans] == ["Dec 2025", "Jan 2026", "Feb 2026"]
    assert month_starts(as_of, 14)[0] == datetime(2025, 1, 1, tzinfo=UTC)
    assert month_starts(as_of, 14)[-1] == datetime(2026, 3, 1, tzinfo=UTC)


def test_nothing_that_happened_later_changes_what_is_said(company: History, past: Replay, as_of: datetime):
    leads, later = company.leads.copy(), company.leads["outcome_at"] > pd.Timestamp(START)
    assert later.sum() > 20
    leads.loc[later, "outcome"] = leads.loc[later, "outcome"].map({"won": "lost", "lost": "won"})
    leads["owner_id"] = "P-99"
    came = company.activities["at"] <= pd.Timestamp(START)
    other = replace(company, leads=leads, activities=company.activities[came])
    again = replay(other, Ranking, as_of=as_of, months=1)
    was = past.rows[past.rows["span"] == 2].set_index("lead")
    now = again.rows.set_index("lead")
    pd.testing.assert_frame_equal(was[["chance", "low", "high"]], now[["chance", "low", "high"]])
    assert (was["won"] != now["won"]).any()


def test_months_replayed_side_by_side_say_the_same_as_one_after_the_other(
    company: History, past: Replay, as_of: datetime
):
    done = list[float]()
    found = replay(company, Ranking, as_of=as_of, months=2, at_once=2, progress=lambda _, share: done.append(share))
    alone = past.rows[past.rows["span"] > 0].assign(span=lambda rows: rows["span"] - 1)
    pd.testing.assert_frame_equal(found.rows, alone.reset_index(drop=True), rtol=1e-9)
    assert done == [0.0, 0.5, 1.0]


def test_each_row_says_what_was_done_and_what_became_of_it(company: History, past: Replay, as_of: datetime):
    at, end = pd.Timestamp(START), pd.Timestamp(datetime(2026, 3, 1, tzinfo=UTC))
    calls = company.activities[company.activities["kind"] == "call"]
    rows = past.rows[past.rows["span"] == 2]
    for row in rows.head(60).to_dict("records"):
        mine, lead = calls.loc[calls["lead_id"] == row["lead"], "at"], company.leads.loc[row["lead"]]
        assert row["called"] == bool(((mine > at) & (mine <= end)).any())
        assert row["won"] == (lead["outcome"] == "won")
        assert np.isnan(row["contact"]) == (not (mine > at).any())
        assert lead["created_at"] <= at
        assert not lead["outcome_at"] <= at
    assert not rows["matured"].any()
    assert as_of - START < timedelta(days=90)


def test_a_short_past_shortens_the_horizon_and_a_shorter_one_leaves_months_out(company: History):
    born = company.leads["created_at"].min().to_pydatetime()
    found = replay(company, Ranking, as_of=born + timedelta(days=200), months=4)
    assert found.horizon < timedelta(days=90)
    assert [bool(span.left_out) for span in found.spans] == sorted(
        (bool(span.left_out) for span in found.spans), reverse=True
    )
    assert found.rows["span"].nunique() == sum(not span.left_out for span in found.spans)


def test_a_past_too_short_is_refused_in_one_sentence(company: History):
    born = company.leads["created_at"].min().to_pydatetime()
    with pytest.raises(NotTrained, match="Too little was known"):
        replay(company, Ranking, as_of=born + timedelta(days=40), months=2)


def test_a_file_without_dates_is_replayed_in_its_order(dateless: History, as_of: datetime):
    found = replay(dateless, Ranking, as_of=as_of, months=2)
    assert [span.label for span in found.spans] == ["part 1 of 2", "part 2 of 2"]
    assert found.basis == "ever won"
    ends = found.rows.groupby("span")["came_in"].agg(["min", "max"])
    assert ends.loc[0, "max"] < ends.loc[1, "min"]
    assert not found.rows["called"].any()


def test_leads_that_nothing_orders_are_refused(dateless: History, as_of: datetime):
    unordered = replace(dateless, leads=dateless.leads.assign(sequence=np.nan))
    with pytest.raises(BadInput, match="neither dates nor an order"):
        replay(unordered, Ranking, as_of=as_of, months=2)


def test_empty_books_and_months_that_make_no_sense_are_refused(company: History, as_of: datetime):
    with pytest.raises(NotTrained, match="no leads yet"):
        replay(replace(company, leads=company.leads[:0]), Ranking, as_of=as_of, months=6)
    with pytest.raises(NotTrained, match="won yet"):
        replay(replace(company, leads=company.leads.assign(outcome="open")), Ranking, as_of=as_of, months=6)
    for months in (0, -1, 100):
        with pytest.raises(BadInput, match="1 to 36 months"):
            replay(company, Ranking, as_of=as_of, months=months)


def test_too_few_wins_to_learn_from_are_said(make_company: Callable[..., History], as_of: datetime):
    with pytest.raises(NotTrained, match="too few"):
        replay(make_company(30, seed=4), Ranking, as_of=as_of, months=1)
