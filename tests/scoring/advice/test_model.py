"""The advice: what surely helps first, else what is usual, and never a step that a deal has had."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from knowledge.connectors import demo
from knowledge.database import Database
from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory, load
from scoring.advice import NextStep, decisions, path
from scoring.advice.effects import ALL_STAGES, Effect
from scoring.advice.model import Usual
from scoring.advice.steps import WAIT
from scoring.deals import features
from scoring.registry import dumps, loads
from tests.company import NOW


def effect(step: str, value: float, half: float = 0.01, stage: str = ALL_STAGES) -> Effect:
    return Effect(step, stage, value, value - half, value + half, 50, 500, 0.5, 0.0)


@pytest.fixture
def model() -> NextStep:
    found = NextStep()
    found.effects = (
        effect("meeting: demo", 0.05),
        effect("meeting: demo", 0.09, stage="First"),
        effect("email: pricing", 0.03),
        effect("call", -0.02),
    )
    found.again = ("call",)
    found.usual = (Usual("First", "call", 0.4, 100), Usual(ALL_STAGES, "email", 0.3, 300))
    return found


def test_the_surest_help_is_advised_and_that_of_the_stage_goes_before_that_of_all(model: NextStep) -> None:
    first, last = model.advice("First", ""), model.advice("Last", "")
    assert (first.step, first.effect and first.effect.value) == ("meeting: demo", 0.09)
    assert (last.step, last.effect and last.effect.value) == ("meeting: demo", 0.05)
    assert [each.step for each in first.others] == ["email: pricing", "call"]


def test_a_step_that_is_taken_once_is_not_advised_again(model: NextStep) -> None:
    assert model.advice("First", "|meeting: demo|").step == "email: pricing"
    had_all = model.advice("First", "|email: pricing|meeting: demo|")
    assert (had_all.step, had_all.effect) == ("call", None)


def test_where_advice_did_not_hold_what_is_usual_is_told(model: NextStep) -> None:
    model.proven = False
    assert (model.advice("First", "").step, model.advice("First", "").effect) == ("call", None)
    assert model.advice("Elsewhere", "").step == "email"


def test_an_untrained_model_advises_nothing(deals: DealHistory) -> None:
    snapshot = deals.at(NOW)
    with pytest.raises(NotTrained):
        NextStep().advise(snapshot, snapshot.open_ids)


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> DealHistory:
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('deals')}/callsheet.db")
    db.migrate()
    demo.build(db, now=NOW, scale=0.5)
    return load(db, until=NOW)


@pytest.fixture(scope="module")
def rows(deals: DealHistory) -> decisions.Decisions:
    return decisions.gather(deals, features.read, as_of=NOW)


def test_a_decision_knows_nothing_of_what_came_after_it(deals: DealHistory, rows: decisions.Decisions) -> None:
    earlier = NOW - timedelta(days=98)
    cut = decisions.gather(load_until(deals, earlier), features.read, as_of=earlier)
    same = rows.take(rows.time <= cut.time.max())
    assert (np.unique(cut.time) <= earlier.timestamp() / 86_400 - decisions.HORIZON.days).all()
    # Instants are counted back from the end, so those of the two ends fall on the same days.
    assert cut.ids.tolist() == same.ids.tolist()
    for name in ("stage", "step", "done", "won"):
        assert getattr(cut, name).tolist() == getattr(same, name).tolist()
    pd.testing.assert_frame_equal(cut.frame, same.frame, check_dtype=False)


def load_until(deals: DealHistory, as_of) -> DealHistory:
    """The history as it was loaded earlier."""
    from dataclasses import replace

    done, changes = deals.activities, deals.changes
    moment = pd.Timestamp(as_of)
    return replace(deals, activities=done[(done["at"] <= moment) & ~(done["recorded_at"] > moment)], changes=changes)


def test_what_is_advised_truly_helps(rows: decisions.Decisions, deals: DealHistory) -> None:
    # True effects on a day's chance to win are those of a demo, of someone senior and of prices; calls have none.
    model, snapshot = NextStep().learn(rows), deals.at(NOW)
    advised = [each for each in model.advise(snapshot, snapshot.open_ids).values() if each.effect is not None]
    helps = [any(mark in each.step for mark in ("demo", "senior", "pricing", "proposal")) for each in advised]
    assert len(advised) > 20
    assert np.mean(helps) > 0.9
    assert all(each.step != WAIT for each in advised)


def test_what_usually_comes_next_is_a_step_of_the_seller(rows: decisions.Decisions, deals: DealHistory) -> None:
    choice = path.Choice("3-gram", "3-gram", None)
    walked, snapshot = path.learn(deals, choice, as_of=NOW), deals.at(NOW)
    coming = path.coming(walked, snapshot, snapshot.open_ids)
    assert set(coming) <= set(snapshot.open_ids)
    assert len(coming) > 20
    for each in coming.values():
        assert not each.step.startswith(path.BUYER)
        assert 0 < each.share <= 1
        assert each.days >= 0


def test_a_model_survives_being_stored(rows: decisions.Decisions, deals: DealHistory) -> None:
    model, snapshot = NextStep(path=path.Choice("1-gram", "1-gram", None)).learn(rows), deals.at(NOW)
    model.walked = path.learn(deals, path.Choice("1-gram", "1-gram", None), as_of=NOW)
    stored = loads(dumps(model))
    assert isinstance(stored, NextStep)
    assert stored.advise(snapshot, snapshot.open_ids) == model.advise(snapshot, snapshot.open_ids)
