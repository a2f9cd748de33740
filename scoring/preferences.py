"""What a company may set of its models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Preferences:
    """Settings that models are trained under; a model takes those that concern it.

    Attributes
    ----------
    cuts : days up to which a conversion is fast, and medium; None lets the books decide
    default_zone : the clock of leads whose own is not known
    deal_horizon : how far ahead a deal's chance looks; None lets the books decide
    """

    cuts: tuple[float, float] | None = None
    default_zone: str = "UTC"
    deal_horizon: timedelta | None = None


NONE_SET = Preferences()
