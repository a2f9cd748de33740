"""Which step to take next with a deal, or with a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np
import pandas as pd

from knowledge.errors import NotTrained
from knowledge.frames import History
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import features
from scoring.advice import decisions, effects, path, steps
from scoring.advice.decisions import Decisions, Present, Read
from scoring.advice.effects import ALL_STAGES, OTHER, Codes, Effect
from scoring.advice.path import Choice, Coming
from scoring.base import Model, Past, Progress, silent
from scoring.deals import features as of_deals
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.metrics import Metric
from scoring.preferences import NONE_SET, Preferences
from scoring.sequence import SequenceModel
from scoring.sources import Entity

# Decisions before the first origin teach only; those after it judge, stretch by stretch.
FIRST_ORIGIN, ORIGINS = 0.45, 2
# Two-sided 95 %, as for all figures of a back-test.
Z = 1.96
METRIC = "gain"


@dataclass(frozen=True)
class Usual:
    """What is usually done next in a stage, and how often."""

    stage: str
    step: str
    share: float
    decisions: int


@dataclass(frozen=True)
class Advice:
    """The step to take next with a deal, or with a lead.

    Attributes
    ----------
    step : the step, as `steps.told` tells it
    effect : what it adds; None where nothing is surely better, and the step is what is usual
    others : other steps that surely help, and those that surely do not
    coming : where nothing surely helps, what comes next by the events so far
    """

    stage: str
    step: str
    effect: Effect | None
    usual: Usual | None
    others: tuple[Effect, ...]
    coming: Coming | None = None


class Adviser(Model[Past]):
    """The step after which records like this one are won more often than as they are usually worked.

    Learns from every open record at instants a fortnight apart: what was done in the week that followed, and whether it
    was won within two months. What each step adds is told for each stage, with its interval. Where following the advice
    would not surely have added anything to later decisions, or nothing surely helps in a stage, what is usual is told,
    and said to be just that.

    Parameters
    ----------
    proven : whether advice held on later decisions, so that it may be given
    seed : decides folds

    Assumptions
    -----------
    1. Among records that look alike, what was done next was not decided by what only people saw in them. Buyers who
       are about to buy are shown more, so effects may still be too large; their order is what is advised by.
    2. What helped so far helps now.

    References
    ----------
    See `effects`.
    """

    read: ClassVar[Read]

    def __init__(self, proven: bool = True, *, seed: int = 0) -> None:
        self.proven = proven
        self.seed = seed
        self.effects: tuple[Effect, ...] = ()
        self.again: tuple[str, ...] = ()
        self.usual: tuple[Usual, ...] = ()

    @property
    def feature_names(self) -> tuple[str, ...]:
        return ("stage", "steps so far")

    def fit(self, history: Past, *, as_of: datetime, guard: Report | None = None) -> Self:
        return self.learn(decisions.gather(history, type(self).read, as_of=as_of))

    @classmethod
    def quality(cls, found: Evaluation) -> str:
        gain = found.metrics[METRIC]
        assert gain is not None
        if not found.n:
            return "nothing surely helped early enough to be judged: it tells what is usual"
        told = f"following its advice added {gain} to the chance of {found.n:,} later decisions"
        return told if gain.low > 0 else f"{told}, which may be chance: it tells what is usual"

    def learn(self, rows: Decisions) -> Self:
        """The model itself, having learnt from decisions whose end is known.

        Raises
        ------
        NotTrained
            When they are too few to tell.
        """
        self.effects = effects.effects(rows, effects.values(rows, seed=self.seed))
        self.again = tuple(sorted(effects.repeated(rows)))
        self.usual = tuple(_usual(rows))
        return self

    def advise(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> dict[str, Advice]:
        """The advice for each record.

        Raises
        ------
        NotTrained
            Before `fit`.
        """
        if not self.usual:
            raise NotTrained
        index = pd.Index(ids)
        told = zip(index, decisions.stages(snapshot, index), decisions.seen(snapshot, index), strict=True)
        return {str(id_): self.advice(str(stage), str(done)) for id_, stage, done in told}

    def advice(self, stage: str, done: str) -> Advice:
        """The advice for a record in a stage that has seen some steps."""
        found = self._open(stage, done)
        usual = next((each for each in self.usual if each.stage in (stage, ALL_STAGES)), None)
        if self.proven and found and found[0].is_sure:
            return Advice(stage, found[0].step, found[0], usual, tuple(found[1:]))
        return Advice(stage, usual.step if usual else OTHER, None, usual, tuple(found))

    def _open(self, stage: str, done: str) -> list[Effect]:
        """What each step that the deal may still see would add, the surest help first."""
        found = {each.step: each for each in self.effects if each.stage == ALL_STAGES}
        found |= {each.step: each for each in self.effects if each.stage == stage}
        still = [each for each in found.values() if each.step in self.again or f"|{each.step}|" not in done]
        return sorted((each for each in still if each.step != OTHER), key=lambda each: -each.low)

    @classmethod
    def evaluate(
        cls,
        history: Past,
        *,
        as_of: datetime,
        split: Split = "time",
        preferences: Preferences = NONE_SET,
        progress: Progress = silent,
    ) -> Evaluation:
        progress("back-testing", 0.0)
        rows = decisions.gather(history, cls.read, as_of=as_of)
        rate = float(rows.won.mean()) if len(rows) else 0.0
        try:
            judged = _judged(cls, rows, lambda share: progress("back-testing", share))
        except NotTrained as error:
            return Evaluation(cls.name, "time", 0, rate, {}, {}, basis="won", refusal=str(error))
        gain, n = judged
        how = (
            f"{ORIGINS} later stretches of decisions, each advised by what was known when it began: what following the "
            f"advice for a week adds to the chance to be won within {decisions.HORIZON.days} days (doubly robust)"
        )
        return Evaluation(
            cls.name,
            "time",
            n,
            rate,
            {METRIC: gain},
            {"usual_practice": {METRIC: Metric(0.0, 0.0, 0.0)}},
            "steps" if gain.low > 0 else "usual practice",
            {"proven": gain.low > 0},
            "won",
            how,
            trained_on={"rows": len(rows), "leads": len(set(rows.ids)), "won": int(_won(rows))},
        )


class NextStep(Adviser[DealHistory]):
    """The step after which deals like this one are won more often than as they are usually worked.

    Where none surely helps, what usually comes next, and when, is told by a model of the sequence of events.

    Parameters
    ----------
    proven : as for leads
    path : which sequence models say what usually comes next; None where too few deals tell
    """

    name: ClassVar[str] = "next_step"
    entity: ClassVar[Entity] = "deals"
    read: ClassVar[Read] = staticmethod(of_deals.read)

    def __init__(self, proven: bool = True, *, path: Choice | None = None, seed: int = 0) -> None:
        super().__init__(proven, seed=seed)
        self.path = path
        self.walked: SequenceModel | None = None

    def fit(self, history: DealHistory, *, as_of: datetime, guard: Report | None = None) -> Self:
        super().fit(history, as_of=as_of, guard=guard)
        if self.path is not None:
            self.walked = path.learn(history, self.path, as_of=as_of, seed=self.seed)
        return self

    def advise(self, snapshot: Present, ids: Sequence[str] | pd.Index) -> dict[str, Advice]:
        found = super().advise(snapshot, ids)
        if self.walked is None or not isinstance(snapshot, DealSnapshot):
            return found
        plain = [id_ for id_, advice in found.items() if advice.effect is None]
        coming = path.coming(self.walked, snapshot, plain)
        return found | {id_: replace(found[id_], step=each.step, coming=each) for id_, each in coming.items()}

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
        found = super().evaluate(history, as_of=as_of, split=split, preferences=preferences, progress=progress)
        if found.refusal:
            return found
        try:
            trial = path.tried(history, as_of=as_of)
        except NotTrained as error:
            return replace(found, facts=(f"What usually comes next is told by stage alone: {error}",))
        return replace(found, settings={**found.settings, "path": path.chosen(trial)}, facts=path.told(trial))


class NextTouch(Adviser[History]):
    """The same for leads, as long as no deal has come of them."""

    name: ClassVar[str] = "next_touch"
    entity: ClassVar[Entity] = "leads"
    read: ClassVar[Read] = staticmethod(features.read)


def _judged(kind: type[Adviser[Past]], rows: Decisions, progress: Callable[[float], None]) -> tuple[Metric, int]:
    """What following the advice would have added to a later decision for which there is any, and how many there are.

    Raises
    ------
    NotTrained
        When there are too few decisions to learn from, or to judge by.
    """
    if not len(rows):
        raise NotTrained("Nothing was open at any past instant whose end is known.")
    edges = [float(np.quantile(rows.time, share)) for share in np.linspace(FIRST_ORIGIN, 1.0, ORIGINS + 1)]
    later = rows.take(rows.time > edges[0])
    found = effects.values(later)
    place, step = {name: i for i, name in enumerate(found.names)}, np.full(len(later), -1, dtype=np.intp)
    for done, (start, end) in enumerate(pairwise(edges), 1):
        stretch = (later.time > start) & (later.time <= end)
        known = rows.take(rows.time <= start - decisions.HORIZON.days)
        step[stretch] = _advised(kind, known, later.take(stretch), place)
        progress(done / ORIGINS)
    if not (step >= 0).any():
        return Metric(0.0, 0.0, 0.0), 0
    value, error = found.gain(step >= 0, step, later.ids)
    return Metric(value, value - Z * error, value + Z * error), int((step >= 0).sum())


def _advised(kind: type[Adviser[Past]], known: Decisions, asked: Decisions, place: Mapping[str, int]) -> Codes:
    """The step advised for each decision by what was known before; -1 for none, or where too little was known."""
    try:
        model = kind().learn(known)
    except NotTrained:
        return np.full(len(asked), -1)
    advice = [model.advice(str(stage), str(done)) for stage, done in zip(asked.stage, asked.done, strict=True)]
    return np.array([place.get(each.step, -1) if each.effect else -1 for each in advice], dtype=np.intp)


def _won(rows: Decisions) -> float:
    return float(pd.Series(rows.won).groupby(rows.ids).max().sum())


def _usual(rows: Decisions) -> list[Usual]:
    """The most frequent step of each stage, and of all."""
    found = []
    for stage in (*sorted(set(rows.stage)), ALL_STAGES):
        taken = rows.step if stage == ALL_STAGES else rows.step[rows.stage == stage]
        # To wait is no step that could be advised.
        counts = pd.Series(taken[taken != steps.WAIT]).value_counts()
        if len(counts):
            found.append(Usual(str(stage), str(counts.index[0]), float(counts.iloc[0] / len(taken)), len(taken)))
    return found
