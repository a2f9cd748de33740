"""What people said of columns: known before the outcome, or only after."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select

from knowledge.crm import ColumnRule
from knowledge.database import Database

Rule = Literal["keep", "drop"]


def of(db: Database, table: str = "leads") -> dict[str, str]:
    """The rule of each column that has one: `keep`, `drop` or `sensitive`."""
    with db.read() as session:
        rows = session.scalars(select(ColumnRule).where(ColumnRule.table == table))
        return {row.column: row.rule for row in rows}


def decide(db: Database, column: str, rule: Rule, *, by: str, table: str = "leads") -> None:
    """Keeps what a person said of a column; it stands until they, or a mapping that names it, say otherwise."""
    with db.write() as session:
        session.merge(ColumnRule(table=table, column=column, rule=rule, decided_by=by))
