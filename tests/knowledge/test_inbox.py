"""Each event is taken on once, by one worker at a time, in the order of its lane."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from knowledge.database import Database
from knowledge.inbox import KEPT, Inbox, Taken
from knowledge.ledger import InboxEvent

LEASE = timedelta(minutes=2)
TICK = timedelta(seconds=1)


@pytest.fixture
def replicas(db) -> Iterator[list[Inbox]]:
    """Two replicas over the same books."""
    other = Database(db.url.render_as_string(hide_password=False))
    yield [Inbox(db), Inbox(other)]
    other.engine.dispose()


def take_all(inbox, now):
    """The keys of all that can be taken now, in that order."""
    return [taken.key for taken in iter(lambda: inbox.take(now), None)]


def test_an_event_is_claimed_once_whichever_replicas_hear_it_at_the_same_time(replicas, now):
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda n: replicas[n % 2].claim(f"E-{n // 4}", {"n": n // 4}, now), range(40)))
    assert [sum(claims[start : start + 4]) for start in range(0, 40, 4)] == [1] * 10
    assert replicas[0].waiting() == 10


def test_an_event_waits_until_it_is_taken_and_stays_with_its_worker_while_the_lease_runs(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {"text": "hällo"}, now)
    assert inbox.due(now) == 1
    assert inbox.take(now) == Taken("E-1", {"text": "hällo"}, 1)
    assert inbox.take(now + LEASE) is None
    assert inbox.take(now + LEASE + TICK) == Taken("E-1", {"text": "hällo"}, 2)


def test_an_event_that_was_begun_at_once_is_taken_up_when_the_lease_has_run_out(db, now):
    inbox = Inbox(db, LEASE)
    assert inbox.begin("E-1", {}, now)
    assert not inbox.begin("E-1", {}, now)
    assert inbox.take(now + LEASE) is None
    assert inbox.take(now + LEASE + TICK) == Taken("E-1", {}, 2)


def test_no_two_workers_ever_take_the_same_event(replicas, now):
    for n in range(20):
        replicas[0].claim(f"E-{n:02}", {"n": n}, now)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: replicas[n % 2].take(now), range(24)))
    assert sorted(each.key for each in taken if each) == [f"E-{n:02}" for n in range(20)]


def test_events_are_taken_oldest_first(db, now):
    inbox = Inbox(db, LEASE)
    for key, age in (("new", 1), ("old", 3), ("middle", 2)):
        inbox.claim(key, {}, now - timedelta(minutes=10 * age))
    assert take_all(inbox, now) == ["old", "middle", "new"]


def test_of_one_lane_one_is_in_hand_at_a_time_and_the_others_go_past(db, now):
    inbox = Inbox(db, LEASE)
    for n, lane in enumerate(("ana", "ana", "ben", None)):
        inbox.claim(f"E-{n}", {}, now + n * TICK, lane=lane)
    later = now + 9 * TICK
    assert take_all(inbox, later) == ["E-0", "E-2", "E-3"]
    inbox.finish("E-0", later)
    assert take_all(inbox, later) == ["E-1"]


def test_an_event_that_is_tried_again_waits_until_it_is_due_and_holds_up_no_other_of_its_lane(db, now):
    inbox = Inbox(db, LEASE)
    for n in range(2):
        inbox.claim(f"E-{n}", {}, now + n * TICK, lane="ana")
    inbox.take(now + TICK)
    inbox.retry("E-0", now + 5 * TICK, attempts=1)
    assert take_all(inbox, now + 4 * TICK) == ["E-1"]
    inbox.finish("E-1", now)
    assert inbox.take(now + 5 * TICK) == Taken("E-0", {}, 2)


def test_an_answered_event_is_neither_waiting_nor_taken_nor_claimed_again_and_its_words_are_gone(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {"text": "private"}, now)
    inbox.finish("E-1", now)
    assert (inbox.waiting(), inbox.due(now)) == (0, 0)
    assert inbox.take(now + LEASE + TICK) is None
    assert not inbox.claim("E-1", {}, now + timedelta(minutes=5))
    with db.read() as session:
        assert session.get_one(InboxEvent, "E-1").payload == {}


def test_an_answered_event_is_forgotten_after_a_day(db, now):
    inbox = Inbox(db, LEASE)
    for key, at in (("E-1", now), ("E-2", now + KEPT), ("E-3", now + KEPT + TICK)):
        inbox.claim(key, {}, at)
        inbox.finish(key, at)
    assert [inbox.claim(key, {}, now + KEPT) for key in ("E-1", "E-2", "E-3")] == [True, False, False]


def test_claiming_leaves_the_version_of_the_books_alone(db, now):
    version = db.version()
    Inbox(db).claim("E-1", {}, now)
    Inbox(db).finish("E-1", now)
    assert db.version() == version


def test_an_event_that_is_held_stays_with_its_worker_and_keeps_what_is_known_of_it(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {"thread": ""}, now)
    inbox.take(now)
    assert inbox.hold("E-1", {"thread": "1.1"}, now + LEASE, attempts=1)
    assert inbox.take(now + LEASE + TICK) is None
    assert inbox.take(now + 2 * LEASE + TICK) == Taken("E-1", {"thread": "1.1"}, 2)


def test_whoever_lost_an_event_to_another_or_finished_it_is_told_so(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {}, now)
    for at in (now, now + LEASE + TICK):
        inbox.take(at)
    assert not inbox.hold("E-1", {}, now + LEASE + TICK, attempts=1)
    assert inbox.hold("E-1", {}, now + LEASE + TICK, attempts=2)
    inbox.retry("E-1", now, attempts=1)
    assert inbox.take(now + LEASE + TICK) is None
    inbox.finish("E-1", now)
    assert not inbox.hold("E-1", {}, now, attempts=2)


def test_an_event_that_was_released_may_come_again(db, now):
    inbox = Inbox(db, LEASE)
    assert inbox.claim("E-1", {}, now)
    assert not inbox.claim("E-1", {}, now)
    inbox.release("E-1")
    assert inbox.waiting() == 0
    assert inbox.claim("E-1", {}, now)


def test_trying_the_inbox_out_writes_nothing_and_fails_where_a_claim_would(sqlite_db, now):
    inbox = Inbox(sqlite_db)
    inbox.claim("E-1", {}, now)
    inbox.try_out()
    assert inbox.waiting() == 1
    with sqlite_db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    with pytest.raises(OperationalError):
        inbox.try_out()
