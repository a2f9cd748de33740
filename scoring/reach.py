"""Whether a call is answered, by the hour on the lead's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from knowledge.calendar import call_zone
from knowledge.crm import CONVERSATIONS
from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from scoring.backtest import along
from scoring.base import Progress, Scorer, silent
from scoring.evaluation import Evaluation, Split, verdict
from scoring.explanations import Explanation, Reason
from scoring.features import WEEKDAYS
from scoring.leaks import Report
from scoring.metrics import METRICS, measure
from scoring.preferences import NONE_SET, Preferences

FEWEST_CALLS = 200
# The last part of the calls, in time, judges what was learnt from those before.
HELD_OUT = 0.3
HOURS = 24
CELLS = 7 * HOURS
# Two-sided 90 %.
Z = 1.645

Vector = npt.NDArray[np.float64]


class Reach(Scorer[History, Snapshot]):
    """Chance that an outbound call is answered, for each hour of the week on the lead's clock.

    A weekday's and an hour's share of answered calls are each shrunk to the overall one, the more the fewer calls
    there were (empirical Bayes); on the log-odds, the two departures add up.

    Parameters
    ----------
    default_zone : the clock of leads whose own is not known
    seed : unused; nothing is drawn at random

    References
    ----------
    Morris (1983), "Parametric empirical Bayes inference", J. Am. Stat. Assoc. 78.
    """

    name: ClassVar[str] = "reach"
    hit: ClassVar[str] = "answered"
    unit: ClassVar[str] = "chance"

    def __init__(self, default_zone: str = "UTC", *, seed: int = 0) -> None:
        self.default_zone = default_zone
        self.seed = seed
        self.calls = 0
        self.overall = float("nan")
        self.effects = np.zeros(CELLS)
        self.errors = np.zeros(CELLS)

    @property
    def event(self) -> str:
        return "answered"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return ("local_weekday", "local_hour")

    @property
    def is_flat(self) -> bool:
        """Whether there were too few calls to tell one hour from another."""
        return self.calls < FEWEST_CALLS

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        cells, answered = self._calls(history, as_of)
        return self.learn(cells, answered)

    def learn(self, cells: npt.NDArray[np.intp], answered: Vector) -> Self:
        """The model itself, from the cell (hour of the week) of each call and whether it was answered."""
        self.calls = len(cells)
        # One call answered in two, so that no chance is ever 0 or 1.
        self.overall = float((answered.sum() + 1) / (len(answered) + 2))
        self.effects, self.errors = np.zeros(CELLS), np.zeros(CELLS)
        if not self.is_flat:
            day, day_error = _shrunk(cells // HOURS, answered, 7, self.overall)
            hour, hour_error = _shrunk(cells % HOURS, answered, HOURS, self.overall)
            self.effects = np.add.outer(day, hour).ravel()
            self.errors = np.sqrt(np.add.outer(day_error**2, hour_error**2).ravel())
        return self

    def chance(self, zones: Sequence[str], at: datetime) -> Vector:
        """Chance that a call at `at` is answered in each of `zones`."""
        return np.asarray(expit(self._base + self.effects[_cells_now(zones, at)]))

    def lift(self, zones: Sequence[str], at: datetime) -> Vector:
        """`chance` as a multiple of the overall one."""
        return self.chance(zones, at) / self.overall

    def judge(self, features: pd.DataFrame) -> pd.DataFrame:
        day = features["local_weekday"].map({name: i for i, name in enumerate(WEEKDAYS)})
        cells = np.asarray(day * HOURS + features["local_hour"], dtype=np.intp)
        centre, half = self._base + self.effects[cells], Z * np.hypot(self.errors[cells], self._base_error)
        ends = {"value": centre, "low": centre - half, "high": centre + half}
        return pd.DataFrame({name: expit(end) for name, end in ends.items()}, index=features.index)

    def explain(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> dict[str, Explanation]:
        base, frame = self._base, self.features(snapshot, ids)
        return {
            id_: Explanation(base, (self._reason(day, hour),))
            for id_, (day, hour) in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)
        }

    def features(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        self._base  # noqa: B018 - an untrained model has no features to show
        index = pd.Index(ids, name="id")
        cells = _cells_now(self._zones(snapshot.leads.reindex(index)), snapshot.as_of)
        return pd.DataFrame(
            {"local_weekday": [WEEKDAYS[c // HOURS] for c in cells], "local_hour": cells % HOURS}, index=index
        )

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
        zone = preferences.default_zone
        cells, answered = cls(zone)._calls(history, as_of)
        cut = int(len(cells) * (1 - HELD_OUT))
        model, test = cls().learn(cells[:cut], answered[:cut]), answered[cut:]
        rate, how = float(answered.mean()) if len(answered) else 0.0, "the last calls, predicted from those before"
        if model.is_flat or test.min() == test.max():
            refusal = f"Only {len(cells)} calls are known; {FEWEST_CALLS} are needed to tell one hour from another."
            return Evaluation(cls.name, "time", 0, rate, dict.fromkeys(METRICS), {}, how=how, refusal=refusal)
        calls = np.arange(len(test)).astype(object)
        said = expit(logit(model.overall) + model.effects[cells[cut:]])
        metrics = measure(said, test, calls)
        flat = measure(np.full(len(test), model.overall), test, calls)
        baselines = {"base_rate": flat}
        found = Evaluation(
            cls.name, "time", len(test), rate, metrics, baselines, "hours", {"default_zone": zone}, "answered", how
        )
        learnt = {"rows": len(cells), "won": int(answered.sum())}
        return replace(found, refusal=verdict(metrics, baselines), trained_on=learnt, **along(said, test, calls))

    def outdated(self, history: History, *, as_of: datetime, found: Evaluation) -> str | None:
        if self.default_zone != found.settings["default_zone"]:
            return "It took another clock for leads whose own is not known."
        return super().outdated(history, as_of=as_of, found=found)

    @property
    def _base(self) -> float:
        if np.isnan(self.overall):
            raise NotTrained
        return float(logit(self.overall))

    @property
    def _base_error(self) -> float:
        return float(1 / np.sqrt((self.calls + 2) * self.overall * (1 - self.overall)))

    def _reason(self, day: str, hour: int) -> Reason:
        effect = float(self.effects[WEEKDAYS.index(day) * HOURS + hour])
        chance, usual = f"{expit(self._base + effect):.0%}", f"{self.overall:.0%}"
        text = f"at {hour}:00 on a {day} their time {chance} of calls are answered; typical is {usual}"
        return Reason("local_hour", text, effect, chance, usual)

    def _calls(self, history: History, as_of: datetime) -> tuple[npt.NDArray[np.intp], Vector]:
        """Hour of the week and answer of every outbound call whose end is known, in order of time."""
        snapshot = history.at(as_of)
        calls = snapshot.activities[
            (snapshot.activities["kind"] == "call") & snapshot.activities["disposition"].notna()
        ]
        calls = calls[
            ~calls["direction"].astype(str).str.startswith("in") & calls["lead_id"].isin(snapshot.leads.index)
        ]
        calls = calls.sort_values(["at", "lead_id"], kind="stable")
        zones = pd.Series(self._zones(snapshot.leads), index=snapshot.leads.index, dtype=object)
        zone = zones.reindex(calls["lead_id"]).to_numpy()
        cells = np.zeros(len(calls), dtype=np.intp)
        for name in pd.unique(zone):
            local = calls["at"][zone == name].dt.tz_convert(str(name))
            cells[zone == name] = local.dt.day_of_week.to_numpy() * HOURS + local.dt.hour.to_numpy()
        return cells, np.asarray(calls["disposition"].isin(CONVERSATIONS), dtype=np.float64)

    def _zones(self, leads: pd.DataFrame) -> list[str]:
        rows = zip(leads["timezone"], leads["phone"], leads["country"], strict=True)
        return [call_zone(*(_text(part) for part in row), self.default_zone).zone for row in rows]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _cells_now(zones: Sequence[str], at: datetime) -> npt.NDArray[np.intp]:
    cell = {zone: (local := at.astimezone(ZoneInfo(zone))).weekday() * HOURS + local.hour for zone in set(zones)}
    return np.array([cell[zone] for zone in zones], dtype=np.intp)


def _shrunk(group: npt.NDArray[np.intp], answered: Vector, n_groups: int, overall: float) -> tuple[Vector, Vector]:
    """Departure of each group from the overall log-odds, and its standard error, by a beta prior of moments."""
    n = np.bincount(group, minlength=n_groups).astype(np.float64)
    hits = np.bincount(group, weights=answered, minlength=n_groups)
    met = n > 0
    noise = overall * (1 - overall)
    excess = (n[met] * (hits[met] / n[met] - overall) ** 2).sum() - (met.sum() - 1) * noise
    between = excess / max(1.0, n.sum() - (n**2).sum() / n.sum())
    # The prior counts as so many calls; where groups differ no more than chance has them, as endlessly many.
    prior = noise / between - 1 if 0 < between < noise else np.inf if between <= 0 else 1.0
    if np.isinf(prior):
        return np.zeros(n_groups), np.zeros(n_groups)
    rate = (hits + prior * overall) / (n + prior)
    return np.asarray(logit(rate) - logit(overall)), 1 / np.sqrt((n + prior) * rate * (1 - rate))
