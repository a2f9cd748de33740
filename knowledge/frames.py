"""The only way rows become frames: the books as they were known at an instant.

`load` reads once; `History.at` cuts. What was recorded after the instant is not there, what was edited after it
has its old value again. Models see nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import DateTime, Float, String, func, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from knowledge.crm import Activity, ColumnRule, Deal, Lead, LeadChange
from knowledge.database import Database, Instant, Money

LEAD_COLUMNS = (
    "id",
    "source",
    "country",
    "language",
    "timezone",
    "phone",
    "created_at",
    "owner_id",
    "status",
    "outcome",
    "outcome_at",
    "value",
    "do_not_call",
    "consent",
    "merged_into",
    "sequence",
)
ACTIVITY_COLUMNS = (
    "kind",
    "at",
    "recorded_at",
    "person_id",
    "lead_id",
    "direction",
    "disposition",
    "duration_s",
)
CHANGE_COLUMNS = ("lead_id", "at", "field", "old", "new")
# Below the number of variables that SQLite takes in one statement.
IDS_A_QUERY = 20_000


@dataclass(frozen=True)
class Snapshot:
    """The leads as known at `as_of`.

    Attributes
    ----------
    leads : frame indexed by lead id with `LEAD_COLUMNS`
    attributes : frame indexed alike, one column for each custom column of the CRM
    activities : frame with `ACTIVITY_COLUMNS`, in order of time
    changes : frame with `CHANGE_COLUMNS`, in order of time
    """

    as_of: datetime
    leads: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame

    @property
    def open_ids(self) -> pd.Index:
        """Leads still to be decided; one merged into another is not counted twice."""
        return self.leads.index[(self.leads["outcome"] == "open") & self.leads["merged_into"].isna()]


@dataclass(frozen=True)
class History:
    """All that the books hold on some leads, up to `until`; `at` cuts it to what was known earlier."""

    until: datetime
    leads: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame
    rules: dict[str, str]

    @property
    def is_dated(self) -> bool:
        """Whether it is known when leads came in and when they were won; else labels can only say "ever won"."""
        won = self.leads["outcome"] == "won"
        return bool(
            self.leads["created_at"].notna().mean() > 0.5 and self.leads.loc[won, "outcome_at"].notna().mean() > 0.5
        )

    def at(self, as_of: datetime) -> Snapshot:
        """What was known at `as_of`, an aware instant not after `until`."""
        moment = pd.Timestamp(as_of)
        alive = self.leads["created_at"].isna() | (self.leads["created_at"] <= moment)
        leads, attributes = self.leads[alive].copy(), self.attributes[alive].copy()
        _undo(self.changes[self.changes["at"] > moment], leads, attributes)
        later = leads["outcome_at"] > moment
        leads.loc[later, "outcome"] = "open"
        leads.loc[later, "outcome_at"] = pd.NaT
        known = self.activities[["at", "recorded_at"]].max(axis=1) <= moment
        changes = self.changes[self.changes["at"] <= moment]
        return Snapshot(as_of, leads, attributes, self.activities[known], changes)


def load(db: Database, *, until: datetime, ids: Sequence[str] | None = None) -> History:
    """Everything known up to `until` about all leads, or about those of `ids` only."""
    with db.connect() as connection:
        leads = _read(connection, Lead, (*LEAD_COLUMNS, "attributes"), Lead.id, ids, db).set_index("id")
        activities = _read(connection, Activity, ACTIVITY_COLUMNS, Activity.lead_id, ids, db)
        changes = _read(connection, LeadChange, CHANGE_COLUMNS, LeadChange.lead_id, ids, db)
        _win_by_deal(connection, leads, ids, db)
        rules = _rules(connection)
    attributes = _columns_of(leads.pop("attributes"), rules)
    moment = pd.Timestamp(until)
    # What was edited since cannot be undone later: these edits do not belong to the history.
    _undo(changes[changes["at"] > moment].sort_values("at", kind="stable"), leads, attributes)
    known = activities[["at", "recorded_at"]].max(axis=1) <= moment
    return History(
        until,
        leads,
        attributes,
        activities[known].sort_values("at", kind="stable", ignore_index=True),
        changes[changes["at"] <= moment].sort_values("at", kind="stable", ignore_index=True),
        rules,
    )


def _undo(later: pd.DataFrame, leads: pd.DataFrame, attributes: pd.DataFrame) -> None:
    """Gives each edited field back the value it had before its first later edit."""
    first = later.drop_duplicates(["lead_id", "field"])
    first = first[first["lead_id"].isin(leads.index)]
    for field, edits in first.groupby("field"):
        name = str(field)
        frame, column = (
            (attributes, name.removeprefix("attributes.")) if name.startswith("attributes.") else (leads, name)
        )
        if column in frame.columns:
            frame.loc[edits["lead_id"], column] = _as_kind(edits["old"], frame[column]).to_numpy()


def _as_kind(text: pd.Series, like: pd.Series) -> pd.Series:
    """Recorded text as values of the column it goes back into."""
    if isinstance(like.dtype, pd.DatetimeTZDtype):
        return pd.to_datetime(text, utc=True, format="ISO8601").astype(like.dtype)
    if pd.api.types.is_numeric_dtype(like):
        return pd.to_numeric(text, errors="coerce").astype("float64")
    if like.name in ("do_not_call", "consent"):
        said = text.map({"True": True, "true": True, "1": True, "False": False, "false": False, "0": False})
        return said.astype(object).where(said.notna(), None)
    return text.astype(object).where(text.notna(), None)


def _read(
    connection: Connection,
    model: Any,
    names: Iterable[str],
    key: InstrumentedAttribute[Any],
    ids: Sequence[str] | None,
    db: Database,
) -> pd.DataFrame:
    columns = {name: model.__table__.c[name] for name in names}
    query = select(*(_plain(column, db).label(name) for name, column in columns.items()))
    queries = [query] if ids is None else [query.where(key.in_(part)) for part in _parts(ids)]
    if ids is None and key is not Lead.id:
        queries = [query.where(key.is_not(None))]
    # Plain tuples: pandas asks a database row for names that it does not have, slowly.
    rows = [tuple(row) for each in queries for row in connection.execute(each).fetchall()]
    frame = pd.DataFrame.from_records(rows, columns=list(columns))
    return frame.assign(**{n: _typed(frame[n], column) for n, column in columns.items()})


def _plain(column: Any, db: Database) -> Any:
    """The column without our Python conversions: a million rows are converted at once, not one by one."""
    if isinstance(column.type, Instant):
        return type_coerce(column, String() if db.is_sqlite else DateTime())
    if isinstance(column.type, Money):
        return type_coerce(column, Float())
    return type_coerce(column, String()) if column.name == "attributes" and db.is_sqlite else column


def _typed(values: pd.Series, column: Any) -> pd.Series:
    if isinstance(column.type, Instant):
        return pd.to_datetime(values, utc=True, format="ISO8601" if values.dtype == "str" else None).astype(
            "datetime64[us, UTC]"
        )
    if isinstance(column.type, Money) or column.name in ("sequence", "duration_s"):
        return values.astype("float64")
    return values.astype(object).where(values.notna(), None)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY))


def _columns_of(cells: pd.Series, rules: dict[str, str]) -> pd.DataFrame:
    """Custom columns side by side; what an admin dropped or kept for fairness checks alone is left out."""
    rows = [json.loads(cell) if isinstance(cell, str) else cell or {} for cell in cells]
    frame = pd.DataFrame.from_records(rows, index=cells.index) if any(rows) else pd.DataFrame(index=cells.index)
    return frame.drop(columns=[name for name in frame if rules.get(str(name)) in ("drop", "sensitive")])


def _win_by_deal(connection: Connection, leads: pd.DataFrame, ids: Sequence[str] | None, db: Database) -> None:
    """A lead still marked open is won when its first deal is."""
    query: Any = select(Deal.lead_id, func.min(Deal.closed_at)).where(Deal.outcome == "won", Deal.lead_id.is_not(None))
    queries = [query] if ids is None else [query.where(Deal.lead_id.in_(part)) for part in _parts(ids)]
    won = pd.Series(
        {id_: at for each in queries for id_, at in connection.execute(each.group_by(Deal.lead_id))}, dtype=object
    )
    won = won[won.index.isin(leads.index[leads["outcome"] == "open"])]
    leads.loc[won.index, "outcome"] = "won"
    leads.loc[won.index, "outcome_at"] = pd.to_datetime(won, utc=True)


def _rules(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(ColumnRule.column, ColumnRule.rule).where(ColumnRule.table == "leads"))
    return {row.column: row.rule for row in rows}
