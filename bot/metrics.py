"""What an operator can watch: a few figures of this process, as Prometheus reads them.

They belong to the process as its log does, so they are made here once, and counted where things happen. No label holds
a person, a record or a word of theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from slack_sdk.http_retry import HttpRequest, HttpResponse, RetryHandler, RetryState

from tools.base import Refusal, Result
from tools.errors import CallsheetError

CONTENT_TYPE = CONTENT_TYPE_LATEST
UNKNOWN = float("nan")

EVENTS = Counter("callsheet_events", "What Slack sent, by kind and by what it was told", ["kind", "outcome"])
ACKS = Histogram(
    "callsheet_ack_seconds",
    "From hearing Slack to having acknowledged it",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3),
)
ANSWERS = Histogram(
    "callsheet_answer_seconds",
    "From a worker taking up a question to having answered it, by what came of it",
    ["outcome"],
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
TOOLS = Counter("callsheet_tools", "Tools that were asked, by what came of it", ["tool", "outcome"])
CALLS = Counter("callsheet_slack_calls", "Calls of Slack's methods, each attempt by its outcome", ["method", "outcome"])
TOKENS = Counter("callsheet_model_tokens", "Tokens of language models, read and written", ["model", "direction"])
MODELS = Counter("callsheet_model_answers", "Questions put to a language model, by what came of it", ["outcome"])
HELD_BACK = Counter("callsheet_held_back", "Sentences of a language model that were not said, by reason", ["reason"])
WAITING = Gauge("callsheet_waiting", "What waits in the books to be done", ["queue"])
JOBS = Gauge("callsheet_job_success_timestamp_seconds", "When a job last went well", ["job"])
FAILURES = Counter("callsheet_job_failures", "Runs of a job that failed", ["job"])
CONNECTED = Gauge("callsheet_socket_connected", "Whether the socket to Slack is open; 0 in HTTP mode")
REOPENED = Counter("callsheet_socket_reopened", "Sockets that the watchdog opened anew", ["reason"])


def text() -> bytes:
    """All figures as Prometheus reads them."""
    return generate_latest()


def heard(kind: str, status: int | None, seconds: float) -> None:
    """Counts something that Slack sent, by the HTTP status it was answered with; None if it was not."""
    outcome = "ignored" if status is None else "refused" if status == 401 else "acked" if status < 400 else "failed"
    EVENTS.labels(kind, outcome).inc()
    if outcome == "acked":
        ACKS.observe(seconds)


def spent(model: str, read: int, written: int) -> None:
    """Counts tokens of a language model."""
    TOKENS.labels(model, "read").inc(read)
    TOKENS.labels(model, "written").inc(written)


def kind(payload: Mapping[str, Any]) -> str:
    """What Slack sent, in a word: an event's type, an interaction's, or a command."""
    inner = payload.get("event") or payload
    return str(inner.get("type") or ("command" if inner.get("command") else "other"))


def asked(calls: Sequence[Mapping[str, Any]], results: Sequence[Result]) -> None:
    """Counts the tools behind an answer: ok, or why they refused."""
    for call, result in zip(calls, results, strict=True):
        TOOLS.labels(call["name"], result.reason if isinstance(result, Refusal) else "ok").inc()


def watch(queue: str, count: Callable[[], int]) -> None:
    """Shows how much waits in a queue; it is counted whenever somebody looks."""

    def now() -> float:
        try:
            return count()
        except CallsheetError:  # the other figures are worth most while the books are away
            return UNKNOWN

    WAITING.labels(queue).set_function(now)


def went_well(job: str) -> None:
    """Notes that a job was done just now."""
    JOBS.labels(job).set(time.time())


class Counting(RetryHandler):
    """Counts every attempt to call Slack and retries none: the one place that a client's copies pass through too.

    It stands before the handlers that retry, for the first that does ends the row.
    """

    def can_retry(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        method = urlsplit(request.url).path.rpartition("/")[2]
        CALLS.labels(method, _outcome(response)).inc()
        return False


def _outcome(response: HttpResponse | None) -> str:
    if response is None:
        return "unreachable"
    if response.status_code != 200:
        return "ratelimited" if response.status_code == 429 else f"http_{response.status_code}"
    body = response.body or {}
    return str(body.get("error") or "ok")
