"""The call list: who is on it, in what order, and who is held back and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from knowledge import call_list, frames
from knowledge.call_list import (
    DO_NOT_CALL,
    NO_CONSENT,
    RECENTLY_REACHED,
    SNOOZED,
    TRIED_ENOUGH,
    TRIED_TODAY,
    held_back,
    tally,
    top,
)
from knowledge.crm import CONVERSATIONS, Activity, Lead, Person, Snooze

BERLIN = ZoneInfo("Europe/Berlin")
LEADS = [
    {"id": "rich", "owner_id": "P-1", "timezone": "Europe/Berlin", "source": "Web", "attributes": {"segment": "SMB"}},
    {"id": "poor", "owner_id": "P-1", "timezone": "America/New_York", "source": "Fair"},
    {"id": "pool", "owner_id": None, "country": "DE"},
    {"id": "other", "owner_id": "P-2", "phone": "+81 3 1234 5678"},
    {"id": "never", "owner_id": "P-1", "timezone": "Europe/Berlin", "do_not_call": True},
    {"id": "refused", "owner_id": "P-1", "timezone": "Europe/Berlin", "consent": False},
    {"id": "agreed", "owner_id": "P-1", "timezone": "Europe/Berlin", "consent": True},
]
WORTH = {"rich": 900.0, "poor": 5.0, "pool": 70.0, "other": 60.0, "never": 999.0, "refused": 998.0, "agreed": 50.0}


@pytest.fixture
def people(db):
    with db.write() as session:
        session.add_all([Person(id="P-1", name="Ana"), Person(id="P-2", name="Bo")])
    return db


@pytest.fixture
def listed(people, now):
    with people.write() as session:
        session.add_all(Lead(**row) for row in LEADS)
    write(people, now, WORTH)
    return people


def write(db, now, worth, **more) -> None:
    leads = frames.load(db, until=now).leads
    call_list.write(db, pd.Series(worth), snapshot_leads=leads, now=now, default_zone="Europe/London", **more)


def order(db, owner="P-1", zones=None, **more) -> list[str]:
    return [candidate.lead_id for candidate in top(db, [owner], zones=zones, **more)]


def change(db, id_, **values) -> None:
    with db.write() as session:
        session.execute(update(Lead).where(Lead.id == id_).values(**values))


def test_the_most_worthy_come_first_and_the_blocked_not_at_all(listed):
    assert order(listed) == ["rich", "agreed", "poor"]
    assert order(listed, None) == ["pool"]
    assert order(listed, "P-2") == ["other"]


def test_each_candidate_says_on_which_clock_it_is_called_and_whether_that_is_assumed(listed):
    (pool,), (other,) = top(listed, [None], zones=None), top(listed, ["P-2"], zones=None)
    assert (pool.zone, pool.zone_assumed, pool.worth) == ("Europe/Berlin", False, 70.0)
    assert (other.zone, other.zone_assumed) == ("Asia/Tokyo", False)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"zones": ["America/New_York"]}, ["poor"]),
        ({"zones": []}, []),
        ({"source": "Web"}, ["rich"]),
        ({"segment": "SMB"}, ["rich"]),
        ({"segment": "SMB", "source": "Fair"}, []),
    ],
)
def test_the_list_is_narrowed_by_clock_source_and_segment(listed, asked, found):
    assert order(listed, **asked) == found


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "won"},
        {"merged_into": "poor"},
        {"owner_id": "P-2"},
        {"do_not_call": True},
        {"consent": False},
    ],
)
def test_what_changed_since_the_list_was_written_counts_at_once(listed, values):
    change(listed, "rich", **values)
    assert order(listed) == ["agreed", "poor"]


def test_a_list_is_counted_by_clock_and_by_reason_not_to_call(listed):
    counts = tally(listed, "P-1")
    assert counts.zones == {"Europe/Berlin": 2, "America/New_York": 1}
    assert counts.blocked == {DO_NOT_CALL: 1, NO_CONSENT: 1}
    assert tally(listed, None).zones == {"Europe/Berlin": 1}


def test_where_consent_is_required_silence_is_no_consent(listed, now):
    write(listed, now, WORTH, consent_required=True)
    assert order(listed) == ["agreed"]
    assert tally(listed, "P-1").blocked == {DO_NOT_CALL: 1, NO_CONSENT: 3}


def test_leads_move_within_the_list_and_those_that_are_not_to_be_kept_leave_it(listed, now):
    version = listed.version()
    write(listed, now, {"poor": 5000.0})
    assert order(listed) == ["poor", "rich", "agreed"]
    call_list.keep_only(listed, ["poor"])
    assert order(listed) == ["poor"]
    assert order(listed, None) == []
    call_list.remove(listed, ["poor"])
    assert order(listed) == []
    assert listed.version() == version


def test_a_list_is_read_only_as_far_as_it_is_asked(listed):
    line = top(listed, ["P-1"], zones=None)
    assert next(line).lead_id == "rich"
    line.close()


def test_the_lines_of_many_owners_are_read_as_one(people, now):
    # More owners than a pool has connections.
    owners = [f"R-{number}" for number in range(40)]
    with people.write() as session:
        session.add_all(Person(id=owner, name=owner) for owner in owners)
        session.flush()
        session.add_all(Lead(id=f"{owner}/{k}", owner_id=owner) for owner in owners for k in range(2))
    worth = {f"{owner}/{k}": 40.0 * k + place for place, owner in enumerate(owners) for k in range(2)}
    write(people, now, worth)
    found = [candidate.lead_id for candidate in top(people, [*owners, None], zones=None)]
    assert found == sorted(worth, key=lambda id_: -worth[id_])


def calls(*when, **more) -> list[dict]:
    return [{"at": at, "kind": "call", "disposition": "no_answer", **more} for at in when]


def ago(now, *hours: float) -> list[datetime]:
    return [now - timedelta(hours=each) for each in hours]


def held(db, now, activities, owners=("P-1", "P-2", None)):
    """Why the lead `rich` is held back, given its activities."""
    with db.write() as session:
        session.execute(delete(Activity))
        session.add_all(Activity(id=str(n), lead_id="rich", **each) for n, each in enumerate(activities))
    return held_back(db, owners, now, BERLIN).get("rich")


def test_a_lead_is_tried_three_times_a_day_and_seven_in_a_fortnight(listed, now):
    day, fortnight = (1, 2, 3), [24.0 * n + 0.5 for n in (1, 2, 3, 5, 8, 12, 13)]
    assert held(listed, now, calls(*ago(now, *day[:2]))) is None
    assert held(listed, now, calls(*ago(now, *day))) == TRIED_TODAY
    assert held(listed, now, calls(*ago(now, *fortnight[:6]))) is None
    assert held(listed, now, calls(*ago(now, *fortnight))) == TRIED_ENOUGH
    assert held(listed, now, calls(*ago(now, *fortnight[:6], 14 * 24))) is None
    assert held(listed, now, calls(*ago(now, *fortnight[:4], *day))) == TRIED_TODAY


def test_a_day_is_a_day_on_the_office_clock(listed):
    just_after_midnight = datetime(2026, 3, 17, 23, 30, tzinfo=UTC)  # 0:30 on the 18th in Berlin
    assert held(listed, just_after_midnight, calls(*ago(just_after_midnight, 1, 2, 3))) is None


def test_calls_that_came_in_and_calls_to_come_are_no_attempts(listed, now):
    assert held(listed, now, calls(*ago(now, 1, 2, 3), direction="inbound")) is None
    assert held(listed, now, calls(*ago(now, -1, -2, -3))) is None
    assert held(listed, now, calls(*ago(now, 1, 2, 3), direction="outbound")) == TRIED_TODAY


def test_a_lead_that_was_spoken_to_is_left_alone_for_twenty_hours(listed, now):
    for disposition, direction in product(CONVERSATIONS, ("outbound", "inbound", None)):
        spoken = {"disposition": disposition, "direction": direction}
        assert held(listed, now, calls(*ago(now, 19.9), **spoken)) == RECENTLY_REACHED, spoken
        assert held(listed, now, calls(*ago(now, 20), **spoken)) is None, spoken


def test_a_snoozed_lead_comes_back_when_its_time_is_up(listed, now):
    with listed.write() as session:
        session.add(Snooze(id="S-1", lead_id="poor", person_id="P-1", until=now + timedelta(hours=1)))
        session.add(Snooze(id="S-2", lead_id="rich", person_id="P-1", until=now))
    assert held_back(listed, ["P-1"], now, BERLIN) == {"poor": SNOOZED}
    assert held_back(listed, ["P-1"], now + timedelta(hours=1), BERLIN) == {}


def test_only_leads_of_the_owners_asked_for_are_looked_at(listed, now):
    three = calls(*ago(now, 1, 2, 3))
    assert held(listed, now, three, owners=["P-2", None]) is None
    with listed.write() as session:
        session.add(Snooze(id="S-1", lead_id="pool", person_id="P-1", until=now + timedelta(1)))
    assert held_back(listed, [None], now, BERLIN) == {"pool": SNOOZED}
    assert held_back(listed, [], now, BERLIN) == {}


def slow(now: datetime, activities: list[dict]) -> str | None:
    """The gates of `held_back` one by one, in plain Python."""
    made = [each for each in activities if now - timedelta(14) < each["at"] <= now]
    tried = [each["at"] for each in made if each["direction"] != "inbound"]
    today = [at for at in tried if at.astimezone(BERLIN).date() == now.astimezone(BERLIN).date()]
    spoken = [each["at"] for each in made if each["disposition"] in CONVERSATIONS]
    if len(today) >= 3:
        return TRIED_TODAY
    if len(tried) >= 7:
        return TRIED_ENOUGH
    return RECENTLY_REACHED if any(at > now - timedelta(hours=20) for at in spoken) else None


CALLS = st.fixed_dictionaries(
    {
        "kind": st.just("call"),
        "hours": st.one_of(st.integers(-2, 30), st.integers(0, 400)),
        "direction": st.sampled_from((None, "outbound", "inbound")),
        "disposition": st.sampled_from((None, "no_answer", "voicemail", "reached", "callback")),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=st.lists(CALLS, max_size=12))
def test_the_gates_agree_with_a_slow_count(listed, now, made):
    activities = [{"at": now - timedelta(hours=each["hours"]), **each} for each in made]
    for each in activities:
        del each["hours"]
    assert held(listed, now, activities) == slow(now, activities)
