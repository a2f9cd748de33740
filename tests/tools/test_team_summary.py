"""A team's summary: figures that are those of other reports, reasons that hold, and nobody named who must not be."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pandas as pd
import pytest
from sqlalchemy import select, update

from knowledge import calendar, pipeline, team_posts
from knowledge.crm import Absence, Activity, Deal, DealChange, Lead, Person, Quota, Team
from knowledge.database import Database
from tests.company import NOW, Books
from tools import access
from tools.base import Refusal
from tools.forecast_facts import SalesForecast
from tools.forecasts import forecast_sales
from tools.pipeline import pipeline_report
from tools.team_posts import PostSwitched, post_summary, stop_summary
from tools.team_summary import TeamSummary, TeamTotals, posted_totals, team_summary
from tools.team_words import Words
from tools.teams import NAMED_AT_LEAST


def summary(books: Books, role: str = "manager", **arguments: object) -> TeamSummary:
    result = team_summary(books.ctx(books.person(role)), **arguments)
    assert isinstance(result, TeamSummary), result.text
    return result


@pytest.fixture(scope="module")
def still(company_file, tmp_path_factory) -> Books:
    """The demo company, for tests that only read it."""
    shutil.copytree(company_file.parent, folder := tmp_path_factory.mktemp("still"), dirs_exist_ok=True)
    return Books(Database(f"sqlite:///{folder / 'callsheet.db'}"))


@pytest.fixture(scope="module")
def month(still) -> TeamSummary:
    """A manager's summary of last month."""
    return summary(still, period="last month")


@pytest.fixture(scope="module")
def all_teams(still) -> TeamSummary:
    """An admin's summary of this quarter."""
    return summary(still, "admin", period="this quarter")


def reported(books: Books, metric: str, role: str = "manager", **arguments: object) -> float:
    return pipeline_report(books.ctx(books.person(role)), metric=metric, **arguments).total.value  # type: ignore[attr-defined]


def test_every_result_is_the_one_that_pipeline_report_tells(still, month, all_teams):
    for figure in month.figures:
        assert figure.value == reported(still, figure.metric, period="last month")
        assert figure.before == reported(still, figure.metric, period="2026-01")
    for figure in all_teams.figures:
        assert figure.value == reported(still, figure.metric, "admin", period="this quarter")
    assert all_teams.pipeline.open_after == pytest.approx(reported(still, "pipeline_value", "admin"))
    for metric, count in (("deals", "opened"), ("won_deals", "won"), ("lost_deals", "lost")):
        assert getattr(month.pipeline, count) == reported(still, metric, period="last month")


def test_the_quarter_s_quota_and_its_chance_are_those_of_the_forecast(still, month):
    told = forecast_sales(still.ctx(still.person("manager")))
    assert isinstance(told, SalesForecast)
    aim = month.aim
    assert aim is not None
    assert (aim.unit, aim.amount, aim.booked) == ("quarter", told.quota, pytest.approx(told.total.booked))
    assert (aim.chance, aim.p50) == (told.quota_chance, told.total.p50)
    assert "Quarter to date" in month.text


def test_what_a_rep_booked_adds_up_to_the_team_s(still, month):
    assert len(month.sellers) >= NAMED_AT_LEAST
    manager = still.person("manager")
    selling = {person.id for person in still.roster.members(still.roster.teams_of(manager))} | {manager.id}
    with still.db.connect() as connection:
        span = calendar.period("last month", NOW, still.ctx(manager).zone)
        of = select(Deal.owner_id, Deal.amount, Deal.closed_at).where(Deal.outcome == "won")
        won = pd.DataFrame(connection.execute(of).all(), columns=["owner", "amount", "at"])
    won = won[(won["at"] >= span.start) & (won["at"] < span.end) & won["owner"].isin(selling)]
    by_rep = won.groupby("owner")["amount"].sum()
    for each in month.sellers:
        assert each.booked == pytest.approx(float(by_rep.get(each.person_id, 0)))
    assert month.figures[0].value == pytest.approx(float(won["amount"].sum()))


