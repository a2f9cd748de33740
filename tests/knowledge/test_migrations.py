"""The schema's history ends where the code is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

# Importing them registers their tables.
from knowledge import (  # noqa: F401
    crm,
    forecasts,
    holdouts,
    installations,
    ledger,
    migrations,
    models,
    notices,
    nudges,
    proposals,
    records,
    scores,
    spendings,
    standing,
    wishes,
)
from knowledge.crm import Lead, Person
from knowledge.database import WRITING, Database, Table
from knowledge.errors import CallsheetError, DatabaseUnreachable


# SQLite cannot say what an index on an expression is made of; PostgreSQL, with the same migration, can.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_a_migrated_database_has_the_tables_that_the_code_has(db):
    with db.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


@pytest.mark.parametrize(("table", "kind"), [("leads", "lead"), ("deals", "deal"), ("accounts", "account")])
def test_names_are_looked_up_in_an_index_however_big_the_book(sqlite_db, table, kind):
    asked = []
    event.listen(sqlite_db.engine, "before_cursor_execute", lambda _c, _u, sql, values, *_: asked.append((sql, values)))
    records.by_name(sqlite_db, kind, ["Ana Ruiz", "Bo Lind"])
    records.starting_with(sqlite_db, kind, ["an"])
    with sqlite_db.connect() as connection:
        by_name = [each for each in asked if "lower" in each[0]]
        assert len(by_name) == 2
        for sql, values in by_name:
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
            assert f"USING INDEX ix_{table}_name" in plan


def test_migrating_twice_changes_nothing_and_keeps_the_rows(db):
    with db.write() as session:
        session.add(Person(id="P-1", name="Ana Ruiz"))
    db.migrate()
    db.migrate()
    with db.read() as session:
        assert session.get_one(Person, "P-1").name == "Ana Ruiz"


def test_what_serves_in_a_database_of_before_is_said_to_have_served_since_it_was_trained(tmp_path, now):
    db = Database(f"sqlite:///{tmp_path}/callsheet.db")
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    with db.engine.connect().execution_options(**WRITING) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for version, serves in ((1, 0), (2, 1)):
            connection.exec_driver_sql(
                "INSERT INTO model_versions VALUES (?, 'ranking', ?, ?, ?, 'f', '[]', '{}', ?, x'00')",
                (str(version), version, "2026-03-01 10:00:00.000000", "2026-03-01 10:00:00.000000", serves),
            )
        connection.exec_driver_sql("INSERT INTO stale_leads (lead_id) VALUES ('a')")
        connection.commit()
    db.migrate()
    assert scores.stale_marks(db, scores.stale_ids(db)) == {"a": ""}
    card = models.served_at(db, "ranking", now)
    assert card is not None
    assert card.version == 2
    assert models.served_at(db, "ranking", card.trained_at - timedelta(seconds=1)) is None
    db.engine.dispose()


def test_there_is_one_line_of_revisions():
    assert len(ScriptDirectory(migrations.__path__[0]).get_heads()) == 1


def test_a_database_s_folder_is_made_on_the_way(tmp_path):
    db = Database(f"sqlite:///{tmp_path}/new/folder/callsheet.db")
    db.migrate()
    with db.read() as session:
        assert session.query(Lead).count() == 0
    db.engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody@127.0.0.1:1/none",
        "postgresql://nobody@no-such-host.invalid/none",
        "sqlite:///{folder}/a file/callsheet.db",
        "sqlite:///{folder}/a file",
        "sqlite:///{folder}",
    ],
)
def test_a_database_that_is_not_there_is_one_clear_sentence(url, tmp_path):
    (tmp_path / "a file").write_text("no database at all, just a page of text\n" * 40)
    db = Database(url.format(folder=tmp_path))
    for attempt in (db.migrate, db.version):
        with pytest.raises(CallsheetError, match=r"^The database cannot be reached; check CALLSHEET_DATABASE_URL"):
            attempt()
    db.engine.dispose()


def test_a_server_without_that_database_is_one_clear_sentence(postgres_url):
    db = Database(postgres_url)
    missing = Database(db.url.set(database="no_such_name").render_as_string(hide_password=False))
    with pytest.raises(DatabaseUnreachable):
        missing.migrate()
