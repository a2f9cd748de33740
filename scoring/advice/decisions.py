"""Decisions in hindsight: open records at past instants, what was done with each next, and what came of it.

Records are deals or leads; a lead's stage is its status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.frames import History, Snapshot
from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.advice import steps

Vector = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]
# A step is what is done within a week, and it has two months to show.
WEEK = timedelta(days=7)
HORIZON = timedelta(days=60)
# Of two weeks one is looked at: those side by side tell much the same.
EVERY = timedelta(days=14)
MOST_INSTANTS = 52
# Rows that are learnt from at most.
MOST_ROWS = 12_000
NO_STAGE = "no stage"
Past = History | DealHistory
Present = Snapshot | DealSnapshot
# What describes records at an instant.
Read = Callable[[Any, pd.Index], pd.DataFrame]


@dataclass(frozen=True)
class _Kind:
    """How the columns of a kind of record are called."""

    records: str
    key: str
    stage: str
    opened: str
    closed: str

    def of(self, snapshot: Present) -> pd.DataFrame:
        frame: pd.DataFrame = getattr(snapshot, self.records)
        return frame


DEALS = _Kind("deals", "deal_id", "stage", "opened_at", "closed_at")
LEADS = _Kind("leads", "lead_id", "status", "created_at", "outcome_at")


def kind_of(books: Past | Present) -> _Kind:
    """How columns are called in these books."""
    return DEALS if isinstance(books, DealHistory | DealSnapshot) else LEADS


@dataclass(frozen=True)
class Decisions:
    """Records at instants, a row each, in the order of time and id.

    Attributes
    ----------
    frame : features as of the instant, indexed 0..n-1
    ids : of the records
    time : the instant, in days since 1970
    stage : in which it stood
    step : what was done within a week, `WAIT` for nothing
    done : the steps that it had seen before, with "|" around each
    won : 1.0 where it was won within the horizon
    """

    frame: pd.DataFrame
    ids: Objects
    time: Vector
    stage: Objects
    step: Objects
    done: Objects
    won: Vector

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, at: npt.NDArray[np.bool_]) -> Decisions:
        """Some of the rows."""
        columns = {name: getattr(self, name)[at] for name in ("ids", "time", "stage", "step", "done", "won")}
        return Decisions(frame=self.frame[at].reset_index(drop=True), **columns)


def gather(history: Past, read: Read, *, as_of: datetime) -> Decisions:
    """Every decision whose horizon is over at `as_of`, fortnightly; every so many where they would be too many."""
    kind, instants = kind_of(history), _instants(history, as_of)
    known = kind.of(history.at(as_of))
    taken = steps.own(history.activities, kind.key)
    rank = taken["step"].value_counts()
    share = min(1.0, MOST_ROWS / max(1, sum(_count_open(known, kind, instant) for instant in instants)))
    parts = [_at(history.at(instant), kind, known, taken, rank, read, share) for instant in instants]
    parts = [part for part in parts if len(part)]
    if not parts:
        nothing: Objects = np.empty(0, dtype=object)
        return Decisions(pd.DataFrame(), nothing, np.empty(0), nothing, nothing, nothing, np.empty(0))
    return Decisions(
        pd.concat([part.frame for part in parts], ignore_index=True),
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("ids", "time", "stage", "step", "done", "won")
        ),
    )


def seen(snapshot: Present, ids: pd.Index) -> Objects:
    """The steps that each record has seen, with "|" around each."""
    taken = steps.own(snapshot.activities, kind_of(snapshot).key).drop_duplicates(["id", "step"])
    joined = taken.groupby("id")["step"].agg(lambda each: f"|{'|'.join(sorted(each))}|")
    return joined.reindex(ids).fillna("").to_numpy(dtype=object)


def stages(snapshot: Present, ids: pd.Index) -> Objects:
    """The stage of each record."""
    kind = kind_of(snapshot)
    return kind.of(snapshot)[kind.stage].reindex(ids).fillna(NO_STAGE).to_numpy(dtype=object)


def _instants(history: Past, as_of: datetime) -> list[datetime]:
    kind = kind_of(history)
    first = getattr(history, kind.records)[kind.opened].min()
    if pd.isna(first):
        return []
    count = int((as_of - HORIZON - first) / EVERY)
    return [as_of - HORIZON - EVERY * i for i in reversed(range(min(max(count, 0), MOST_INSTANTS)))]


def _count_open(records: pd.DataFrame, kind: _Kind, at: datetime) -> int:
    moment = pd.Timestamp(at)
    return int(((records[kind.opened] <= moment) & ~(records[kind.closed] <= moment)).sum())


def _at(
    snapshot: Present, kind: _Kind, known: pd.DataFrame, taken: pd.DataFrame, rank: pd.Series, read: Read, share: float
) -> Decisions:
    moment = pd.Timestamp(snapshot.as_of)
    ids = snapshot.open_ids.sort_values()
    if share < 1.0:
        drawn = pd.util.hash_array(ids.to_numpy(dtype=object), hash_key=f"{int(moment.timestamp()):016d}")
        ids = ids[drawn < share * 2**64]
    week = taken[(taken["at"] > moment) & (taken["at"] <= moment + WEEK)]
    won: pd.Series = (known["outcome"].reindex(ids) == "won") & (known[kind.closed].reindex(ids) <= moment + HORIZON)
    return Decisions(
        read(snapshot, ids).reset_index(drop=True),
        ids.to_numpy(dtype=object),
        np.full(len(ids), moment.timestamp() / 86_400),
        stages(snapshot, ids),
        steps.chosen(week, rank).reindex(ids).fillna(steps.WAIT).to_numpy(dtype=object),
        seen(snapshot, ids),
        np.asarray(won, dtype=np.float64),
    )
