"""What the models of an open deal's chances have in common."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.chance import HORIZON, Chance, FamilyName
from scoring.deals import features, rows
from scoring.features import Reading
from scoring.preferences import Preferences
from scoring.rates import Plain


class Odds(Chance[DealHistory, DealSnapshot]):
    """A chance that is learnt from deals as they stood at past instants, blended of three families of learners."""

    entity = "deals"
    reading: ClassVar[Reading] = features.DEALS
    core: ClassVar[tuple[str, ...]] = features.CORE
    plain: ClassVar[Mapping[str, Plain]] = rows.PLAIN

    def __init__(
        self,
        horizon: timedelta = HORIZON,
        *,
        families: tuple[FamilyName, ...] = ("linear", "trees", "narrow"),
        rule: str = "",
        seed: int = 0,
    ) -> None:
        super().__init__(horizon, families=families, rule=rule, seed=seed)

    @classmethod
    def cut(cls, history: DealHistory, as_of: datetime) -> DealSnapshot:
        return history.at(as_of)

    @classmethod
    def over(cls, history: DealHistory, preferences: Preferences) -> timedelta:
        return preferences.deal_horizon or (rows.horizon_of(history) if history.is_dated else HORIZON)

    @classmethod
    def unusable(cls, history: DealHistory, as_of: datetime) -> frozenset[str]:
        return rows.unusable(history, as_of)
