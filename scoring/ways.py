"""Ways to place a pool of leads that need no optimum: what a plan is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from scoring.cases import NOBODY, Case, Whole, equal_split

Way = Literal["today", "in turn", "best to best"]


def ways(case: Case) -> Mapping[Way, Whole]:
    """Who has each lead (or -1) if it stays where it is and the rest is dealt out, if all are, and if the best reps
    get the best leads at equal load. A lead that nobody may be given stays where it is."""
    anew = np.where(case.pool, NOBODY, case.owner)
    found: dict[Way, Whole] = {
        "today": in_turn(case, case.owner),
        "in turn": in_turn(case, anew),
        "best to best": in_turn(case, best_to_best(case, anew)),
    }
    return {way: np.where(rep < 0, case.owner, rep) for way, rep in found.items()}


def in_turn(case: Case, start: Whole) -> Whole:
    """Who has each lead when those that nobody has at the `start` are dealt out in turn, oldest first."""
    rep, room = start.copy(), np.maximum(case.capacity - case.counts(start), 0)
    waiting = np.flatnonzero(case.pool & (start < 0))
    # Leads that the same reps may have are dealt out together: there are few kinds of them.
    kinds, kind = np.unique(np.packbits(case.eligible[waiting], axis=1), axis=0, return_inverse=True)
    for place in range(len(kinds)):
        leads = waiting[kind.ravel() == place]
        able = np.flatnonzero(case.eligible[leads[0]])
        while leads.size and (able := able[room[able] > 0]).size:
            rounds = min(int(room[able].min()), -(-leads.size // able.size))
            dealt, leads = np.split(leads, [rounds * able.size])
            rep[dealt] = np.resize(able, dealt.size)
            room -= np.bincount(rep[dealt], minlength=case.n_reps)
    return rep


def best_to_best(case: Case, start: Whole) -> Whole:
    """Who has each lead when the best rep gets the best leads of the pool, the next the next, each an equal part."""
    rep, waiting = start.copy(), np.flatnonzero(case.pool)
    waiting = waiting[np.argsort(-case.typical_value[waiting], kind="stable")]
    room = np.maximum(case.capacity - case.counts(start), 0)
    equal = np.minimum(np.ceil(equal_split(case.eligible[waiting])), room).astype(int)
    for best in np.argsort(-case.adds.mean, kind="stable"):
        rep[waiting[case.eligible[waiting, best]][: equal[best]]] = best
        waiting = waiting[rep[waiting] < 0]
    return rep
