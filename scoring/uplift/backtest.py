"""The back-test of what contact adds: learnt from earlier instants, or other leads, than those that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from scoring import columns
from scoring.base import Progress
from scoring.columns import Columns, Matrix
from scoring.estimators import Linear
from scoring.evaluation import Evaluation, Split
from scoring.metrics import Metric, Vector
from scoring.uplift import contrasts
from scoring.uplift.contrasts import Contrasts
from scoring.uplift.effects import Effects
from scoring.uplift.judging import METRICS, Judged
from scoring.uplift.outreach import RESPONSE, WINDOW, Trials, spread
from scoring.windows import FOLDS

Flags = npt.NDArray[np.bool_]
Pair = tuple[Flags, Flags]
ORIGINS = 5
# Fewer leads contacted or left alone, or fewer of either that responded, tell nothing.
FEWEST, FEWEST_RESPONSES = 200, 20
# From when an instant is judged to when all that came of it is known, in days.
LASTS = (WINDOW + RESPONSE).total_seconds() / 86_400
ORDERS = {"most_engaged": "taking the most engaged first", "likeliest": "taking those likeliest to respond first"}


@dataclass(frozen=True)
class Lesson:
    """Instants of outreach with what is guessed of them, and the columns of what is known of leads."""

    trials: Trials
    found: Contrasts
    columns: Columns

    @classmethod
    def of(cls, trials: Trials, leave_out: frozenset[str], seed: int = 0) -> Lesson:
        """What there is to learn from."""
        known = columns.learn(trials.frame[trials.last_of_each_lead], leave_out=leave_out)
        return cls(trials, contrasts.estimate(trials, known, seed=seed), known)

    @property
    def comparable(self) -> Trials:
        """The rows whose like were both contacted and left alone."""
        return self.trials.take(self.found.comparable)

    def learn(self, seed: int = 0) -> Effects:
        """The effects by what is known, from rows that can be compared."""
        rows = self.comparable
        effect = self.found.effect[self.found.comparable]
        return Effects(seed=seed).fit(self.matrix(rows), effect, rows.groups)

    def likely(self, rows: Trials) -> Vector:
        """How likely each of other rows is to respond, contacted or not: what a ranking goes by (log-odds)."""
        known, folds = self.matrix(self.trials), self.trials.folds(0)
        model = Linear().fit(known, self.trials.responded, is_category=self.columns.is_category, folds=folds)
        return np.asarray(model.log_odds(self.matrix(rows)).mean(axis=1))

    def matrix(self, rows: Trials) -> Matrix:
        """What is known of rows, as numbers."""
        return self.columns.encode(self.columns.clean(rows.frame))


def too_few(trials: Trials) -> str | None:
    """The plain statement for outreach that cannot teach what contact adds, or None."""
    arms = [trials.treated == 1, trials.treated == 0]
    contacted, alone = (pd.unique(trials.leads[arm]).size for arm in arms)
    responded = min(int(trials.responded[arm].sum()) for arm in arms)
    if min(contacted, alone) >= FEWEST and responded >= FEWEST_RESPONSES:
        return None
    return (
        f"Where some leads were contacted while others could have been, {contacted:,} were and {alone:,} were not; "
        f"{FEWEST} of each are needed, and {FEWEST_RESPONSES} that responded, to tell what contact adds."
    )


def run(trials: Trials, leave_out: frozenset[str], split: Split, progress: Progress) -> Evaluation:
    """The evaluation of what contact adds, beside what costs nothing."""
    rate = float(trials.responded.mean()) if len(trials) else 0.0
    nothing = Evaluation("uplift", split, 0, rate, dict.fromkeys(METRICS), {}, basis="responded")
    if refusal := too_few(trials):
        return replace(nothing, refusal=refusal)
    lesson = Lesson.of(trials, leave_out)
    if not lesson.columns.all:
        return replace(nothing, refusal="Nothing is known of the leads by which effects could differ.")
    if too_few(lesson.comparable):
        share = lesson.found.comparable.mean()
        refusal = f"Who was contacted follows from what is known of the leads: {share:.0%} of them can be compared."
        return replace(nothing, refusal=refusal)
    judged, rows = Judged(lesson.found.effect[lesson.found.comparable], lesson.comparable.leads), len(lesson.comparable)
    average = judged.measure(np.zeros(rows))["average_effect"]
    if average is not None and average.low <= 0:
        refusal = f"Contact cannot be told from no contact: on average it adds {average.points} to the responses."
        found = replace(nothing, n=rows, metrics={**nothing.metrics, "average_effect": average}, how=_overlap(lesson))
        return replace(found, refusal=refusal, trained_on=_learnt(trials))
    pairs, how = _pairs(trials, split)
    said = _said(trials, pairs, leave_out, progress)
    test = np.isfinite(said.effect) & lesson.found.comparable
    by_time = "time" if how.startswith("forward") else "folds"
    return replace(_judged(nothing, lesson, said, test), split=by_time, how=f"{how}; {_overlap(lesson)}")


def _pairs(trials: Trials, split: Split) -> tuple[list[Pair], str]:
    """Rows to learn from and to judge by: forward in time where there are instants enough, else folds of leads."""
    origins = [(trials.time <= at - LASTS, trials.time == at) for at in np.unique(trials.time)]
    usable = [pair for pair in origins if too_few(trials.take(pair[0])) is None]
    usable = [usable[i] for i in spread(len(usable), ORIGINS)]
    judged = np.any([test for _, test in usable], axis=0) if usable else np.zeros(len(trials), dtype=bool)
    if split == "time" and too_few(trials.take(judged)) is None:
        return usable, f"forward in time: {len(usable)} past instants, each told from what had come to its end by then"
    fold = trials.folds(1)
    return [(fold != k, fold == k) for k in range(FOLDS)], f"{FOLDS} folds of leads"


@dataclass(frozen=True)
class _Said:
    """What is said of each row by those who had not seen it; NaN where it was not asked for.

    Attributes
    ----------
    effect : the effect of contact
    place, likely : its place by effect, and by the chance to respond, among the rows judged with it (0 to 1)
    """

    effect: Vector
    place: Vector
    likely: Vector


def _said(trials: Trials, pairs: list[Pair], leave_out: frozenset[str], progress: Progress) -> _Said:
    said = _Said(*np.full((3, len(trials)), np.nan))
    for done, (train, test) in enumerate(pairs, 1):
        lesson, judged = Lesson.of(trials.take(train), leave_out), trials.take(test)
        said.effect[test] = lesson.learn().predict(lesson.matrix(judged))["value"]
        said.place[test] = rankdata(said.effect[test]) / len(judged)
        said.likely[test] = rankdata(lesson.likely(judged)) / len(judged)
        progress("back-testing", done / len(pairs))
    return said


def _judged(nothing: Evaluation, lesson: Lesson, said: _Said, test: Flags) -> Evaluation:
    rows, judged = lesson.trials.take(test), Judged(lesson.found.effect[test], lesson.trials.leads[test])
    metrics = judged.measure(said.place[test], said.effect[test])
    orders = {
        "everyone_alike": np.zeros(len(rows)),
        "most_engaged": -rows.frame["days_since_sign"].fillna(np.inf).to_numpy(),
        "likeliest": said.likely[test],
    }
    baselines = {name: judged.measure(order) for name, order in orders.items()}
    return replace(
        nothing,
        n=len(rows),
        base_rate=float(rows.responded.mean()),
        metrics=metrics,
        baselines=baselines,
        chosen="effects",
        refusal=verdict(metrics, baselines),
        trained_on=_learnt(lesson.trials),
        effects=judged.by_fifth(said.place[test], said.effect[test]),
    )


def verdict(metrics: Mapping[str, Metric | None], baselines: Mapping[str, Mapping[str, Metric | None]]) -> str | None:
    """Why no effects should be told, or None where contact has one and the order by it beats what costs nothing."""
    average, gain, top = (metrics[name] for name in ("average_effect", "gain_30", "uplift_30"))
    assert average is not None
    assert gain is not None
    assert top is not None
    if average.low <= 0:
        return f"Contact cannot be told from no contact: on average it adds {average.points} to the responses."
    if gain.low <= 0:
        return (
            f"Contact adds {average.points} on average, but who responds because of it cannot be told: the first 30 % "
            f"are {gain.points} above the average."
        )
    better = [name for name in ORDERS if (b := baselines[name]["uplift_30"]) and b.value >= top.value]
    if better:
        return f"It finds no more than {ORDERS[better[0]]} ({top.points} in the first 30 %)."
    return None


def _overlap(lesson: Lesson) -> str:
    contact = lesson.found.contact
    low, high = np.quantile(contact, (0.05, 0.95))
    return (
        f"{lesson.found.comparable.mean():.0%} of the rows can be compared, the chance of contact runs from {low:.0%} "
        f"to {high:.0%} (5th to 95th of 100)"
    )


def _learnt(trials: Trials) -> dict[str, int | str | None]:
    since, to = (f"{pd.Timestamp(day * 86_400, unit='s'):%Y-%m-%d}" for day in (trials.time.min(), trials.time.max()))
    responded = pd.unique(trials.leads[trials.responded == 1]).size
    n, instants = pd.unique(trials.leads).size, int(np.unique(trials.time).size)
    return {"rows": len(trials), "leads": n, "won": responded, "from": since, "to": to, "instants": instants}
