"""What it costs to let a new lead wait for its first contact."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import NotTrained
from knowledge.frames import History
from scoring.waiting import Waiting


def leads(n: int, slope: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Waits, outcomes and sources; the better source is called sooner."""
    random = np.random.default_rng(seed)
    good = random.random(n) < 0.5
    hours = random.lognormal(np.where(good, 1.0, 2.5), 1.2)
    odds = np.where(good, -0.2, -1.6) + slope * np.log1p(hours)
    return hours, (random.random(n) < 1 / (1 + np.exp(-odds))).astype(float), np.where(good, "Referral", "Outbound")


@pytest.fixture(scope="module")
def learnt() -> Waiting:
    return Waiting().learn(*leads(4_000, -0.4))


def test_the_slope_is_that_of_leads_of_one_source() -> None:
    waiting = Waiting().learn(*leads(8_000, -0.4))
    assert waiting.slope == pytest.approx(-0.4, abs=3 * waiting.error)


def test_better_sources_that_are_called_sooner_do_not_pass_for_a_cost_of_waiting() -> None:
    waiting = Waiting().learn(*leads(8_000, 0.0))
    assert abs(waiting.slope) < 0.06


def test_waiting_never_raises_a_chance() -> None:
    waiting = Waiting().learn(*leads(4_000, 0.5))
    assert waiting.slope == 0
    assert np.ptp(waiting.chance(np.array([0.0, 5.0, 500.0]))) == 0


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=20))
def test_the_chance_falls_with_every_hour(learnt: Waiting, hours: list[float]) -> None:
    assert (np.diff(learnt.chance(np.sort(hours))) <= 0).all()


def test_only_a_lead_that_nobody_was_in_touch_with_loses_by_tomorrow(
    learnt: Waiting, company: History, as_of: datetime
) -> None:
    snapshot = company.at(as_of)
    called = set(snapshot.activities.loc[snapshot.activities["kind"] == "call", "lead_id"])
    ids = snapshot.open_ids
    lost = pd.Series(learnt.lost_by_tomorrow(snapshot, ids), index=ids)
    assert lost[[id_ for id_ in ids if id_ in called]].eq(0).all()
    fresh = lost[[id_ for id_ in ids if id_ not in called]]
    age = as_of - snapshot.leads.loc[fresh.index, "created_at"]
    assert len(fresh) > 1
    assert fresh[age.idxmin()] == fresh.max() > 0


def test_few_leads_teach_nothing(company: History, dateless: History, as_of: datetime) -> None:
    few = replace(company, leads=company.leads.head(60), attributes=company.attributes.head(60))
    with pytest.raises(NotTrained):
        Waiting().fit(few, as_of=as_of)
    for history in (few, dateless):
        refusal = Waiting.evaluate(history, as_of=as_of).refusal
        assert refusal is not None
        assert "too few" in refusal


def test_an_untrained_one_refuses(company: History, as_of: datetime) -> None:
    with pytest.raises(NotTrained):
        Waiting().lost_by_tomorrow(company.at(as_of), ["L-00001"])


def test_where_the_wait_says_nothing_it_does_not_serve(company: History, as_of: datetime) -> None:
    refusal = Waiting.evaluate(company, as_of=as_of).refusal
    assert refusal is not None
    assert "does not tell" in refusal
