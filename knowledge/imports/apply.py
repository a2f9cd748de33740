"""Checked rows into the books, a short transaction at a time; what is still staged is what is still to do."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from knowledge import local_edits
from knowledge.crm import DealChange, Lead, LeadChange, Team
from knowledge.database import Database, Table, bump
from knowledge.imports.rows import natural_id
from knowledge.imports.staging import Staging, unknown_teams
from knowledge.imports.unfinished import UnfinishedImport, turn
from knowledge.scores import mark_stale_of

# Small, because every index of the table is written and nobody else can write meanwhile.
PART_ROWS = 2_500
# SQLite has no queue: who waits for the lock looks again every few ms at first, so the gap between two
# transactions has to be longer than that.
BREATH_S = 0.03
# Where edits are written down: the history, its key, and what fields are called there (None: all, as they are).
HISTORIES: dict[str, tuple[type[Table], str, dict[str, str] | None]] = {
    "leads": (LeadChange, "lead_id", None),
    "deals": (
        DealChange,
        "deal_id",
        {"stage": "stage", "expected_close": "expected_close", "amount": "amount", "owner_id": "owner"},
    ),
}
# What a lead's score is made from, and where such a row says whose it is.
LEAD_OF = {"leads": "id", "lead_changes": "lead_id", "activities": "lead_id", "deals": "lead_id"}


@dataclass(frozen=True)
class Edit:
    """One field of one row that changes."""

    id: str
    field: str
    old: object
    new: object


@dataclass
class Tally:
    """What became of the rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def apply(staging: Staging, progress: Callable[[str, float], None]) -> Tally:
    """Rows go from the waiting room into the books, all of them; what became of them."""
    tally = Tally()
    first, last = _bounds(staging)
    for low in range(first, last + 1, PART_ROWS):
        with staging.db.write(books=False) as session:
            added, changed, total = _apply_part(session.connection(), staging, low, low + PART_ROWS)
            if added or changed:
                bump(session.connection())
        tally.added += added
        tally.changed += changed
        tally.unchanged += total - added - changed
        progress("writing", min(1.0, (low + PART_ROWS - first) / (last + 1 - first)))
        if staging.db.is_sqlite:
            time.sleep(BREATH_S)
    return tally


def resume_unfinished(db: Database) -> None:
    """Rolls forward imports that were cut off while they were written, and forgets those that had not come so far."""
    with turn(db) as ours:
        if ours:
            finish_leftovers(db)


def finish_leftovers(db: Database) -> None:
    """What `resume_unfinished` does, for who holds the turn already."""
    with db.read() as session:
        leftovers = list(session.scalars(select(UnfinishedImport)))
    for each in leftovers:
        staging = Staging(db, each.table, tuple(each.columns), tuple(each.attributes), each.at)
        if each.is_checked:
            # The books may have moved since the rows were checked.
            staging.remove(list(staging.unfit()))
            apply(staging, lambda *_: None)
        staging.close()


