"""What became of the pipeline in a span of time: what came, what was decided, what slipped, moved and was pushed out.

Deals belong to whoever has them now, as in every other figure of the books.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot

DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Changes:
    """Deals by what became of them, and the open pipeline before and after in the base currency.

    Attributes
    ----------
    slipped : ids of deals that were due in the span when it began, or when they were opened, and are still open
    pushed, pulled : ids of deals whose expected close was put later, or earlier, in sum
    advanced, set_back : ids of deals that went to a later, or an earlier, stage, in sum
    """

    opened: tuple[str, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    slipped: tuple[str, ...]
    pushed: tuple[str, ...]
    pulled: tuple[str, ...]
    advanced: tuple[str, ...]
    set_back: tuple[str, ...]
    open_before: float
    open_after: float


def changes(
    history: DealHistory, owner_ids: Collection[str | None] | None, start: datetime, until: datetime
) -> Changes:
    """What became of the deals of some owners (None: everyone's) from `start` to before `until`."""
    mine = _of(history.deals, owner_ids)
    before, after = (_only(history.at(at), mine) for at in (start, until))
    opened = after[after["opened_at"] >= pd.Timestamp(start)]
    closed = after[after["closed_at"] >= pd.Timestamp(start)]
    edits = history.changes[history.changes["deal_id"].isin(mine)]
    edits = edits[(edits["at"] >= pd.Timestamp(start)) & (edits["at"] < pd.Timestamp(until))]
    dates, stages = _net(edits, "expected_close"), _net(edits, "stage")
    order = {name: place for place, name in enumerate(history.stages)}
    dates = dates.assign(old=days(dates["old"]), new=days(dates["new"]))
    places = stages.assign(old=stages["old"].map(order), new=stages["new"].map(order))
    return Changes(
        _ids(opened.index),
        _ids(closed.index[closed["outcome"] == "won"]),
        _ids(closed.index[closed["outcome"] == "lost"]),
        _slipped(before, after, start, until),
        _ids(dates.index[dates["new"] > dates["old"]]),
        _ids(dates.index[dates["new"] < dates["old"]]),
        _ids(places.index[places["new"] > places["old"]]),
        _ids(places.index[places["new"] < places["old"]]),
        _open_amount(before),
        _open_amount(after),
    )


def days(texts: pd.Series) -> pd.Series:
    """The days that edits of a date speak of; NaT where there is none."""
    return pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")


def _slipped(before: pd.DataFrame, after: pd.DataFrame, start: datetime, until: datetime) -> tuple[str, ...]:
    due = before.loc[before["outcome"] == "open", "expected_close"]
    # Of a deal that was opened meanwhile, the day it has is the first that is known.
    due = pd.concat([due, after.loc[after.index.difference(before.index), "expected_close"]])
    over = due[(due + DAY > pd.Timestamp(start)) & (due + DAY <= pd.Timestamp(until))].index
    return _ids(over[(after.loc[over, "outcome"] == "open").to_numpy()])


def _net(edits: pd.DataFrame, field: str) -> pd.DataFrame:
    """What a field of each edited deal was at first and is at last."""
    of = edits[edits["field"] == field].groupby("deal_id")
    return pd.DataFrame({"old": of["old"].first(), "new": of["new"].last()})


def _of(deals: pd.DataFrame, owner_ids: Collection[str | None] | None) -> pd.Index:
    if owner_ids is None:
        return deals.index
    named = deals["owner_id"].isin([id_ for id_ in owner_ids if id_ is not None])
    return deals.index[named | deals["owner_id"].isna()] if None in owner_ids else deals.index[named]


def _only(snapshot: DealSnapshot, ids: pd.Index) -> pd.DataFrame:
    return snapshot.deals[snapshot.deals.index.isin(ids)]


def _open_amount(deals: pd.DataFrame) -> float:
    return float(deals.loc[deals["outcome"] == "open", "amount"].sum())


def _ids(index: pd.Index) -> tuple[str, ...]:
    return tuple(map(str, index))
