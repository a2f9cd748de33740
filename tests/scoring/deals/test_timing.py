"""The chance to be won by a day, from that within the horizon and how soon deals are won."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge import pipeline
from knowledge.connectors import demo
from knowledge.database import Database
from knowledge.pipeline import DealHistory
from scoring.deals import Win
from scoring.deals.timing import Timing

AS_OF = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
HORIZON = timedelta(days=90)
CHANCES = pd.DataFrame({"value": [0.3, 0.6], "low": [0.2, 0.5], "high": [0.4, 0.7]}, index=["D1", "D2"])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DealHistory]:
    """The deals of the demo company."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('demo')}/callsheet.db")
    db.migrate()
    demo.build(db, now=AS_OF, scale=0.5)
    yield pipeline.load(db, until=AS_OF)
    db.engine.dispose()


@pytest.fixture(scope="module")
def timing(history: DealHistory) -> Timing:
    found = Timing.learn(history, as_of=AS_OF, horizon=HORIZON)
    assert found is not None
    return found


def test_of_deals_open_later_as_many_are_won_by_each_day_as_was_told(history: DealHistory) -> None:
    deals, model, parts = history.at(AS_OF).deals, Win(rule="stage_rates"), []
    won_at = deals["closed_at"].where(deals["outcome"] == "won")
    for back in (300, 225, 150):
        model.fit(history, as_of=AS_OF - timedelta(days=back))
        for at in (AS_OF - timedelta(days=back - later) for later in (0, 40)):
            known = history.at(at)
            chances = model.predict(known)
            for days in (15, 30, 60, 100):
                until = at + timedelta(days=days)
                said = model.by(chances, known, until)["value"]
                parts.append(pd.DataFrame({"days": days, "said": said, "won": won_at.reindex(said.index) <= until}))
    found = pd.concat(parts)
    each = found.groupby("days")[["said", "won"]].mean()
    assert each["said"].to_numpy() == pytest.approx(each["won"].to_numpy(dtype=float), abs=0.08)
    # Those of a third alike, over all days: a few dozen deals of one day tell less.
    thirds = found.groupby(pd.qcut(found["said"], 3))[["said", "won"]].mean()
    assert thirds["said"].to_numpy() == pytest.approx(thirds["won"].to_numpy(dtype=float), abs=0.08)


def test_by_the_end_of_the_horizon_it_is_the_chance_itself_and_it_grows_with_the_days(timing: Timing) -> None:
    stages = pd.Series(["Demo", "never seen"], index=CHANCES.index)
    pd.testing.assert_frame_equal(timing.within(CHANCES, stages, 90.0), CHANCES)
    grown = [timing.within(CHANCES, stages, days) for days in (0.0, 7.5, 30.0, 120.0)]
    assert (np.diff([each.to_numpy() for each in grown], axis=0) >= 0).all()
    assert (grown[0]["value"] < 0.02).all()
    assert all(((each["low"] <= each["value"]) & (each["value"] <= each["high"])).all() for each in grown)


def test_nothing_is_said_further_ahead_than_deals_were_followed_or_of_the_past(timing: Timing) -> None:
    stages = pd.Series("Demo", index=CHANCES.index)
    assert timing.within(CHANCES, stages, timing.reach + 1).empty
    assert timing.within(CHANCES, stages, -1.0).empty


def test_nothing_is_learnt_from_few_wins_and_no_stage_told_apart_whose_edits_nobody_recorded(
    history: DealHistory,
) -> None:
    assert Timing.learn(history, as_of=history.first + timedelta(days=40), horizon=HORIZON) is None  # type: ignore[operator]
    blurred = replace(history, changes=history.changes[history.changes["field"] != "stage"])
    found = Timing.learn(blurred, as_of=AS_OF, horizon=HORIZON)
    assert found is not None
    assert list(found.hazard) == [""]
