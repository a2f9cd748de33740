"""Empty databases, fast: each kind is migrated once and emptied or copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from knowledge.database import Database, Table


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "callsheet.db"
    db = Database(f"sqlite:///{path}")
    db.migrate()
    db.engine.dispose()
    return path


@pytest.fixture
def sqlite_db(migrated_file: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(migrated_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path}/callsheet.db")
    yield db
    db.engine.dispose()


@pytest.fixture(scope="session")
def migrated_server(postgres_url: str) -> str:
    db = Database(postgres_url)
    db.migrate()
    db.engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    """An empty, migrated database, once of each kind."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_db")
        return
    db = Database(request.getfixturevalue("migrated_server"))
    _empty(db)
    yield db
    db.engine.dispose()


def _empty(db: Database) -> None:
    """Every table without its rows; tables that are not ours, such as a left staging area, are gone."""
    with db.engine.begin() as connection:
        for name in set(inspect(connection).get_table_names()) - {*Table.metadata.tables, "alembic_version"}:
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
        for table in reversed(Table.metadata.sorted_tables):
            connection.execute(table.delete())
