"""Summaries that are posted come on working days, at the time on the clock, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge import team_posts
from knowledge.errors import UnknownRecord
from knowledge.notices import Posted
from knowledge.rotas import Rota
from knowledge.shifts import DAYS
from knowledge.team_posts import GOOD_FOR, Post

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = {"days": list(DAYS), "from": "00:00", "to": "23:59"}
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")]


def post(cadence="daily", at=time(8, 30), since=LONG_AGO) -> Post:
    return Post("p1", "mia", None, cadence, at, None, since)


def due(held, start, end, zone=BERLIN, **terms):
    return [at.astimezone(zone) for at in team_posts.slots(held, Rota(zone, **terms), start, end)]


def test_it_is_half_past_eight_before_and_after_the_clocks_change():
    # In Berlin the clock is put forward on Sunday, 29 March 2026.
    start, end = datetime(2026, 3, 26, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    found = team_posts.slots(post(), Rota(BERLIN), start, end)
    assert [at.isoformat() for at in found] == [
        "2026-03-26T07:30:00+00:00",
        "2026-03-27T07:30:00+00:00",
        "2026-03-30T06:30:00+00:00",
        "2026-03-31T06:30:00+00:00",
    ]


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2026-03-29", "2026-03-29T01:30:00+00:00"),  # 2:30 is skipped, and comes as 3:30
        ("2026-10-25", "2026-10-25T00:30:00+00:00"),  # 2:30 is shown twice, and counts the first time
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_is_posted_once(day, at):
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=6)
    found = team_posts.slots(post(at=time(2, 30)), Rota(BERLIN, EVERY_DAY), start, start + timedelta(days=1))
    assert [each.isoformat() for each in found] == [at]


def test_a_week_s_comes_on_its_first_working_day():
    # Monday, 6 April 2026, is Easter Monday.
    start, end = datetime(2026, 4, 5, tzinfo=UTC), datetime(2026, 4, 19, tzinfo=UTC)
    found = due(post("weekly"), start, end, country="DE")
    assert [f"{at:%a %d}" for at in found] == ["Tue 07", "Mon 13"]


@given(
    zone=st.sampled_from(ZONES),
    at=st.times(timezones=st.none()).map(lambda each: each.replace(second=0, microsecond=0, fold=0)),
    start=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    cuts=st.lists(st.integers(0, 21 * 24), max_size=4),
    cadence=st.sampled_from(team_posts.CADENCES),
)
def test_however_often_it_is_looked_each_slot_is_found_once(zone, at, start, cuts, cadence):
    end, held = start + timedelta(days=21), post(cadence, at)
    edges = sorted({start, end, *(start + timedelta(hours=hours) for hours in cuts)})
    pieces = [slot for a, b in pairwise(edges) for slot in due(held, a, b, zone)]
    assert pieces == due(held, start, end, zone)
    assert len({slot.date() for slot in pieces}) == len(pieces)
    assert all(slot.weekday() < 5 for slot in pieces)


def test_nothing_is_due_from_before_it_was_switched_on():
    since = datetime(2026, 4, 15, 12, tzinfo=UTC)
    found = due(post(since=since), since - timedelta(days=7), since + timedelta(days=1))
    assert [f"{at:%d %H:%M}" for at in found] == ["16 08:30"]


@pytest.mark.parametrize(
    ("cadence", "at", "day", "words"),
    [
        ("weekly", time(8), "2026-04-13", "last week"),
        ("daily", time(8), "2026-04-13", "2026-04-10"),
        ("daily", time(17), "2026-04-13", "2026-04-13"),
    ],
)
def test_a_morning_s_tells_of_the_last_day_at_work_and_an_evening_s_of_the_day(cadence, at, day, words):
    assert team_posts.covered(post(cadence, at), Rota(BERLIN), date.fromisoformat(day)) == words


def test_it_is_announced_once_and_is_good_for_half_an_hour(db, now):
    held = team_posts.switch_on(db, person_id="mia", team_id=None, cadence="daily", time=time(8), to="C1", at=now)
    told = [team_posts.announce(db, held, now, tool="posted_totals", args={"post": held.id}) for _ in range(2)]
    assert told == [True, False]
    with db.read() as session:
        (kept,) = session.scalars(select(Posted))
    assert (kept.person_id, kept.to, kept.at, kept.good_until) == ("mia", "C1", now, now + GOOD_FOR)


def test_a_new_post_to_the_same_place_takes_the_place_of_the_old_one_and_only_its_person_ends_it(db, now):
    def switch(**terms):
        usual = {"person_id": "mia", "team_id": None, "cadence": "daily", "time": time(8), "to": None, "at": now}
        return team_posts.switch_on(db, **usual | terms)

    switch()
    second, other = switch(cadence="weekly"), switch(to="C1")
    assert [each.id for each in team_posts.active(db, "mia")] == [
        each.id for each in sorted((second, other), key=lambda p: p.id)
    ]
    with pytest.raises(UnknownRecord):
        team_posts.switch_off(db, other.id, person_id="ben", at=now)
    team_posts.switch_off(db, other.id, person_id="mia", at=now)
    assert team_posts.active(db) == [second]
    assert team_posts.read(db, other.id) == other
