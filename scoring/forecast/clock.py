"""Time as a company works it: a day counts as much as its weekday usually wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

DAY = 86_400.0
WEEK = 7
# The first of January 1970 was a Thursday.
THURSDAY = 3
# As many wins as the even spread is worth: a few wins tell nothing of weekdays.
EVEN_WINS = 35.0


def days(instants: pd.Series) -> Floats:
    """Days since 1970 (UTC), NaN where there is no instant."""
    index = pd.DatetimeIndex(pd.to_datetime(instants, utc=True))
    seconds = index.as_unit("us").asi8 / 1e6
    return np.where(index.isna(), np.nan, seconds / DAY)


def day(at: datetime) -> float:
    """The day of an instant."""
    return at.timestamp() / DAY


@dataclass(frozen=True)
class Clock:
    """Turns calendar time into working time, of which every week has seven days; `weights` are Monday to Sunday's."""

    weights: Floats

    @classmethod
    def even(cls) -> Self:
        """Every day alike."""
        return cls(np.ones(WEEK))

    @classmethod
    def of(cls, won_at: Floats) -> Self:
        """As deals were won by weekday, drawn towards an even spread where they are few."""
        weekday = (np.floor(won_at).astype(np.int64) + THURSDAY) % WEEK
        counts = np.bincount(weekday, minlength=WEEK) + EVEN_WINS / WEEK
        return cls(counts / counts.mean())

    def __call__(self, at: Floats) -> Floats:
        """Working days since the Monday before 1970; NaN stays NaN."""
        known = np.nan_to_num(at) + THURSDAY
        whole = np.floor(known)
        weeks, weekday = np.divmod(whole, WEEK)
        place = weekday.astype(np.int64)
        before = np.r_[0.0, np.cumsum(self.weights)[:-1]]
        passed = weeks * WEEK + before[place] + (known - whole) * self.weights[place]
        return np.asarray(np.where(np.isnan(at), np.nan, passed))
