"""What an answer about a forecast holds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.base import Column, Result

Split = Literal["rep", "team", "segment", "product"]


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class Outcome(_Facts):
    """P10, P50 and P90 of a sum of bookings and its mean, with what is booked of it, in the base currency."""

    name: str
    p10: float
    p50: float
    p90: float
    expected: float
    booked: float
    quota: float | None = None


class OpenDeal(_Facts):
    """A deal that the forecast rests on: its chance to be won in the period, and what it would bring."""

    deal_id: str
    name: str
    chance: float
    worth: float


class Step(_Facts):
    """A part of the way from last week's forecast to this one."""

    name: str
    amount: float


class SalesForecast(Result):
    """What a period will bring, or brought.

    `total` and every group come from the same draws, so groups add up to it. `quota` is the sum over people,
    `quota_chance` the chance to reach it; `bridge` leads from `week_ago` to the expected sum of `total`. What deals
    tell is multiplied with `series_factor`, for what the series of past bookings says. `split` says which groups are
    shown.
    """

    period: str
    currency: str
    total: Outcome
    told_by: str
    quota: float | None
    quota_chance: float | None
    stage_conversion: float
    last_period: float
    to_come: float
    series_factor: float
    week_ago: float | None
    bridge: tuple[Step, ...]
    split: Split
    by_person: tuple[Outcome, ...]
    by_team: tuple[Outcome, ...]
    by_segment: tuple[Outcome, ...]
    by_product: tuple[Outcome, ...]
    deals: tuple[OpenDeal, ...]
    caveats: tuple[str, ...]
    addable = (Column("deals", "worth"),)

    @property
    def groups(self) -> tuple[Outcome, ...]:
        """The groups that are shown."""
        return {
            "rep": self.by_person,
            "team": self.by_team,
            "segment": self.by_segment,
            "product": self.by_product,
        }[self.split]


class PastForecast(Result):
    """What a period that is over brought, and what had been told of it, and when."""

    period: str
    currency: str
    came: float
    quota: float | None
    told: Outcome | None
    told_on: str | None
    was_kept: bool
