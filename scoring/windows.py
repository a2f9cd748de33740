"""Labelled rows: leads as they stood at past instants, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from knowledge.frames import History
from scoring import features

STEP = timedelta(days=30)
MOST_WINDOWS = 24
FEWEST_WINDOWS = 6
FOLDS = 5
# Rows that are learnt from at most: in a book whose leads stay open long, each would be there at every instant.
MOST_ROWS = 200_000
Basis = Literal["won within the horizon", "ever won"]


@dataclass(frozen=True)
class Rows:
    """Leads at instants, a row each, in the order of time and id.

    Attributes
    ----------
    frame : raw features, indexed 0..n-1
    won : 1.0 where the lead was won (within the horizon, or ever)
    leads : lead ids
    time : what orders the rows: the instant in days, or the `sequence`; NaN where nothing does
    ended : where given, whether it was over within the horizon, won or not: what is not only a matter of time
    came_in, touched : for the simple orders that a model must beat: larger is later
    """

    frame: pd.DataFrame
    won: npt.NDArray[np.float64]
    leads: npt.NDArray[np.object_]
    time: npt.NDArray[np.float64]
    came_in: npt.NDArray[np.float64]
    touched: npt.NDArray[np.float64]
    basis: Basis
    ended: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.won)

    def take(self, mask: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Rows:
        """The rows of a mask, or at places."""
        chosen = np.flatnonzero(mask) if mask.dtype == bool else mask
        return Rows(
            self.frame.iloc[chosen].reset_index(drop=True),
            self.won[mask],
            self.leads[mask],
            self.time[mask],
            self.came_in[mask],
            self.touched[mask],
            self.basis,
            None if self.ended is None else self.ended[mask],
        )

    @property
    def in_no_order(self) -> Rows:
        """The same rows, nothing said of which came first."""
        return replace(self, time=np.full(len(self), np.nan))

    def sorted(self) -> Rows:
        """The same rows, in the order of time and id."""
        order = np.lexsort((self.leads.astype(str), np.nan_to_num(self.time)))
        return self.take(order)

    @property
    def recency(self) -> npt.NDArray[np.float64]:
        """How late each row is among all, above 0 to 1; 1 for all where nothing orders them."""
        ranks = rankdata(self.time) / max(1, len(self))
        return np.asarray(np.where(np.isfinite(ranks), ranks, 1.0))

    @property
    def last_of_each_lead(self) -> npt.NDArray[np.bool_]:
        return ~pd.Series(self.leads).duplicated(keep="last").to_numpy()

    def folds(self, seed: int) -> npt.NDArray[np.intp]:
        """A fold for each row: all rows of a lead in one, won leads spread evenly, whatever order the rows come in."""
        won = pd.Series(self.won).groupby(self.leads).max().sort_index()
        shuffled = won.iloc[np.random.default_rng(seed).permutation(len(won))]
        place = (shuffled.groupby(shuffled).cumcount() % FOLDS).reindex(self.leads)
        return np.asarray(place, dtype=np.intp)

    @property
    def decided(self) -> tuple[int, int]:
        """How many leads were won, and how many were not."""
        won = pd.Series(self.won).groupby(self.leads).max()
        return int(won.sum()), int(len(won) - won.sum())


def labelled(history: History, *, as_of: datetime, horizon: timedelta) -> Rows:
    """All that may be learnt from at `as_of`: nothing later is looked at."""
    return _windows(history, as_of, horizon) if history.is_dated else _final(history, as_of)


def unusable(history: History, as_of: datetime) -> frozenset[str]:
    """Base columns that must not be learnt from: a status whose edits nobody recorded, and what an admin dropped."""
    moment = pd.Timestamp(as_of)
    statuses = history.changes.loc[history.changes["at"] <= moment, "field"] == "status"
    dropped = {name for name, rule in history.rules.items() if rule in ("drop", "sensitive")}
    return frozenset(dropped if statuses.any() else dropped | {"status", "days_in_status"})


def cutoffs(history: History, *, as_of: datetime, horizon: timedelta) -> list[datetime]:
    """Past instants, about a month apart, whose horizon is over at `as_of`; oldest first."""
    first = history.leads["created_at"].min()
    return instants(None if pd.isna(first) else first.to_pydatetime(), as_of=as_of, horizon=horizon)


def instants(first: datetime | None, *, as_of: datetime, horizon: timedelta, step: timedelta = STEP) -> list[datetime]:
    """Instants `step` or less apart from the `first` record on, whose horizon is over at `as_of`; oldest first."""
    last = as_of - horizon
    if first is None or first >= last:
        return []
    step = min(step, (last - first) / FEWEST_WINDOWS)
    count = min(MOST_WINDOWS, int((last - first) / step))
    return [as_of - horizon - step * i for i in reversed(range(count))]


def _windows(history: History, as_of: datetime, horizon: timedelta) -> Rows:
    known = history.at(as_of).leads
    won_at = known["outcome_at"].where(known["outcome"] == "won")
    past = cutoffs(history, as_of=as_of, horizon=horizon)
    share = min(1.0, MOST_ROWS / max(1, sum(_count_open(known, instant) for instant in past)))
    parts = [_window(history, instant, horizon, known, won_at, share) for instant in past]
    return stack(parts, "won within the horizon")


def _count_open(leads: pd.DataFrame, at: datetime) -> int:
    """About how many leads were open at an instant."""
    moment = pd.Timestamp(at)
    return int(((leads["created_at"] <= moment) & ~(leads["outcome_at"] <= moment)).sum())


def sample(ids: pd.Index, share: float, at: datetime) -> pd.Index:
    """A share of the ids, a different one at each instant, the same whatever order they come in."""
    if share == 1.0:
        return ids
    drawn = pd.util.hash_array(ids.to_numpy(dtype=object), hash_key=f"{int(at.timestamp()):016d}")
    return ids[drawn < share * 2**64]


def _window(
    history: History, cutoff: datetime, horizon: timedelta, known: pd.DataFrame, won_at: pd.Series, share: float
) -> Rows:
    snapshot = history.at(cutoff)
    ids = snapshot.open_ids.union(_undated_losses(snapshot.leads, known, cutoff, horizon)).sort_values()
    ids = sample(ids, share, cutoff)
    frame = features.read(snapshot, ids)
    at = won_at.reindex(ids)
    won = np.asarray((at > pd.Timestamp(cutoff)) & (at <= pd.Timestamp(cutoff + horizon)), dtype=np.float64)
    return Rows(
        frame.reset_index(drop=True),
        won,
        ids.to_numpy(dtype=object),
        np.full(len(ids), cutoff.timestamp() / 86_400),
        -frame["age_days"].to_numpy(),
        -frame["days_since_contact"].to_numpy(),
        "won within the horizon",
    )


def _undated_losses(leads: pd.DataFrame, known: pd.DataFrame, cutoff: datetime, horizon: timedelta) -> pd.Index:
    """Leads lost nobody knows when; counted as open until the horizon after they came in.

    Left out, every past instant would look as if only winners had been there.
    """
    lost = (leads["outcome"] == "lost") & leads["outcome_at"].isna() & leads["merged_into"].isna()
    young = leads["created_at"] > pd.Timestamp(cutoff - horizon)
    return leads.index[lost & young].intersection(known.index)


def _final(history: History, as_of: datetime) -> Rows:
    """Closed leads in their final state: without dates, only "ever won" can be said."""
    snapshot = history.at(as_of)
    leads = snapshot.leads
    closed = leads[leads["outcome"].isin(["won", "lost"]) & leads["merged_into"].isna()]
    closed = closed.loc[sorted(closed.index)].sort_values("sequence", kind="stable")
    frame = features.read(snapshot, closed.index, dated=False).reset_index(drop=True)
    sequence = closed["sequence"].to_numpy(dtype=np.float64)
    return Rows(
        frame,
        np.asarray(closed["outcome"] == "won", dtype=np.float64),
        closed.index.to_numpy(dtype=object),
        sequence,
        sequence,
        np.full(len(closed), np.nan),
        "ever won",
    )


def stack(windows: Sequence[Rows], basis: Basis) -> Rows:
    """The rows of several instants, one after the other."""
    parts = [part for part in windows if len(part)]
    if not parts:
        nothing = np.empty(0)
        return Rows(pd.DataFrame(), nothing, np.empty(0, dtype=object), nothing, nothing, nothing, basis)
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    won, leads, time, came_in, touched = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("won", "leads", "time", "came_in", "touched")
    )
    over = [part.ended for part in parts if part.ended is not None]
    ended = np.concatenate(over) if len(over) == len(parts) else None
    return Rows(frame, won, leads, time, came_in, touched, basis, ended)
