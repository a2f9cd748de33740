from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from knowledge import spendings
from knowledge.crm import Person
from knowledge.database import Database


@pytest.fixture
def replicas(db: Database) -> Iterator[list[Database]]:
    with db.write() as session:
        session.add_all(Person(id=id_, name=id_) for id_ in ("P-1", "P-2"))
    other = Database(db.url.render_as_string(hide_password=False))
    yield [db, other]
    other.engine.dispose()


def add(
    db: Database, audit_id: str, at: datetime, *, person: str = "P-1", read: int = 90, usd: float | None = 0.5
) -> int:
    return spendings.add(
        db,
        audit_id=audit_id,
        at=at,
        person_id=person,
        model="m",
        input_tokens=90,
        output_tokens=10,
        usd=usd,
        since=at.replace(hour=0),
    )


def test_of_answers_side_by_side_each_finds_another_sum(replicas: list[Database], now: datetime) -> None:
    with ThreadPoolExecutor(4) as pool:
        sums = list(pool.map(lambda n: add(replicas[n % 2], f"A-{n}", now), range(8)))
    assert sorted(sums) == [100 * n for n in range(1, 9)]


def test_tokens_count_for_their_person_and_day(replicas: list[Database], now: datetime) -> None:
    db, version = replicas[0], replicas[0].version()
    kept = partial(add, db)
    assert [kept("A-1", now - timedelta(days=1)), kept("A-2", now), kept("A-3", now, person="P-2")] == [100] * 3
    assert kept("A-2", now) == 200
    assert spendings.tokens(db, "P-1", now - timedelta(days=2)) == 300
    # What answers cost is no news of the books: what is kept for their version stays good.
    assert db.version() == version


def test_what_was_taken_is_told_by_person_and_by_their_own_days(replicas: list[Database], now: datetime) -> None:
    db, midnight = replicas[0], now.astimezone(ZoneInfo("Asia/Tokyo")).replace(hour=0, minute=0)
    for name, at, usd in (("A-1", midnight, 0.5), ("A-2", midnight + timedelta(hours=1), 0.25)):
        add(db, name, at, usd=usd)
    for name, hours in (("A-3", -1), ("A-4", -49)):
        add(db, name, midnight + timedelta(hours=hours), person="P-2", usd=None)
    today, before = spendings.days(db, now=now, last=2, zone=lambda _: ZoneInfo("Asia/Tokyo"))
    assert today == spendings.Day(midnight.date(), "P-1", 2, 180, 20, 0.75)
    assert before == spendings.Day(midnight.date() - timedelta(days=1), "P-2", 1, 90, 10, None)
