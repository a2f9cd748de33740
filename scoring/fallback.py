"""The order used where no model serves: transparent, and the same for everyone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from knowledge.frames import Snapshot
from scoring.activity import signs

STATEMENT = (
    "Leads are in a plain order, not a scored one: the latest sign of interest from the buyer first, then the newest."
)
_MINUTE = pd.Timedelta(minutes=1)
_EPOCH = pd.Timestamp(0, tz="UTC")
# More minutes than any date has: a later sign outweighs every difference in age.
_WEIGHT = 1e8


def order(snapshot: Snapshot) -> pd.Series:
    """How early each open lead comes: higher is earlier, comparable between snapshots; ids break ties."""
    ids = snapshot.open_ids.sort_values()
    leads, acts = snapshot.leads.loc[ids], snapshot.activities[signs(snapshot.activities)]
    sign = _minutes(acts.groupby("lead_id")["at"].max().reindex(ids))
    came_in = _minutes(leads["created_at"])
    newest = np.where(came_in > 0, came_in, leads["sequence"].fillna(0).to_numpy())
    return pd.Series(sign * _WEIGHT + newest, index=ids, name="order").sort_values(ascending=False, kind="stable")


def _minutes(at: pd.Series) -> pd.Series:
    return ((pd.to_datetime(at, utc=True) - _EPOCH) / _MINUTE).fillna(0).round()