def test_what_moved_is_found_the_slow_way_too(still, month):
    """Deal by deal, as they were when the month began and when it was over."""
    manager = still.person("manager")
    span = calendar.period("last month", NOW, still.ctx(manager).zone)
    mine = set(access.scope(still.ctx(manager), "team").owner_ids)
    history = pipeline.load(still.db, until=NOW, with_activities=False)
    stages, pushed, advanced, slipped = list(history.stages), 0, 0, 0
    before, after = history.at(span.start).deals, history.at(span.end).deals
    with still.db.read() as session:
        edits = list(session.scalars(select(DealChange).order_by(DealChange.at)))
    for id_, deal in after.iterrows():
        if history.deals.at[id_, "owner_id"] not in mine:
            continue
        own = [edit for edit in edits if edit.deal_id == id_ and span.start <= edit.at < span.end]
        dates = [edit for edit in own if edit.field == "expected_close"]
        pushed += bool(dates) and dates[-1].new > dates[0].old
        steps = [edit for edit in own if edit.field == "stage"]
        advanced += bool(steps) and stages.index(steps[-1].new) > stages.index(steps[0].old)
        due = before.at[id_, "expected_close"] if id_ in before.index else deal["expected_close"]
        was_open = id_ not in before.index or before.at[id_, "outcome"] == "open"
        slipped += was_open and deal["outcome"] == "open" and span.start < due + timedelta(1) <= span.end
    assert (month.pipeline.pushed, month.pipeline.advanced, month.pipeline.slipped) == (pushed, advanced, slipped)


def test_an_admin_without_a_team_hears_a_line_of_each_and_of_no_rep(still, all_teams):
    assert [line.name for line in all_teams.lines] == sorted({p.team for p in still.roster.people if p.team})
    assert not all_teams.sellers
    assert not all_teams.standings.help
    assert sum(line.booked.value for line in all_teams.lines) == pytest.approx(all_teams.figures[0].value)


def test_actions_come_by_what_is_at_stake_and_cite_what_they_are_about(still, month):
    assert 1 <= len(month.actions) <= 3
    assert [each.stake for each in month.actions] == sorted((each.stake for each in month.actions), reverse=True)
    keys = {cite.key for cite in month.citations}
    for action in month.actions:
        assert {cite.key for cite in action.evidence} <= keys
        assert action.what in month.text


def test_a_summary_says_first_what_becomes_of_a_running_quota_and_is_six_lines_long(still, month, all_teams):
    first, results, *rest = summary(still).text.split("\n")
    assert first.startswith("East: the quarter's quota is ")
    assert results.startswith("This week so far: ")
    assert "=" not in results
    assert [line[:2] for line in rest[: len(rest) - 1]] == [f"{n}." for n in range(1, len(rest))]
    assert len(rest) <= 4
    # Of what is over, what came of it comes first.
    assert month.text.startswith("East, last month: ")
    assert len(month.text.split("\n")) <= 6
    assert all_teams.text.startswith("All teams: the quota is ")
    told = [line for line in all_teams.text.split("\n") if line.startswith("• ")]
    chances = {f"• {line.name}:": line.aim.chance for line in all_teams.lines}
    assert [chances[line.partition(":")[0] + ":"] for line in told] == sorted(chances.values())


def test_a_time_before_the_books_begin_is_told_as_such(still):
    first = summary(still, period="2019").text.split("\n")[0]
    assert first == "East, 2019: nothing is on record, nor the year before."


def test_whoever_is_to_be_helped_by_a_thing_to_do_is_not_named_twice(still, month):
    for found in (month, summary(still)):
        named = found.parts.named[-1].partition("Needs help")[2]
        assert not [action.what for action in found.actions if action.kind == "rep" and action.what[14:] in named]
        assert all(each.name in found.text for each in found.standings.help[:2])


@pytest.mark.parametrize(
    ("booked", "chance", "word"),
    [
        (100, 0.2, "is reached"),
        (90, 0.95, "is as good as reached"),
        (90, 0.7, "is likely to be reached"),
        (90, 0.5, "is open"),
        (90, 0.3, "is likely to be missed"),
        (10, 0.05, "is as good as out of reach"),
        (10, 0.0, "is as good as out of reach"),
    ],
)
def test_what_becomes_of_a_quota_is_said_by_its_chance(month, booked, chance, word):
    aim = month.aim.model_copy(update={"amount": 100.0, "booked": booked, "chance": chance})
    told = Words("USD", "East", None).fate(aim)
    assert told == f"the quarter's quota {word}."
    assert Words("USD", "East", None).fate(aim.model_copy(update={"chance": None})) == ""


def test_the_picture_says_in_words_what_it_shows(month):
    (picture,) = month.files
    assert picture.content.startswith(b"\x89PNG")
    assert f"{month.label}: " in picture.title
    assert "quota" in picture.title


