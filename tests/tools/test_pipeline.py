from __future__ import annotations

from datetime import datetime

import pytest

from tests.company import Books
from tools import wording
from tools.base import Refusal
from tools.pipeline import PipelineReport, pipeline_report


def report(books: Books, role: str = "manager", **arguments: object) -> PipelineReport:
    result = pipeline_report(books.ctx(books.person(role)), **arguments)
    assert isinstance(result, PipelineReport), result.text
    return result


def test_groups_add_up_to_the_total(books: Books) -> None:
    found = report(books, metric="leads", by="source", period="last 180 days")
    assert sum(line.value or 0 for line in found.lines) == found.total.value
    assert found.total.value


def test_every_figure_in_the_text_stands_in_the_result(books: Books) -> None:
    found = report(books, metric="bookings", by="rep", period="last 365 days")
    shown = {line.shown for line in (*found.lines, found.total)}
    for line in found.text.splitlines()[1:]:
        assert any(each in line for each in shown)


def test_a_reps_report_covers_the_rep_and_says_whom_it_leaves_out(books: Books) -> None:
    found = report(books, "rep", metric="leads", period="last 365 days")
    manager = next(
        p
        for p in books.roster.people
        if p.role == "manager" and books.person("rep").team_id in books.roster.teams_of(p)
    )
    team = pipeline_report(books.ctx(manager), metric="leads", period="last 365 days")
    assert isinstance(team, PipelineReport)
    assert 0 < (found.total.value or 0) < (team.total.value or 0)
    assert found.hidden > 0
    assert "not shown" in found.text


def test_only_a_source_that_there_is_counts_or_those_there_are_are_named(books: Books) -> None:
    assert (
        report(books, metric="leads", where={"source": "referal"}).total
        == report(books, metric="leads", where={"source": "Referral"}).total
    )
    refused = pipeline_report(books.ctx(books.person("manager")), metric="leads", where={"source": "TikTok"})
    assert isinstance(refused, Refusal)
    assert 'No lead has come from "TikTok"; sources are ' in refused.text
    assert "Referral" in refused.text


def test_time_runs_in_its_own_order_with_empty_steps_shown(books: Books) -> None:
    found = report(books, metric="meetings", by="week", period="last 8 weeks")
    labels = [line.label for line in found.lines]
    days = [datetime.strptime(f"{label} +0000", "week of %d %B %Y %z") for label in labels]
    assert days == sorted(days)
    assert len(labels) in (8, 9)


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("2026-08", "August 2026"),
        ("2026-Q3", "Q3 2026"),
        ("week of 2026-08-03", "week of 3 August 2026"),
        ("2026-08-03", "3 August 2026"),
        ("earlier", "earlier"),
    ],
)
def test_steps_of_time_are_called_as_people_call_them(label: str, said: str) -> None:
    assert wording.step(label) == said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"metric": "calls", "by": "stage"}, "can be split by"),
        ({"metric": "leads", "period": "the day after never"}, "not a period"),
        ({"metric": "leads", "by": "day", "period": "last 5 years"}, "shorter period"),
        ({"metric": "happiness"}, "metric"),
        ({"metric": "leads", "asker": "the boss"}, "asker"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence_that_helps(
    books: Books, arguments: dict[str, str], said: str
) -> None:
    refused = pipeline_report(books.ctx(books.person("manager")), **arguments)
    assert isinstance(refused, Refusal)
    assert said in refused.text


def test_two_colleagues_are_not_compared_by_name(books: Books) -> None:
    from tools import access, pipeline

    pair = [books.person("rep"), books.person("rep", 1)]
    with pytest.raises(access.NotAllowed):
        pipeline._check_named(access.Scope([p.id for p in pair], "yours", pair), "rep")
