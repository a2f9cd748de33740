"""What a company may set of its models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Preferences:
    """Settings that models are trained under; a model takes those that concern it.

    Attributes
    ----------
    cuts : days up to which a conversion is fast, and medium; None lets the books decide
    default_zone : the clock of leads whose own is not known
    """

    cuts: tuple[float, float] | None = None
    default_zone: str = "UTC"


NONE_SET = Preferences()
