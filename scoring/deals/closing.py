"""When an open deal comes to its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import columns, splits
from scoring.base import Model, Progress, silent
from scoring.chance import HORIZON
from scoring.columns import Columns
from scoring.deals import features, labels, rows
from scoring.deals.hazard import Hazard, Standing
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.metrics import METRICS, Metric, Vector, resamples
from scoring.preferences import NONE_SET, Preferences
from scoring.windows import Rows

FEWEST = 80
# More rows than this tell no more, and each is there once a period.
MOST_ROWS = 20_000
QUANTILES = (0.05, 0.5, 0.95)
AGES = 5
# Deals of one kind, at least, for a middle of their own.
FEWEST_ALIKE = 20


class Closing(Model[DealHistory]):
    """How many days an open deal has left until it is won or lost: the middle, and a 90 % interval.

    Learns from deals as they stood at past instants how likely each is to end in each period ahead, also from those
    that are open still; what is said are quantiles of when it will have ended.

    Parameters
    ----------
    horizon : what lies farther ahead is said to take that long at least
    seed : decides random choices

    Assumptions
    -----------
    What held at past instants holds now; what is open still ends as what ended.

    Tried
    -----
    Days off on a public loan process, 3,539 deals at five instants, 28 days ahead: 6.38 by boosted quantiles from
    instants whose horizon was over, 6.28 by the hazard from the same, 5.95 from the later ones as well, 5.80 with
    clocks that go on, 5.74 with periods of a day instead of more, 5.71 knowing the week; 5.79 with fewer and coarser
    trees, as small books need them. Three times as many instants, deeper trees, the last activity's kind: nothing.
    """

    name: ClassVar[str] = "closing"
    entity = "deals"

    def __init__(self, horizon: timedelta = HORIZON, *, seed: int = 0) -> None:
        self.horizon = horizon
        self.seed = seed
        self.columns = Columns(())
        self.hazard: Hazard | None = None

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
        leave_out = rows.unusable(history, as_of) | (guard.leave_out if guard else frozenset())
        return self.learn(found, _day(rows.last_known(history, as_of)), leave_out)

    def learn(self, found: Rows, until: float, leave_out: frozenset[str]) -> Self:
        """The model itself, from rows whose `won` is the days that were left, as far as was known `until` then."""
        ended, over = found.time + found.won <= until, splits.is_over(found, self._most, until)
        if (ended | over).sum() < FEWEST or ended.sum() < splits.FEWEST_TO_LEARN:
            raise NotTrained(f"{ended.sum()} past deals that came to their end are too few to learn from.")
        found = found.sorted()
        if len(found) > MOST_ROWS:
            some = np.random.default_rng(self.seed).permutation(len(found))[:MOST_ROWS]
            found = found.take(np.sort(some))
        self.columns = columns.learn(found.frame[found.last_of_each_lead], leave_out=leave_out)
        followed = np.clip(until - found.time, 0.0, self._most)
        self.hazard = Hazard(self._most, seed=self.seed).fit(
            self._standing(found.frame, found.time), found.won, followed
        )
        return self

    def days(self, snapshot: DealSnapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        """Days left for each of `ids`: the middle `value` and the ends `low`, `high` of its 90 % interval."""
        frame = features.read(snapshot, ids)
        return self.judge(frame, np.full(len(frame), _day(snapshot.as_of)))

    def judge(self, frame: pd.DataFrame, at: Vector) -> pd.DataFrame:
        """The same of rows of features, as they stood at instants in days."""
        if self.hazard is None:
            raise NotTrained
        still_open = self.hazard.open_after(self._standing(frame, at))
        low, value, high = (self.hazard.quantile(still_open, share) for share in QUANTILES)
        return pd.DataFrame({"value": value, "low": low, "high": high}, index=frame.index)

    @property
    def _most(self) -> float:
        return self.horizon / timedelta(days=1)

    def _standing(self, frame: pd.DataFrame, at: Vector) -> Standing:
        pace = np.array([features.CLOCKS.get(name, 0.0) for name in self.columns.names])
        return Standing(self.columns.encode(self.columns.clean(frame)), pace, at)

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
        pairs = splits.by_span(found, horizon, until=_day(rows.last_known(history, as_of)), fewest=FEWEST)
        if not pairs:
            return replace(nothing, refusal="Too few deals were closed to tell how long they take.")
        parts = []
        for done, (train, test) in enumerate(pairs):
            learnt, judged = found.take(train), found.take(test)
            model, origin = cls(horizon), float(judged.time[0])
            said = model.learn(learnt, origin, leave_out).judge(judged.frame, judged.time)
            over = learnt.take(splits.is_over(learnt, model._most, origin))
            alike = _alike(over, judged, model._most, with_stage="stage" not in leave_out)
            parts.append(said.assign(alike=alike, left=judged.won.clip(max=model._most), deal=judged.leads))
            progress("back-testing", (done + 1) / len(pairs))
        return _judged(nothing, pd.concat(parts, ignore_index=True), found, horizon, len(pairs))


def _day(moment: datetime) -> float:
    """An instant in days, as `Rows.time` has it."""
    return moment.timestamp() / 86_400


def _alike(train: Rows, test: Rows, most: float, *, with_stage: bool) -> Vector:
    """The middle of the days that were left for deals of the same stage and age: the baseline that costs nothing."""
    edges = np.unique(np.nanquantile(train.frame["age_days"], np.linspace(0, 1, AGES + 1)[1:-1]))

    def kind(part: Rows) -> pd.Series[str]:
        age = pd.Series(np.searchsorted(edges, part.frame["age_days"])).astype(str)
        return age + "/" + part.frame["stage"].astype(str) if with_stage else age

    took = pd.Series(train.won.clip(max=most))
    of = took.groupby(kind(train)).agg(["median", "count"])
    usual = of.loc[of["count"] >= FEWEST_ALIKE, "median"]
    return np.asarray(kind(test).map(usual).fillna(float(took.median())), dtype=np.float64)


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
        chosen="hazard",
        settings={"horizon": horizon},
        how=f"{n} past instants, each predicted from what was known by then",
        refusal=refusal,
        trained_on={"rows": len(found), "leads": int(pd.unique(found.leads).size)},
    )


def _mean(values: Vector, deals: np.ndarray) -> Metric:
    """A mean and its 95 % interval by resampling deals."""
    draws = np.concatenate([weights @ values / weights.sum(axis=1) for weights in resamples(deals)])
    low, high = np.quantile(draws, [0.025, 0.975])
    return Metric(float(values.mean()), float(low), float(high))
