"""Back-tests are honest, and refuse what would be a fake score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from knowledge.frames import History
from scoring.backtest import Said, evaluate
from scoring.metrics import METRICS
from scoring.ranking import Ranking
from scoring.splits import by_folds, by_time, latest, repeats
from scoring.windows import Rows, labelled

HORIZON = timedelta(days=90)


def test_training_rows_had_come_to_their_end_before_the_test(company: History, as_of: datetime) -> None:
    rows = labelled(company, as_of=as_of, horizon=HORIZON)
    pairs = list(by_time(rows, HORIZON))
    assert pairs
    for train, test in pairs:
        assert rows.time[train].max() + 90 <= rows.time[test].min()


def test_the_order_of_a_file_is_followed_forward(dateless: History, as_of: datetime) -> None:
    rows = labelled(dateless, as_of=as_of, horizon=HORIZON)
    pairs = list(by_time(rows, HORIZON))
    assert len(pairs) == 5
    for train, test in pairs:
        assert rows.time[train].max() < rows.time[test].min()


def test_folds_never_test_a_lead_they_have_learnt_from(company: History, as_of: datetime) -> None:
    rows = labelled(company, as_of=as_of, horizon=HORIZON)
    for train, test in by_folds(rows, seed=0):
        assert not set(rows.leads[train]) & set(rows.leads[test])


def test_folds_are_drawn_again_where_rows_are_few_and_each_row_is_judged_as_often(
    company: History, as_of: datetime
) -> None:
    rows = labelled(company, as_of=as_of, horizon=HORIZON)
    judged = np.sum([test for _, test in by_folds(rows, seed=0)], axis=0)
    assert set(judged) == {repeats(rows)}
    assert repeats(rows) > 1


def test_a_planted_signal_is_found_and_beats_what_costs_nothing(company: History, as_of: datetime) -> None:
    found = Ranking.evaluate(company, as_of=as_of)
    report = found.to_json()
    assert found.refusal is None
    assert report["split"] == "time"
    assert set(report["metrics"]) == set(METRICS)
    assert {"base_rate", "fifo", "newest", "last_touch", "logistic_regression"} <= set(report["baselines"])
    assert report["metrics"]["auc"]["value"] > report["baselines"]["fifo"]["auc"]["value"] + 0.1
    assert report["metrics"]["log_loss"]["value"] < report["baselines"]["base_rate"]["log_loss"]["value"]
    assert (
        sum(block["n"] for block in report["by_instant"]) == report["n"] == sum(b["n"] for b in report["reliability"])
    )
    assert [block["label"] for block in report["by_instant"]] == sorted(b["label"] for b in report["by_instant"])
    assert 0.3 < report["calls_to_keep"]["90"]["value"] < 0.9
    assert report["coverage"]["covered"] > 0.8
    assert {"Referral", "Web form", "Trade show"} <= {group["level"] for group in report["groups"]}
    assert len(report["drift"]) <= 20
    assert report["trained_on"]["won"] > 40


def test_noise_is_refused_in_plain_words(noise: History, as_of: datetime) -> None:
    found = Ranking.evaluate(noise, as_of=as_of)
    assert found.refusal is not None
    assert "from chance" in found.refusal


def test_a_company_too_small_is_refused_with_its_numbers(make_company: Callable[..., History], as_of: datetime) -> None:
    found = Ranking.evaluate(make_company(80, seed=3), as_of=as_of)
    assert found.refusal is not None
    assert "40 of each" in found.refusal
    assert found.to_json()["metrics"]["auc"] is None


def test_without_an_order_in_time_folds_are_used_and_said(dateless: History, as_of: datetime) -> None:

    unordered = replace(dateless, leads=dateless.leads.assign(sequence=np.nan))
    found = Ranking.evaluate(unordered, as_of=as_of, split="time")
    assert found.split == "folds"
    assert "no order in time" in found.how
    assert "drawn" in found.how
    assert found.by_instant == ()
    assert found.n == sum(each.n for each in found.reliability) <= len(dateless.leads)


def test_the_same_back_test_twice_says_the_same(make_company: Callable[..., History], as_of: datetime) -> None:
    small = make_company(450, seed=8)
    first, second = (Ranking.evaluate(small, as_of=as_of) for _ in range(2))
    assert first.to_json() == second.to_json()


def test_the_latest_rows_are_foretold_from_what_had_come_to_its_end(
    make_company: Callable[..., History], dateless: History, as_of: datetime
) -> None:
    rows = labelled(make_company(300, seed=1), as_of=as_of, horizon=timedelta(days=30))
    split = latest(rows, timedelta(days=30))
    assert split is not None
    early, late = split
    assert rows.time[early].max() + 30 <= rows.time[late].min()
    assert rows.time[late].max() == rows.time.max()
    assert early.mean() > 0.5
    assert latest(rows, timedelta(days=300)) is None
    undated = labelled(dateless, as_of=as_of, horizon=HORIZON)
    early, late = latest(undated, HORIZON) or (None, None)
    assert late is not None
    assert late.mean() == pytest.approx(0.2, abs=0.01)
    assert (early == ~late).all()
    assert latest(replace(undated, time=np.full(len(undated), np.nan)), HORIZON) is None


def test_in_folds_nothing_comes_later(dateless: History, as_of: datetime) -> None:
    rows, seen = labelled(dateless, as_of=as_of, horizon=HORIZON), []

    def attempt(train: Rows, test: Rows, tick: Callable[[float], None]) -> dict[str, Said]:
        seen.append(np.isnan(train.time).all())
        flat = np.full(len(test), train.won.mean())
        return {"flat": Said(flat, flat, flat)}

    for split in ("folds", "time"):
        assert evaluate(rows, attempt, model="flat", split=split, horizon=HORIZON, settings={}).split == split
    assert sorted(seen) == [False] * 5 + [True] * (5 * repeats(rows))
