"""What it costs to let a new lead wait for its first contact: measured, not assumed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from scoring import activity
from scoring.base import Model, Progress, silent
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.metrics import METRICS, measure
from scoring.preferences import NONE_SET, Preferences

FEWEST = 40
# The last part of the leads, by arrival, judges what was learnt from those before.
HELD_OUT = 0.3
# Waits beyond this quantile of what was seen cost no more than it.
LONGEST = 0.9
TOMORROW = timedelta(days=1)
# Two-sided 90 %.
Z = 1.645

Vector = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]


class Waiting(Model[History]):
    """How the chance to be won falls with the hours between a lead's arrival and the first contact.

    The log-odds fall with log(1 + hours), never rise, and the slope is shrunk to none as far as it may be chance.
    Leads of one source are compared with one another, since the better sources may be called sooner.

    Assumptions
    -----------
    1. Within a source, who was called at once was not better for other reasons: it tells what went with waiting.

    References
    ----------
    James & Stein (1961), "Estimation with quadratic loss" (the positive part, for the shrinkage).
    """

    name: ClassVar[str] = "waiting"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.leads = 0
        self.rate = float("nan")
        self.slope = self.error = float("nan")
        self.longest_h = float("nan")

    @property
    def feature_names(self) -> tuple[str, ...]:
        return ("first_touch_hours",)

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        return self.learn(*_closed(history, as_of))

    def learn(self, hours: Vector, won: Vector, source: Objects) -> Self:
        """The model itself, from the wait of each closed lead, whether it was won, and where it came from."""
        self.leads, self.rate = len(won), float((won.sum() + 1) / (len(won) + 2))
        if min(won.sum(), len(won) - won.sum()) < FEWEST:
            raise NotTrained(f"{int(won.sum())} won of {len(won)} leads that were contacted are too few to learn from.")
        self.longest_h = float(np.quantile(hours, LONGEST))
        slope, self.error = _slope(self._steps(hours), won, source)
        self.slope = min(0.0, slope) * max(0.0, 1 - self.error**2 / max(slope**2, 1e-12))
        return self

    def chance(self, hours: Vector) -> Vector:
        """Chance that a lead of the usual kind is won, by the hours it has waited; usual is a wait of a day."""
        steps = self._steps(np.asarray(hours, dtype=np.float64)) - np.log1p(TOMORROW / timedelta(hours=1))
        return np.asarray(expit(logit(self.rate) + self._known_slope * steps))

    def lost_by_tomorrow(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> Vector:
        """The share of its chance that each lead loses if it is called tomorrow; none where somebody was in touch."""
        leads = snapshot.leads.reindex(pd.Index(ids, name="id"))
        hours = activity.days_before(snapshot.as_of, leads["created_at"]).to_numpy() * 24
        untouched = activity.read(snapshot, leads, [])["days_since_contact"].isna().to_numpy() & np.isfinite(hours)
        now = np.where(untouched, hours, 0.0)
        more = self._steps(now + TOMORROW / timedelta(hours=1)) - self._steps(now)
        return np.where(untouched, -np.expm1(self._known_slope * more), 0.0)

    @classmethod
    def evaluate(
        cls,
        history: History,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        hours, won, source = _closed(history, as_of)
        cut, rate = int(len(won) * (1 - HELD_OUT)), float(won.mean()) if len(won) else 0.0
        how = "the last leads to come in, predicted from the wait of those before"
        test = won[cut:]
        if min(won.sum(), len(won) - won.sum()) < 2 * FEWEST or test.min() == test.max():
            refusal = f"Only {int(won.sum())} won of {len(won)} closed leads that were contacted: too few to tell."
            return Evaluation(cls.name, "time", 0, rate, dict.fromkeys(METRICS), {}, how=how, refusal=refusal)
        model, leads = cls().learn(hours[:cut], won[:cut], source[:cut]), np.arange(len(test)).astype(object)
        metrics = measure(model.chance(hours[cut:]), test, leads)
        flat = {"base_rate": measure(np.full(len(test), model.rate), test, leads)}
        whole = cls().learn(hours, won, source)
        doubt = f"Over {len(won):,} closed leads, the wait for the first contact does not tell who is won."
        no_use = doubt if whole.slope + Z * whole.error >= 0 else None
        return Evaluation(cls.name, "time", len(test), rate, metrics, flat, "wait", {}, "won", how, no_use)

    @property
    def _known_slope(self) -> float:
        if np.isnan(self.slope):
            raise NotTrained
        return self.slope

    def _steps(self, hours: Vector) -> Vector:
        return np.asarray(np.log1p(np.clip(hours, 0.0, self.longest_h)))


def _closed(history: History, as_of: datetime) -> tuple[Vector, Vector, Objects]:
    """The wait, outcome and source of every closed lead that was contacted, in the order in which they came in."""
    snapshot = history.at(as_of)
    leads = snapshot.leads
    closed = leads[leads["outcome"].isin(["won", "lost"]) & leads["merged_into"].isna() & leads["created_at"].notna()]
    closed = closed.sort_index().sort_values("created_at", kind="stable")
    hours = activity.read(snapshot, closed, [])["first_touch_hours"].to_numpy()
    met = np.isfinite(hours)
    won = (closed["outcome"] == "won").to_numpy(dtype=np.float64)
    return hours[met], won[met], closed["source"].astype(str).to_numpy(dtype=object)[met]


def _slope(steps: Vector, won: Vector, group: Objects) -> tuple[float, float]:
    """The change in log-odds a step, within groups, and its standard error."""
    dummies = pd.get_dummies(pd.Series(group)).to_numpy(dtype=np.float64)
    # The ridge is for rare groups; at this strength it leaves the slope alone.
    fitted = LogisticRegression(C=10.0, max_iter=500).fit(np.column_stack([steps - steps.mean(), dummies]), won)
    chance = fitted.predict_proba(np.column_stack([steps - steps.mean(), dummies]))[:, 1]
    weight = chance * (1 - chance)
    centre = dummies @ ((dummies.T @ (weight * steps)) / np.maximum(dummies.T @ weight, 1e-9))
    return float(fitted.coef_[0][0]), float(1 / np.sqrt((weight * (steps - centre) ** 2).sum() + 1e-9))
