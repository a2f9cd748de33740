"""The red flags as something that learns and is judged: which of them say anything of what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

from knowledge.errors import NotTrained
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring import splits
from scoring.backtest import Said, evaluate, nothing_to_judge
from scoring.base import Model, Progress, silent
from scoring.chance import HORIZON
from scoring.deals import features, rows
from scoring.deals.flags import RULES, Limits, Raised, Rule, Worth, column, worth
from scoring.deals.labels import won_within
from scoring.evaluation import Evaluation, Split
from scoring.leaks import Report
from scoring.preferences import NONE_SET, Preferences
from scoring.windows import Rows

# How far the weight of a flag is let from none.
RIDGE = 0.1


class Flags(Model[DealHistory]):
    """Red flags on open deals, with limits learnt from deals that were won.

    A limit is what nine in ten deals had kept to while they were on their way to being won, stage by stage. What a flag
    is worth is measured on later deals that were closed: how many of those flagged were lost, beside the others. A flag
    that says nothing is not shown.

    Parameters
    ----------
    horizon : how far ahead "won" looks
    seed : unused; nothing is drawn at random

    Assumptions
    -----------
    What deals that were won had kept to, deals that will be won keep to.
    """

    name: ClassVar[str] = "flags"
    entity = "deals"

    def __init__(self, horizon: timedelta = HORIZON, *, seed: int = 0) -> None:
        self.horizon = horizon
        self.seed = seed
        self.limits: Limits | None = None
        self.barred: tuple[str, ...] = ()
        self.streams: tuple[str, ...] = ()
        self.last_rank = float("nan")
        self.worth: dict[str, Worth] = {}

    @property
    def feature_names(self) -> tuple[str, ...]:
        return tuple(rule.name for rule in RULES)

    @property
    def shown(self) -> tuple[Rule, ...]:
        """The rules that are not known to say nothing."""
        return tuple(rule for rule in RULES if self.worth[rule.name].verdict != "says nothing")

    def fit(self, history: DealHistory, *, as_of: datetime, guard: Report | None = None) -> Self:
        if not history.is_dated:
            raise NotTrained("Without dates no red flag can be told.")
        found = won_within(history, as_of=as_of, horizon=self.horizon)
        return self.learn(found, rows.unusable(history, as_of))

    def learn(self, found: Rows, barred: frozenset[str]) -> Self:
        """The model itself, from labelled rows; columns that are `barred` are never looked at."""
        if not len(found):
            raise NotTrained("There are no past deals to learn red flags from.")
        found = _without(found, barred)
        self.barred, self.limits = tuple(sorted(barred)), Limits.learn(found)
        # What a deal is looked at for must not hang on the deals that are looked at beside it.
        self.streams = tuple(
            dict.fromkeys(each.split(".")[1] for each in map(str, found.frame) if each.startswith("n."))
        )
        self.last_rank = float(np.nanmax(column(found.frame, "stage_rank"), initial=0.0))
        self.worth = _out_of_time(found, self.horizon)
        return self

    def raised(self, snapshot: DealSnapshot, ids: Sequence[str] | pd.Index) -> dict[str, tuple[Raised, ...]]:
        """The red flags of each of `ids` that say something, or could not be tested."""
        if self.limits is None:
            raise NotTrained
        frame = features.read(snapshot, ids, self.streams).drop(columns=list(self.barred), errors="ignore")
        stage = snapshot.deals["stage"].reindex(frame.index)
        return self.limits.raised(frame.assign(stage=stage, last_rank=self.last_rank), self.shown)

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
        if not history.is_dated:
            nothing = rows.final(history, as_of=as_of)
            return nothing_to_judge(cls.name, split, nothing, "Without dates no red flag can be told.")
        found = _without(won_within(history, as_of=as_of, horizon=horizon), rows.unusable(history, as_of))
        settings: dict[str, dict[str, Any]] = {"weighed": {"horizon": horizon}}
        told = evaluate(
            found,
            lambda train, test, tick: {"weighed": _weighed(train, test)},
            model=cls.name,
            split=split,
            horizon=horizon,
            settings=settings,
            progress=lambda share: progress("back-testing", share),
        )
        if not told.n:
            return told
        tried = _out_of_time(found, horizon)
        # Each flag stands or falls by itself: one that says nothing is not shown, whatever the others are worth.
        told_nothing = all(each.verdict == "says nothing" for each in tried.values() if each.flagged)
        refusal = "None of the red flags tells anything of later deals." if told_nothing else None
        return replace(told, refusal=refusal, facts=_told(tried))


def _without(found: Rows, barred: frozenset[str]) -> Rows:
    """The rows without what must not be looked at; the stage stays, it says which limit counts."""
    frame = found.frame.drop(columns=[name for name in barred if name != "stage"], errors="ignore")
    return replace(found, frame=frame)


def _out_of_time(found: Rows, horizon: timedelta) -> dict[str, Worth]:
    """What each flag said of later deals, its limit learnt from what had come to its end before."""
    pairs = splits.by_time(found, horizon) if splits.is_ordered(found) else []
    flagged: dict[str, list[np.ndarray]] = {rule.name: [] for rule in RULES}
    for train, test in pairs:
        limits, judged = Limits.learn(found.take(train)), found.take(test).frame
        for rule in RULES:
            flagged[rule.name].append(limits.flagged(rule, judged))
    places = np.concatenate([np.flatnonzero(test) for _, test in pairs]) if pairs else np.empty(0, dtype=np.intp)
    # Among those that came to an end: that old deals wait longer says nothing of which are lost.
    over = np.ones(len(places), dtype=bool) if found.ended is None else found.ended[places]
    judged_rows, none = found.take(places[over]), np.empty(0, dtype=bool)
    borne = {name: np.concatenate(parts)[over] if parts else none for name, parts in flagged.items()}
    return {name: worth(each, judged_rows) for name, each in borne.items()}


def _weighed(train: Rows, test: Rows) -> Said:
    """The chance by the flags that a deal bears, each weighed by what went with it before, shrunk to nothing."""
    limits = Limits.learn(train)
    borne, asked = (np.column_stack([limits.flagged(rule, part.frame) for rule in RULES]) for part in (train, test))
    weighed = LogisticRegression(C=RIDGE).fit(borne, train.won)
    said = weighed.predict_proba(asked)[:, 1]
    return Said(said, said, said)


def _told(found: dict[str, Worth]) -> tuple[str, ...]:
    """What each flag is worth, a sentence each."""
    return tuple(
        f"{name}: {each.verdict}; of {each.flagged:,} later deals that bore it {each.lost_flagged:.0%} were lost, "
        f"of {each.not_flagged:,} others {each.lost_others:.0%}"
        + (f" ({each.ratio.value:.2f} times, {each.ratio.low:.2f} to {each.ratio.high:.2f})" if each.ratio else "")
        for name, each in found.items()
        if each.flagged
    )
