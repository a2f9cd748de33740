"""Each event is taken on once, by one worker at a time, and given up after three."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from knowledge.database import Database
from knowledge.inbox import KEPT, MAX_ATTEMPTS, Inbox

LEASE = timedelta(minutes=2)
TICK = timedelta(seconds=1)


@pytest.fixture
def replicas(db) -> Iterator[list[Inbox]]:
    """Two replicas over the same books."""
    other = Database(db.url.render_as_string(hide_password=False))
    yield [Inbox(db), Inbox(other)]
    other.engine.dispose()


def test_an_event_is_claimed_once_whichever_replicas_hear_it_at_the_same_time(replicas, now):
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda n: replicas[n % 2].claim(f"E-{n // 4}", {"n": n // 4}, now), range(40)))
    assert [sum(claims[start : start + 4]) for start in range(0, 40, 4)] == [1] * 10
    assert replicas[0].waiting() == 10


def test_an_event_stays_with_its_worker_while_the_lease_runs(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {"text": "hällo"}, now)
    assert inbox.take_unfinished(now + LEASE) == []
    assert inbox.take_unfinished(now + LEASE + TICK) == [("E-1", {"text": "hällo"})]
    assert inbox.take_unfinished(now + LEASE + TICK) == []


def test_an_event_is_tried_three_times_at_most(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {}, now)
    later = [now + n * (LEASE + TICK) for n in range(1, 6)]
    assert [len(inbox.take_unfinished(at)) for at in later] == [1] * (MAX_ATTEMPTS - 1) + [0] * 3


def test_two_replicas_never_take_the_same_unfinished_event(replicas, now):
    for n in range(20):
        replicas[0].claim(f"E-{n:02}", {"n": n}, now)
    at = now + LEASE + TICK
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: replicas[n % 2].take_unfinished(at, limit=5), range(8)))
    assert sorted(key for part in taken for key, _ in part) == [f"E-{n:02}" for n in range(20)]


def test_unfinished_events_are_taken_oldest_first(db, now):
    inbox = Inbox(db, LEASE)
    for key, age in (("new", 1), ("old", 3), ("middle", 2)):
        inbox.claim(key, {}, now - timedelta(minutes=10 * age))
    assert [key for key, _ in inbox.take_unfinished(now, limit=2)] == ["old", "middle"]


def test_an_answered_event_is_neither_waiting_nor_taken_nor_claimed_again(db, now):
    inbox = Inbox(db, LEASE)
    inbox.claim("E-1", {}, now)
    inbox.finish("E-1", now)
    assert inbox.waiting() == 0
    assert inbox.take_unfinished(now + LEASE + TICK) == []
    assert not inbox.claim("E-1", {}, now + timedelta(minutes=5))


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
    inbox.hold("E-1", {"thread": "1.1"}, now + LEASE)
    assert inbox.take_unfinished(now + LEASE + TICK) == []
    assert inbox.take_unfinished(now + 2 * LEASE + TICK) == [("E-1", {"thread": "1.1"})]


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
