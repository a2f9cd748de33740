"""How long leads take to convert, and what marks those that do so fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from knowledge.errors import NotTrained
from knowledge.frames import History
from scoring import arrivals
from scoring.arrivals import EARLY
from scoring.classes import codes_of, cuts_of
from scoring.classifiers import Kind
from scoring.leaks import Report
from scoring.pace import Pace
from scoring.registry import dumps, loads
from tests.scoring.conftest import Company


@pytest.fixture(scope="module")
def large(make_company: Company) -> History:
    return make_company(2_500, seed=3)


@pytest.fixture(scope="module")
def pace(large: History, as_of: datetime) -> Pace:
    return Pace(kind="network").fit(large, as_of=as_of)


def open_leads(history: History, pace: Pace, as_of: datetime) -> pd.Index:
    between = pace.came_in(as_of)
    assert between is not None
    leads = history.leads
    return leads.index[(leads["outcome"] == "open") & leads["created_at"].between(*map(pd.Timestamp, between))]


def test_every_lead_learnt_from_is_old_enough_and_its_class_follows_from_its_days(
    large: History, as_of: datetime
) -> None:
    rows = arrivals.gather(large, as_of=as_of)
    cuts = cuts_of(rows)
    leads = large.leads.loc[list(rows.leads)]
    assert ((pd.Timestamp(as_of) - leads["created_at"]).dt.total_seconds() / 86_400 >= rows.span).all()
    took = (leads["outcome_at"] - leads["created_at"]).dt.total_seconds().to_numpy() / 86_400
    slow = [
        3 if outcome != "won" else 0 if days <= cuts[0] else 1 if days <= cuts[1] else 2
        for outcome, days in zip(leads["outcome"], took, strict=True)
    ]
    assert codes_of(rows, cuts).tolist() == slow
    assert np.bincount(slow).min() > 15


def test_what_happens_after_the_first_day_changes_no_feature(large: History, as_of: datetime) -> None:
    came_in = large.activities["lead_id"].map(large.leads["created_at"])
    early = large.activities["at"] <= came_in + EARLY
    assert early.any()
    assert not early.all()
    bare = replace(large, activities=large.activities[early])
    full, cut = arrivals.gather(large, as_of=as_of), arrivals.gather(bare, as_of=as_of)
    pd.testing.assert_frame_equal(full.frame, cut.frame)


def test_a_lead_is_read_as_one_snapshot_a_day_after_it_came_in(large: History, as_of: datetime) -> None:
    rows = arrivals.gather(large, as_of=as_of)
    for place in (0, len(rows) // 2, len(rows) - 1):
        id_ = rows.leads[place]
        moment = large.leads.loc[id_, "created_at"] + EARLY
        one = arrivals.read(large.at(moment.to_pydatetime()), pd.Index([id_]), {}, dated=True)
        for name in one:
            told, slow = rows.frame.loc[place, name], one.loc[id_, name]
            assert (
                told == pytest.approx(slow, nan_ok=True) if isinstance(slow, float) else told == slow or pd.isna(told)
            )


def test_an_earlier_day_knows_no_later_outcome(large: History, as_of: datetime) -> None:
    rows = arrivals.gather(large, as_of=as_of)
    day = float(np.quantile(rows.came_in, 0.8))
    then = rows.told_by(day)
    assert 0 < len(then) < len(rows)
    assert (then.came_in <= day - rows.span).all()
    assert (then.came_in[then.won] + then.won_after[then.won] <= day).all()


def test_the_planted_effects_are_found_and_told(pace: Pace) -> None:
    told = {mark.text for mark in pace.marks if mark.of == "fast"}
    assert {"came through Referral", "opened the proposal"} <= told
    assert any(mark.of == "never" and mark.text.startswith("employees under") for mark in pace.marks)
    assert not any(mark.feature in ("attributes.campaign", "country") for mark in pace.marks)
    for mark in pace.marks:
        assert mark.low <= mark.share <= mark.high
        assert mark.share > mark.of_all
        assert mark.n >= 20


@pytest.mark.parametrize("seed", [2, 5, 7])
def test_noise_has_no_marks(make_company: Company, as_of: datetime, seed: int) -> None:
    noise = make_company(1_200, seed=seed, signal=0.0)
    assert Pace(kind="base_rate").fit(noise, as_of=as_of).marks == ()


def test_on_noise_the_base_rate_serves_and_tells_nothing_of_a_lead(noise: History, as_of: datetime) -> None:
    found = Pace.evaluate(noise, as_of=as_of)
    assert found.refusal is None
    assert found.chosen == "base_rate"
    model = Pace(**found.settings).fit(noise, as_of=as_of)
    assert not model.tells
    assert model.chances(noise, open_leads(noise, model, as_of)[:5]).nunique().max() <= 5


def test_a_classifier_that_beats_the_base_rate_serves(large: History, as_of: datetime) -> None:
    found = Pace.evaluate(large, as_of=as_of)
    assert found.split == "time"
    assert found.chosen in ("network", "boosting")
    assert set(found.baselines) | {found.chosen} == {"network", "boosting", "base_rate"}
    loss, flat = found.metrics["log_loss"], found.baselines["base_rate"]["log_loss"]
    assert loss is not None
    assert flat is not None
    assert loss.value < flat.value
    assert found.to_json()["candidates"]["network"]["accuracy"]["value"] > 0.4
    assert sum(each.n for each in found.reliability) == found.n


def test_chances_sum_to_one_and_fade_to_never_as_a_lead_stays_open(pace: Pace, large: History, as_of: datetime) -> None:
    ids = open_leads(large, pace, as_of)
    chances = pace.chances(large, ids)
    assert np.allclose(chances.sum(axis=1), 1)
    young, old = pace.still_open[:, 1], pace.still_open[:, -1]
    assert young[0] > old[0]
    assert (pace.still_open[1:3] == 1).all()


def test_the_cuts_may_be_set(large: History, as_of: datetime) -> None:
    model = Pace((20.0, 60.0), kind="base_rate").fit(large, as_of=as_of)
    assert model.days == (20.0, 60.0)
    assert all(each.days <= 20 for each in model.classes if each.name == "fast" and each.days)


def test_without_dates_there_are_two_classes_and_no_days(dateless: History, as_of: datetime) -> None:
    found = Pace.evaluate(dateless, as_of=as_of)
    assert found.refusal is None
    model = Pace(**found.settings).fit(dateless, as_of=as_of)
    assert model.names == ("won", "never")
    assert model.days == ()
    assert [each.days for each in model.classes] == [None, None]
    assert model.came_in(as_of) is None
    still = dateless.leads.index[dateless.leads["outcome"] == "open"]
    assert np.allclose(model.chances(dateless, still).sum(axis=1), 1)


def test_a_column_that_knows_the_outcome_is_not_looked_at(dateless: History, as_of: datetime) -> None:
    won = (dateless.leads["outcome"] == "won").map({True: "x", False: "y"})
    told = replace(dateless, attributes=dateless.attributes.assign(code=won))
    assert "attributes.code" not in Pace().fit(told, as_of=as_of).feature_names
    assert Pace().fit(told, as_of=as_of).feature_names == Pace().fit(dateless, as_of=as_of).feature_names


def test_the_guard_of_the_back_test_is_taken_at_its_word(dateless: History, as_of: datetime) -> None:
    won = (dateless.leads["outcome"] == "won").map({True: "x", False: "y"})
    told = replace(dateless, attributes=dateless.attributes.assign(code=won))
    found = Pace.evaluate(told, as_of=as_of)
    assert [flag.column for flag in found.leaks.flags] == ["code"]
    names = Pace(**found.settings).fit(told, as_of=as_of, guard=found.leaks).feature_names
    assert names == Pace().fit(told, as_of=as_of).feature_names
    assert "attributes.code" in Pace().fit(told, as_of=as_of, guard=Report()).feature_names


def test_too_few_conversions_are_refused_in_a_sentence(make_company: Company, as_of: datetime) -> None:
    few = make_company(90, seed=4)
    refusal = Pace.evaluate(few, as_of=as_of).refusal
    assert refusal is not None
    assert "40 of each" in refusal
    with pytest.raises(NotTrained, match="40 of each"):
        Pace().fit(few, as_of=as_of)


@pytest.mark.parametrize("kind", ["network", "boosting", "base_rate"])
def test_a_stored_model_says_what_the_trained_one_says(kind: Kind, large: History, as_of: datetime) -> None:
    pace = Pace(kind=kind).fit(large, as_of=as_of)
    read = loads(dumps(pace))
    assert isinstance(read, Pace)
    ids = open_leads(large, pace, as_of)
    pd.testing.assert_frame_equal(read.chances(large, ids), pace.chances(large, ids))
    assert read.marks == pace.marks
    assert read.classes == pace.classes


def test_the_same_seed_says_the_same(pace: Pace, large: History, as_of: datetime) -> None:
    again = Pace(kind="network").fit(large, as_of=as_of)
    ids = open_leads(large, pace, as_of)
    pd.testing.assert_frame_equal(again.chances(large, ids), pace.chances(large, ids))
