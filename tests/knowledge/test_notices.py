"""A notice is kept with its change, delivered by one worker, and tried for some hours."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from knowledge import notices
from knowledge.database import Database
from knowledge.notices import LEASE, MAX_ATTEMPTS

TICK = timedelta(seconds=1)


@pytest.fixture
def replicas(db) -> Iterator[list[Database]]:
    other = Database(db.url.render_as_string(hide_password=False))
    yield [db, other]
    other.engine.dispose()


def post(db, key, at, person="P-1"):
    with db.write() as session:
        notices.post(session, key=key, person_id=person, tool="plan_news", args={"proposal": key}, at=at)


def test_what_was_not_kept_is_not_told_of(db, now):
    with pytest.raises(RuntimeError), db.write() as session:
        notices.post(session, key="N-1", person_id="P-1", tool="plan_news", args={}, at=now)
        raise RuntimeError
    assert notices.take(db, now) == []


def test_a_change_is_told_of_once(db, now):
    post(db, "N-1", now)
    post(db, "N-1", now + TICK, person="P-2")
    (notice,) = notices.take(db, now + TICK)
    assert (notice.person_id, notice.tool, notice.args, notice.at, notice.attempts) == (
        "P-1", "plan_news", {"proposal": "N-1"}, now, 1,
    )  # fmt: skip
    notices.sent(db, notice.id, at=now + TICK, channel="D1", ts="1.1")
    assert notices.take(db, now + timedelta(days=1)) == []
    assert notices.waiting(db) == 0


def test_two_workers_never_take_the_same_notice(replicas, now):
    for n in range(20):
        post(replicas[0], f"N-{n:02}", now)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda n: notices.take(replicas[n % 2], now, limit=5), range(8)))
    assert sorted(notice.key for part in taken for notice in part) == [f"N-{n:02}" for n in range(20)]


def test_a_notice_whose_worker_went_away_is_taken_again_later_and_later_and_then_given_up(db, now):
    post(db, "N-1", now)
    notices.take(db, now)
    assert notices.take(db, now + LEASE) == []
    at = now
    for attempt in range(1, MAX_ATTEMPTS):
        at += LEASE * 2 ** (attempt - 1) + TICK
        assert [notice.attempts for notice in notices.take(db, at)] == [attempt + 1]
    assert notices.take(db, at + timedelta(days=9)) == []
    assert notices.waiting(db) == 0
    assert timedelta(hours=8) < at - now < timedelta(hours=12)


def test_the_oldest_notices_are_taken_first_and_those_of_later_wait(db, now):
    for key, at in (("new", now), ("old", now - TICK), ("later", now + TICK)):
        post(db, key, at)
    assert [notice.key for notice in notices.take(db, now)] == ["old", "new"]
    assert notices.waiting(db) == 3
