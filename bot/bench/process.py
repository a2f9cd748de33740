"""A process of its own for what is measured, so that its memory is its own and it can run beside something else."""

from __future__ import annotations

import os
import re
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

STATUS = Path("/proc/self/status")


@contextmanager
def beside(work: Callable[..., Any], *arguments: Any) -> Iterator[Future[Any]]:
    """The outcome to come of work that another process does meanwhile."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(work, *arguments)


def alone(work: Callable[..., Any], *arguments: Any) -> Any:
    """The outcome of work that a fresh process does."""
    with beside(work, *arguments) as coming:
        return coming.result()


def side_by_side(work: Callable[..., Any], cases: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """The outcome of work for the arguments of each case, in their order, in as many processes as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, *zip(*cases, strict=True))


def peak_mb() -> int:
    """The most memory that this process has held."""
    if STATUS.exists():
        # Linux hands a parent's peak on to what getrusage says of its children.
        found = re.search(r"VmHWM:\s+(\d+)", STATUS.read_text(encoding="utf-8"))
        return int(found[1]) >> 10 if found else 0
    # Kilobytes, but bytes on a Mac.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)