def test_another_team_is_answered_like_one_that_does_not_exist(still):
    rep = still.person("rep")
    other = still.rival(rep, same_team=False)
    for team in (other.team, other.team_id, "Nowhere"):
        refused = team_summary(still.ctx(still.person("manager")), team=team)
        assert isinstance(refused, Refusal)
        assert refused.text == access.BEYOND
    assert isinstance(team_summary(still.ctx(rep)), Refusal)


@pytest.mark.parametrize("words", ["East", "the east team", "team East", "T-1", "Mia Castellan"])
def test_a_team_is_found_by_its_name_or_whoever_leads_it(still, words):
    from tools import teams

    found = teams.group(still.ctx(still.person("admin")), words)
    assert (found.label, found.is_company) == ("East", False)


def test_a_period_that_has_not_begun_is_refused(still):
    refused = team_summary(still.ctx(still.person("manager")), period="next month")
    assert isinstance(refused, Refusal)
    assert "has not begun" in refused.text


def test_a_group_of_two_names_nobody(books):
    manager = books.person("manager")
    with books.db.write() as session:
        reps = list(session.scalars(select(Person).where(Person.team_id == manager.team_id, Person.role == "rep")))
        for rep in reps[2:]:
            rep.team_id = None
    fresh = Books(books.db)
    found = summary(fresh)
    assert found.sellers == found.standings.ahead == found.standings.help == ()
    for rep in reps:
        assert rep.name not in found.text
        assert rep.name.split()[0] not in " ".join(action.button for action in found.actions)
    refused = post_summary(fresh.ctx(fresh.person("manager")), cadence="daily", to="C1")
    assert isinstance(refused, Refusal)


def test_what_goes_to_a_channel_names_nobody_and_foretells_nothing(books):
    manager, rep = books.person("manager"), books.person("rep")
    made = post_summary(books.ctx(manager), cadence="weekly", to="C1")
    found = posted_totals(books.ctx(rep), post=made.post.id, period="last week")  # type: ignore[attr-defined]
    assert isinstance(found, TeamTotals)
    told = found.model_dump_json() + found.files[0].title
    with books.db.read() as session:
        names = {
            *session.scalars(select(Person.name)),
            *session.scalars(select(Deal.name)),
            *session.scalars(select(Lead.name)),
        }
    assert not [name for name in names if name and name in told]
    assert found.owners == ()
    assert team_summary(books.ctx(manager)).for_one
    assert not found.for_one
    assert found.aim is None or found.aim.chance is found.aim.p50 is None
    stranger = books.rival(rep, same_team=False)
    assert posted_totals(books.ctx(stranger), post=made.post.id).text == access.BEYOND  # type: ignore[attr-defined]


def test_somebody_who_calls_far_less_than_usual_needs_help_and_a_colleague_on_holiday_does_not(books):
    reps = [p for p in books.roster.people if p.role == "rep" and p.active and p.team_id == books.person("rep").team_id]
    idle, away = reps[0], reps[1]
    since = calendar.period("last month", NOW, books.ctx(books.person("manager")).zone)
    with books.db.write() as session:
        quiet = Activity.person_id.in_([idle.id, away.id]) & (Activity.at >= since.start) & (Activity.at < since.end)
        session.execute(update(Activity).where(quiet).values(person_id=None))
        days = {"start": since.start.date() - timedelta(1), "end": since.end.date()}
        session.add(Absence(id="AB-X", person_id=away.id, **days))
        session.execute(update(Quota).values(amount=1))
    found = summary(Books(books.db), period="last month").standings
    assert [each.name for each in found.help] == [idle.name]
    assert "calls" in {one.plural for one in found.help[0].evidence}


def test_whoever_lost_a_team_can_stop_its_summary(books):
    manager, team = books.person("manager"), "East"
    made = post_summary(books.ctx(manager), cadence="daily", team=team)
    assert isinstance(made, PostSwitched)
    with books.db.write() as session:
        session.execute(update(Team).where(Team.name == team).values(manager_id=None))
        session.execute(update(Person).where(Person.id == manager.id).values(team_id=None))
    fresh = Books(books.db)
    stopped = stop_summary(fresh.ctx(fresh.person("manager")), post=made.post.id)
    assert isinstance(stopped, PostSwitched)
    assert team not in stopped.text
    assert not team_posts.active(books.db)
