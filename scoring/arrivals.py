"""Leads side by side: each as it stood a day after it came in, and what became of it.

Looked at later, a lead that is still open tells by its long record alone that it was not fast. So every lead is read
at the same early age: its whole record is moved in time until all leads come in at one instant, and one snapshot a day
later shows them all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.frames import History, Snapshot
from scoring import features
from scoring.activity import DAY_S

Flags = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]

EARLY = timedelta(days=1)
# Leads are looked at once this share of all conversions would have come: by then what did not convert hardly will.
COME_BY_THEN = 0.95
# The latest ones that are learnt from at most: more teach nothing that would show.
MOST_LEADS = 30_000
NEVER = np.inf
# On the first day these are one and the same for all, or say again what another column says; a status is ours, and
# where nobody recorded its edits it is the last one.
SAME_FOR_ALL = ("age_days", "created_weekday", "status", "days_in_status", "reassignments", "attempts")
SAID_TWICE = ("days_since_", "momentum_")


@dataclass(frozen=True)
class Arrivals:
    """Leads that are old enough to tell what becomes of them, in the order in which they came in.

    Attributes
    ----------
    frame : raw features, indexed 0..n-1: of the first day, or in the final state where the books hold no dates
    later : custom columns as they stand now, indexed alike
    leads : lead ids
    came_in : when, in days, or the place in the file; NaN where nothing orders them
    won_after, closed_after : days until won, until won or lost; infinite where that did not happen, 0 without dates
    span : how many days a lead was given
    dated : whether times are known
    """

    frame: pd.DataFrame
    later: pd.DataFrame
    leads: npt.NDArray[np.object_]
    came_in: Vector
    won_after: Vector
    closed_after: Vector
    span: float
    dated: bool

    def __len__(self) -> int:
        return len(self.leads)

    @property
    def won(self) -> Flags:
        return np.isfinite(self.won_after)

    def take(self, at: Flags) -> Arrivals:
        """Some of the leads."""
        chosen = {name: getattr(self, name)[at] for name in ("leads", "came_in", "won_after", "closed_after")}
        frames = {name: getattr(self, name)[at].reset_index(drop=True) for name in ("frame", "later")}
        return replace(self, **frames, **chosen)

    def told_by(self, day: float) -> Arrivals:
        """What was known by an earlier day: only leads that were old enough then, with what had become of them."""
        rows = self.take(self.came_in <= day - self.span)
        late = rows.came_in + rows.won_after > day
        return replace(rows, won_after=np.where(late, NEVER, rows.won_after))


def gather(history: History, *, as_of: datetime) -> Arrivals:
    """Every lead of which it is known at `as_of` what became of it in the time that conversions take."""
    snapshot = history.at(as_of)
    return _dated(history, snapshot) if history.is_dated else _undated(snapshot, history)


def first_days(history: History, ids: pd.Index) -> Snapshot:
    """The leads as each stood a day after it came in, all at one instant."""
    came_in = history.leads.loc[ids, "created_at"]
    start = pd.Timestamp(history.until)
    moved_by = start - came_in
    leads = history.leads.loc[ids]
    leads = leads.assign(created_at=start.as_unit("us"), outcome_at=leads["outcome_at"] + moved_by)
    acts, changes = history.activities, history.changes
    acts = acts[acts["at"] <= came_in.reindex(acts["lead_id"]).set_axis(acts.index) + EARLY]
    aligned = History(
        history.until + EARLY,
        leads,
        history.attributes.loc[ids],
        _moved(acts, moved_by, ("at", "recorded_at")),
        _moved(changes[changes["lead_id"].isin(ids)], moved_by, ("at",)),
        history.rules,
    )
    return aligned.at(history.until + EARLY)


def read(snapshot: Snapshot, ids: pd.Index, rules: dict[str, str], *, dated: bool) -> pd.DataFrame:
    """What may be looked at of each lead: no column that is ruled out, or that says nothing so early."""
    frame = features.read(snapshot, ids, dated=dated)
    ruled_out = {name for name, rule in rules.items() if rule in ("drop", "sensitive")}
    return frame[[name for name in map(str, frame) if name not in ruled_out and _says_something(name)]]


def _says_something(name: str) -> bool:
    is_window = name.startswith("n.") and not name.endswith(".ever")
    return not (is_window or name.startswith(SAID_TWICE) or name in SAME_FOR_ALL)


def _dated(history: History, snapshot: Snapshot) -> Arrivals:
    leads, now = snapshot.leads, pd.Timestamp(snapshot.as_of)
    leads = leads[leads["created_at"].notna() & leads["merged_into"].isna()]
    took = _days(leads["outcome_at"] - leads["created_at"])
    won = leads["outcome"] == "won"
    span = float(took[won].quantile(COME_BY_THEN)) if won.any() else 0.0
    told = (
        (leads["created_at"] <= now - pd.Timedelta(days=max(span, 1.0)))
        & ~(won & took.isna())
        & ~(took <= EARLY / timedelta(days=1))
    )
    chosen = leads[told].sort_values("created_at", kind="stable").tail(MOST_LEADS)
    early = first_days(history, chosen.index)
    took = took[chosen.index]
    return Arrivals(
        read(early, chosen.index, history.rules, dated=True).reset_index(drop=True),
        snapshot.attributes.loc[chosen.index].add_prefix(features.ATTRIBUTE).reset_index(drop=True),
        chosen.index.to_numpy(dtype=object),
        _days(chosen["created_at"] - pd.Timestamp(0, tz="UTC")).to_numpy(),
        took.where(won[chosen.index], NEVER).to_numpy(),
        took.fillna(NEVER).to_numpy(),
        span,
        True,
    )


def _undated(snapshot: Snapshot, history: History) -> Arrivals:
    leads = snapshot.leads
    closed = leads[leads["outcome"].isin(["won", "lost"]) & leads["merged_into"].isna()]
    closed = closed.loc[sorted(closed.index)].sort_values("sequence", kind="stable").tail(MOST_LEADS)
    return Arrivals(
        read(snapshot, closed.index, history.rules, dated=False).reset_index(drop=True),
        pd.DataFrame(index=range(len(closed))),
        closed.index.to_numpy(dtype=object),
        closed["sequence"].to_numpy(dtype=np.float64),
        np.where(closed["outcome"] == "won", 0.0, NEVER),
        np.zeros(len(closed)),
        0.0,
        False,
    )


def _moved(events: pd.DataFrame, by: pd.Series, columns: tuple[str, ...]) -> pd.DataFrame:
    shift = events["lead_id"].map(by)
    return events.assign(**{name: events[name] + shift for name in columns}).sort_values(columns[0], kind="stable")


def _days(time: pd.Series) -> pd.Series:
    seconds: pd.Series = time.dt.total_seconds()
    return seconds / DAY_S
