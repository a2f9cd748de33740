"""What a snapshot, scores and a forecast of a whole pipeline cost beside the bare libraries, and how that grows."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from bot.bench import process, rows, say, timing
from bot.bench.company import NOW
from knowledge.pipeline import DEAL_COLUMNS, DealHistory
from scoring.base import Scorer
from scoring.forecast import Forecast, bare
from scoring.forecast.clock import Floats
from scoring.forecast.deals import Deals, Whole
from scoring.forecast.simulation import DRAWS
from scoring.registry import CATALOG

# Open deals for each open lead of the other benchmarks, and events for each open deal.
SHARE, EVENTS = 10, 50
SIZES = (1_000, 10_000, 100_000)
LEARNT_FROM = 5_000
PERIOD = timedelta(days=28)
STAGES = ("Discovery", "Demo", "Proposal", "Negotiation")
REPS, PRODUCTS = 100, 4
TIMED = ("snapshot_s", "score_s", "forecast_s", "baseline_s")


def measure() -> dict[str, Any]:
    """For each number of open deals: seconds of each step, the peak of memory, and the ratio to the bare libraries.

    `forecast_s` learns how deals convert and draws the next four weeks `DRAWS` times; `baseline_s` is one logistic
    regression and as many independent draws by numpy. `score_s` is that of the models that score deals, if there are
    any. `growth` is the power of the number of deals with which each step's seconds grow: 1 is linear.
    """
    most = max(rows() // SHARE, 100)
    sizes = sorted({size for size in SIZES if size < most} | {most})
    by_size = {size: process.alone(_measure, size, LEARNT_FROM) for size in sizes}
    return {"draws": DRAWS, "events_a_deal": EVENTS, "by_size": by_size, "growth": timing.growth(by_size, TIMED)}


def history(n: int, seed: int = 0) -> DealHistory:
    """`n` open deals and as many that closed in the two years before, with `EVENTS` events for each open one."""
    random = np.random.default_rng(seed)
    opened = np.r_[random.uniform(0, 120, n), random.uniform(60, 730, n)]
    length = np.r_[np.full(n, np.inf), random.gamma(2.0, 25.0, n)]
    closed = np.where(opened - length > 0, opened - length, np.nan)
    over = ~np.isnan(closed)
    outcome = np.where(over, np.where(random.random(2 * n) < 0.4, "won", "lost"), "open")
    ids = pd.Index([f"D{i:07d}" for i in range(2 * n)], name="id")
    changes, stage = _moves(random, ids, opened, np.where(over, closed, 0.0))
    deals = pd.DataFrame(dict.fromkeys((*DEAL_COLUMNS[1:], "source", "country")), index=ids, dtype=object)
    deals = deals.assign(
        name=ids,
        owner_id=np.array([f"rep{i:03d}" for i in range(REPS)], dtype=object)[random.integers(0, REPS, 2 * n)],
        product_id=np.array([f"P{i}" for i in range(PRODUCTS)], dtype=object)[random.integers(0, PRODUCTS, 2 * n)],
        amount=random.lognormal(9.0, 1.0, 2 * n),
        stage=np.array(STAGES, dtype=object)[stage],
        opened_at=_ago(opened),
        expected_close=_ago(opened - 60),
        outcome=outcome,
        closed_at=_ago(closed),
        rate_opened=1.0,
        rate_closed=1.0,
    )
    attributes, people = pd.DataFrame(index=ids), pd.DataFrame(columns=["name", "team_id", "left_on", "languages"])
    done = _activities(random, ids[:n], opened[:n])
    return DealHistory(NOW, deals, attributes, done, changes, STAGES, {}, people, {})


def _ago(days: Floats) -> pd.DatetimeIndex:
    """Instants so many days before the end, NaT where there is none."""
    at = pd.Timestamp(NOW) - pd.to_timedelta(days, unit="D")
    return pd.DatetimeIndex(at).as_unit("us")


def _moves(random: np.random.Generator, ids: pd.Index, opened: Floats, until: Floats) -> tuple[pd.DataFrame, Whole]:
    """Moves from stage to stage between the opening and the end, and the stage that each deal is in."""
    steps = random.integers(0, len(STAGES), len(ids))
    deal = np.repeat(np.arange(len(ids)), steps)
    place = np.arange(len(deal)) - np.repeat(np.cumsum(steps) - steps, steps)
    share = (place + random.random(len(deal))) / np.repeat(np.maximum(steps, 1), steps)
    at = opened[deal] - share * (opened - until)[deal]
    names = np.array(STAGES, dtype=object)
    frame = {"deal_id": ids[deal], "at": _ago(at), "field": "stage", "old": names[place], "new": names[place + 1]}
    return pd.DataFrame(frame).sort_values("at", ignore_index=True, kind="stable"), steps


def _activities(random: np.random.Generator, ids: pd.Index, opened: Floats) -> pd.DataFrame:
    deal = np.repeat(np.arange(len(ids)), EVENTS)
    n = len(deal)
    at = _ago(opened[deal] * random.random(n))
    frame = pd.DataFrame(
        {
            "deal_id": ids[deal],
            "kind": np.array(["call", "email", "meeting"], dtype=object)[random.integers(0, 3, n)],
            "at": at,
            "recorded_at": at,
            "person_id": np.full(n, "rep000", dtype=object),
            "direction": np.array(["in", "out"], dtype=object)[random.integers(0, 2, n)],
            "disposition": np.full(n, "reached", dtype=object),
            "duration_s": random.uniform(0, 600, n),
            "marks": np.full(n, "", dtype=object),
            "priced": np.zeros(n, dtype=bool),
        }
    )
    return frame.sort_values("at", ignore_index=True, kind="stable")


def _measure(n: int, learnt_from: int) -> dict[str, float]:
    say(f"{n:,} open deals …")
    models = [kind().fit(history(learnt_from, seed=1), as_of=NOW) for kind in _scorers()]
    books = history(n)
    snapshot, snapshot_s = timing.timed(partial(books.at, NOW))
    _, score_s = timing.timed(lambda: [model.predict(snapshot) for model in models])
    told, forecast_s = timing.timed(
        lambda: Forecast().fit(books, as_of=NOW).project(books, as_of=NOW, after=NOW, until=NOW + PERIOD)
    )
    peak_mb = process.peak_mb()
    deals, odds = Deals.of(snapshot), told.odds
    _, baseline_s = timing.timed(lambda: (bare.chances(deals), bare.draws(odds, DRAWS)))
    all_s = snapshot_s + score_s + forecast_s
    return {
        "events": len(books.activities),
        "cells": len(told.cells),
        "snapshot_s": snapshot_s,
        "score_s": score_s,
        "forecast_s": forecast_s,
        "all_s": round(all_s, 3),
        "peak_mb": peak_mb,
        "baseline_s": baseline_s,
        "ratio": round(all_s / baseline_s, 2),
    }


def _scorers() -> list[type[Scorer[Any, Any]]]:
    return [kind for kind in CATALOG.values() if kind.entity == "deals" and issubclass(kind, Scorer)]
