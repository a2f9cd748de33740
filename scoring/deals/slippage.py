"""Whether a deal slips past its expected close, or is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.chance import HORIZON, Chance, FamilyName, Plain
from scoring.deals import features, rows
from scoring.deals.labels import slipped
from scoring.features import Reading
from scoring.preferences import Preferences
from scoring.windows import Rows


class Slippage(Chance[DealHistory, DealSnapshot]):
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
    entity = "deals"
    reading: ClassVar[Reading] = features.DEALS
    of_winning: ClassVar[bool] = False
    core: ClassVar[tuple[str, ...]] = features.CORE
    plain: ClassVar[Mapping[str, Plain]] = rows.PLAIN

    def __init__(
        self,
        horizon: timedelta = HORIZON,
        *,
        families: tuple[FamilyName, ...] = ("linear", "trees", "narrow"),
        seed: int = 0,
    ) -> None:
        super().__init__(horizon, families=families, seed=seed)

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

    @classmethod
    def cut(cls, history: DealHistory, as_of: datetime) -> DealSnapshot:
        return history.at(as_of)

    @classmethod
    def over(cls, history: DealHistory, preferences: Preferences) -> timedelta:
        return preferences.deal_horizon or (rows.horizon_of(history) if history.is_dated else HORIZON)

    @classmethod
    def unusable(cls, history: DealHistory, as_of: datetime) -> frozenset[str]:
        return rows.unusable(history, as_of)
