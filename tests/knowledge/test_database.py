"""Both databases keep what they are given, whole, and say when it moved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError, StatementError

from knowledge.crm import Account, Lead, Order, Person, Snooze
from knowledge.database import Database
from knowledge.errors import BadInput, CallsheetError

on_one_database = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def again(db: Database) -> Database:
    """The same books, opened a second time."""
    return Database(db.url.render_as_string(hide_password=False))


def count(db: Database, model: type) -> int:
    with db.read() as session:
        return session.query(model).count()


def test_a_write_is_kept_whole_or_not_at_all(db):
    version = db.version()
    with pytest.raises(RuntimeError), db.write() as session:
        session.add(Person(id="P-1", name="Ana Ruiz"))
        session.flush()
        raise RuntimeError("half-way")
    assert count(db, Person) == 0
    assert db.version() == version


def test_a_row_that_points_at_nobody_is_refused(db):
    with pytest.raises(IntegrityError), db.write() as session:
        session.add(Lead(id="L-1", owner_id="nobody"))
    assert count(db, Lead) == 0


def test_the_version_moves_on_with_writes_to_the_books_only(db):
    start = db.version()
    with db.write() as session:
        session.add(Person(id="P-1", name="Ana Ruiz"))
    moved = db.version()
    with db.write(books=False) as session:
        session.add(Person(id="P-2", name="Bo Lind"))
    assert start < moved == db.version()


def test_emptying_the_books_moves_the_version_on_so_that_nobody_keeps_what_was_there(db):
    for id_ in ("P-1", "P-2", "P-3"):
        with db.write() as session:
            session.add(Person(id=id_, name=id_))
    full = db.version()
    db.clear()
    assert count(db, Person) == 0
    assert db.version() > full


def test_writers_at_the_same_time_wait_for_one_another_and_none_is_lost(db):
    db.clear()
    start, replicas = db.version(), [db, again(db)]

    def write(n: int) -> None:
        with replicas[n % 2].write() as session:
            session.add(Person(id=f"P-{n}", name=f"Person {n}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(24)))
    assert count(db, Person) == 24
    assert db.version() == start + 24
    replicas[1].engine.dispose()


def test_the_first_writers_of_new_books_do_not_trip_over_each_other(db):
    replicas = [db, again(db)]

    def write(n: int) -> None:
        with replicas[n].write() as session:
            session.add(Person(id=f"P-{n}", name=f"Person {n}"))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    assert db.version() == 2
    replicas[1].engine.dispose()


def test_a_reader_is_not_kept_waiting_by_a_writer_and_sees_only_what_is_done(db):
    with db.write() as session:
        session.add(Person(id="P-1", name="Ana Ruiz"))
        session.flush()
        assert count(db, Person) == 0
    assert count(db, Person) == 1


def test_an_instant_without_a_time_zone_is_refused(db):
    with pytest.raises(StatementError, match="an instant needs a time zone"), db.write() as session:
        session.add(Lead(id="L-1", created_at=datetime(2026, 3, 18, 12)))


@on_one_database
@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), hours=st.integers(-12, 14))
def test_an_instant_comes_back_as_the_same_instant_in_utc(db, at, hours):
    at = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    with db.write() as session:
        session.merge(Lead(id="L-1", created_at=at))
    with db.read() as session:
        kept = session.get_one(Lead, "L-1").created_at
    assert kept == at
    assert kept.tzinfo is UTC


def test_instants_are_compared_as_instants_whatever_zone_they_are_asked_in(db):
    noon = datetime(2026, 3, 18, 12, tzinfo=UTC)
    with db.write() as session:
        session.add_all([Person(id="P-1", name="Ana"), Lead(id="L-1")])
        session.flush()
        session.add(Snooze(id="S-1", lead_id="L-1", person_id="P-1", until=noon))
    tokyo = timezone(timedelta(hours=9))
    for at, found in ((noon - timedelta(seconds=1), 1), (noon, 0)):
        with db.read() as session:
            assert len(session.scalars(select(Snooze).where(Snooze.until > at.astimezone(tokyo))).all()) == found


@on_one_database
@given(amounts=st.lists(st.decimals(-(10**12), 10**12, places=2), min_size=1, max_size=20))
def test_money_keeps_its_cents(db, amounts):
    at = datetime(2026, 3, 18, tzinfo=UTC)
    with db.write() as session:
        session.merge(Account(id="A-1", name="Acme"))
        session.execute(delete(Order))
        session.add_all(Order(id=str(n), account_id="A-1", at=at, amount=each) for n, each in enumerate(amounts))
    with db.read() as session:
        kept = {order.id: order.amount for order in session.scalars(select(Order))}
        total = session.scalar(select(func.sum(Order.amount)))
    assert kept == {str(n): each for n, each in enumerate(amounts)}
    assert all(isinstance(each, Decimal) for each in kept.values())
    assert abs(total - sum(amounts)) <= Decimal("0.01")


def test_custom_columns_come_back_as_they_were(db):
    attributes = {"plan": "Größe M", "seats": 12, "share": 0.25, "tags": ["a", "b"], "gone": None, "vip": True}
    with db.write() as session:
        session.add(Lead(id="L-1", attributes=attributes))
    with db.read() as session:
        assert session.get_one(Lead, "L-1").attributes == attributes


@pytest.mark.parametrize(("url", "sentence"), [
    ("callsheet.db", "is no database URL"),
    ("", "is no database URL"),
    ("nosuchthing://host/name", "is no database URL"),
    ("postgresql://ana:secret@host:port/name", "is no database URL"),
    ("mysql://ana:secret@host/name", "Only SQLite and PostgreSQL"),
])  # fmt: skip
def test_a_url_that_is_none_is_refused_without_showing_its_password(url, sentence):
    with pytest.raises(BadInput, match=sentence) as refused:
        Database(url)
    assert "secret" not in str(refused.value)


def test_a_database_is_named_without_its_password():
    assert str(Database("postgresql://ana:secret@host/books")) == "postgresql://ana:***@host/books"


def test_a_file_knows_its_path_and_a_server_has_none(tmp_path):
    assert Database(f"sqlite:///{tmp_path}/a.db").path == tmp_path / "a.db"
    assert Database("postgresql://ana@host/books").path is None
    assert Database("sqlite://").path is None


def test_a_faulty_query_is_not_taken_for_a_missing_database(db):
    with pytest.raises(Exception, match="no_such_table") as error, db.connect() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert not isinstance(error.value, CallsheetError)


def test_a_database_says_whether_its_schema_is_the_one_of_this_code(sqlite_db):
    assert sqlite_db.is_migrated()
    with sqlite_db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    assert not sqlite_db.is_migrated()
