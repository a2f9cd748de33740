"""Rows to learn from: what was open then, and what became of it within the horizon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.frames import History
from scoring import windows
from scoring.windows import cutoffs, labelled

HORIZON = timedelta(days=90)


def test_a_row_is_an_open_lead_and_its_label_a_win_within_the_horizon(company: History, as_of: datetime) -> None:
    rows = labelled(company, as_of=as_of, horizon=HORIZON)
    outcome_at = company.leads["outcome_at"]
    won_at = outcome_at[company.leads["outcome"] == "won"]
    for lead, day, won in zip(rows.leads, rows.time, rows.won, strict=True):
        cutoff = pd.Timestamp(day * 86_400, unit="s", tz="UTC")
        assert company.leads.at[lead, "created_at"] <= cutoff
        assert pd.isna(outcome_at[lead]) or outcome_at[lead] > cutoff
        assert won == (lead in won_at and won_at[lead] <= cutoff + HORIZON)


def test_every_window_is_over_at_the_instant_of_training(company: History, as_of: datetime) -> None:
    found = cutoffs(company, as_of=as_of, horizon=HORIZON)
    assert found == sorted(found)
    assert len(found) >= 6
    assert found[-1] + HORIZON == as_of


def test_what_comes_later_changes_no_row(company: History, as_of: datetime) -> None:
    past = as_of - timedelta(days=120)
    before = labelled(company, as_of=past, horizon=HORIZON)
    later = company.leads["outcome_at"] > pd.Timestamp(past)
    leads = company.leads.copy()
    leads.loc[later, "outcome"] = np.where(leads.loc[later, "outcome"] == "won", "lost", "won")
    after = labelled(replace(company, leads=leads), as_of=past, horizon=HORIZON)
    assert before.won.tolist() == after.won.tolist()
    pd.testing.assert_frame_equal(before.frame, after.frame)


def test_losses_without_a_date_are_not_forgotten(company: History, as_of: datetime) -> None:
    leads = company.leads.copy()
    leads.loc[leads["outcome"] == "lost", "outcome_at"] = pd.NaT
    rows = labelled(replace(company, leads=leads), as_of=as_of, horizon=HORIZON)
    # Leads that only winners and the still open would leave would be won two times in three.
    assert rows.won.mean() < 0.5


def test_a_file_without_dates_gives_closed_leads_and_no_age(dateless: History, as_of: datetime) -> None:
    rows = labelled(dateless, as_of=as_of, horizon=HORIZON)
    closed = dateless.leads["outcome"] != "open"
    assert rows.basis == "ever won"
    assert set(rows.leads) == set(dateless.leads.index[closed])
    assert not [name for name in rows.frame if str(name).startswith(("n.", "days_", "age_", "momentum"))]
    assert np.all(np.diff(rows.time) >= 0)


def test_folds_keep_leads_together_whatever_the_order(company: History, as_of: datetime) -> None:
    rows = labelled(company, as_of=as_of, horizon=HORIZON)
    shuffled = np.random.default_rng(0).permutation(len(rows))
    fold, again = rows.folds(3), rows.take(shuffled).folds(3)
    assert fold[shuffled].tolist() == again.tolist()
    assert pd.Series(fold).groupby(rows.leads).nunique().max() == 1


def test_of_too_many_rows_an_unbiased_sample_of_every_window_is_learnt_from(
    company: History, as_of: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = labelled(company, as_of=as_of, horizon=HORIZON)
    monkeypatch.setattr(windows, "MOST_ROWS", len(everything) // 3)
    rows, again = (labelled(company, as_of=as_of, horizon=HORIZON) for _ in range(2))
    assert rows.leads.tolist() == again.leads.tolist()
    assert len(rows) < 0.45 * len(everything)
    assert set(rows.time) == set(everything.time)
    assert {*zip(rows.leads, rows.time, rows.won, strict=True)} <= {
        *zip(everything.leads, everything.time, everything.won, strict=True)
    }
    assert rows.won.mean() == pytest.approx(everything.won.mean(), rel=0.35)
