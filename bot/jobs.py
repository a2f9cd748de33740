"""What runs beside the conversations: each job in a thread of its own, again and again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot import metrics

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Something done every so often; `run` says how much there was to do."""

    name: str
    every_s: float
    run: Callable[[], int]


def start(jobs: Sequence[Job], stop: threading.Event) -> list[threading.Thread]:
    """Runs the jobs now and then every so often, until `stop` is set. One that is slow or fails holds up no other."""
    threads = [threading.Thread(target=_repeat, args=(job, stop), name=job.name, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    return threads


def attend(job: Job) -> None:
    """Runs a job once; what goes wrong is for the log, and for the next time."""
    try:
        if count := job.run():
            logger.info("%s: %s", job.name, count, extra={"action": job.name})
        metrics.went_well(job.name)
    except Exception:
        metrics.FAILURES.labels(job.name).inc()
        logger.exception("%s failed", job.name, extra={"action": f"{job.name}_failed"})


def _repeat(job: Job, stop: threading.Event) -> None:
    while True:
        attend(job)
        if stop.wait(job.every_s):
            return
