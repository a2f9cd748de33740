"""Who responds because of being contacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

import pandas as pd

from knowledge.errors import NotTrained
from knowledge.frames import History, Snapshot
from scoring import features, leaks
from scoring.base import Model, Progress, silent
from scoring.columns import Columns
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.preferences import NONE_SET, Preferences
from scoring.uplift import backtest, outreach
from scoring.uplift.backtest import Lesson
from scoring.uplift.effects import Effects
from scoring.windows import labelled, unusable

# How far ahead a win is looked for, to find the columns that know it.
WON = timedelta(days=90)


class Uplift(Model[History]):
    """What a contact now adds to the chance that a lead shows interest within two weeks.

    A lead that would respond anyway ranks high by its chance and gains nothing by a call; this tells the two apart.
    Learns from instants at which some leads were contacted and others, open as well, were not. For each of them the
    effect is guessed without bias from models of who is contacted and of who responds, learnt from other leads; shallow
    trees on these guesses find on whom it is greater. It serves only if the average effect, and how much greater it is
    on the first 30 % of unseen leads, are both clear of zero.

    Parameters
    ----------
    seed : decides folds and half samples

    Assumptions
    -----------
    1. Whom reps contact depends on what is known of a lead, and beyond that on chance, or outreach was randomised.
    2. Contacting one lead changes nothing for another.
    3. What held at past instants holds now.

    References
    ----------
    1. Kennedy (2023), "Towards optimal doubly robust estimation of heterogeneous causal effects", Electron. J. Stat.
       17.
    2. Hernán & Robins (2016), "Using big data to emulate a target trial when a randomized trial is not available", Am.
       J. Epidemiol. 183.
    """

    name: ClassVar[str] = "uplift"

    def __init__(self, *, seed: int = 0) -> None:
        self.seed = seed
        self.columns = Columns(())
        self.found: Effects | None = None

    @classmethod
    def quality(cls, found: Evaluation) -> str:
        top, average = (found.metrics[name] for name in ("uplift_30", "average_effect"))
        assert top is not None
        assert average is not None
        seen = f"on {found.n:,} unseen cases"
        return f"{seen} contact adds {top.points} to the responses of the first 30 %, {average.points} on average"

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.columns.names

    def fit(self, history: History, *, as_of: datetime, guard: Report | None = None) -> Self:
        guard = self.suspected(history, as_of=as_of) if guard is None else guard
        trials = outreach.gather(history, as_of=as_of)
        if refusal := backtest.too_few(trials):
            raise NotTrained(refusal)
        lesson = Lesson.of(trials, unusable(history, as_of) | guard.leave_out, self.seed)
        self.columns, self.found = lesson.columns, lesson.learn(self.seed)
        return self

    def effects(self, snapshot: Snapshot, ids: Sequence[str] | pd.Index) -> pd.DataFrame:
        """What contact adds to the chance of each of `ids` to respond: `value`, and its 90 % interval `low`, `high`.

        Raises
        ------
        NotTrained
            Before `fit`.
        """
        if self.found is None:
            raise NotTrained
        frame = self.columns.clean(features.read(snapshot, ids, self.columns.streams))
        return self.found.predict(self.columns.encode(frame)).set_axis(frame.index)

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
        progress("back-testing", 0.0)
        guard = cls.suspected(history, as_of=as_of)
        trials = outreach.gather(history, as_of=as_of)
        found = backtest.run(trials, unusable(history, as_of) | guard.leave_out, split, progress)
        return replace(found, leaks=guard)

    @classmethod
    def suspected(cls, history: History, *, as_of: datetime) -> Report:
        # Who was won tells of the same columns as who responded: both are filled in late.
        return leaks.inspect(history, labelled(history, as_of=as_of, horizon=WON), as_of=as_of, weigh=False)
