"""Whom to give a lead the moment it arrives: the last plan's prices stand for what a place is worth to later leads.

References
----------
Agrawal, Wang & Ye (2014), "A dynamic near-optimal algorithm for online linear programming", Oper. Res. 62(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.errors import BadInput


@dataclass(frozen=True)
class Choice:
    """Who gets a new lead, and why not the next best.

    Attributes
    ----------
    rep : index, or -1 where no rep with room is worth the price
    net : value less the price of the rep's place; 0 where nobody gets it
    second : the next best rep, or -1
    margin : by how much `net` is ahead of the second's, or of leaving the lead for later where that is better
    """

    rep: int
    net: float
    second: int
    margin: float


def choose(
    value: npt.ArrayLike, prices: npt.ArrayLike, room: npt.ArrayLike, *, eligible: npt.ArrayLike | None = None
) -> Choice:
    """The rep for whom one new lead is worth most after the price, among those with room.

    Parameters
    ----------
    value : (n_reps,) what the lead is worth with each rep
    prices : (n_reps,) of the last plan
    room : (n_reps,) how many more leads each rep takes
    eligible : (n_reps,) booleans; all by default
    """
    worth, price = np.asarray(value, float), np.asarray(prices, float)
    left = np.asarray(room)
    may = np.ones(worth.shape, bool) if eligible is None else np.asarray(eligible, bool)
    if worth.ndim != 1 or not worth.shape == price.shape == left.shape == may.shape:
        raise BadInput("Value, prices, room and eligibility must have one entry for each rep.")
    if not (np.isfinite(worth).all() and np.isfinite(price).all()):
        raise BadInput("The values of a lead and the prices must be finite numbers.")
    net = np.where(may & (left > 0), worth - price, -np.inf)
    # Nobody is worth 0 and comes after all reps, so that a rep wins a tie.
    offers = np.append(net, 0.0)
    first, *others = np.argsort(-offers, kind="stable")[:2].tolist()
    second = others[0] if others and np.isfinite(offers[others[0]]) else None
    return Choice(
        rep=first if first < len(net) else -1,
        net=float(offers[first]),
        second=second if second is not None and second < len(net) else -1,
        margin=0.0 if second is None else float(offers[first] - offers[second]),
    )
