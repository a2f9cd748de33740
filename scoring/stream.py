"""Leads that come in one by one: each goes where it brings most beyond what the place is worth to later ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.allocation import choose

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Choice:
    """Who gets a lead: the place of the rep, what the lead is worth there, what the place costs, and how far the next
    best is behind (None where there is no other)."""

    rep: int
    value: float
    price: float
    margin: float | None
    candidates: int


class Stream:
    """The reps as leads come in.

    Parameters
    ----------
    prices : what one more place with each rep is worth to the leads that would take it (n_reps,)
    room : how many leads each can still take (n_reps,)
    load : how many each has; of equals the one with the fewest is taken (n_reps,)
    waited : how long each has been without a new lead, for `in_turn` (n_reps,)
    discount : share by which each next lead of a rep is worth less (n_reps,)
    """

    def __init__(
        self,
        prices: Floats,
        room: npt.ArrayLike,
        load: npt.ArrayLike,
        waited: npt.ArrayLike,
        discount: npt.ArrayLike = 0.0,
    ) -> None:
        self.prices = np.array(prices, float)
        self.room = np.array(room, np.int64)
        self.load = np.array(load, np.int64)
        self.waited = np.array(waited, float)
        self.kept = np.broadcast_to(1 - np.asarray(discount, float), self.prices.shape)
        self.given = np.zeros(len(self.prices), np.int64)

    def best(self, value: Floats, eligible: Flags) -> Choice | None:
        """The rep with the most value beyond the price of the place; nobody, where no place is worth it or free."""
        # Of equals `choose` takes the first.
        order = np.argsort(self.load, kind="stable")
        worth = value * self.kept**self.given
        found = choose(worth[order], self.prices[order], self.room[order], eligible=eligible[order])
        if found.rep < 0:
            return None
        margin = found.margin if found.second >= 0 else None
        return self._taken(int(order[found.rep]), worth, margin, eligible)

    def in_turn(self, value: Floats, eligible: Flags) -> Choice | None:
        """The rep who has been without a new lead the longest."""
        free = np.flatnonzero(eligible & (self.room > 0))
        if not free.size:
            return None
        return self._taken(int(free[np.argmax(self.waited[free])]), value, None, eligible)

    def _taken(self, rep: int, value: Floats, margin: float | None, eligible: Flags) -> Choice:
        candidates = int((eligible & (self.room > 0)).sum())
        self.room[rep] -= 1
        self.load[rep] += 1
        self.given[rep] += 1
        # Behind everybody else, in the order in which they were served.
        self.waited[rep] = self.waited.min() - 1
        return Choice(rep, float(value[rep]), float(self.prices[rep]), margin, candidates)
