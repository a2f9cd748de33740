"""Who was contacted and who was not, at the same instants, and who showed interest after it.

Each instant is the start of a trial as it could have been drawn up then: all leads that were open, as they were known
just before. Contacted are those that were called or written to within the window without having shown interest in
between, for else the contact may be an answer to it. The others are counted from a moment of the window as well, drawn
from those at which the contacted were reached, so that neither side has longer to respond.

References
----------
1. Hernán & Robins (2016), "Using big data to emulate a target trial when a randomized trial is not available", Am. J.
   Epidemiol. 183.
2. Zhou et al. (2005), "Survival bias associated with time-to-treatment initiation in drug effectiveness evaluation: a
   comparison of methods", Am. J. Epidemiol. 162, for the moments drawn (prescription time-distribution matching).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.frames import History, Snapshot
from scoring import activity, features
from scoring.windows import FOLDS

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.datetime64]

# A lead is contacted now or not now: later contacts are part of what happens anyway.
WINDOW = timedelta(days=2)
# Interest shown so long after it counts as response.
RESPONSE = timedelta(days=14)
# Where fewer were contacted, or fewer were not, like is not compared with like.
OVERLAP = 0.05
MOST_INSTANTS = 48
MOST_ROWS = 40_000
# Just before a contact, so that it is not known yet.
BEFORE = np.timedelta64(1, "us")
OUTREACH = ("call", "email", "message", "sms")


@dataclass(frozen=True)
class Trials:
    """Leads at instants, a row each, in the order of time and id.

    Attributes
    ----------
    frame : raw features as of the instant, indexed 0..n-1
    treated, responded : 1.0 where the lead was contacted, and where it showed interest afterwards
    leads : lead ids
    time : the instant, in days
    share : the share of the leads of that instant that were contacted
    """

    frame: pd.DataFrame
    treated: Vector
    responded: Vector
    leads: npt.NDArray[np.object_]
    time: Vector
    share: Vector

    def __len__(self) -> int:
        return len(self.treated)

    def take(self, mask: Flags) -> Trials:
        """The rows of a mask."""
        chosen = self.frame.iloc[np.flatnonzero(mask)].reset_index(drop=True)
        arrays = (self.treated, self.responded, self.leads, self.time, self.share)
        return Trials(chosen, *(each[mask] for each in arrays))  # type: ignore[arg-type]

    @property
    def last_of_each_lead(self) -> Flags:
        return ~pd.Series(self.leads).duplicated(keep="last").to_numpy()

    @property
    def groups(self) -> npt.NDArray[np.intp]:
        """A number for each lead, by its id."""
        return np.asarray(np.unique(self.leads.astype(str), return_inverse=True)[1], dtype=np.intp)

    def folds(self, seed: int) -> npt.NDArray[np.intp]:
        """A fold for each row, all rows of a lead in one."""
        group = self.groups
        place = np.random.default_rng(seed).permutation(group.max() + 1) % FOLDS
        return np.asarray(place[group], dtype=np.intp)


def gather(history: History, *, as_of: datetime) -> Trials:
    """All that may be learnt from at `as_of`: nothing later is looked at."""
    events = _Events.of(history, as_of)
    chosen = list(_instants(events, history.at(as_of).leads))
    chosen = [chosen[i] for i in spread(len(chosen), MOST_INSTANTS)]
    most = max(1, MOST_ROWS // max(1, len(chosen)))
    parts = [part for at in chosen if (part := _trial(history, events, at, most)) is not None]
    if not parts:
        nothing = np.empty(0)
        return Trials(pd.DataFrame(), nothing, nothing, np.empty(0, dtype=object), nothing, nothing)
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    names = ("treated", "responded", "leads", "time", "share")
    return Trials(frame, *(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class _Events:
    """Contacts that the seller began and signs of interest, each in order of time, up to `until`."""

    contacts: pd.DataFrame
    signs: pd.DataFrame
    until: np.datetime64

    @classmethod
    def of(cls, history: History, as_of: datetime) -> _Events:
        done = history.at(as_of).activities
        signs = activity.signs(done)
        reached = activity.contacts(done) & ~signs & done["kind"].isin(OUTREACH).to_numpy()
        contacts, shown = (
            pd.DataFrame({"lead_id": done["lead_id"][which], "at": _utc(done["at"][which])})
            .sort_values(["at", "lead_id"], kind="stable", ignore_index=True)
            for which in (reached, signs)
        )  # fmt: skip
        return cls(contacts, shown, _utc(pd.Series([pd.Timestamp(as_of)]))[0])


def _utc(at: pd.Series) -> Instants:
    return np.asarray(pd.DatetimeIndex(at).tz_convert("UTC").tz_localize(None).as_unit("us").to_numpy())


def _instants(events: _Events, leads: pd.DataFrame) -> Iterator[np.datetime64]:
    """Instants just before a contact, a window apart, at which some were contacted and some were not."""
    at, ids = events.contacts["at"].to_numpy(), events.contacts["lead_id"].to_numpy()
    created, ended = np.sort(_utc(leads["created_at"])), np.sort(_utc(leads["outcome_at"].dropna()))
    undated = int(np.isnat(created).sum())
    start = 0
    while start < len(at):
        end = int(np.searchsorted(at, at[start] + np.timedelta64(WINDOW), side="left"))
        born = int(np.searchsorted(created[: len(created) - undated], at[start], side="left")) + undated
        n_open = born - int(np.searchsorted(ended, at[start], side="left"))
        share = len(pd.unique(ids[start:end])) / max(1, n_open)
        if at[end - 1] + np.timedelta64(RESPONSE) <= events.until and OVERLAP <= share <= 1 - OVERLAP:
            yield at[start] - BEFORE
        start = end


def spread(n: int, most: int) -> list[int]:
    """At most `most` of n places, evenly, the last among them."""
    return sorted({round(x) for x in np.linspace(n - 1, 0, min(n, most))}) if n else []


def _trial(history: History, events: _Events, at: np.datetime64, most: int) -> Trials | None:
    """The trial of one instant, or None where all or nobody was contacted."""
    moment = pd.Timestamp(at, tz="UTC")
    snapshot = history.at(moment.to_pydatetime())
    ids = snapshot.open_ids.sort_values()
    luck = _luck(ids, at)
    ids, luck = ids[keep := luck.argsort(kind="stable").argsort() < most], luck[keep]
    here = np.full(len(ids), at)
    contact, sign = (_first(each, ids, here, WINDOW) for each in (events.contacts, events.signs))
    treated = ~np.isnat(contact) & ~(sign < contact)
    if not 0 < treated.sum() < len(ids):
        return None
    # Ranks make luck even within the instant, whatever ids were kept.
    place = (luck.argsort(kind="stable").argsort() + 0.5) / len(luck) * treated.sum()
    start = np.where(treated, contact, np.sort(contact[treated])[place.astype(np.intp)])
    there = ~((sign < start) | _ended(history, ids, start))
    responded = ~np.isnat(_first(events.signs, ids, start, RESPONSE))
    return _rows(snapshot, ids, there, treated, responded)


def _rows(snapshot: Snapshot, ids: pd.Index, there: Flags, treated: Flags, responded: Flags) -> Trials | None:
    n, share = int(there.sum()), float(treated[there].mean()) if there.any() else 0.0
    if not 0 < share < 1:
        return None
    return Trials(
        features.read(snapshot, ids[there]).reset_index(drop=True),
        treated[there].astype(np.float64),
        responded[there].astype(np.float64),
        ids[there].to_numpy(dtype=object),
        np.full(n, snapshot.as_of.timestamp() / 86_400),
        np.full(n, share),
    )


def _luck(ids: pd.Index, at: np.datetime64) -> npt.NDArray[np.uint64]:
    """A number drawn for each id, another at each instant, the same whatever order they come in."""
    key = f"{at.astype('datetime64[s]').astype(np.int64):016d}"
    return np.asarray(pd.util.hash_array(ids.to_numpy(dtype=object), hash_key=key))


def _first(events: pd.DataFrame, ids: pd.Index, after: Instants, within: timedelta) -> Instants:
    """When each of `ids` first had an event after its own instant and within a span of it; NaT where it had none."""
    row = ids.get_indexer(pd.Index(events["lead_id"]))
    at = events["at"].to_numpy()
    met = (row >= 0) & (at > after[row]) & (at <= after[row] + np.timedelta64(within))
    found = np.full(len(ids), np.datetime64("NaT", "us"))
    # Backwards in time: the first event stays.
    found[row[met][::-1]] = at[met][::-1]
    return found


def _ended(history: History, ids: pd.Index, start: Instants) -> Flags:
    """Whose end was known before the moment from which interest is counted."""
    return np.asarray(_utc(history.leads["outcome_at"].reindex(ids)) < start)
