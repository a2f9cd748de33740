"""Work in threads of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def started(work: Callable[[], T]) -> Future[T]:
    """The outcome of work that goes on in a thread of its own, which holds up nobody however long it takes."""
    outcome: Future[T] = Future()
    threading.Thread(target=_run, args=(work, outcome), name="thinking", daemon=True).start()
    return outcome


def _run(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:
        # It is raised again where it is waited for.
        outcome.set_exception(error)
