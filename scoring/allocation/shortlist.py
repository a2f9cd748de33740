"""The few reps that come into question for each lead at given prices.

What is not on the list is worse for its lead than the best by more than `reach`. So the best of the list is the best
of all, for the prices it was made with and for all that are not far from them: the list gives a bound there too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from scoring.allocation.problem import Flags, Floats, Ints, Problem, Reals
from scoring.allocation.reading import each_block

# What stands for the usual worth where there is none.
TINY = 1e-6
# Ties are broken by a hair, in parts of the usual value, or equal leads would all move at once.
HAIR = 1e-8
# How far a difference of two rounded numbers may be off, in parts of the largest of them.
ROUNDED = 4.0


@dataclass(frozen=True)
class Shortlist:
    """Leads with a choice, a column each; all others go to their best.

    Attributes
    ----------
    prices : (n_groups, n_reps) that the list was made with
    reach : how far below the best the lists go, less what rounding may hide; the shortest counts
    best : (n_leads,) the best rep of every lead at these prices
    lead : (n,) the leads with a choice, those with the longest lists first
    reps, worth : (n_places, n) their reps and what each is worth; -inf where a lead has fewer
    settled : (n_kinds, n_reps + 1) how many of the others each rep gets
    settled_worth : what these are worth together
    """

    problem: Problem
    prices: Reals
    reach: float
    best: Ints
    lead: Ints
    reps: Ints
    worth: Reals
    settled: Reals
    settled_worth: float

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

    @property
    def depth(self) -> float:
        """How far the last on the list is behind the best, in the middle of all leads with a choice."""
        net = self.net(self.prices)
        last = np.where(np.isfinite(net), net, np.inf).min(axis=0, initial=np.inf)
        return float(np.median(net.max(axis=0, initial=-np.inf) - last)) if len(self.lead) else 0.0

    def net(self, prices: Reals) -> Reals:
        """What is left of the worth after the price: (n_places, n)."""
        listed = self.problem.price_list(prices)
        at = self.reps if len(listed) == 1 else self.reps + self.kind * listed.shape[1]
        return np.asarray(self.worth - listed.ravel().take(at))

    @cached_property
    def lengths(self) -> list[int]:
        """How many leads have a first, second, … place on their list."""
        return [int(n) for n in np.isfinite(self.worth).sum(axis=1)]

    def offers(self, prices: Reals) -> Iterator[tuple[Ints, Reals]]:
        """For each place the reps there and what is left of their worth after the price, for the leads that have it."""
        listed = self.problem.price_list(prices)
        for rep, worth, n in zip(self.reps, self.worth, self.lengths, strict=True):
            at = rep[:n] if len(listed) == 1 else rep[:n] + self.kind[:n] * listed.shape[1]
            yield rep[:n], worth[:n] - listed.ravel().take(at)

    def profit(self, prices: Reals) -> float:
        """What the best on the lists are worth after the price, summed over all leads."""
        top = np.full(len(self.lead), -np.inf)
        for _, net in self.offers(prices):
            np.maximum(top[: len(net)], net, out=top[: len(net)])
        paid = float((self.settled[:, :-1] * (self.problem.member @ prices)).sum())
        return self.settled_worth - paid + float(top.sum())

    def covers(self, prices: Reals) -> bool:
        """Whether the best of every lead at other prices is sure to be on its list."""
        change = self.problem.member @ (prices - self.prices)
        change = change[:, self.problem.high[0] > 0]
        return bool((np.maximum(change.max(axis=1), 0.0) - np.minimum(change.min(axis=1), 0.0) <= self.reach).all())

    def regret(self, prices: Reals) -> float:
        """How far below their best, at the prices of the list, the reps are that leads want at other prices."""
        net = self.net(self.prices)
        wanted = np.where(self.reps == first(self, prices), net, -np.inf)
        return float((net.max(axis=0, initial=-np.inf) - wanted.max(axis=0, initial=-np.inf)).max(initial=0.0))

    def narrowed(self, prices: Reals, reach: float) -> Shortlist:
        """The same lists for those alone who have a choice within this reach at other prices."""
        problem, net = self.problem, self.net(prices)
        alone = (net >= net.max(axis=0, initial=-np.inf) - reach).sum(axis=0) == 1
        place, lead = net[:, alone].argmax(axis=0), np.flatnonzero(alone)
        return replace(
            self,
            lead=self.lead[~alone],
            reps=self.reps[:, ~alone],
            worth=self.worth[:, ~alone],
            settled=self.settled + count(problem, self.kind[lead], self.reps[place, lead]),
            settled_worth=self.settled_worth + float(self.worth[place, lead].sum()),
        )

    def untied(self, rng: np.random.Generator) -> Shortlist:
        """The same lists without ties."""
        return replace(self, worth=self.worth + HAIR * self.usual * rng.random(self.worth.shape))


def first(near: Shortlist, prices: Reals) -> Ints:
    """The rep that each lead with a choice wants most."""
    found, top = np.full(len(near.lead), near.problem.n_reps), np.full(len(near.lead), -np.inf)
    for rep, net in near.offers(prices):
        n = len(net)
        np.copyto(found[:n], rep, where=net > top[:n])
        np.maximum(top[:n], net, out=top[:n])
    return found


class Reach(NamedTuple):
    """How far below a lead's best another rep may be, and nobody, to come into question."""

    rep: float
    nobody: float


