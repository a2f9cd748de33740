"""Jobs go on beside the conversations, whatever becomes of one of them."""

from __future__ import annotations

import threading

import pytest

from bot import jobs
from bot.jobs import Job


def test_a_job_that_fails_is_logged_and_comes_again_and_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    stop, tried, done = threading.Event(), threading.Semaphore(0), threading.Event()

    def fail() -> int:
        tried.release()
        raise RuntimeError("no")

    def work() -> int:
        done.set()
        return 3

    with caplog.at_level("INFO", "bot.jobs"):
        jobs.start([Job("failing", 0, fail), Job("working", 3600, work)], stop)
        assert all(tried.acquire(timeout=10) for _ in range(2))
        assert done.wait(10)
        stop.set()
        for thread in threading.enumerate():
            if thread.name in ("failing", "working"):
                thread.join(10)
    said = {record.action for record in caplog.records}  # type: ignore[attr-defined]
    assert said == {"failing_failed", "working"}
