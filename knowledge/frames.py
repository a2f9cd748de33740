"""The only way rows become frames: the books as they were known at an instant.

`load` reads once; `History.at` cuts. What was recorded after the instant is not there, what was edited after it
has its old value again. Models see nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import DateTime, Float, Select, String, func, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.orm import InstrumentedAttribute

from knowledge.crm import Activity, ColumnRule, Deal, Lead, LeadChange, Person
from knowledge.database import Database, Instant, Money
from knowledge.edits import Edits

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
PEOPLE_COLUMNS = ("team_id", "languages")
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


def nobody() -> pd.DataFrame:
    """A frame of people without any."""
    return pd.DataFrame({name: pd.Series(dtype=object) for name in PEOPLE_COLUMNS})


@dataclass(frozen=True)
class History:
    """All that the books hold on some leads, up to `until`; `at` cuts it to what was known earlier.

    `people` is everyone who may own one, also who left, indexed by id, with `PEOPLE_COLUMNS`.
    """

    until: datetime
    leads: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame
    rules: dict[str, str]
    people: pd.DataFrame = field(default_factory=nobody)

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
        unborn = (self.leads["created_at"] > moment).to_numpy()
        leads, attributes = self._edits.taken_back(moment, self.leads, self.attributes)
        if unborn.any():
            leads, attributes = leads[~unborn], attributes[~unborn]
        later = leads["outcome_at"] > moment
        if later.any():
            leads.loc[later, "outcome"] = "open"
            leads.loc[later, "outcome_at"] = pd.NaT
        done, edited = _done_by(self.activities, moment), _up_to(self.changes, moment)
        return Snapshot(as_of, leads, attributes, done, edited)

    @cached_property
    def _edits(self) -> Edits:
        # A history is cut at many instants.
        return Edits(self.changes, self.leads, self.attributes)


def load(db: Database, *, until: datetime, ids: Sequence[str] | None = None) -> History:
    """Everything known up to `until` about all leads, or about those of `ids` only."""
    with db.connect() as connection:
        leads = _read(connection, Lead, (*LEAD_COLUMNS, "attributes"), Lead.id, ids, db).set_index("id")
        activities = _read(connection, Activity, ACTIVITY_COLUMNS, Activity.lead_id, ids, db)
        changes = _read(connection, LeadChange, CHANGE_COLUMNS, LeadChange.lead_id, ids, db)
        _win_by_deal(connection, leads, ids, db)
        rules, people = _rules(connection), _people(connection)
    attributes = _columns_of(leads.pop("attributes"), rules)
    moment = pd.Timestamp(until)
    activities, changes = _in_order(activities), _in_order(changes)
    # What was edited since cannot be taken back later: these edits do not belong to the history.
    leads, attributes = Edits(changes, leads, attributes).taken_back(moment, leads, attributes)
    done = _done_by(activities, moment).reset_index(drop=True)
    return History(until, leads, attributes, done, _up_to(changes, moment), rules, people)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in order of time."""
    return rows if len(rows) < 2 else rows.sort_values("at", kind="stable", ignore_index=True)


def _done_by(activities: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Activities in order of time, those both done and recorded by an instant."""
    done = _up_to(activities, moment)
    late = (done["recorded_at"] > moment).to_numpy()
    return done[~late] if late.any() else done


def _up_to(rows: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """Rows in order of time, cut at an instant."""
    return rows.iloc[: int(rows["at"].array.searchsorted(moment, side="right"))]


def _read(
    connection: Connection,
    model: Any,
    names: Iterable[str],
    key: InstrumentedAttribute[Any],
    ids: Sequence[str] | None,
    db: Database,
) -> pd.DataFrame:
    columns = {name: model.__table__.c[name] for name in names}
    query = _query(model, tuple(columns), db.is_sqlite)
    queries = [query] if ids is None else [query.where(key.in_(part)) for part in _parts(ids)]
    if ids is None and key is not Lead.id:
        queries = [query.where(key.is_not(None))]
    rows = [row for each in queries for row in connection.execute(each).fetchall()]
    if not rows:
        return _nothing(model, tuple(columns)).copy()
    return _frame(rows, columns)


@cache
def _nothing(model: Any, names: tuple[str, ...]) -> pd.DataFrame:
    """A frame without rows: most new leads have no past, and making one takes as long as reading some."""
    return _frame([], {name: model.__table__.c[name] for name in names})


def _frame(rows: Sequence[Any], columns: Mapping[str, Any]) -> pd.DataFrame:
    # All as they are at first: made a column at a time, a frame of few rows would cost more than reading them.
    cells = np.empty((len(columns), len(rows)), dtype=object)
    for i in range(len(columns)):
        cells[i] = [row[i] for row in rows]
    frame = pd.DataFrame(cells.T, columns=list(columns), dtype=object)
    for column, values in zip(columns.values(), cells, strict=True):
        if isinstance(column.type, Instant):
            frame[column.name] = pd.to_datetime(values, utc=True, format="ISO8601").as_unit("us")
        elif isinstance(column.type, Money) or column.name in ("sequence", "duration_s"):
            frame[column.name] = values.astype(np.float64)
    return frame


@cache
def _query(model: Any, names: tuple[str, ...], is_sqlite: bool) -> Select[Any]:
    return select(*(_plain(model.__table__.c[name], is_sqlite).label(name) for name in names))


def _plain(column: Any, is_sqlite: bool) -> Any:
    """The column without our Python conversions: a million rows are converted at once, not one by one."""
    if isinstance(column.type, Instant):
        return type_coerce(column, String() if is_sqlite else DateTime())
    if isinstance(column.type, Money):
        return type_coerce(column, Float())
    return type_coerce(column, String()) if column.name == "attributes" and is_sqlite else column


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
    if won.empty:
        return
    leads.loc[won.index, "outcome"] = "won"
    leads.loc[won.index, "outcome_at"] = pd.to_datetime(won, utc=True)


def _people(connection: Connection) -> pd.DataFrame:
    rows = [tuple(row) for row in connection.execute(select(Person.id, Person.team_id, Person.languages))]
    return pd.DataFrame.from_records(rows, columns=["id", *PEOPLE_COLUMNS], index="id")


def _rules(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(ColumnRule.column, ColumnRule.rule).where(ColumnRule.table == "leads"))
    return {row.column: row.rule for row in rows}
