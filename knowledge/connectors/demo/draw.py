"""Array types and the few ways of drawing that the demo company uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.integer[Any]]
Bools: TypeAlias = npt.NDArray[np.bool_]
Generator: TypeAlias = np.random.Generator

HOUR = 3_600
DAY = 86_400


def pick(rng: Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """Indices drawn in proportion to the weights."""
    edges = np.cumsum(np.asarray(weights, float))
    drawn: Ints = np.searchsorted(edges, rng.random(size) * edges[-1], side="right")
    return drawn


def chance(logit: Floats) -> Floats:
    """The probability that belongs to a logit."""
    return 1 / (1 + np.exp(-logit))


def round_money(amount: Floats) -> Floats:
    """Amounts as people quote them: two or three leading digits, the last a 0 or 5."""
    unit = 10.0 ** np.floor(np.log10(np.maximum(amount, 1))) / 20
    return np.maximum(np.round(amount / unit) * unit, 50)


def instants(seconds: Ints) -> list[datetime]:
    """UTC instants of seconds since 1970."""
    naive: list[datetime] = np.asarray(seconds, "int64").astype("datetime64[s]").tolist()
    return [moment.replace(tzinfo=UTC) for moment in naive]


def offsets(zone: str, first_day: int, days: int) -> Ints:
    """Seconds that the clocks of `zone` are ahead of UTC at noon of each day; `first_day` counts from 1970."""
    clock = ZoneInfo(zone)
    noons = instants((first_day + np.arange(days)) * DAY + DAY // 2)
    ahead = (noon.astimezone(clock).utcoffset() or timedelta() for noon in noons)
    return np.array([int(each.total_seconds()) for each in ahead])
