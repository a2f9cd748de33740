"""Rows of a table as frames, read in bulk: what `frames` and `pipeline` cut at an instant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import DateTime, Float, Select, String, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from knowledge.database import Database, Instant, Money

# Below the number of variables that SQLite takes in one statement.
IDS_A_QUERY = 20_000


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of time."""
    return rows if len(rows) < 2 else rows.sort_values("at", kind="stable", ignore_index=True)


def done_by(activities: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Activities in order of time, those both done and recorded by an instant."""
    done = up_to(activities, moment)
    late = (done["recorded_at"] > moment).to_numpy()
    return done[~late] if late.any() else done


def up_to(rows: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Rows in order of time, cut at an instant."""
    return rows.iloc[: int(rows["at"].array.searchsorted(moment, side="right"))]


def read(
    connection: Connection,
    model: Any,
    names: Iterable[str],
    key: InstrumentedAttribute[Any],
    ids: Sequence[str] | None,
    db: Database,
) -> pd.DataFrame:
    """Columns of the rows whose `key` is among `ids`, or of all that have one."""
    columns = {name: model.__table__.c[name] for name in names}
    rows = fetched(connection, chosen(_query(model, tuple(columns), db.is_sqlite), key, ids))
    if not rows:
        return _nothing(model, tuple(columns)).copy()
    return framed(rows, columns)


def chosen(query: Any, key: Any, ids: Sequence[str] | None) -> list[Any]:
    """The queries, together, for the rows whose `key` is among `ids`, or for all that have one."""
    return [query.where(key.is_not(None))] if ids is None else [query.where(key.in_(part)) for part in parts(ids)]


def fetched(connection: Connection, queries: Iterable[Any]) -> list[Any]:
    """The rows of several queries, one after the other."""
    return [row for each in queries for row in connection.execute(each).fetchall()]


@cache
def _nothing(model: Any, names: tuple[str, ...]) -> pd.DataFrame:
    """A frame without rows: most new leads have no past, and making one takes as long as reading some."""
    return framed([], {name: model.__table__.c[name] for name in names})


def framed(rows: Sequence[Any], columns: Mapping[str, Any]) -> pd.DataFrame:
    """Rows as a frame: instants, money and numbers by the columns they were read from, all else as it is."""
    # All as they are at first: made a column at a time, a frame of few rows would cost more than reading them.
    cells = np.empty((len(columns), len(rows)), dtype=object)
    for i in range(len(columns)):
        cells[i] = [row[i] for row in rows]
    frame = pd.DataFrame(cells.T, columns=list(columns), dtype=object)
    for (name, column), values in zip(columns.items(), cells, strict=True):
        if isinstance(column.type, Instant):
            frame[name] = pd.to_datetime(values, utc=True, format="ISO8601").as_unit("us")
        elif isinstance(column.type, Money) or name in ("sequence", "duration_s"):
            frame[name] = values.astype(np.float64)
    return frame


@cache
def _query(model: Any, names: tuple[str, ...], is_sqlite: bool) -> Select[Any]:
    return select(*(plain(model.__table__.c[name], is_sqlite).label(name) for name in names))


def plain(column: Any, is_sqlite: bool) -> Any:
    """The column without our Python conversions: a million rows are converted at once, not one by one."""
    if isinstance(column.type, Instant):
        return type_coerce(column, String() if is_sqlite else DateTime())
    if isinstance(column.type, Money):
        return type_coerce(column, Float())
    return type_coerce(column, String()) if column.name == "attributes" and is_sqlite else column


def parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in portions that one statement takes."""
    yield from (ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY))


def columns_of(cells: pd.Series, rules: dict[str, str]) -> pd.DataFrame:
    """Custom columns side by side; what an admin dropped or kept for fairness checks alone is left out."""
    rows = [json.loads(cell) if isinstance(cell, str) else cell or {} for cell in cells]
    frame = pd.DataFrame.from_records(rows, index=cells.index) if any(rows) else pd.DataFrame(index=cells.index)
    return frame.drop(columns=[name for name in frame if rules.get(str(name)) in ("drop", "sensitive")])