def as_text(value: object) -> str | None:
    """A value as histories write it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return json.dumps(value) if isinstance(value, (list, dict)) else str(value)


def _bounds(staging: Staging) -> tuple[int, int]:
    with staging.db.connect() as connection:
        first, last = connection.execute(select(func.min(staging.rows.c.row), func.max(staging.rows.c.row))).one()
    return (first, last) if first is not None else (0, -1)


def _apply_part(connection: Connection, staging: Staging, low: int, high: int) -> tuple[int, int, int]:
    rows = staging.rows
    part = (rows.c.row >= low) & (rows.c.row < high)
    total = connection.scalar(select(func.count()).select_from(rows).where(part)) or 0
    if "team_id" in staging.names:
        _add_teams(connection, rows)
    local_edits.keep(connection, staging.target, rows, part)
    added = _add(connection, staging, part)
    changed = _change(connection, staging, part) if len(added) < total else []
    touched = [*added, *changed]
    if touched:
        _mark_stale(connection, staging, part if len(touched) == total else part & rows.c.id.in_(touched))
    connection.execute(delete(rows).where(part))
    return len(added), len(changed), total


def _add_teams(connection: Connection, rows: sa.Table) -> None:
    teams = [{"id": id_, "name": id_} for id_ in connection.scalars(unknown_teams(rows))]
    if teams:
        connection.execute(insert(Team), teams)


def _add(connection: Connection, staging: Staging, part: sa.ColumnElement[bool]) -> Sequence[str]:
    """Inserts the rows whose id is new; those ids."""
    target, rows = staging.target, staging.rows
    given = [rows.c[name] for name in staging.names]
    needed = [column for column in target.c if not column.nullable and column.default is None]
    if any(column.name not in staging.names for column in needed):
        return []
    statement = _insert(connection, target).from_select(list(staging.names), select(*given).where(part))
    return connection.scalars(statement.on_conflict_do_nothing().returning(target.c.id)).all()


def _insert(connection: Connection, target: Any) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(target) if connection.dialect.name == "sqlite" else postgresql.insert(target)


def _change(connection: Connection, staging: Staging, part: sa.ColumnElement[bool]) -> list[str]:
    """Updates the rows that are there and say something else; their ids."""
    changes: dict[str, dict[str, Any]] = {}
    edits: list[Edit] = []
    for id_, old, new in _differing(connection, staging, part):
        if "attributes" in new:
            new["attributes"] = _merged(old["attributes"], new["attributes"], staging.attributes)
        found = [Edit(id_, name, old[name], value) for name, value in new.items() if old[name] != value]
        if found:
            changes[id_] = {f"new_{name}": value for name, value in new.items()} | {"key": id_}
            edits += found
    if changes:
        target = staging.target
        names = [name for name in staging.names if name != "id"]
        statement = update(target).where(target.c.id == bindparam("key"))
        connection.execute(
            statement.values({name: bindparam(f"new_{name}", type_=target.c[name].type) for name in names}),
            list(changes.values()),
        )
        _write_history(connection, staging, edits)
        _mark_left(connection, staging, edits)
    return list(changes)


def _differing(
    connection: Connection, staging: Staging, part: sa.ColumnElement[bool]
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    target, rows = staging.target.c, staging.rows.c
    names = [name for name in staging.names if name != "id"]
    if not names:
        return
    query = (
        select(*(target[name].label(f"old_{name}") for name in names), *(rows[name] for name in staging.names))
        .join_from(staging.rows, staging.target, rows.id == target.id)
        .where(part, sa.or_(*(target[name].is_distinct_from(rows[name]) for name in names)))
        .order_by(rows.row)
    )
    for row in connection.execute(query).mappings().all():
        yield row["id"], {name: row[f"old_{name}"] for name in names}, _picked(row, names)


def _picked(row: RowMapping, names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _merged(old: dict[str, Any], new: dict[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """The old attributes with those of the file in their place; a blank in the file takes one away."""
    return {key: value for key, value in old.items() if key in new or key not in columns} | new


def _write_history(connection: Connection, staging: Staging, edits: Sequence[Edit]) -> None:
    if staging.table not in HISTORIES:
        return
    history, key, called = HISTORIES[staging.table]
    entries: list[dict[str, Any]] = [
        {key: edit.id, "field": field, "old": as_text(edit.old), "new": as_text(edit.new)}
        for whole in edits
        for edit in _spread(whole)
        for field in [edit.field if called is None else called.get(edit.field)]
        if field is not None
    ]
    if not entries:
        return
    before = _already_at(connection, staging.at, history, key, {edit.id for edit in edits})
    stamp = staging.at.strftime("%Y-%m-%d %H:%M:%S.%f")
    for entry in entries:
        place = (entry[key], entry["field"])
        entry["id"] = natural_id((entry[key], stamp, entry["field"]), before.get(place, 0))
        entry["at"] = staging.at
    connection.execute(insert(history), entries)


def _spread(edit: Edit) -> Iterator[Edit]:
    """An edit of the attributes as one edit of each that changed."""
    if edit.field != "attributes":
        yield edit
        return
    old, new = edit.old, edit.new
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            yield Edit(edit.id, f"attributes.{name}", old.get(name), new.get(name))


def _already_at(
    connection: Connection, at: datetime, history: Any, key: str, ids: set[str]
) -> dict[tuple[str, str], int]:
    """How many edits of each field the history holds for this very instant: a clock may stand still."""
    columns = history.__table__.c
    query = select(columns[key], columns.field, func.count()).where(columns.at == at, columns[key].in_(ids))
    return {(id_, field): n for id_, field, n in connection.execute(query.group_by(columns[key], columns.field))}


def _mark_stale(connection: Connection, staging: Staging, touched: sa.ColumnElement[bool]) -> None:
    """The leads that these rows are about have to be scored again."""
    if staging.table not in LEAD_OF:
        return
    name, rows = LEAD_OF[staging.table], staging.rows
    if name in staging.names:
        leads = select(rows.c[name]).where(touched, rows.c[name].is_not(None))
    else:  # a file that names the row alone: the books know whose it is
        lead = staging.target.c[name]
        leads = select(lead).join(rows, rows.c.id == staging.target.c.id).where(touched, lead.is_not(None))
    mark_stale_of(connection, leads)


def _mark_left(connection: Connection, staging: Staging, edits: Sequence[Edit]) -> None:
    """So have the leads that rows were about until now."""
    left = {edit.old for edit in edits if edit.field == LEAD_OF.get(staging.table) and edit.old is not None}
    if left:
        mark_stale_of(connection, select(Lead.id).where(Lead.id.in_(left)))
