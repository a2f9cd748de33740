"""The pipeline as frames: deals as they were known at an instant, with all that was done for them.

`load` reads once; `DealHistory.at` cuts. What was recorded after the instant is not there, what was edited after it
has its old value again. Amounts are in the base currency.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import and_, func, literal, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from knowledge import reading
from knowledge.crm import Activity, Contact, Deal, DealChange, Lead, Product, Rate, Stage
from knowledge.database import Database
from knowledge.edits import Edits
from knowledge.frames import people_of, rules_of
from knowledge.metrics import currency

DEAL_COLUMNS = (
    "id",
    "name",
    "lead_id",
    "account_id",
    "owner_id",
    "product_id",
    "amount",
    "currency",
    "stage",
    "opened_at",
    "expected_close",
    "outcome",
    "closed_at",
)
# Of the lead that a deal grew out of.
LEAD_COLUMNS = ("source", "country")
DEED_COLUMNS = ("kind", "at", "recorded_at", "person_id", "direction", "disposition", "duration_s")
DEAL_CHANGE_COLUMNS = ("deal_id", "at", "field", "old", "new")
DECIDED_COLUMNS = ("id", "owner_id", "account_id", "outcome", "closed_at")
CONTACT_COLUMNS = ("account_id", "title", "is_champion", "left_on")
RATES = {"rate_opened": "opened_at", "rate_closed": "closed_at"}
# What a CRM calls the fields whose edits it records, where we call them otherwise.
FIELDS = {"owner": "owner_id"}
# Whoever writes so talks of prices; looked for where the books are, so that no text has to be read for it.
PRICE_WORDS = ("price", "pricing", "quote", "discount", "budget", "cost")


@dataclass(frozen=True)
class DealSnapshot:
    """The deals as known at `as_of`.

    Attributes
    ----------
    deals : frame indexed by deal id with `DEAL_COLUMNS` and `LEAD_COLUMNS`; `amount` in the base currency, NaN where it
        or its rate is not known; `expected_close` is the first instant (UTC) of the day
    attributes : frame indexed alike, one column for each custom column of the CRM
    activities : frame with `deal_id` and `DEED_COLUMNS`, in order of time; `marks` are the names of what was true of
        it, such as `demo`, with "+" between them, and `priced` says that its text or marks speak of prices
    changes : frame with `DEAL_CHANGE_COLUMNS`, in order of time
    stages : names of the stages, first to last
    decided : frame with `DECIDED_COLUMNS`, every deal of the company (also others than these) that was closed by then
    contacts : frame with `CONTACT_COLUMNS`, the people of these deals' accounts; nobody knows since when
    """

    as_of: datetime
    deals: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame
    stages: tuple[str, ...]
    decided: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(DECIDED_COLUMNS)))
    contacts: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(CONTACT_COLUMNS)))
    key: ClassVar[str] = "deal_id"
    born: ClassVar[str] = "opened_at"

    @property
    def records(self) -> pd.DataFrame:
        """What the snapshot is of."""
        return self.deals

    @property
    def open_ids(self) -> pd.Index:
        """Deals still to be decided."""
        return self.deals.index[self.deals["outcome"] == "open"]


@dataclass(frozen=True)
class DealHistory:
    """All that the books hold on some deals, up to `until`; `at` cuts it to what was known earlier.

    `people` is everyone who may own one, also who left, indexed by id; `products` maps ids to names.
    """

    until: datetime
    deals: pd.DataFrame
    attributes: pd.DataFrame
    activities: pd.DataFrame
    changes: pd.DataFrame
    stages: tuple[str, ...]
    rules: Mapping[str, str]
    people: pd.DataFrame
    products: Mapping[str, str]
    decided: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(DECIDED_COLUMNS)))
    contacts: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(CONTACT_COLUMNS)))
    key: ClassVar[str] = "deal_id"

    @property
    def records(self) -> pd.DataFrame:
        """What the history is of."""
        return self.deals

    @property
    def worth(self) -> pd.Series:
        """What each deal is worth in the base currency, NaN where that is not known."""
        return self.deals["amount"] * self.deals["rate_opened"]

    @property
    def is_in_order(self) -> bool:
        """Whether something else than dates says which deals came first: nothing does."""
        return False

    @property
    def is_dated(self) -> bool:
        """Whether it is known when deals were opened and when they were won; else labels can only say "ever won"."""
        won = self.deals["outcome"] == "won"
        return bool(
            self.deals["opened_at"].notna().mean() > 0.5 and self.deals.loc[won, "closed_at"].notna().mean() > 0.5
        )

    @cached_property
    def first(self) -> datetime | None:
        """When the first deal was opened, if that is known."""
        opened = self.deals["opened_at"].min()
        return None if pd.isna(opened) else opened.to_pydatetime()

    def at(self, as_of: datetime) -> DealSnapshot:
        """What was known at `as_of`, an aware instant not after `until`."""
        moment = pd.Timestamp(as_of)
        unborn = (self.deals["opened_at"] > moment).to_numpy()
        deals, attributes = self._edits.taken_back(moment, self.deals, self.attributes)
        deals, attributes = deals[~unborn], attributes[~unborn]
        later = deals["closed_at"] > moment
        # As `metrics` does: what is booked at the rate of its day, what is not yet at that of the opening.
        rate = deals["rate_closed"].where((deals["outcome"] != "open") & ~later).fillna(deals["rate_opened"])
        deals = deals.assign(
            amount=deals["amount"] * rate,
            outcome=deals["outcome"].where(~later, "open"),
            closed_at=deals["closed_at"].where(~later),
        ).drop(columns=list(RATES))
        done, edited = reading.done_by(self.activities, moment), reading.up_to(self.changes, moment)
        there = self.decided[(self.decided["closed_at"] <= moment).to_numpy()]
        # Who left later was still there.
        stayed = self.contacts[~(pd.to_datetime(self.contacts["left_on"], utc=True) <= moment).to_numpy()]
        return DealSnapshot(as_of, deals, attributes, done, edited, self.stages, there, stayed)

    @cached_property
    def _edits(self) -> Edits:
        # A history is cut at many instants.
        return Edits(self.changes, self.deals, self.attributes, "deal_id")


def load(
    db: Database, *, until: datetime, ids: Sequence[str] | None = None, with_activities: bool = True
) -> DealHistory:
    """Everything known up to `until` about all deals, or about those of `ids` only.

    Without activities, of which there are many times as many as deals, that frame is empty.
    """
    base = currency(db)
    with db.connect() as connection:
        deals = reading.read(connection, Deal, (*DEAL_COLUMNS, "attributes"), Deal.id, ids, db).set_index("id")
        activities = _activities(connection, ids if with_activities else (), db)
        changes = reading.read(connection, DealChange, DEAL_CHANGE_COLUMNS, DealChange.deal_id, ids, db)
        deals = deals.join(_leads(connection, ids), on="lead_id")
        deals[list(LEAD_COLUMNS)] = deals[list(LEAD_COLUMNS)].where(deals[list(LEAD_COLUMNS)].notna(), None)
        deals = deals.join(rates(connection, deals, base))
        decided, contacts = _decided(connection, db), _contacts(connection, deals["account_id"], db)
        rules, people = rules_of(connection, "deals"), people_of(connection)
        stages = tuple(connection.execute(select(Stage.name).order_by(Stage.position)).scalars())
        products = {row.id: row.name for row in connection.execute(select(Product.id, Product.name))}
    attributes = reading.columns_of(deals.pop("attributes"), dict(rules))
    deals["expected_close"] = pd.to_datetime(deals["expected_close"], utc=True).astype("datetime64[us, UTC]")
    moment = pd.Timestamp(until)
    changes = reading.in_order(changes.assign(field=changes["field"].replace(FIELDS)))
    # What was edited since cannot be taken back later: these edits do not belong to the history.
    deals, attributes = Edits(changes, deals, attributes, "deal_id").taken_back(moment, deals, attributes)
    done = reading.done_by(reading.in_order(activities), moment).reset_index(drop=True)
    edited = reading.up_to(changes, moment)
    return DealHistory(until, deals, attributes, done, edited, stages, rules, people, products, decided, contacts)


def _decided(connection: Connection, db: Database) -> pd.DataFrame:
    """Every closed deal of which it is known when, whosever: the record of an owner does not end with some deals."""
    query = select(*(reading.plain(Deal.__table__.c[name], db.is_sqlite).label(name) for name in DECIDED_COLUMNS))
    closed = query.where(Deal.outcome != "open", Deal.closed_at.is_not(None)).order_by(Deal.closed_at, Deal.id)
    rows = connection.execute(closed).fetchall()
    return reading.framed(rows, {name: Deal.__table__.c[name] for name in DECIDED_COLUMNS})


def _contacts(connection: Connection, accounts: pd.Series, db: Database) -> pd.DataFrame:
    """The people of some accounts."""
    ids = sorted({id_ for id_ in accounts if isinstance(id_, str)})
    query = select(*(Contact.__table__.c[name] for name in CONTACT_COLUMNS))
    rows = reading.fetched(connection, reading.chosen(query, Contact.account_id, ids))
    return pd.DataFrame.from_records([tuple(row) for row in rows], columns=list(CONTACT_COLUMNS))


def _activities(connection: Connection, ids: Sequence[str] | None, db: Database) -> pd.DataFrame:
    """What was done for each deal, and for the lead that it grew out of; what is on both counts once."""
    facts = [reading.plain(Activity.__table__.c[name], db.is_sqlite).label(name) for name in DEED_COLUMNS]
    facts += [
        reading.plain(Activity.__table__.c["attributes"], db.is_sqlite).label("attributes"),
        _speaks_of_prices().label("priced"),
    ]
    of_deal = select(Activity.deal_id.label("deal_id"), *facts)
    of_lead = select(Deal.id.label("deal_id"), *facts).join(
        Deal, and_(Deal.lead_id == Activity.lead_id, Activity.deal_id.is_(None))
    )
    queries = reading.chosen(of_deal, Activity.deal_id, ids) + reading.chosen(of_lead, Deal.id, ids)
    columns: dict[str, Any] = {name: Activity.__table__.c[name] for name in ("deal_id", *DEED_COLUMNS, "attributes")}
    columns["priced"] = literal(False)
    frame = reading.framed(reading.fetched(connection, queries), columns)
    marks = _marks(frame.pop("attributes"))
    said = frame["priced"].fillna(False).astype(bool).to_numpy()
    return frame.assign(marks=marks, priced=said | marks.str.contains("pric").to_numpy(dtype=bool))


def _speaks_of_prices() -> ColumnElement[bool]:
    text = func.lower(func.coalesce(Activity.subject, "") + " " + func.coalesce(Activity.body, ""))
    return or_(*(text.contains(word) for word in PRICE_WORDS))


def _marks(cells: pd.Series) -> pd.Series:
    """The names of what was true of each activity, with "+" between them."""
    texts = cells.map(lambda cell: cell if isinstance(cell, str) else json.dumps(cell or {}, sort_keys=True))
    place, known = pd.factorize(texts.astype(object))
    told = [marks_of(json.loads(text)) for text in known]
    found: npt.NDArray[np.object_] = np.array([*told, ""], dtype=object)[place]
    return pd.Series(found, cells.index, dtype=object)


def marks_of(attributes: Any) -> str:
    """The names of what was true of an activity, with "+" between them."""
    return "+".join(sorted(name for name, value in attributes.items() if value is True))


def _leads(connection: Connection, ids: Sequence[str] | None) -> pd.DataFrame:
    """Where the leads that deals grew out of came from."""
    query = select(Lead.id, *(getattr(Lead, name) for name in LEAD_COLUMNS)).join(Deal, Deal.lead_id == Lead.id)
    rows = {tuple(row) for row in reading.fetched(connection, reading.chosen(query, Deal.id, ids))}
    frame = pd.DataFrame.from_records(sorted(rows, key=str), columns=["id", *LEAD_COLUMNS], index="id")
    return frame.astype(object)


def rates(connection: Connection, deals: pd.DataFrame, base: str) -> pd.DataFrame:
    """What one unit of each deal's currency was worth in the base currency when it was opened, and when it closed."""
    query = select(Rate.currency, Rate.day, Rate.rate)
    known = pd.DataFrame.from_records(connection.execute(query).fetchall(), columns=["currency", "day", "rate"])
    known["day"] = pd.to_datetime(known["day"], utc=True).astype("datetime64[us, UTC]")
    own = (deals["currency"].isna() | (deals["currency"] == base)).to_numpy()
    return pd.DataFrame(
        {name: np.where(own, 1.0, _rate_on(known, deals["currency"], deals[at])) for name, at in RATES.items()},
        index=deals.index,
    )


def _rate_on(rates: pd.DataFrame, currency: pd.Series, at: pd.Series) -> npt.NDArray[np.float64]:
    """The last rate of each currency on or before an instant, NaN where there is none."""
    asked = pd.DataFrame({"currency": currency.astype(object).to_numpy(), "day": at.to_numpy()})
    asked = asked[asked["day"].notna()].sort_values("day", kind="stable")
    found = np.full(len(currency), np.nan)
    if len(asked) and len(rates):
        joined = pd.merge_asof(asked, rates.sort_values("day"), on="day", by="currency")
        found[asked.index] = joined["rate"]
    return found
