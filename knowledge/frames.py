"""The only way rows become frames: the books as they were known at an instant.

`load` reads once; `History.at` cuts. What was recorded after the instant is not there, what was edited after it
has its old value again. Models see nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, ClassVar

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from knowledge import customers, reading
from knowledge.crm import Activity, ColumnRule, Deal, Lead, LeadChange, Person
from knowledge.database import Database
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
    key: ClassVar[str] = "lead_id"
    born: ClassVar[str] = "created_at"

    @property
    def records(self) -> pd.DataFrame:
        """What the snapshot is of."""
        return self.leads

    @property
    def open_ids(self) -> pd.Index:
        """Leads still to be decided; one merged into another is not counted twice."""
        return self.leads.index[(self.leads["outcome"] == "open") & self.leads["merged_into"].isna()]


def nobody() -> pd.DataFrame:
    """A frame of people without any."""
    return _nobody().copy()


@cache
def _nobody() -> pd.DataFrame:
    # Made once: making it takes as long as asking for the people.
    return pd.DataFrame({name: pd.Series(dtype=object) for name in PEOPLE_COLUMNS})


@dataclass(frozen=True)
class History:
    """All that the books hold on some leads, up to `until`; `at` cuts it to what was known earlier.

    `people` is everyone who may own one, also who left, indexed by id, with `PEOPLE_COLUMNS`; `customers` are those of
    whom it is known whether they stayed (`customers.read`). Both are nobody where only some leads were asked for.
    """

    until: datetime
    leads: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame
    rules: dict[str, str]
    people: pd.DataFrame = field(default_factory=nobody)
    customers: pd.DataFrame = field(default_factory=pd.DataFrame)
    key: ClassVar[str] = "lead_id"

    @property
    def records(self) -> pd.DataFrame:
        """What the history is of."""
        return self.leads

    @property
    def worth(self) -> pd.Series:
        """What each lead is worth, NaN where that is not known."""
        return self.leads["value"]

    @property
    def is_in_order(self) -> bool:
        """Whether something else than dates says which leads came first."""
        return bool(self.leads["sequence"].notna().all())

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
        done, edited = reading.done_by(self.activities, moment), reading.up_to(self.changes, moment)
        return Snapshot(as_of, leads, attributes, done, edited)

    @cached_property
    def _edits(self) -> Edits:
        # A history is cut at many instants.
        return Edits(self.changes, self.leads, self.attributes)


def load(db: Database, *, until: datetime, ids: Sequence[str] | None = None) -> History:
    """Everything known up to `until` about all leads, or about those of `ids` only."""
    with db.connect() as connection:
        leads = reading.read(connection, Lead, (*LEAD_COLUMNS, "attributes"), Lead.id, ids, db).set_index("id")
        activities = reading.read(connection, Activity, ACTIVITY_COLUMNS, Activity.lead_id, ids, db)
        changes = reading.read(connection, LeadChange, CHANGE_COLUMNS, LeadChange.lead_id, ids, db)
        _win_by_deal(connection, leads, ids, db)
        rules = rules_of(connection, "leads")
        people, bought = (nobody(), pd.DataFrame()) if ids is not None else _others(connection, until)
    attributes = reading.columns_of(leads.pop("attributes"), rules)
    moment = pd.Timestamp(until)
    activities, changes = reading.in_order(activities), reading.in_order(changes)
    # What was edited since cannot be taken back later: these edits do not belong to the history.
    leads, attributes = Edits(changes, leads, attributes).taken_back(moment, leads, attributes)
    done = reading.done_by(activities, moment).reset_index(drop=True)
    return History(until, leads, attributes, done, reading.up_to(changes, moment), rules, people, bought)


def _others(connection: Connection, until: datetime) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Everyone who may own a lead, and the customers."""
    return people_of(connection), customers.read(connection, until, rules_of(connection, "accounts"))


def _win_by_deal(connection: Connection, leads: pd.DataFrame, ids: Sequence[str] | None, db: Database) -> None:
    """A lead still marked open is won when its first deal is."""
    query: Any = select(Deal.lead_id, func.min(Deal.closed_at)).where(Deal.outcome == "won", Deal.lead_id.is_not(None))
    queries = [query] if ids is None else [query.where(Deal.lead_id.in_(part)) for part in reading.parts(ids)]
    found = {id_: at for each in queries for id_, at in connection.execute(each.group_by(Deal.lead_id))}
    if not found:
        return
    won = pd.Series(found, dtype=object)
    won = won[won.index.isin(leads.index[leads["outcome"] == "open"])]
    if won.empty:
        return
    leads.loc[won.index, "outcome"] = "won"
    leads.loc[won.index, "outcome_at"] = pd.to_datetime(won, utc=True)


def people_of(connection: Connection) -> pd.DataFrame:
    """Everyone who may own something, also who left, indexed by id."""
    rows = [tuple(row) for row in connection.execute(select(Person.id, Person.team_id, Person.languages))]
    return pd.DataFrame.from_records(rows, columns=["id", *PEOPLE_COLUMNS], index="id")


def rules_of(connection: Connection, table: str) -> dict[str, str]:
    """What was said of the columns of a table: `keep`, `drop` or `sensitive`."""
    rows = connection.execute(select(ColumnRule.column, ColumnRule.rule).where(ColumnRule.table == table))
    return {row.column: row.rule for row in rows}
