"""When deals close, on a public log of loan applications."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from knowledge.pipeline import DEED_COLUMNS, DealHistory
from scoring.deals import Closing, labels
from tests.scoring.forecast.public import loans


@pytest.fixture(scope="module")
def history(shared: Path) -> DealHistory:
    log = pd.read_csv(shared / "data/pipeline/bpi2012_until_cut.csv.gz")
    work = log[log["activity"].str.startswith("W_") & (log["lifecycle"] == "START")]
    nothing = dict.fromkeys(DEED_COLUMNS)
    at = pd.to_datetime(work["timestamp"], utc=True).astype("datetime64[us, UTC]")
    told = {"deal_id": work["case"].astype(str), "kind": work["activity"], "at": at, "recorded_at": at, "marks": ""}
    done = pd.DataFrame(nothing | told | {"priced": False}, index=work.index)
    return replace(loans(shared), activities=done.sort_values("at", kind="stable").reset_index(drop=True))


def test_days_left_are_foretold_better_than_by_deals_of_the_same_stage_and_age(history: DealHistory) -> None:
    found = Closing.evaluate(history, as_of=history.until)
    error, usual = found.metrics["mae_days"], found.baselines["similar_deals"]["mae_days"]
    covered = found.metrics["covered"]
    assert found.refusal is None
    assert error is not None
    assert usual is not None
    assert covered is not None
    assert error.value <= 5.9
    assert error.high < usual.low
    assert 0.85 <= covered.value <= 0.95


def test_what_became_of_deals_later_does_not_reach_what_is_learnt(history: DealHistory) -> None:
    as_of, horizon = history.until - timedelta(days=70), timedelta(days=28)
    later = history.deals["closed_at"] > as_of
    ends = history.deals["closed_at"].mask(later, history.deals["closed_at"] + timedelta(days=5))
    other = replace(history, deals=history.deals.assign(closed_at=ends))
    one, two = (labels.days_left(each, as_of=as_of, horizon=horizon) for each in (history, other))
    assert np.isinf(one.won).any()
    assert (one.won == two.won).all()
    said = [Closing(horizon).fit(each, as_of=as_of).days(each.at(as_of), one.leads[-50:]) for each in (history, other)]
    assert said[0].equals(said[1])
