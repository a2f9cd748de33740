"""Plain rates beside what learns, and in its place where that does no better."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from scoring import backtest, champion
from scoring.backtest import Said
from scoring.deals import Win
from scoring.evaluation import Evaluation
from scoring.rates import PRIOR, Rates
from scoring.registry import dumps, loads
from scoring.windows import Rows

RATE = {"Demo": 0.2, "Proposal": 0.5, "Negotiation": 0.8}


def deals(n: int, *, tells: bool = True, rows_each: int = 1, seed: int = 0) -> Rows:
    """Deals over two years, won as often as their stage says, where it `tells`; else half of all."""
    random = np.random.default_rng(seed)
    stage = random.choice(list(RATE), n)
    won = random.random(n) < (np.array([RATE[each] for each in stage]) if tells else 0.5)
    time = np.sort(random.choice(np.arange(24) * 30.0, n))
    frame = pd.DataFrame({"stage": stage, "age_days": random.uniform(0, 90, n), "amount": random.lognormal(8, 1, n)})
    place = np.tile(np.arange(n), rows_each)
    nothing = np.full(len(place), np.nan)
    ids = np.array([f"D{k}" for k in place], dtype=object)
    frame, won = frame.iloc[place].reset_index(drop=True), won[place].astype(np.float64)
    return Rows(frame, won, ids, time[place], nothing, nothing, "won within the horizon", np.ones(len(place), bool))


def test_a_share_is_drawn_to_the_overall_one_and_a_group_never_met_has_that() -> None:
    rows = deals(400)
    found = Rates.learn(rows, "stage").say(pd.DataFrame({"stage": ["Demo", "Elsewhere", None]}))
    demo = rows.won[(rows.frame["stage"] == "Demo").to_numpy()]
    overall = rows.won.mean()
    assert found.value[0] == pytest.approx((demo.sum() + PRIOR * overall) / (len(demo) + PRIOR))
    assert found.value[1:] == pytest.approx(overall)
    assert (found.high - found.low)[0] < (found.high - found.low)[1]


def test_intervals_hold_the_true_rate_as_often_as_they_say() -> None:
    asked = pd.DataFrame({"stage": list(RATE)})
    true = np.array(list(RATE.values()))
    held = []
    for seed in range(120):
        said = Rates.learn(deals(240, seed=seed), "stage").say(asked)
        held.append((said.low <= true) & (true <= said.high))
    assert np.mean(held) == pytest.approx(0.9, abs=0.05)


def test_rows_of_one_record_make_nothing_surer() -> None:
    once, often = (
        Rates.learn(deals(300, rows_each=n), "stage").say(pd.DataFrame({"stage": list(RATE)})) for n in (1, 6)
    )
    assert (often.high - often.low) == pytest.approx(once.high - once.low, rel=0.05)


def test_a_number_is_cut_into_parts_that_hold_as_many() -> None:
    rates = Rates.learn(deals(500), "age_days", 10)
    assert len(rates.edges) == 9
    assert len(rates.of_group) == 10


def judged(rows: Rows, learner: Callable[[Rows], np.ndarray]) -> Evaluation:
    """A back-test of something that learns, the rates of each stage beside it."""

    def attempt(train: Rows, test: Rows, tick: Callable[[float], None]) -> dict[str, Said]:
        said = learner(test)
        return {"linear": Said(said, said, said), "stage_rates": Rates.learn(train, "stage").say(test.frame)}

    return backtest.evaluate(
        rows, attempt, model="win", split="time", horizon=timedelta(days=90), plain=("stage_rates",),
        stand_ins=("stage_rates",), settings={"stage_rates": {"rule": "stage_rates"}, "linear": {}},
    )  # fmt: skip


def noise(rows: Rows) -> np.ndarray:
    return np.random.default_rng(1).uniform(0.2, 0.8, len(rows))


def knowing(rows: Rows) -> np.ndarray:
    return np.clip(rows.won * 0.6 + 0.2, 0.01, 0.99)


def test_rates_serve_where_nothing_that_learns_beats_them_and_that_is_said() -> None:
    found = judged(deals(1_500), noise)
    assert (found.refusal, found.chosen, found.settings) == (None, "stage_rates", {"rule": "stage_rates"})
    assert found.stands_in
    assert found.note is not None
    assert found.note.endswith("So the win rate of each stage serves.")
    assert "stage_rates" not in found.baselines
    assert found.metrics["ece"] is not None
    assert found.metrics["ece"].value < 0.1


def test_what_learns_serves_where_it_does_better() -> None:
    found = judged(deals(1_500), knowing)
    assert (found.chosen, found.note, found.refusal) == ("linear", None, None)
    assert "stage_rates" in found.baselines


def test_nothing_serves_where_the_stage_tells_nothing_either() -> None:
    found = judged(deals(1_500, tells=False), noise)
    assert found.refusal is not None
    assert found.note is None
    assert not found.stands_in


@pytest.fixture(scope="module")
def usual() -> Win:
    return Win(rule="stage_rates").learn(deals(600))


def test_a_model_that_goes_by_rates_says_the_same_after_being_stored(usual: Win) -> None:
    frame = usual.columns.clean(deals(50, seed=5).frame)
    said = usual.judge(frame)
    assert usual.feature_names == ("stage",)
    assert usual.stand_in == "how deals in this stage usually go"
    assert ((said["low"] <= said["value"]) & (said["value"] <= said["high"])).all()
    stored = loads(dumps(usual))
    assert isinstance(stored, Win)
    pd.testing.assert_frame_equal(stored.judge(frame), said)
    assert Win().stand_in == ""


def test_its_reason_is_the_stage_and_adds_up_to_the_chance(usual: Win) -> None:
    frame = usual.columns.clean(deals(5, seed=5).frame)
    said, told = usual.judge(frame)["value"], usual.reasons(frame)
    for row in frame.index:
        (reason,) = told[row].reasons
        assert "stage" in reason.text
        assert expit(told[row].base + reason.effect) == pytest.approx(said[row])
    assert logit(said).nunique() <= len(RATE)


def test_rates_are_compared_with_what_learns_on_later_outcomes(usual: Win) -> None:
    later = deals(1_200, seed=9)
    later = Rows(later.frame, later.won, later.leads, later.time + 1_000, later.came_in, later.touched, later.basis)
    worse = Win(rule="stage_rates").learn(deals(600, tells=False))
    met = champion.compare(usual, lambda known: worse, later, timedelta(days=90))
    assert met is not None
    assert met.winner(is_old=False) == "champion"
    assert met.log_loss["champion"].value == met.log_loss["recalibrated"].value