class _Part(NamedTuple):
    """The lists of some leads, one after the other, how far they go at least, and the highest net worth."""

    lead: Ints
    rep: Ints
    worth: Reals
    reach: float
    highest: float


def shortlist(problem: Problem, prices: Reals, reach: Reach, most: int) -> Shortlist:
    """Who is within reach of each lead's best at these prices, but no more than `most` for any lead."""

    def near(rows: slice, net: Floats) -> _Part:
        top = net.max(axis=1, keepdims=True)
        least = np.finfo(net.dtype).min
        listed = net >= np.maximum(top - net.dtype.type(reach.rep), least)
        listed[:, -1] = net[:, -1] >= np.maximum(top[:, 0] - net.dtype.type(reach.nobody), least)
        lead, rep = np.divmod(np.flatnonzero(listed), net.shape[1])
        kept, sure = _best_of(lead, top[lead, 0] - net[lead, rep], rep == problem.n_reps, most, rows.start)
        # Half as wide as usual, since these are by far the largest tables beside the values.
        lead, rep = (lead[kept] + rows.start).astype(np.int32), rep[kept].astype(np.int32)
        return _Part(lead, rep, problem.worth(lead, rep), min(*reach, sure), float(np.abs(top).max()))

    found = each_block(problem, prices, near)
    lead, rep, worth = (np.concatenate([part[at] for part in found]) for at in (0, 1, 2))
    sure = min(part.reach for part in found)
    scale = max(part.highest for part in found) + float(np.abs(prices).max(initial=0.0))
    hidden = ROUNDED * float(np.finfo(problem.precision).eps) * (scale + (sure if sure < np.inf else 0.0))
    return _folded(problem, prices, sure - hidden, lead, rep, worth)


def _best_of(lead: Ints, behind: Floats, is_nobody: Flags, most: int, seed: int) -> tuple[Ints | slice, float]:
    """The best of each lead's list where it is far too long, nobody among them, and how far these go at least.

    Among equals it goes by lot, or all would look at the same.
    """
    length = np.bincount(lead)
    if length.max() <= most:
        return slice(None), np.inf
    order = np.lexsort((np.random.default_rng(seed).random(len(lead)), np.where(is_nobody, -1.0, behind), lead))
    start = np.cumsum(length) - length
    place = np.arange(len(lead)) - np.repeat(start, length)
    return order[place < most], float(behind[order[start[length > most] + most]].min())


def _folded(problem: Problem, prices: Reals, reach: float, lead: Ints, rep: Ints, worth: Reals) -> Shortlist:
    """Lists of any length, one after the other, made into a table of the leads that have a choice."""
    net = worth - problem.price_list(prices)[problem.kind[lead], rep]
    length = np.bincount(lead, minlength=problem.n_leads)
    start = np.cumsum(length) - length
    leading = np.flatnonzero(net == np.maximum.reduceat(net, start)[lead])
    best = np.empty(problem.n_leads, np.intp)
    best[lead[leading]] = rep[leading]
    alone = length == 1
    chosen, open_ = np.flatnonzero(~alone), np.flatnonzero(~alone[lead])
    chosen = chosen[np.argsort(-length[chosen], kind="stable")]
    at = np.empty(problem.n_leads, np.intp)
    at[chosen] = np.arange(len(chosen))
    place, column = open_ - start[lead[open_]], at[lead[open_]]
    shape = (int(length.max()), len(chosen))
    reps, table = np.full(shape, problem.n_reps, np.int32), np.full(shape, -np.inf)
    reps[place, column], table[place, column] = rep[open_], worth[open_]
    return Shortlist(
        problem=problem,
        prices=prices,
        reach=reach,
        best=best,
        lead=chosen,
        reps=reps,
        worth=table,
        settled=count(problem, problem.kind[alone], best[alone]),
        settled_worth=float(worth[start[alone]].sum()),
    )


def count(problem: Problem, kind: Ints, rep: Ints) -> Reals:
    """How many leads of each kind each rep gets, nobody included: (n_kinds, n_reps + 1)."""
    shape = len(problem.member), problem.n_reps + 1
    return np.bincount(kind * shape[1] + rep, minlength=shape[0] * shape[1]).reshape(shape).astype(float)
