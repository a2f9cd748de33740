"""What activities say of leads: how many of each kind, how lately, with what momentum, after which wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.crm import CONVERSATIONS
from knowledge.frames import Snapshot

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


@dataclass(frozen=True)
class Activities:
    """Activities by type: there may be millions of them, but only so many kinds, directions and dispositions.

    Attributes
    ----------
    row, age : the lead's place and the days since, for each activity; those of a lead are in order of time
    type : the row of `types` for each activity
    types : the stream that a type counts in, and whether it is a talk, a sign, a contact, a dial
    """

    row: Places
    age: Vector
    type: Places
    types: pd.DataFrame

    def are(self, meaning: str) -> Flags:
        """Which activities are a talk, a sign, a contact or a dial."""
        return np.asarray(self.types[meaning].to_numpy(dtype=bool)[self.type])

    def stream(self, name: str) -> Flags:
        """Which activities count in a stream; talks and signs are streams as well, beside that of their kind."""
        if name in _MEANT:
            return self.are(_MEANT[name])
        return np.asarray((self.types["stream"] == name).to_numpy()[self.type])

    @property
    def streams(self) -> list[str]:
        """All streams that there are."""
        met = np.bincount(self.type, minlength=len(self.types)) > 0
        return sorted({*self.types["stream"][met], *_MEANT})

    def take(self, chosen: Flags) -> Self:
        return type(self)(self.row[chosen], self.age[chosen], self.type[chosen], self.types)


_MEANT = {"conversation": "talk", "sign": "sign"}


def read(snapshot: Snapshot, leads: pd.DataFrame, streams: Sequence[str] | None = None) -> pd.DataFrame:
    """Counts, recency, momentum and speed for each of `leads`, rows of the snapshot's own frame.

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
    wait_days = days_before(snapshot.as_of, leads["created_at"]).to_numpy() - _first(contacts, n)
    return pd.DataFrame(
        {
            **counts,
            **momentum,
            "days_since_contact": _latest(contacts, n),
            "days_since_conversation": spoke,
            "days_since_sign": _latest(acts.take(acts.are("sign")), n),
            "attempts": _count(unanswered, n),
            "first_touch_hours": (wait_days * 24).clip(min=0),
        },
        index=leads.index,
    )


def signs(activities: pd.DataFrame) -> Flags:
    """Which activities are signs of interest from the buyer."""
    of, types = _typed(activities)
    return np.asarray(types["sign"].to_numpy(dtype=bool)[of])


def contacts(activities: pd.DataFrame) -> Flags:
    """Which activities are the seller in touch with the buyer, or a talk whoever began it."""
    of, types = _typed(activities)
    return np.asarray(types["contact"].to_numpy(dtype=bool)[of])


def days_before(now: object, at: pd.Series) -> pd.Series:
    """How long before `now` each instant was, in days."""
    seconds: pd.Series = (pd.Timestamp(now) - at).dt.total_seconds()  # type: ignore[arg-type]
    return seconds / DAY_S


def _activities(snapshot: Snapshot, ids: pd.Index) -> Activities:
    row = ids.get_indexer(pd.Index(snapshot.activities["lead_id"]))
    known = row >= 0
    made = snapshot.activities.loc[known, ["at", *_TYPE]]
    return Activities(row[known], days_before(snapshot.as_of, made["at"]).to_numpy(), *_typed(made))


def _typed(activities: pd.DataFrame) -> tuple[Places, pd.DataFrame]:
    """The type of each activity, and what each type stands for."""
    parts = [pd.factorize(activities[name], use_na_sentinel=False) for name in _TYPE]
    levels = [pd.Index(level, dtype=object) for _, level in parts]
    of = np.ravel_multi_index([codes for codes, _ in parts], [max(1, len(level)) for level in levels])
    return of, _meanings(pd.MultiIndex.from_product(levels, names=_TYPE).to_frame(index=False))


def _meanings(types: pd.DataFrame) -> pd.DataFrame:
    kind, direction = types["kind"].astype(str), types["direction"].astype(str)
    inbound, outbound = direction.str.startswith("in"), direction.str.startswith("out")
    talk, by_seller = types["disposition"].isin(CONVERSATIONS), kind.isin(SELLER_KINDS)
    sign = inbound | (~outbound & ~by_seller)
    touch = ~sign & by_seller & ~kind.isin(("note", "task"))
    # Two-way kinds count by their direction.
    two_way = kind.isin(TWO_WAY)
    stream = kind.mask(two_way & inbound, kind + "_in").mask(two_way & outbound, kind + "_out")
    dial = touch & (kind == "call")
    return pd.DataFrame({"stream": stream, "talk": talk, "sign": sign, "contact": touch | talk, "dial": dial})


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
