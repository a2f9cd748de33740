"""Opens the books: SQLite in a file or PostgreSQL by URL, the same code for both."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, DateTime, Dialect, Numeric, String, create_engine, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from knowledge.errors import BadInput, DatabaseUnreachable, Unavailable

# A writer waits this long for another before it gives up; long jobs write in short transactions.
BUSY_TIMEOUT_MS = 20_000
# Slack hears within three seconds that what it sent could not be kept, and sends it again.
CONNECT_TIMEOUT_S = 2
# As many as work side by side; a connection of SQLite that is opened anew has lost what it had read.
POOL: dict[str, Any] = {"pool_size": 12, "max_overflow": 20}
CENT = Decimal("0.01")
# Marks a connection whose next transaction writes.
WRITING = {"callsheet_writes": True}


class Instant(TypeDecorator[datetime]):
    """A point in time: aware UTC in Python, naive UTC in the database. Naive values are refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """An amount with two decimals; SQLite has no decimal type, so it keeps a number rounded to the cent."""

    impl = Numeric(18, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        as_float: Numeric[float] = Numeric(18, 2, asdecimal=False)
        return dialect.type_descriptor(as_float if dialect.name == "sqlite" else Numeric(18, 2))

    def process_bind_param(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | float | None:
        if value is None:
            return None
        amount = Decimal(str(value)).quantize(CENT)
        return float(amount) if dialect.name == "sqlite" else amount

    def process_result_value(self, value: Decimal | float | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(str(value)).quantize(CENT)


Json = JSON().with_variant(JSONB(), "postgresql")


class Table(DeclarativeBase):
    """Base of every table."""

    type_annotation_map: ClassVar = {
        datetime: Instant(),
        Decimal: Money(),
        str: String(),
        dict[str, Any]: Json,
        list[Any]: Json,
    }


class Version(Table):
    """A counter that every write to the books moves on, so that readers know when what they keep is old."""

    __tablename__ = "versions"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Database:
    """The books behind one URL.

    Raises
    ------
    BadInput
        When the URL is no database URL.
    """

    def __init__(self, url: str) -> None:
        self.url = _parse(url)
        self.engine = _engine(self.url)
        self._writing = threading.Lock()

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The file of a SQLite database; None for a server or a database in memory."""
        name = self.url.database if self.is_sqlite else None
        return Path(name) if name and name != ":memory:" else None

    def copy_to(self, file: Path) -> None:
        """Writes all of an embedded database to another file, as it is at this instant."""
        assert self.path
        with closing(sqlite3.connect(self.path)) as here, closing(sqlite3.connect(file)) as there:
            here.backup(there)

    def migrate(self) -> None:
        """Brings the schema up to date; creates it in an empty database."""
        with _reachable():
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True)
        with _reachable(), self.engine.connect().execution_options(**WRITING) as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()

    def is_migrated(self) -> bool:
        """Whether the schema is the one that this code was written for."""
        with self.connect() as connection:
            return MigrationContext.configure(connection).get_current_heads() == _heads()

    def clear(self) -> None:
        """Empties every table; the schema stays, and the books' version moves on."""
        with self.write() as session:
            for table in reversed(Table.metadata.sorted_tables):
                if table is not Version.__table__:
                    session.execute(table.delete())

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for reading in bulk."""
        with _reachable(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that only reads."""
        with _reachable(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, books: bool = True) -> Iterator[Session]:
        """A session in one transaction: all of it is kept, or nothing.

        `books` says that what people see changes with it; writes to the ledger alone say False,
        so that answers kept for a version of the books stay good.
        """
        with _reachable(), self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            session.connection(execution_options=WRITING)
            yield session
            if books:
                session.flush()
                bump(session.connection())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Lets one write at a time into a file: SQLite would have the others look again after ever longer pauses."""
        if not self.is_sqlite:
            yield
        elif self._writing.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
            try:
                yield
            finally:
                self._writing.release()
        else:
            raise Unavailable("The books are being written to; try again in a minute.")

    def version(self) -> int:
        """The number of the last write to the books."""
        with self.read() as session:
            return session.scalar(select(Version.value).where(Version.name == "books")) or 0


def bump(connection: Connection) -> None:
    """Moves the books' version on, inside the caller's transaction."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(Version)
    first = insert.values(name="books", value=1)
    connection.execute(first.on_conflict_do_update(index_elements=["name"], set_={"value": Version.value + 1}))


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@cache
def _heads() -> tuple[str, ...]:
    return tuple(ScriptDirectory.from_config(_config()).get_heads())


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise BadInput(
            f'"{url.split("@")[-1]}" is no database URL; use sqlite:///file.db or postgresql://user@host/name.'
        ) from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadInput("Only SQLite and PostgreSQL are supported; set CALLSHEET_DATABASE_URL to one of them.")
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        waits = {"connect_timeout": CONNECT_TIMEOUT_S}
        return create_engine(url, pool_pre_ping=True, connect_args=waits, **POOL)
    pool = POOL if url.database and url.database != ":memory:" else {}
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **pool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns into a writer half-way cannot wait its turn and fails, so writers say so at once.
    writes = connection.get_execution_options().get("callsheet_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver's own transaction handling would turn BEGIN IMMEDIATE into an error.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-65536",
        "mmap_size=1073741824",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _reachable() -> Iterator[None]:
    """Turns a database that does not answer into one clear sentence."""
    try:
        yield
    except DBAPIError as error:
        if "database is locked" in str(error.orig):
            raise Unavailable("The books are being written to; try again in a minute.") from error
        if error.connection_invalidated or _is_unreachable(error):
            raise DatabaseUnreachable from error
        raise
    except PoolTimeout as error:
        raise Unavailable("Too many are asking the books at once; try again in a minute.") from error
    except OSError as error:  # the folder of a SQLite file cannot be made
        raise DatabaseUnreachable from error


def _is_unreachable(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    signs = (
        "unable to open database",
        "connection refused",
        "could not connect",
        "connection failed",
        "no such host",
        "could not translate host",
        "failed to resolve",
        "server closed the connection",
        "not a database",
        "disk i/o error",
        "authentication failed",
    )
    return any(sign in text for sign in signs)
