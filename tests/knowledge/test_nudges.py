"""Nudges: each is sent once and no more than wished, what was held back is kept, and what people did counts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from knowledge import followups, notices, nudges, rotas, wishes
from knowledge.crm import Absence, Activity, Deal, DealChange, Lead, Person
from knowledge.database import Database
from knowledge.followups import Asked
from knowledge.nudges import Draft, Tally
from knowledge.rotas import Rota
from knowledge.wishes import Wishes

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SENT = Draft("P-1", "momentum", "leads/L-1", {"touches": 3}, 500.0, 0.3, "sent", "")
HELD = replace(SENT, verdict="held", why="quiet hours")


@pytest.fixture
def peopled(db):
    with db.write() as session:
        session.add_all(Person(id=id_, name=id_) for id_ in ("P-1", "P-2"))
    return db


@pytest.fixture
def replicas(peopled) -> Iterator[list[Database]]:
    other = Database(peopled.url.render_as_string(hide_password=False))
    yield [peopled, other]
    other.engine.dispose()


def send(db, key, now, *, most=5, draft=SENT):
    until = now + timedelta(minutes=30)
    return nudges.send(db, key, draft, at=now, tool="nudge", good_until=until, since=now - HOUR, most=most)


def arrived(db, now):
    for notice in notices.take(db, now):
        notices.sent(db, notice.id, at=now, channel="D1", ts="1.1")


def test_a_nudge_is_sent_once_by_any_number_of_replicas(replicas, now):
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda n: send(replicas[n % 2], "K-1", now), range(8)))
    assert claimed.count(True) == 1
    (notice,) = notices.take(replicas[0], now)
    (kept,) = nudges.history(replicas[0], now)
    assert notice.args == {"nudge": kept.id}
    assert notice.good_until == now + timedelta(minutes=30)


def test_two_replicas_with_different_nudges_never_send_more_than_wished(replicas, now):
    drafts = [replace(SENT, record=f"leads/L-{n}") for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda n: send(replicas[n % 2], f"K-{n}", now, most=3, draft=drafts[n]), range(8)))
    assert claimed.count(True) == 3
    assert len(notices.take(replicas[0], now)) == 3


def test_what_was_held_back_is_kept_with_its_reason_and_may_be_sent_later(peopled, now):
    nudges.keep(peopled, {"K-1": HELD}, at=now)
    (held,) = nudges.history(peopled, now)
    assert (held.verdict, held.why) == ("held", "quiet hours")
    assert send(peopled, "K-1", now + HOUR)
    nudges.keep(peopled, {"K-1": HELD}, at=now + 2 * HOUR)
    (sent,) = nudges.history(peopled, now)
    assert (sent.id, sent.verdict, sent.at, sent.decided_at) == (held.id, "sent", now, now + HOUR)


def test_a_held_out_nudge_takes_its_place_in_the_day_and_is_not_told(peopled, now):
    assert send(peopled, "K-1", now, most=1, draft=replace(SENT, verdict="control"))
    assert not send(peopled, "K-2", now, most=1, draft=replace(SENT, record="leads/L-2"))
    assert notices.take(peopled, now) == []


def test_the_tally_counts_what_reached_people_and_what_they_acted_on(peopled, now):
    for n in range(4):
        send(peopled, f"K-{n}", now, draft=replace(SENT, record=f"leads/L-{n}"))
    arrived(peopled, now)
    send(peopled, "K-9", now, draft=replace(SENT, record="leads/L-9"))
    found = sorted(nudges.history(peopled, now), key=lambda nudge: nudge.record)
    nudges.respond(peopled, found[0].id, "acted", at=now)
    nudges.respond(peopled, found[1].id, "useless", at=now, words="He left long ago.")
    nudges.follow(peopled, {found[1].id: now + HOUR, found[2].id: now + HOUR, found[3].id: now + 2 * DAY})
    assert nudges.tally(peopled, ["P-1"], now, now + DAY) == Tally(sent=4, acted=2)
    assert nudges.tally(peopled, ["P-2"], now, now + DAY) == Tally(0, 0)
    assert nudges.tally(peopled, None, now - DAY, now) == Tally(0, 0)
    assert {each.record for each in nudges.reached(peopled, now, now + DAY)} == {f"leads/L-{n}" for n in range(4)}


def test_what_came_too_late_is_told_of_as_skipped(peopled, now):
    send(peopled, "K-1", now)
    (notice,) = notices.take(peopled, now + DAY)
    notices.skipped(peopled, notice.id, at=now + DAY)
    (late,) = nudges.skipped(peopled, "P-1", now)
    assert late.record == "leads/L-1"
    assert nudges.tally(peopled, None, now, now + DAY) == Tally(0, 0)


def test_what_a_person_did_first_about_a_record_counts_and_nobody_else_s_doing(peopled, now):
    with peopled.write() as session:
        session.add_all([Lead(id="L-1"), Deal(id="D-1", name="D", owner_id="P-1")])
        session.flush()
        acts = [
            ("P-2", 1, "outbound"),
            ("P-1", 2, "inbound"),
            ("P-1", 3, "outbound"),
            ("P-1", 4, None),
            ("P-1", -1, None),
        ]
        session.add_all(
            Activity(id=f"A{n}", kind="call", at=now + hours * HOUR, person_id=who, lead_id="L-1", direction=direction)
            for n, (who, hours, direction) in enumerate(acts)
        )
        session.add(DealChange(id="C-1", deal_id="D-1", at=now + HOUR, field="expected_close"))
    asked = [Asked("a", "P-1", "leads/L-1", now), Asked("b", "P-1", "deals/D-1", now)]
    late = [Asked("c", "P-1", "leads/L-1", now + 5 * HOUR), Asked("d", "P-2", "deals/D-1", now)]
    assert followups.first(peopled, [*asked, *late]) == {"a": now + 3 * HOUR, "b": now + HOUR}


def test_wishes_are_kept_and_quiet_hours_may_go_past_midnight(db, now):
    assert wishes.read(db, "P-1") == Wishes()
    wanted = Wishes(3, time(7, 45), time(18), time(8), now + DAY, frozenset({"fading"}))
    wishes.keep(db, "P-1", replace(wanted, max_per_day=1), at=now)
    wishes.keep(db, "P-1", wanted, at=now)
    assert wishes.read(db, "P-1") == wanted
    assert [wanted.is_quiet(time(hour)) for hour in (7, 8, 12, 18, 23)] == [True, False, False, True, True]
    by_day = replace(wanted, quiet_from=time(12), quiet_to=time(13))
    assert [by_day.is_quiet(time(hour)) for hour in (11, 12, 13)] == [False, True, False]
    assert not any(replace(wanted, quiet_from=time(8)).is_quiet(time(hour)) for hour in range(24))


@pytest.mark.parametrize(
    ("zone", "day", "at", "instant"),
    [
        ("America/New_York", date(2026, 3, 7), time(8, 30), datetime(2026, 3, 7, 13, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(8, 30), datetime(2026, 3, 8, 12, 30, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(8, 30), datetime(2026, 10, 25, 7, 30, tzinfo=UTC)),
        # The clock goes from 2:00 to 3:00: half past two never comes.
        ("America/New_York", date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        # The clock goes from 3:00 back to 2:00: half past two comes twice.
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_of_day_is_that_of_the_own_clock_on_days_when_clocks_change(zone, day, at, instant):
    assert Rota(ZoneInfo(zone)).at(day, at) == instant


def test_a_working_day_is_no_absence_no_weekend_and_no_public_holiday(db):
    with db.write() as session:
        session.add(Person(id="P-1", name="Ana", timezone="Europe/Berlin", country="Germany"))
        session.add(Person(id="P-2", name="Bo", timezone="Nowhere/At_all", country="Nowhere", active=True))
        session.add(Person(id="P-3", name="Cy", active=False))
        session.flush()
        session.add(Absence(id="1", person_id="P-1", start=date(2026, 3, 18), end=date(2026, 3, 19)))
    found = rotas.everyone(db, "Europe/Madrid")
    assert set(found) == {"P-1", "P-2"}
    days = [date(2026, 3, 17), date(2026, 3, 18), date(2026, 3, 21), date(2026, 5, 1)]
    assert [found["P-1"].works_on(day) for day in days] == [True, False, False, False]
    assert [found["P-2"].works_on(day) for day in days] == [True, True, False, True]
    assert found["P-2"].zone.key == "Europe/Madrid"


def test_what_a_person_made_of_a_nudge_is_on_record(peopled, now):
    send(peopled, "K-1", now)
    (kept,) = nudges.history(peopled, now)
    nudges.respond(peopled, kept.id, "snoozed", at=now + HOUR)
    again = nudges.read(peopled, kept.id)
    assert (again.response, again.responded_at, again.acted, again.is_settled(now)) == (
        "snoozed",
        now + HOUR,
        False,
        True,
    )
    with peopled.read() as session:
        assert session.scalars(select(nudges.Considered.words)).one() is None
