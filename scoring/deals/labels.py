"""What became of deals that stood open at past instants."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.deals import rows
from scoring.windows import Rows

DAY = pd.Timedelta(days=1)


def won_within(history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Rows:
    """Open deals at past instants, 1.0 for those that were won within the horizon."""
    deals = history.at(as_of).deals

    def won(snapshot: DealSnapshot) -> pd.DataFrame:
        ids = snapshot.open_ids.union(undated_losses(snapshot, deals, horizon))
        end, came = deals.reindex(ids), pd.Timestamp(snapshot.as_of + horizon)
        is_won = (end["outcome"] == "won") & (end["closed_at"] <= came)
        is_over = (end["outcome"] != "open") & ~(end["closed_at"] > came)
        return pd.DataFrame({"won": is_won.astype(np.float64), "ended": is_over})

    return rows.at_instants(history, as_of=as_of, horizon=horizon, label=won)


def slipped(history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Rows:
    """Deals whose expected close was still to come at past instants, 1.0 for those not won by then."""
    deals = history.at(as_of).deals
    won_at = deals["closed_at"].where(deals["outcome"] == "won")

    def late(snapshot: DealSnapshot) -> pd.DataFrame:
        due = due_within(snapshot, horizon)
        return pd.DataFrame({"won": (~(won_at.reindex(due.index) < due + DAY)).astype(np.float64)})

    return rows.at_instants(history, as_of=as_of, horizon=horizon, label=late)


def days_left(history: DealHistory, *, as_of: datetime, horizon: timedelta) -> Rows:
    """Open deals at past instants, and in `won` the days until each was won or lost; infinite where that is not known.

    Also instants whose horizon is not over: that a deal is still open tells something.
    """
    deals = history.at(as_of).deals

    def left(snapshot: DealSnapshot) -> pd.DataFrame:
        end = deals["closed_at"].reindex(snapshot.open_ids)
        days = (end - pd.Timestamp(snapshot.as_of)).dt.total_seconds() / 86_400
        undated = (deals["outcome"].reindex(end.index) != "open") & end.isna()
        return pd.DataFrame({"won": days.fillna(np.inf)})[~undated]

    return rows.at_instants(history, as_of=as_of, horizon=horizon, label=left, wait=rows.step_of(horizon))


def due_within(snapshot: DealSnapshot, horizon: timedelta) -> pd.Series[pd.Timestamp]:
    """The expected close of each open deal that is due after the snapshot, and within the horizon."""
    now = pd.Timestamp(snapshot.as_of)
    due: pd.Series[pd.Timestamp] = snapshot.deals.loc[snapshot.open_ids, "expected_close"]
    # A day is over at its end.
    return due[(due + DAY > now) & (due + DAY <= now + horizon)]


def undated_losses(snapshot: DealSnapshot, known: pd.DataFrame, horizon: timedelta) -> pd.Index:
    """Deals lost nobody knows when; counted as open until the horizon after they were opened.

    Left out, every past instant would look as if only winners had been there.
    """
    deals = snapshot.deals
    lost = (deals["outcome"] == "lost") & deals["closed_at"].isna()
    young = deals["opened_at"] > pd.Timestamp(snapshot.as_of - horizon)
    return deals.index[lost & young].intersection(known.index)
