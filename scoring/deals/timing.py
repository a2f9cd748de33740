"""How soon deals are won that are won: what a chance within the horizon says of any day before or after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.pipeline import DealHistory
from scoring import windows
from scoring.deals import rows
from scoring.deals.labels import undated_losses

Vector = npt.NDArray[np.float64]
# Two quarters: nobody asks for a day further ahead.
FARTHEST = timedelta(days=184)
# Deals won after the instants looked at, at least: fewer tell nothing of when.
FEWEST_WON = 40
# Rows that a stage's curve is drawn by towards that of all.
PRIOR = 20.0
ALL = ""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Timing:
    """How the chance to be won grows with the days, in proportion alike for all deals of a stage.

    The cumulative hazard of being won (deals lost stay, as never won) is counted by stage at past instants, and drawn
    to that of all deals where a stage is rare. What a deal's own chance within the horizon is above or below that of
    its stage scales the hazard of every day alike.

    Attributes
    ----------
    horizon : days that chances look ahead
    hazard : by stage (all under the empty name), the cumulative hazard by 0, 1, 2 … days

    References
    ----------
    Fine & Gray (1999), "A proportional hazards model for the subdistribution of a competing risk", J. Am. Stat. Assoc.
    94.
    """

    horizon: float
    hazard: Mapping[str, Vector]

    @classmethod
    def learn(cls, history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Self | None:
        """What the deals that stood open at past instants came to; None where too few of them were won."""
        if history.first is None:
            return None
        reach = max(horizon, min(FARTHEST, (as_of - history.first) / 2))
        stood = _stood(history, as_of, reach, horizon)
        if stood["days"].notna().sum() < FEWEST_WON:
            return None
        if "stage" in rows.unusable(history, as_of):
            stood = stood.assign(stage=ALL)
        return cls(horizon / DAY, _curves(stood, reach.days))

    @property
    def reach(self) -> float:
        """Days ahead of which something is known."""
        return float(len(self.hazard[ALL]) - 1)

    def within(self, chances: pd.DataFrame, stages: pd.Series, days: float) -> pd.DataFrame:
        """What chances within the horizon (`value`, `low`, `high`) are within some days; no rows beyond the reach."""
        if not 0 <= days <= self.reach:
            return chances.iloc[:0]
        curves = [self.hazard.get(str(stage), self.hazard[ALL]) for stage in stages.reindex(chances.index)]
        part = np.array([_at(curve, days) / max(_at(curve, self.horizon), 1e-12) for curve in curves])
        return 1 - (1 - chances) ** part[:, None]


def _stood(history: DealHistory, as_of: datetime, reach: timedelta, horizon: timedelta) -> pd.DataFrame:
    """Deals as they stood at past instants whose reach is over: `stage`, and in how many `days` each was won."""
    end = history.at(as_of).deals
    won_at = end["closed_at"].where(end["outcome"] == "won")
    parts = [pd.DataFrame({"stage": pd.Series(dtype=object), "days": pd.Series(dtype=np.float64)})]
    step, last = max(DAY, horizon / rows.STEPS), rows.last_known(history, as_of)
    for instant in windows.instants(history.first, as_of=last, horizon=reach, step=step):
        snapshot = history.at(instant)
        ids = snapshot.open_ids.union(undated_losses(snapshot, end, horizon))
        days = (won_at.reindex(ids) - pd.Timestamp(instant)) / pd.Timedelta(DAY)
        parts.append(pd.DataFrame({"stage": snapshot.deals["stage"].reindex(ids), "days": days}))
    return pd.concat(parts[1:] or parts)


def _curves(stood: pd.DataFrame, reach: int) -> dict[str, Vector]:
    share = _came(stood["days"], reach) / len(stood)
    found = {ALL: _hazard(share)}
    for stage, days in stood["days"].groupby(stood["stage"].astype(object).where(stood["stage"].notna(), ALL)):
        if stage != ALL:
            found[str(stage)] = _hazard((_came(days, reach) + PRIOR * share) / (len(days) + PRIOR))
    return found


def _came(days: pd.Series, reach: int) -> Vector:
    """How many were won within 0, 1, 2 … days."""
    won = np.sort(days.dropna().to_numpy(dtype=np.float64))
    return np.searchsorted(won, np.arange(reach + 1), side="right").astype(np.float64)


def _hazard(share: Vector) -> Vector:
    return np.asarray(-np.log1p(-np.minimum(share, 1 - 1e-9)))


def _at(curve: Vector, days: float) -> float:
    return float(np.interp(days, np.arange(len(curve)), curve))
