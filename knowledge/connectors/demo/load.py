"""Rows into the database, in bulk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert

from knowledge.crm import BOOKS
from knowledge.database import Database

# Rows a transaction: short enough that nobody waits long for the writer.
BATCH = 10_000


def load(db: Database, books: dict[str, list[dict[str, Any]]], progress: Callable[[float], None]) -> None:
    """Writes the rows of every table, in an order in which each reference is there before it is used."""
    total, done = sum(map(len, books.values())), 0
    for name, model in BOOKS.items():
        rows = books.get(name, [])
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            with db.write() as session:
                session.connection().execute(insert(model.__table__), part)  # type: ignore[arg-type]
            done += len(part)
            progress(done / max(total, 1))
