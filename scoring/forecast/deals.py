"""Deals as columns of numbers: when each was opened and closed, and in which stage it was when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from knowledge.pipeline import DealHistory, DealSnapshot
from scoring.forecast.clock import Clock, Floats, day, days

Whole = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

# Deals that nobody put into a stage, and those whose stage in the past is not known.
UNKNOWN = ""
# Of the closed deals, the share with a recorded move from which on stages are believed.
TRACKED = 0.25
DIMENSIONS = ("owner_id", "product_id", "segment")


@dataclass(frozen=True)
class Deals:
    """What was known at an instant of all deals whose dates are known; times are in working days of `clock`.

    Attributes
    ----------
    now : the instant, in working days
    opened, closed : when; NaN where not known or not yet
    won : whether a deal was won by now
    amount : in the base currency; NaN where not known
    mover, moved_at, moved_to : entries into stages in order of deal and time, the first of each deal at its opening
    groups : frame with `DIMENSIONS`, a row for each deal in this order
    left : whether the owner of a deal had left by now
    """

    ids: pd.Index
    now: float
    clock: Clock
    opened: Floats
    closed: Floats
    won: Mask
    amount: Floats
    groups: pd.DataFrame
    stages: tuple[str, ...]
    mover: Whole
    moved_at: Floats
    moved_to: Whole
    left: Mask

    @classmethod
    def at(cls, history: DealHistory, as_of: datetime, clock: Clock | None = None) -> Self:
        """The deals that were known at an instant and have an opening date, on the clock of these books by default."""
        return cls.of(history.at(as_of), has_amounts=has_amounts(history), clock=clock, left=_who_left(history, as_of))

    @classmethod
    def of(
        cls,
        snapshot: DealSnapshot,
        *,
        has_amounts: bool = True,
        clock: Clock | None = None,
        left: Collection[str] = frozenset(),
    ) -> Self:
        """The deals of a snapshot; without `has_amounts` what they are worth is known of none before it is won."""
        dated = snapshot.deals["opened_at"].notna() & (
            (snapshot.deals["outcome"] == "open") | snapshot.deals["closed_at"].notna()
        )
        frame = snapshot.deals[dated.to_numpy()].sort_index()
        is_open, won = (frame["outcome"] == "open").to_numpy(), (frame["outcome"] == "won").to_numpy()
        closed = np.where(is_open, np.nan, days(frame["closed_at"]))
        clock = clock or Clock.of(closed[won])
        opened, amount = clock(days(frame["opened_at"])), frame["amount"].to_numpy(dtype=np.float64)
        return cls(
            frame.index,
            float(clock(np.array([day(snapshot.as_of)]))[0]),
            clock,
            opened,
            np.maximum(clock(closed), opened),
            won,
            amount if has_amounts else np.where(won, amount, np.nan),
            _groups(snapshot, frame),
            *_moves(snapshot, frame, clock, opened),
            frame["owner_id"].isin(list(left)).to_numpy(dtype=bool),
        )

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def is_open(self) -> Mask:
        return np.isnan(self.closed)

    @cached_property
    def typical_amount(self) -> float:
        """The mean amount of a won deal, or of any where none was won: what a deal without an amount is taken for."""
        won = self.amount[self.won & ~np.isnan(self.amount)]
        known = won if len(won) else self.amount[~np.isnan(self.amount)]
        return float(known.mean()) if len(known) else 0.0

    @cached_property
    def worth(self) -> Floats:
        """The amounts, the typical one where none is known."""
        return np.where(np.isnan(self.amount), self.typical_amount, self.amount)

    def standing(self, at: float) -> tuple[Whole, Whole, Floats]:
        """The deals open at an instant up to now, the stage of each, and for how long it had been in it."""
        place = np.flatnonzero((self.opened <= at) & ~(self.closed <= at))
        last = np.searchsorted(self._order, place * self._span + (at - self._start), side="right") - 1
        return place, self.moved_to[last], at - self.moved_at[last]

    def booked(self, after: float, until: float) -> float:
        """The amount of deals won in (after, until]."""
        return float(self.worth[self.won & (self.closed > after) & (self.closed <= until)].sum())

    @cached_property
    def _start(self) -> float:
        return float(self.opened.min()) if len(self) else 0.0

    @cached_property
    def _span(self) -> float:
        return 2.0 * (self.now - self._start + 1.0)

    @cached_property
    def _order(self) -> Floats:
        """A number that rises with deal, then time, to look entries into stages up by."""
        return self.mover * self._span + (self.moved_at - self._start)


def has_amounts(history: DealHistory) -> bool:
    """Whether amounts are known while deals are open; where only won deals have one, it knows the outcome."""
    known, is_open = history.deals["amount"].notna(), history.deals["outcome"] == "open"
    return bool(not is_open.any() or known[is_open].mean() >= 0.5 * known[history.deals["outcome"] == "won"].mean())


def _who_left(history: DealHistory, as_of: datetime) -> Collection[str]:
    """The people who had left by an instant."""
    if "left_on" not in history.people:
        return frozenset()
    left = pd.to_datetime(history.people["left_on"], utc=True)
    return frozenset(history.people.index[left <= pd.Timestamp(as_of)])


def _groups(snapshot: DealSnapshot, frame: pd.DataFrame) -> pd.DataFrame:
    found = frame[["owner_id", "product_id"]].astype(object)
    segment = snapshot.attributes["segment"].reindex(frame.index) if "segment" in snapshot.attributes else None
    found = found.assign(segment=segment if segment is not None else None)
    return found.where(found.notna(), None)


def _moves(
    snapshot: DealSnapshot, frame: pd.DataFrame, clock: Clock, opened: Floats
) -> tuple[tuple[str, ...], Whole, Floats, Whole]:
    """Names of stages, and entries into them: the opening of each deal and every later move."""
    edits = snapshot.changes[(snapshot.changes["field"] == "stage").to_numpy()]
    place = frame.index.get_indexer(pd.Index(edits["deal_id"]))
    edits, place = edits[place >= 0], place[place >= 0]
    at = np.maximum(clock(days(edits["at"])), opened[place])
    first = _first_stages(frame, edits, place)
    names, codes = _coded(np.r_[first, edits["new"].fillna(UNKNOWN).to_numpy(dtype=object)])
    mover, moved = np.r_[np.arange(len(frame)), place], np.r_[opened, at]
    order = np.lexsort((moved, mover))
    return names, mover[order].astype(np.intp), moved[order], codes[order]


def _first_stages(frame: pd.DataFrame, edits: pd.DataFrame, place: Whole) -> npt.NDArray[np.object_]:
    """The stage in which each deal began."""
    closed = (frame["outcome"] != "open").to_numpy()
    moved = np.zeros(len(frame), dtype=bool)
    moved[place] = True
    # Where moves are not recorded, the stage of a deal is the one it ended in: it knows the outcome.
    if not moved[closed].any() or moved[closed].mean() < TRACKED:
        return np.full(len(frame), UNKNOWN, dtype=object)
    first = frame["stage"].fillna(UNKNOWN).to_numpy(dtype=object).copy()
    movers, earliest = np.unique(place, return_index=True)
    first[movers] = edits["old"].fillna(UNKNOWN).to_numpy(dtype=object)[earliest]
    return first


def _coded(stages: npt.NDArray[np.object_]) -> tuple[tuple[str, ...], Whole]:
    names, codes = np.unique(stages.astype(str), return_inverse=True)
    return tuple(str(name) for name in names), codes.astype(np.intp)
