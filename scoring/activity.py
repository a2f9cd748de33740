"""What activities say of leads: how many of each kind, how lately, with what momentum, after which wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import product
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.crm import CONVERSATIONS
from knowledge.frames import Snapshot
from knowledge.pipeline import DealSnapshot

DAY_S = 86_400
# Days looked back; None is "ever".
WINDOWS: dict[str, float | None] = {"3d": 3, "7d": 7, "30d": 30, "ever": None}
# What the seller does; everything else that is not marked outbound is a sign from the buyer.
SELLER_KINDS = ("call", "email", "message", "meeting", "note", "task", "sms")
TWO_WAY = ("call", "email", "message", "sms")
_TYPE = ["kind", "direction", "disposition"]

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Vector = npt.NDArray[np.float64]


class Meaning(NamedTuple):
    """What a type of activity stands for: the stream that it counts in, and whether it is a talk, a sign of interest, a
    contact, a dial."""

    stream: str
    talk: bool
    sign: bool
    contact: bool
    dial: bool


@dataclass(frozen=True)
class Activities:
    """Activities by type: there may be millions of them, but only so many kinds, directions and dispositions.

    Attributes
    ----------
    row, age : the lead's place and the days since, for each activity; those of a lead are in order of time
    type : the row of `types` for each activity
    types : what each type stands for
    """

    row: Places
    age: Vector
    type: Places
    types: Sequence[Meaning]

    def are(self, meaning: str) -> Flags:
        """Which activities are a talk, a sign, a contact or a dial."""
        return _of_types([getattr(each, meaning) for each in self.types], self.type)

    def stream(self, name: str) -> Flags:
        """Which activities count in a stream; talks and signs are streams as well, beside that of their kind."""
        if name in _MEANT:
            return self.are(_MEANT[name])
        return _of_types([each.stream == name for each in self.types], self.type)

    @property
    def streams(self) -> list[str]:
        """All streams that there are."""
        return sorted({*(self.types[i].stream for i in np.unique(self.type)), *_MEANT})

    def take(self, chosen: Flags) -> Self:
        return type(self)(self.row[chosen], self.age[chosen], self.type[chosen], self.types)


_MEANT = {"conversation": "talk", "sign": "sign"}


def read(snapshot: Snapshot | DealSnapshot, leads: pd.DataFrame, streams: Sequence[str] | None = None) -> pd.DataFrame:
    """Counts, recency, momentum and speed for each of `leads` (or deals), rows of the snapshot's own frame.

    `streams` are those counted; by default all that there are.
    """
    acts, n = _activities(snapshot, leads.index), len(leads)
    counts = _counts(acts, acts.streams if streams is None else streams, n)
    interest = _counts(acts, ["sign"], n)
    with np.errstate(invalid="ignore", divide="ignore"):
        momentum = {
            f"momentum_{days}d": interest[f"n.sign.{days}d"] / interest["n.sign.30d"] * 30 / days for days in (3, 7)
        }
    talks, contacts, dials = (acts.take(acts.are(meaning)) for meaning in ("talk", "contact", "dial"))
    spoke = _latest(talks, n)
    unanswered = dials.take(dials.age < np.nan_to_num(spoke, nan=np.inf)[dials.row])
    wait_days = days_before(snapshot.as_of, leads[snapshot.born]).to_numpy() - _first(contacts, n)
    found = {
        **counts,
        **momentum,
        "days_since_contact": _latest(contacts, n),
        "days_since_conversation": spoke,
        "days_since_sign": _latest(acts.take(acts.are("sign")), n),
        "attempts": _count(unanswered, n),
        "first_touch_hours": (wait_days * 24).clip(min=0),
    }
    return pd.DataFrame(np.vstack(list(found.values())).T, columns=list(found), index=leads.index)


def signs(activities: pd.DataFrame) -> Flags:
    """Which activities are signs of interest from the buyer."""
    of, types = _typed(activities)
    return _of_types([each.sign for each in types], of)


def contacts(activities: pd.DataFrame) -> Flags:
    """Which activities are the seller in touch with the buyer, or a talk whoever began it."""
    of, types = _typed(activities)
    return _of_types([each.contact for each in types], of)


def days_before(now: datetime, at: pd.Series) -> pd.Series:
    """How long before `now` each instant was, in days."""
    # An index of instants reckons several times faster than their series.
    return pd.Series((pd.Timestamp(now) - pd.DatetimeIndex(at)).total_seconds() / DAY_S, index=at.index)


def _activities(snapshot: Snapshot | DealSnapshot, ids: pd.Index) -> Activities:
    if snapshot.activities.empty:  # as of most new leads
        none = np.empty(0, dtype=np.intp)
        return Activities(none, np.empty(0), none, [])
    row = ids.get_indexer(pd.Index(snapshot.activities[snapshot.key]))
    known = row >= 0
    made = snapshot.activities if known.all() else snapshot.activities[known]
    return Activities(row[known], days_before(snapshot.as_of, made["at"]).to_numpy(), *_typed(made))


def _typed(activities: pd.DataFrame) -> tuple[Places, list[Meaning]]:
    """The type of each activity, and what each type stands for."""
    parts = [pd.factorize(activities[name].array, use_na_sentinel=False) for name in _TYPE]
    levels = [list(level) for _, level in parts]
    of = np.ravel_multi_index([codes for codes, _ in parts], [max(1, len(level)) for level in levels])
    return of, [_meaning(*(_word(cell) for cell in cells)) for cells in product(*levels)]


def _word(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


@cache
def _meaning(kind: str, direction: str, disposition: str) -> Meaning:
    inbound, outbound = direction.startswith("in"), direction.startswith("out")
    talk, by_seller = disposition in CONVERSATIONS, kind in SELLER_KINDS
    sign = inbound or not (outbound or by_seller)
    touch = by_seller and not sign and kind not in ("note", "task")
    # Two-way kinds count by their direction.
    way = "_in" if inbound else "_out" if outbound else ""
    stream = kind + way if kind in TWO_WAY else kind
    return Meaning(stream, talk, sign, touch or talk, touch and kind == "call")


def _of_types(flags: Sequence[bool], of: Places) -> Flags:
    return np.array(flags, dtype=bool)[of]


def _counts(acts: Activities, streams: Sequence[str], n: int) -> dict[str, Vector]:
    """How many activities of each stream each lead has in each window."""
    within = {window: acts if days is None else acts.take(acts.age < days) for window, days in WINDOWS.items()}
    return {
        f"n.{stream}.{window}": _count(some.take(some.stream(stream)), n)
        for stream in streams
        for window, some in within.items()
    }


def _count(acts: Activities, n: int) -> Vector:
    return np.bincount(acts.row, minlength=n).astype("float64")


def _latest(acts: Activities, n: int) -> Vector:
    """The age of each lead's last activity, NaN where there is none."""
    latest = np.full(n, np.nan)
    latest[acts.row] = acts.age
    return latest


def _first(acts: Activities, n: int) -> Vector:
    first = np.full(n, np.nan)
    first[acts.row[::-1]] = acts.age[::-1]
    return first
