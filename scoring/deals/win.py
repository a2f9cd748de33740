"""Whether an open deal is won."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.deals import rows
from scoring.deals.labels import won_within
from scoring.deals.odds import Odds
from scoring.deals.timing import Timing
from scoring.leaks import Report
from scoring.windows import Rows


class Win(Odds):
    """Chance that an open deal is won within the horizon (or ever, where the books hold no dates).

    Learns from deals as they stood at past instants. The horizon is 90 days, or 28 where half of all wins come as
    fast; what it says of other days follows from how soon deals of each stage were won. Of the owner only the record is
    looked at, shrunk to everybody's; no person is a feature.

    Parameters
    ----------
    horizon : how far ahead "won" looks
    families : which learners to blend
    seed : decides folds and random choices

    Assumptions
    -----------
    1. What held at past instants holds now.
    2. Whoever owns a deal works it as owners did before.

    References
    ----------
    1. Friedman (2001), "Greedy function approximation: a gradient boosting machine", Ann. Stat. 29.
    2. Wolpert (1992), "Stacked generalization", Neural Netw. 5, and Platt (1999), "Probabilistic outputs for support
       vector machines", for the weights of the families and the calibration.
    3. Morris (1983), "Parametric empirical Bayes inference", J. Am. Stat. Assoc. 78, for the owner's record.
    4. Fine & Gray (1999), "A proportional hazards model for the subdistribution of a competing risk", J. Am. Stat.
       Assoc. 94, for other days than those of the horizon.
    """

    name: ClassVar[str] = "win"
    timing: Timing | None = None

    def fit(self, history: DealHistory, *, as_of: datetime, guard: Report | None = None) -> Self:
        super().fit(history, as_of=as_of, guard=guard)
        self.timing = Timing.learn(history, as_of=as_of, horizon=self.horizon) if history.is_dated else None
        return self

    def by(self, chances: pd.DataFrame, snapshot: DealSnapshot, until: datetime) -> pd.DataFrame:
        """The chance to be won by an instant, where that within the horizon is known: `value`, `low`, `high`.

        No rows where it is not known how soon deals are won, or not so far ahead.
        """
        if self.timing is None:
            return chances.iloc[:0]
        return self.timing.within(chances, snapshot.deals["stage"], (until - snapshot.as_of) / timedelta(days=1))

    @property
    def event(self) -> str:
        return "ever won" if self.basis == "ever won" else f"won within {self.horizon.days} days"

    @classmethod
    def labelled(cls, history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Rows:
        if not history.is_dated:
            return rows.final(history, as_of=as_of)
        return won_within(history, as_of=as_of, horizon=horizon)
