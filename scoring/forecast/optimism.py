"""How people's own words come true: the deals they date into the next weeks against those that are won in time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd

from knowledge.pipeline import DealHistory
from scoring.metrics import Metric, share

HORIZON = timedelta(days=28)
LOOKS = 12
FEWEST = 8
Lean = Literal["optimistic", "cautious", "in line", "not known"]


@dataclass(frozen=True)
class Optimism:
    """What came of some people's expected closes and amounts, looked at every four weeks of the last year.

    Attributes
    ----------
    said : deals dated into the four weeks after a look; `came` of them were won in time
    won : deals won in those weeks that were open at the look; `came` of them had been dated so
    usual_came, usual_foreseen : the shares of everyone, to compare with
    amount_ratio : what won deals brought over what they stood at before; None where none was won
    """

    said: int
    came: int
    won: int
    usual_came: float
    usual_foreseen: float
    amount_ratio: float | None

    @property
    def kept(self) -> Metric | None:
        """The share of dated deals that were won in time, with its 95 % interval."""
        return _share(self.came, self.said)

    @property
    def foreseen(self) -> Metric | None:
        """The share of wins that had been dated so, with its 95 % interval."""
        return _share(self.came, self.won)

    @property
    def lean(self) -> Lean:
        """Whether they promise more than others keep, hold wins back, or neither beyond noise."""
        if self.said < FEWEST and self.won < FEWEST:
            return "not known"
        if self.kept and self.said >= FEWEST and self.kept.high < self.usual_came:
            return "optimistic"
        if self.foreseen and self.won >= FEWEST and self.foreseen.high < self.usual_foreseen:
            return "cautious"
        return "in line"


def measure(history: DealHistory, *, as_of: datetime, owners: Collection[str | None] | None) -> Optimism:
    """The optimism of some owners (None: of everyone)."""
    looks = _looks(history, as_of)
    mine = looks if owners is None else looks[looks["owner_id"].isin(list(owners))]
    won = mine[mine["won"] & (mine["before"] > 0)]
    ratio = float(won["booked"].sum() / won["before"].sum()) if len(won) else None
    return Optimism(
        int(mine["dated"].sum()),
        int((mine["dated"] & mine["won"]).sum()),
        int(mine["won"].sum()),
        _rate(looks, "dated"),
        _rate(looks, "won"),
        ratio,
    )


def _looks(history: DealHistory, as_of: datetime) -> pd.DataFrame:
    """A row for each open deal at each look: `owner_id`, whether it was dated and won within the horizon, amounts."""
    outcome = history.at(as_of).deals
    first = history.first or as_of
    parts = [
        _look(history, outcome, as_of - HORIZON * back)
        for back in range(1, LOOKS + 1)
        if as_of - HORIZON * back > first
    ]
    empty = pd.DataFrame({"owner_id": [], "dated": [], "won": [], "before": [], "booked": []})
    return pd.concat(parts) if parts else empty.astype({"dated": bool, "won": bool})


def _look(history: DealHistory, outcome: pd.DataFrame, at: datetime) -> pd.DataFrame:
    deals = history.at(at).deals
    deals = deals[deals["outcome"] == "open"]
    start, end = pd.Timestamp(at), pd.Timestamp(at + HORIZON)
    later = outcome.loc[deals.index]
    won = (later["outcome"] == "won") & (later["closed_at"] > start) & (later["closed_at"] <= end)
    dated = (deals["expected_close"] >= start.normalize()) & (deals["expected_close"] <= end)
    return pd.DataFrame(
        {
            "owner_id": deals["owner_id"],
            "dated": dated,
            "won": won,
            "before": deals["amount"],
            "booked": later["amount"],
        }
    )


def _rate(looks: pd.DataFrame, of: str) -> float:
    some = looks[looks[of]]
    return float((some["dated"] & some["won"]).mean()) if len(some) else 0.0


def _share(hits: int, n: int) -> Metric | None:
    return share(np.r_[np.ones(hits), np.zeros(n - hits)], np.arange(n).astype(object)) if n else None
