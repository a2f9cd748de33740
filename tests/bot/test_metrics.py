"""Figures for whoever runs the bot: counted where things happen, and nothing of people in them."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from slack_sdk.errors import SlackApiError

from bot import jobs, metrics, sending
from bot.jobs import Job
from bot.workspace import LocalSlack, Member
from knowledge.errors import DatabaseUnreachable
from tests.company import NOW
from tools.base import Refusal, Result


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_every_attempt_at_slack_counts_by_its_outcome() -> None:
    def calls(outcome: str) -> float:
        return value("callsheet_slack_calls_total", method="users.info", outcome=outcome)

    before = {outcome: calls(outcome) for outcome in ("ok", "http_500", "user_not_found")}
    with LocalSlack(people=[Member("U0ANA", "Ana", "ana@x.example")], clock=lambda: NOW) as slack:
        client = sending.client(slack.bot_token, slack.api_url)
        client.retry_handlers[-1].interval_calculator.calculate_sleep_duration = lambda attempt: 0.0  # type: ignore[method-assign]
        slack.faults.fail("users.info", status=500)
        client.users_info(user="U0ANA")
        with pytest.raises(SlackApiError):
            client.users_info(user="U0NOBODY")
    assert {outcome: calls(outcome) - before[outcome] for outcome in before} == dict.fromkeys(before, 1.0)


def test_a_job_says_when_it_last_went_well_and_how_often_it_failed() -> None:
    def fail() -> int:
        raise RuntimeError("no")

    jobs.attend(Job("working", 60, lambda: 0))
    jobs.attend(Job("breaking", 60, fail))
    assert value("callsheet_job_success_timestamp_seconds", job="working") > 0
    assert value("callsheet_job_success_timestamp_seconds", job="breaking") == 0
    assert value("callsheet_job_failures_total", job="breaking") == 1


def test_tools_count_by_what_came_of_them() -> None:
    metrics.asked([{"name": "a"}, {"name": "a"}], [Result(text="x"), Refusal(text="no", reason="hidden")])
    assert value("callsheet_tools_total", tool="a", outcome="ok") == 1
    assert value("callsheet_tools_total", tool="a", outcome="hidden") == 1


def test_what_waits_is_counted_when_somebody_looks_and_unknown_while_the_books_are_away() -> None:
    found = iter([3, 5])

    def count() -> int:
        if (waiting := next(found, None)) is None:
            raise DatabaseUnreachable
        return waiting

    metrics.watch("here", count)
    assert [value("callsheet_waiting", queue="here") for _ in range(2)] == [3, 5]
    assert math.isnan(value("callsheet_waiting", queue="here"))
    assert b'callsheet_waiting{queue="here"} NaN' in metrics.text()


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"type": "event_callback", "event": {"type": "app_mention", "text": "Jane"}}, "app_mention"),
        ({"type": "block_actions"}, "block_actions"),
        ({"command": "/callsheet", "text": "Jane"}, "command"),
        ({}, "other"),
    ],
)
def test_what_slack_sent_is_named_by_its_kind(payload: dict[str, object], kind: str) -> None:
    assert metrics.kind(payload) == kind


@pytest.mark.parametrize(("status", "outcome"), [(200, "acked"), (401, "refused"), (500, "failed"), (None, "ignored")])
def test_what_was_not_acknowledged_does_not_count_as_fast(status: int | None, outcome: str) -> None:
    before = value("callsheet_ack_seconds_count")
    metrics.heard("test", status, 0.01)
    assert value("callsheet_events_total", kind="test", outcome=outcome) == 1
    assert value("callsheet_ack_seconds_count") - before == (outcome == "acked")


def test_the_readme_says_what_each_figure_means() -> None:
    named = re.findall(r"^# TYPE (callsheet_\w+?)(?<!_created) \w+$", metrics.text().decode(), re.MULTILINE)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert len(named) >= 10
    assert [name for name in named if name not in readme] == []
