"""The few reps that come into question for each lead at given prices.

What is not on the list is worse for its lead than the best by more than `reach`; so the best of the list is the best
of all, and the list gives a bound for the prices it was made with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.allocation.problem import Floats, Ints, Problem, Reals
from scoring.allocation.reading import each_block

# What stands for the usual worth where there is none.
TINY = 1e-6


@dataclass(frozen=True)
class Shortlist:
    """Leads with a choice, a column each; all others go to their best.

    Attributes
    ----------
    best : (n_leads,) the best rep of every lead at the prices the list was made with
    profit : what the best are worth after the price, summed over all leads
    reach : how far below the best the lists go
    lead : (n,) the leads with a choice
    reps, worth : (n_places, n) their reps and what each is worth; -inf where a lead has fewer
    settled : (n_kinds, n_reps + 1) how many of the others each rep gets
    """

    problem: Problem
    best: Ints
    profit: float
    reach: float
    lead: Ints
    reps: Ints
    worth: Reals
    settled: Reals

    @property
    def kind(self) -> Ints:
        return self.problem.kind[self.lead]

    @property
    def size(self) -> float:
        """The largest worth; 1 where all are 0."""
        known = np.where(np.isfinite(self.worth), self.worth, 0.0)
        return float(np.abs(known).max(initial=0.0)) or 1.0

    @property
    def usual(self) -> float:
        """The mean worth, whatever its sign."""
        return float(np.abs(self.worth[np.isfinite(self.worth)]).mean()) or TINY if len(self.lead) else TINY

    def net(self, prices: Reals) -> Reals:
        """What is left of the worth after the price: (n_places, n)."""
        listed = self.problem.price_list(prices)
        return np.asarray(self.worth - listed.ravel()[self.reps + self.kind * listed.shape[1]])


def shortlist(problem: Problem, prices: Reals, reach: float, most: int) -> Shortlist:
    """The reps within `reach` of each lead's best at these prices, but no more than `most` for any lead."""

    def near(rows: slice, net: Floats) -> tuple[Ints, Ints]:
        top = net.max(axis=1, keepdims=True)
        floor = np.maximum(top - net.dtype.type(reach), np.finfo(net.dtype).min)
        lead, rep = np.divmod(np.flatnonzero(net >= floor), net.shape[1])
        kept = _best_of(lead, net[lead, rep], len(net), most, rows.start)
        return lead[kept] + rows.start, rep[kept]

    found = each_block(problem, prices, near)
    lead, rep = (np.concatenate([each[at] for each in found]) for at in (0, 1))
    return _folded(problem, prices, lead, rep, reach)


def _best_of(lead: Ints, net: Floats, n_leads: int, most: int, seed: int) -> Ints | slice:
    """The best of each lead's list where it is far too long; among equals by lot, or all would look at the same."""
    length = np.bincount(lead, minlength=n_leads)
    if length.max() <= most:
        return slice(None)
    order = np.lexsort((np.random.default_rng(seed).random(len(lead)), -net, lead))
    place = np.arange(len(lead)) - np.repeat(np.cumsum(length) - length, length)
    return np.asarray(order[place < most])


def _folded(problem: Problem, prices: Reals, lead: Ints, rep: Ints, reach: float) -> Shortlist:
    """Lists of any length, one after the other, made into a table of the leads that have a choice."""
    worth, listed = problem.worth(lead, rep), problem.price_list(prices)
    net = worth - listed[problem.kind[lead], rep]
    length = np.bincount(lead, minlength=problem.n_leads)
    start = np.cumsum(length) - length
    top = np.maximum.reduceat(net, start)
    first = np.flatnonzero(net == top[lead])
    best = np.empty(problem.n_leads, np.intp)
    best[lead[first]] = rep[first]
    chosen = np.flatnonzero(length > 1)
    place, column = np.arange(len(lead)) - start[lead], np.cumsum(length > 1) - 1
    open_ = length[lead] > 1
    shape = (int(length.max()), len(chosen))
    reps, table = np.full(shape, problem.n_reps), np.full(shape, -np.inf)
    reps[place[open_], column[lead[open_]]] = rep[open_]
    table[place[open_], column[lead[open_]]] = worth[open_]
    alone = length == 1
    return Shortlist(
        problem=problem,
        best=best,
        profit=float(top.sum()),
        reach=reach,
        lead=chosen,
        reps=reps,
        worth=table,
        settled=count(problem, problem.kind[alone], best[alone]),
    )


def count(problem: Problem, kind: Ints, rep: Ints) -> Reals:
    """How many leads of each kind each rep gets, nobody included: (n_kinds, n_reps + 1)."""
    shape = len(problem.member), problem.n_reps + 1
    return np.bincount(kind * shape[1] + rep, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
