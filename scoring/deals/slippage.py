"""Whether a deal slips past its expected close, or is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from knowledge.pipeline import DealHistory
from scoring.deals import rows
from scoring.deals.labels import slipped
from scoring.deals.odds import Odds
from scoring.windows import Rows


class Slippage(Odds):
    """Chance that an open deal is not won by the close date expected of it now: it slips, or it is lost.

    Learns from deals as they stood at past instants with a close date still to come, within the horizon. A deal that
    is past its expected close has slipped already; nothing is left to be said of it but that.

    Parameters
    ----------
    horizon : how far ahead expected close dates are looked at
    families : which learners to blend
    seed : decides folds and random choices

    Assumptions
    -----------
    1. What held at past instants holds now.
    2. Close dates are given and pushed as they were before.

    References
    ----------
    1. Friedman (2001), "Greedy function approximation: a gradient boosting machine", Ann. Stat. 29.
    2. Wolpert (1992), "Stacked generalization", Neural Netw. 5, and Platt (1999), "Probabilistic outputs for support
       vector machines", for the weights of the families and the calibration.
    """

    name: ClassVar[str] = "slippage"
    hit: ClassVar[str] = "slipped or lost"
    of_winning: ClassVar[bool] = False

    @property
    def event(self) -> str:
        return "lost or not won by its expected close"

    @classmethod
    def labelled(cls, history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Rows:
        return slipped(history, as_of=as_of, horizon=horizon)

    @classmethod
    def refused(cls, history: DealHistory, as_of: datetime) -> str | None:
        if not history.is_dated or history.deals["expected_close"].isna().mean() > 0.5:
            return "Most deals have no expected close date, or no dates at all: nothing can be said to slip."
        if (history.changes["field"] != "expected_close").all() and not rows.dates_are_kept(history):
            return "Expected close dates are those on which deals were closed, and their edits are not on record."
        return None
