"""How long something takes, and how that grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import numpy as np

Outcome = TypeVar("Outcome")


def timed(work: Callable[[], Outcome]) -> tuple[Outcome, float]:
    """What some work gives, and the seconds that it took."""
    start = time.perf_counter()
    found = work()
    return found, round(time.perf_counter() - start, 3)


def growth(by_size: Mapping[int, Mapping[str, float]], steps: Iterable[str]) -> dict[str, float]:
    """The slope of the seconds of each step over sizes on logarithmic scales, from the smallest to the largest."""
    first, last = min(by_size), max(by_size)
    if first == last:
        return {}
    return {
        step.removesuffix("_s"): round(
            float(np.log(by_size[last][step] / by_size[first][step]) / np.log(last / first)), 2
        )
        for step in steps
        if by_size[first][step] > 0
    }
