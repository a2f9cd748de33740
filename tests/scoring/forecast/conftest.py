"""A pipeline whose truth is known: deals climb two stages and are won or lost at constant rates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from knowledge.pipeline import DEAL_COLUMNS, DealHistory

AS_OF = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
DAYS = 300
STAGES = ("First", "Last")
# A day: to the next stage, to be lost in either, to be won in the last.
CLIMB, LOSE, WIN = 0.08, 0.02, 0.06
Pipeline = Callable[..., DealHistory]


@pytest.fixture(scope="session")
def as_of() -> datetime:
    return AS_OF


@pytest.fixture(scope="session")
def make_pipeline() -> Pipeline:
    return _pipeline


@pytest.fixture(scope="session")
def pipeline() -> DealHistory:
    return _pipeline(4.0, seed=1)


def _pipeline(a_day: float, *, seed: int = 1, days: int = DAYS, owners: int = 3) -> DealHistory:
    """`a_day` deals opened in the mean for some days up to `AS_OF`, each worth about 1,000."""
    random = np.random.default_rng(seed)
    n = random.poisson(a_day * days)
    opened = np.sort(random.uniform(0, days, n))
    climbs, first_lost = random.exponential(1 / CLIMB, n), random.exponential(1 / LOSE, n)
    won_after, last_lost = random.exponential(1 / WIN, n), random.exponential(1 / LOSE, n)
    climbed = climbs < first_lost
    won = climbed & (won_after < last_lost)
    closed = opened + np.where(climbed, climbs + np.minimum(won_after, last_lost), first_lost)
    over, moved = closed <= days, climbed & (opened + climbs <= days)
    start = pd.Timestamp(AS_OF) - pd.Timedelta(days=days)

    def at(day: np.ndarray) -> pd.Series:
        return (start + pd.to_timedelta(day, unit="D")).astype("datetime64[us, UTC]")

    ids = pd.Index([f"D{i:05d}" for i in range(n)], name="id")
    deals = pd.DataFrame(dict.fromkeys((*DEAL_COLUMNS[1:], "source", "country")), index=ids, dtype=object)
    deals = deals.assign(
        name=ids,
        owner_id=np.array([f"rep{i}" for i in range(owners)], dtype=object)[random.integers(0, owners, n)],
        product_id="P",
        amount=1_000 * random.lognormal(0, 0.4, n),
        stage=np.where(moved, *STAGES[::-1]),
        opened_at=at(opened),
        expected_close=at(opened + 30),
        outcome=np.where(~over, "open", np.where(won, "won", "lost")),
        closed_at=pd.Series(at(closed), index=None).where(over).to_numpy(),
        rate_opened=1.0,
        rate_closed=1.0,
    )
    for name in ("opened_at", "closed_at", "expected_close"):
        deals[name] = pd.to_datetime(deals[name], utc=True).astype("datetime64[us, UTC]")
    changes = pd.DataFrame(
        {
            "deal_id": ids[moved],
            "at": at(opened + climbs)[moved],
            "field": "stage",
            "old": STAGES[0],
            "new": STAGES[1],
        }
    ).sort_values("at", ignore_index=True)
    nothing = pd.DataFrame(
        {
            "deal_id": pd.Series(dtype=object),
            "kind": pd.Series(dtype=object),
            "at": pd.Series(dtype="datetime64[us, UTC]"),
            "recorded_at": pd.Series(dtype="datetime64[us, UTC]"),
        }
    )
    return DealHistory(AS_OF, deals, pd.DataFrame(index=ids), nothing, changes, STAGES, {}, pd.DataFrame(), {})
