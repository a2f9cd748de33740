"""The only place that reads the clock; everything else is told the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def clock(standing_still_at: datetime | None) -> Clock:
    """The system's clock, or one that always shows the same instant."""
    if standing_still_at is None:
        return lambda: datetime.now(UTC)  # noqa: TID251 - this is the place
    return lambda: standing_still_at
