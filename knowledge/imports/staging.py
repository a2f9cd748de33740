"""The waiting room of an import: rows stand in a table of their own until all of them are checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import aliased

from knowledge.crm import ColumnRule, Person, Team
from knowledge.database import Database, bump
from knowledge.imports.mapping import table_of
from knowledge.imports.rows import Reasons
from knowledge.imports.unfinished import UnfinishedImport

# What one short transaction takes.
BATCH_ROWS = 8_000


@dataclass(frozen=True)
class Staging:
    """The rows of an import to `table` that wait; `at` is the instant of the import."""

    db: Database
    table: str
    names: tuple[str, ...]
    attributes: tuple[str, ...]
    at: datetime

    @cached_property
    def target(self) -> sa.Table:
        return table_of(self.table)

    @cached_property
    def rows(self) -> sa.Table:
        columns = [sa.Column(name, self.target.c[name].type) for name in self.names]
        number = sa.Column("row", sa.Integer, primary_key=True, autoincrement=False)
        return sa.Table(f"import_{self.table}", sa.MetaData(), number, *columns)

    def open(self) -> None:
        """Makes the empty table, and notes that an import has begun."""
        with self.db.write(books=False) as session:
            self.rows.drop(session.connection(), checkfirst=True)
            self.rows.create(session.connection())
            session.merge(
                UnfinishedImport(
                    table=self.table, at=self.at, columns=list(self.names), attributes=list(self.attributes)
                )
            )

    def add(self, rows: pa.Table) -> None:
        """Takes in rows with the columns of the table, in its order."""
        write = _insert_many if self.db.is_sqlite else _copy
        for start in range(0, len(rows), BATCH_ROWS):
            with self.db.write(books=False) as session:
                write(session.connection(), self.rows, rows.slice(start, BATCH_ROWS))

    def unfit(self, lacking: Sequence[str] = ()) -> Reasons:
        """The rows that contradict the books, with the reasons; nothing is changed."""
        reasons: Reasons = {}
        with self.db.connect() as connection:
            for query, reason in self._questions(lacking):
                for row, value in connection.execute(query):
                    reasons.setdefault(row, []).append(reason.format(value=value))
        return reasons

    def remove(self, rows: Sequence[int]) -> None:
        """Takes rows out again, a batch at a time."""
        for start in range(0, len(rows), BATCH_ROWS):
            with self.db.write(books=False) as session:
                session.execute(delete(self.rows).where(self.rows.c.row.in_(rows[start : start + BATCH_ROWS])))

    def new_teams(self) -> list[str]:
        """Teams that people belong to and that are not known yet."""
        if self.table != Person.__tablename__ or "team_id" not in self.names:
            return []
        with self.db.connect() as connection:
            return list(connection.scalars(unknown_teams(self.rows)))

    def seal(self, rules: dict[str, str] | None) -> None:
        """The point of no return: from here on the rows go in, even if the process dies."""
        with self.db.write(books=False) as session:
            if not self.db.is_sqlite:
                session.execute(sa.text(f'ANALYZE "{self.rows.name}"'))
            session.execute(update(UnfinishedImport).where(self._noted).values(is_checked=True))
            if rules is not None and _replace_rules(session.connection(), self.table, rules):
                bump(session.connection())

    def close(self) -> None:
        """Leaves nothing behind."""
        with self.db.write(books=False) as session:
            self.rows.drop(session.connection(), checkfirst=True)
            session.execute(delete(UnfinishedImport).where(self._noted))

    @property
    def _noted(self) -> sa.ColumnElement[bool]:
        return UnfinishedImport.table == self.table

    def _questions(self, lacking: Sequence[str]) -> Iterator[tuple[sa.Select[Any], str]]:
        rows, target = self.rows.c, self.target
        for key in sorted(target.foreign_keys, key=lambda key: str(key.parent.name)):
            name, other = key.parent.name, key.column
            if name not in self.names or (self.table, name) == ("people", "team_id"):
                continue
            known = select(1).where(other == rows[name]).exists()
            yield (
                select(rows.row, rows[name]).where(rows[name].is_not(None), ~known),
                (f"{name}: there is no '{{value}}' among the {other.table.name}"),
            )
        for column in target.c:
            if column.unique and column.name in self.names:
                yield from self._taken(column)
        if lacking:
            known = select(1).where(target.c.id == rows.id).exists()
            yield select(rows.row, rows.id).where(~known), f"{lacking[0]}: is missing, and '{{value}}' is new"

    def _taken(self, column: sa.Column[Any]) -> Iterator[tuple[sa.Select[Any], str]]:
        rows, earlier = self.rows, self.rows.alias()
        mine, reason = rows.c[column.name], f"{column.name}: '{{value}}' is taken already"
        others = select(1).where(column == mine, self.target.c.id != rows.c.id)
        repeats = select(1).where(earlier.c[column.name] == mine, earlier.c.row < rows.c.row)
        yield select(rows.c.row, mine).where(others.exists() | repeats.exists()), reason


def unknown_teams(rows: sa.Table) -> sa.Select[Any]:
    """A query for the teams that staged people belong to and that are not known yet."""
    known = select(1).where(aliased(Team).id == rows.c.team_id).exists()
    return select(rows.c.team_id).where(rows.c.team_id.is_not(None), ~known).distinct().order_by(rows.c.team_id)


def _insert_many(connection: Connection, table: sa.Table, rows: pa.Table) -> None:
    statement = str(insert(table).compile(dialect=connection.dialect))
    # Blank numbers come as NaN, which SQLite takes for NULL.
    values = [column.to_numpy().tolist() for column in rows.columns]
    connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def _copy(connection: Connection, table: sa.Table, rows: pa.Table) -> None:
    text = pa.BufferOutputStream()
    pa.csv.write_csv(rows, text, pa.csv.WriteOptions(include_header=False))
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(column.name) for column in table.c)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {quote(table.name)} ({columns}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getvalue())


def _replace_rules(connection: Connection, table: str, rules: dict[str, str]) -> bool:
    """Whether a mapping's rules changed any; what a person said stands, unless the mapping names that column."""
    of_table = ColumnRule.table == table
    old = list(connection.execute(select(ColumnRule.column, ColumnRule.rule, ColumnRule.decided_by).where(of_table)))
    decided = {row.column: row.rule for row in old if row.decided_by}
    if {row.column: row.rule for row in old} == decided | rules:
        return False
    replaced = or_(ColumnRule.decided_by.is_(None), ColumnRule.column.in_(rules))
    connection.execute(delete(ColumnRule).where(of_table, replaced))
    if rules:
        connection.execute(
            insert(ColumnRule), [{"table": table, "column": column, "rule": rule} for column, rule in rules.items()]
        )
    return True


def count(connection: Connection, table: sa.Table) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0
