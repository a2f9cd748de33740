"""Customers side by side: who they are, how their first months went, and whether they stayed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, func, select
from sqlalchemy.engine import Connection

from knowledge import reading
from knowledge.crm import Account, AccountEvent, Order

# Signs are read this long from when somebody became a customer, and whether they stayed is asked this long after.
FIRST = timedelta(days=90)
ASKED_AFTER = timedelta(days=270)
# With a new customer it takes so long until there is a first sign.
UNTIL_A_SIGN = timedelta(days=30)
WHO = ("industry", "size", "country")


def read(connection: Connection, until: datetime, rules: dict[str, str]) -> pd.DataFrame:
    """A row for each customer who was one for all of `FIRST`, and of whom it is known at `until` whether they stayed.

    `stayed` is a column; the others are `industry`, `size` and `country`, custom columns of the account that no rule
    leaves out, and of the first months the number of `orders` and of each kind of event, and the mean of each kind
    that measures something.
    """
    columns = [getattr(Account, name) for name in ("id", "customer_since", "churned_at", "attributes", *WHO)]
    rows = connection.execute(select(*columns).where(Account.customer_since.is_not(None))).fetchall()
    frame = pd.DataFrame.from_records(
        [tuple(row) for row in rows], columns=["id", "since", "churned_at", "attributes", *WHO], index="id"
    )
    since = pd.to_datetime(frame.pop("since"), utc=True).astype("datetime64[us, UTC]")
    left = pd.to_datetime(frame.pop("churned_at"), utc=True).astype("datetime64[us, UTC]")
    moment = pd.Timestamp(until)
    told = (since + ASKED_AFTER <= moment) & ~(left <= since + FIRST)
    custom = reading.columns_of(frame.pop("attributes"), rules)
    who = frame.assign(stayed=~(left <= since + ASKED_AFTER), size=frame["size"].astype(np.float64))
    signs = _signs(connection, since[told])
    return who.join(custom.drop(columns=list(who.columns), errors="ignore"))[told].join(signs)


def _signs(connection: Connection, since: pd.Series) -> pd.DataFrame:
    """What happened with each customer in the first months: counts, and means of what was measured."""
    orders = _early(connection, select(Order.account_id, Order.at), since)
    happened = select(AccountEvent.account_id, AccountEvent.at, AccountEvent.kind, AccountEvent.value)
    begun = connection.scalar(select(func.min(AccountEvent.at)))
    # Of customers older than the record, no event only says that nobody wrote one down.
    recorded = since >= pd.Timestamp(begun) - UNTIL_A_SIGN if begun else since.isna()
    counts, means = {"orders": orders.groupby("account").size()}, {}
    for kind, rows in _early(connection, happened, since).groupby("kind"):
        name, values = str(kind).replace("_", " "), rows.groupby("account")["value"]
        counts[f"{name} events"] = values.size()
        if rows["value"].nunique() > 1:
            means[f"mean {name}"] = values.mean()
    found = {name: column.reindex(since.index).astype(np.float64) for name, column in means.items()}
    for name, column in counts.items():
        number = column.reindex(since.index, fill_value=0).astype(np.float64)
        found[name] = number if name == "orders" else number.where(recorded)
    return pd.DataFrame(found, index=since.index)


def _early(connection: Connection, query: Select[*tuple[Any, ...]], since: pd.Series) -> pd.DataFrame:
    """The rows of a query that fell into the first months of their account."""
    rows = [tuple(row) for row in connection.execute(query)]
    frame = pd.DataFrame.from_records(rows, columns=["account", "at", "kind", "value"][: len(query.selected_columns)])
    at = pd.to_datetime(frame["at"], utc=True)
    start = since.reindex(frame["account"]).set_axis(frame.index)
    return frame[(at >= start) & (at <= start + FIRST)]
