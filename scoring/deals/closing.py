"""When an open deal comes to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import columns, splits
from scoring.base import Model, Progress, silent
from scoring.chance import HORIZON
from scoring.columns import Columns, bearable
from scoring.deals import features, labels, rows
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.metrics import METRICS, Metric, Vector, resamples
from scoring.preferences import NONE_SET, Preferences
from scoring.windows import Rows

FEWEST = 80
# A little beyond 5 and 95 %: boosted quantiles come out too narrow on later deals.
QUANTILES = (0.03, 0.5, 0.97)
AGES = 5
# Deals of one kind, at least, for a middle of their own.
FEWEST_ALIKE = 20


class Closing(Model[DealHistory]):
    """How many days an open deal has left until it is won or lost: the middle, and a 90 % interval.

    Learns from deals as they stood at past instants, by gradient boosting on the quantiles. A deal that stayed open
    longer than the horizon counts as having taken just that long: a quantile below the horizon does not care.

    Parameters
    ----------
    horizon : what lies farther ahead is said to take that long at least
    seed : decides random choices

    Assumptions
    -----------
    What held at past instants holds now.

    References
    ----------
    Powell (1986), "Censored regression quantiles", J. Econometrics 32.
    """

    name: ClassVar[str] = "closing"
    entity = "deals"

    def __init__(self, horizon: timedelta = HORIZON, *, seed: int = 0) -> None:
        self.horizon = horizon
        self.seed = seed
        self.columns = Columns(())
        self.quantiles: list[HistGradientBoostingRegressor] = []

    @classmethod
    def quality(cls, found: Evaluation) -> str:
        usual = found.baselines["similar_deals"]["mae_days"]
        return f"on {found.n:,} unseen cases it is off by {found.metrics['mae_days']} days, similar deals by {usual}"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.columns.names

    def fit(self, history: DealHistory, *, as_of: datetime, guard: Report | None = None) -> Self:
        if not history.is_dated:
            raise NotTrained("Without dates nothing can be said of when deals close.")
        found = labels.days_left(history, as_of=as_of, horizon=self.horizon)
        return self.learn(found, rows.unusable(history, as_of) | (guard.leave_out if guard else frozenset()))

    def learn(self, found: Rows, leave_out: frozenset[str]) -> Self:
        """The model itself, from rows whose `won` is the days that were left."""
        if len(found) < FEWEST:
            raise NotTrained(f"{len(found)} past deals are too few to learn from.")
        found = found.sorted()
        self.columns = columns.learn(found.frame[found.last_of_each_lead], leave_out=leave_out)
        matrix = self.columns.encode(self.columns.clean(found.frame))
        # Beside other work, threads that wait for one another are many times slower than one.
        with threadpool_limits(1):
            self.quantiles = [_grown(q, self.seed).fit(bearable(matrix), found.won) for q in QUANTILES]
        return self

    def days(self, snapshot: DealSnapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        """Days left for each of `ids`: the middle `value` and the ends `low`, `high` of its 90 % interval."""
        return self.judge(features.read(snapshot, ids))

    def judge(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The same of rows of features."""
        if not self.quantiles:
            raise NotTrained
        matrix = self.columns.encode(self.columns.clean(frame))
        most = self.horizon / timedelta(days=1)
        low, value, high = np.sort([each.predict(matrix).clip(0, most) for each in self.quantiles], axis=0)
        return pd.DataFrame({"value": value, "low": low, "high": high}, index=frame.index)

    @classmethod
    def evaluate(
        cls,
        history: DealHistory,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        horizon = preferences.deal_horizon or (rows.horizon_of(history) if history.is_dated else HORIZON)
        nothing = Evaluation(cls.name, "time", 0, 0.0, dict.fromkeys(METRICS), {}, basis="days left")
        if not history.is_dated:
            return replace(nothing, refusal="Without dates nothing can be said of when deals close.")
        found, leave_out = labels.days_left(history, as_of=as_of, horizon=horizon), rows.unusable(history, as_of)
        pairs = splits.by_span(found, horizon, fewest=FEWEST)
        if not pairs:
            return replace(nothing, refusal="Too few deals were closed to tell how long they take.")
        parts = []
        for done, (train, test) in enumerate(pairs):
            learnt, judged = found.take(train), found.take(test)
            said = cls(horizon).learn(learnt, leave_out).judge(judged.frame)
            alike = _alike(learnt, judged, with_stage="stage" not in leave_out)
            parts.append(said.assign(alike=alike, left=judged.won, deal=judged.leads))
            progress("back-testing", (done + 1) / len(pairs))
        return _judged(nothing, pd.concat(parts, ignore_index=True), found, horizon, len(pairs))


def _grown(quantile: float, seed: int) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        loss="quantile", quantile=quantile, max_iter=80, max_depth=3, learning_rate=0.06, min_samples_leaf=40,
        early_stopping=False, random_state=seed,
    )  # fmt: skip


def _alike(train: Rows, test: Rows, *, with_stage: bool) -> Vector:
    """The middle of the days that were left for deals of the same stage and age: the baseline that costs nothing."""
    edges = np.unique(np.nanquantile(train.frame["age_days"], np.linspace(0, 1, AGES + 1)[1:-1]))

    def kind(part: Rows) -> pd.Series[str]:
        age = pd.Series(np.searchsorted(edges, part.frame["age_days"])).astype(str)
        return age + "/" + part.frame["stage"].astype(str) if with_stage else age

    of = pd.Series(train.won).groupby(kind(train)).agg(["median", "count"])
    usual = of.loc[of["count"] >= FEWEST_ALIKE, "median"]
    return np.asarray(kind(test).map(usual).fillna(float(np.median(train.won))), dtype=np.float64)


def _judged(nothing: Evaluation, said: pd.DataFrame, found: Rows, horizon: timedelta, n: int) -> Evaluation:
    deals, left = pd.factorize(said["deal"])[0], said["left"].to_numpy(dtype=np.float64)
    value, alike, low, high = (said[name].to_numpy(dtype=np.float64) for name in ("value", "alike", "low", "high"))
    missed, missed_alike = np.abs(value - left), np.abs(alike - left)
    error, usual, gain = (_mean(each, deals) for each in (missed, missed_alike, missed_alike - missed))
    within = np.asarray((low <= left) & (left <= high), dtype=np.float64)
    none: dict[str, Metric | None] = dict.fromkeys(METRICS)
    worse = f"It foretells no better than deals of the same stage and age ({error} days against {usual})."
    refusal = None if gain.low > 0 else worse
    return replace(
        nothing,
        n=len(said),
        metrics=none | {"mae_days": error, "covered": _mean(within, deals)},
        baselines={"similar_deals": none | {"mae_days": usual}},
        chosen="quantiles",
        settings={"horizon": horizon},
        how=f"{n} past instants, each predicted from what had come to its end by then",
        refusal=refusal,
        trained_on={"rows": len(found), "leads": int(pd.unique(found.leads).size)},
    )


def _mean(values: Vector, deals: np.ndarray) -> Metric:
    """A mean and its 95 % interval by resampling deals."""
    draws = np.concatenate([weights @ values / weights.sum(axis=1) for weights in resamples(deals)])
    low, high = np.quantile(draws, [0.025, 0.975])
    return Metric(float(values.mean()), float(low), float(high))
