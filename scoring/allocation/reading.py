"""One read of the whole matrix, a block of leads at a time, shared among the cores; nothing of it is kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

import numpy as np

from scoring.allocation.problem import Floats, Problem, Reals

# A block of so many numbers and what is computed from it fit into a core's own cache.
BLOCK = 1 << 16
Found = TypeVar("Found")


def each_block(problem: Problem, prices: Reals, work: Callable[[slice, Floats], Found]) -> list[Found]:
    """What some work finds on each block of leads, given what their reps are worth after the price; in order."""
    listed: Floats = problem.price_list(prices).astype(problem.precision)

    def part(start: int, stop: int) -> list[Found]:
        size = max(16, BLOCK // listed.shape[1])
        room: Floats = np.empty((size, listed.shape[1]), listed.dtype)
        rows = [slice(at, min(at + size, stop)) for at in range(start, stop, size)]
        return [work(each, problem.net(each, listed, room[: each.stop - each.start])) for each in rows]

    return [each for found in _shared(part, len(problem.value), problem.value.size) for each in found]


def is_finite(value: Floats) -> bool:
    """Whether every number is one; a sum shows it at a fraction of the cost of looking at each."""

    def part(start: int, stop: int) -> bool:
        size = max(16, BLOCK // max(1, value.shape[1]))
        rows = (value[at : min(at + size, stop)] for at in range(start, stop, size))
        return all(np.isfinite(each.sum(dtype=np.float64)) or np.isfinite(each).all() for each in rows)

    with np.errstate(invalid="ignore"):
        return all(_shared(part, len(value), value.size))


def _shared(part: Callable[[int, int], Found], n_leads: int, size: int) -> list[Found]:
    workers = min(os.cpu_count() or 1, 1 + size // (4 * BLOCK))
    if workers == 1:
        return [part(0, n_leads)]
    ends = np.linspace(0, n_leads, workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda pair: part(*pair), pairwise(ends.tolist())))
