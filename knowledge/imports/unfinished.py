"""Imports under way: one at a time, and known by name so that one cut off can be rolled forward."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge.database import Database, Table

# Any number will do, as long as nothing else locks it.
ADVISORY_KEY = 7_243_001


class UnfinishedImport(Table):
    """An import that has begun. Once `is_checked` its rows are complete and only wait to be applied."""

    __tablename__ = "unfinished_imports"

    table: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    columns: Mapped[list[Any]]
    attributes: Mapped[list[Any]]
    is_checked: Mapped[bool] = mapped_column(default=False)


@contextmanager
def turn(db: Database) -> Iterator[bool]:
    """Whether it is our turn to import; held until left, and let go by the system if the process dies."""
    with _sqlite_turn(db) if db.is_sqlite else _postgres_turn(db) as ours:
        yield ours


@contextmanager
def _sqlite_turn(db: Database) -> Iterator[bool]:
    # A lock on a file of its own: one on the books would keep every other writer out.
    place = f"{db.path}-import" if db.path else ":memory:"
    with closing(sqlite3.connect(place, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            yield False
        else:
            yield True


@contextmanager
def _postgres_turn(db: Database) -> Iterator[bool]:
    with db.connect() as connection:
        # Without a transaction, which would hold back the cleaning of every table while the import runs.
        connection.execution_options(isolation_level="AUTOCOMMIT")
        ours = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}))
        try:
            yield ours
        finally:
            if ours:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_KEY})
