"""An orderly end: told to stop, the process takes nothing new on, finishes what it has in hand, and leaves in time."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Kubernetes kills after 30 seconds; closing the socket may take three of them.
GRACE_S = 20.0


@contextmanager
def on_signal(stop: threading.Event) -> Iterator[None]:
    """Sets `stop` when the process is told to end, or interrupted; the second time it ends at once."""

    def tell(number: int, frame: object) -> None:
        stop.set()
        for each in before:
            signal.signal(each, signal.SIG_DFL)

    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    try:
        for each in before:
            signal.signal(each, tell)
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class Hands(ThreadPoolExecutor):
    """Threads that work, and know what they have in hand."""

    def __init__(self, count: int) -> None:
        super().__init__(count, thread_name_prefix="hand")
        self._open: set[Future[object]] = set()

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future = super().submit(work, *args, **kwargs)
        self._open.add(future)  # type: ignore[arg-type]
        future.add_done_callback(self._open.discard)
        return future

    @property
    def busy(self) -> bool:
        """Whether there is anything in hand, or waiting for one."""
        return bool(self._open)

    def finish(self, within_s: float) -> int:
        """Takes nothing more on and waits for what is in hand; how much of it was not done in time."""
        self.shutdown(wait=False)
        return len(wait(list(self._open), within_s).not_done)


class Deadline:
    """How much is left of a span of time that began now."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._until = clock, clock() + seconds

    @property
    def left_s(self) -> float:
        return max(0.0, self._until - self._clock())
