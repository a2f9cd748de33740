"""When calls are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from knowledge.frames import History
from scoring.reach import Reach

# A Wednesday, 9:00 and 15:00 in Berlin.
MORNING, AFTERNOON = datetime(2026, 3, 18, 8, tzinfo=UTC), datetime(2026, 3, 18, 14, tzinfo=UTC)


def test_the_hour_counts_on_the_clock_of_the_lead(company: History, as_of: datetime) -> None:
    reach = Reach().fit(company, as_of=as_of)
    assert reach.chance(["Europe/Berlin"], MORNING)[0] > 0.4
    assert reach.chance(["Europe/Berlin"], AFTERNOON)[0] < 0.3
    # 8:00 UTC is 4:00 in New York and 17:00 in Tokyo.
    assert np.array_equal(reach.chance(["Asia/Tokyo", "Europe/Berlin"], MORNING).argsort(), [0, 1])


def test_lift_is_the_chance_beside_the_usual_one(company: History, as_of: datetime) -> None:
    reach = Reach().fit(company, as_of=as_of)
    assert reach.lift(["Europe/Berlin"], MORNING)[0] > 1 > reach.lift(["Europe/Berlin"], AFTERNOON)[0]


def test_few_calls_say_the_same_of_every_hour(company: History, as_of: datetime) -> None:
    reach = Reach().fit(replace(company, activities=company.activities.head(150)), as_of=as_of)
    assert reach.is_flat
    assert reach.lift(["Europe/Berlin", "Asia/Tokyo"], MORNING) == pytest.approx([1.0, 1.0], rel=1e-9)


def test_it_serves_only_where_hours_differ(company: History, as_of: datetime) -> None:
    assert Reach.evaluate(company, as_of=as_of).refusal is None
    random = np.random.default_rng(0)
    coin = np.where(random.random(len(company.activities)) < 0.3, "reached", "no_answer")
    acts = company.activities.assign(disposition=np.where(company.activities["kind"] == "call", coin, None))
    assert Reach.evaluate(replace(company, activities=acts), as_of=as_of).refusal is not None


def test_no_calls_at_all_is_said(dateless: History, as_of: datetime) -> None:
    refusal = Reach.evaluate(dateless, as_of=as_of).refusal
    assert refusal is not None
    assert "0 calls" in refusal
