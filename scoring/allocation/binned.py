"""Prices on the ladder where leads have owners: leads of about one worth and of one owner are counted together.

Where each value is the lead's worth times the rep's skill, all that tells leads apart is their worth and, if it costs
something to move them, their owner. So what they want is computed once for all leads of about that worth and of that
owner; and since leads are nearly torn between all reps, blurred demand leads to the prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.allocation.blurred import SHARPER, SHORTER, Blurred, newton
from scoring.allocation.problem import Ints, Problem, Reals
from scoring.allocation.sharp import dual, excess, meaningful

# So many leads in a bin, and no fewer bins than that.
IN_BIN, FEWEST = 50, 250
# Demand is blurred by such a part of the spread of the values at first, and in the end by no less than that.
BLUR, FINEST = 0.1, 1e-7
# It is sharpened when no larger part of the leads than this is too many or too few, or after so many steps.
CLEAR, PATIENCE = 0.01, 20
# A step that leads uphill is shortened, so much at most.
SHORTEST = SHORTER**6


@dataclass(frozen=True)
class Bins:
    """The leads of one group, counted by worth and owner.

    Attributes
    ----------
    worth : (n_bins,) the mean worth of the leads in each bin, rising
    skill : (n_reps + 1,) what each rep makes of it; nobody makes 0
    held : (n_bins, n_reps + 1) how many leads each rep holds; in the last column, nobody
    stay : what it costs to move a lead that somebody holds
    """

    problem: Problem
    worth: Reals
    skill: Reals
    held: Reals
    stay: float

    @property
    def spread(self) -> float:
        """What a lead of the usual worth makes of the whole ladder."""
        return float(np.ptp(self.skill) * np.abs(self.worth).mean())

    @property
    def step(self) -> float:
        """What one bin more makes of a difference between neighbours on the ladder: nothing finer can be told."""
        step = np.median(np.diff(self.worth)) * np.median(np.diff(np.sort(self.skill)))
        return max(float(step), FINEST * self.spread)

    def blurred(self, prices: Reals, blur: float) -> Blurred:
        """What leads want at these prices when they want several reps a little.

        A free lead wants each rep by `chance`. One that is held has a bonus with its owner and with nobody, so these
        two chances are replaced (`kept`, `let_go`), and the others have a smaller part of the whole (`part`).
        The rates of nobody, who has no price, are those without the bonus.
        """
        net = np.outer(self.worth, self.skill) - self.problem.price_list(prices)
        top, bonus = net.max(axis=1, keepdims=True), net + self.stay
        best = np.maximum(np.maximum(bonus, bonus[:, -1:]), top)
        chance, part = np.exp((net - top) / blur), np.exp((top - best) / blur)
        kept, let_go = np.exp((bonus - best) / blur), np.exp((bonus[:, -1:] - best) / blur)
        free = chance.sum(axis=1, keepdims=True)
        total = part * (free - chance - chance[:, -1:]) + kept + let_go
        more = kept - part * chance
        best[:, -1:], part[:, -1], total[:, -1:], more[:, -1] = top, 1.0, free, 0.0
        return self._met(prices, chance, part, more, total, float((self.held * (best + blur * np.log(total))).sum()))

    def _met(self, prices: Reals, chance: Reals, part: Reals, more: Reals, total: Reals, profit: float) -> Blurred:
        """Sums over the leads: one held by a rep wants all by `part * chance`, that rep by `more`, over `total`."""
        once, twice = self.held / total, self.held / total**2
        wanted = ((once * part).sum(axis=1)[:, None] * chance + once * more).sum(axis=0)
        crossed = chance.T @ (twice * part * more)
        among = (chance * (twice * part**2).sum(axis=1)[:, None]).T @ chance
        rates = np.diag(wanted - (twice * more**2).sum(axis=0)) - among - crossed - crossed.T
        over = excess(self.problem, prices, wanted[None])
        return Blurred(over, rates[None], dual(self.problem, prices, profit))


def binned(problem: Problem, worth: Reals, skill: Reals) -> Bins:
    """The leads, (n_leads,) of some worth for reps of some skill (n_reps,), in bins of about equally many."""
    bins, columns = max(FEWEST, problem.n_leads // IN_BIN), problem.n_reps + 1
    order = np.argsort(worth, kind="stable")
    edges = np.linspace(0, problem.n_leads, min(bins, problem.n_leads) + 1).astype(int)
    bin_: Ints = np.empty(problem.n_leads, np.intp)
    bin_[order] = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
    owner = np.full(problem.n_leads, -1) if problem.owner is None else problem.owner
    held = np.bincount(bin_ * columns + owner % columns, minlength=(len(edges) - 1) * columns)
    return Bins(
        problem=problem,
        worth=np.add.reduceat(worth[order], edges[:-1]) / np.diff(edges),
        skill=np.append(skill, 0.0),
        held=held.reshape(-1, columns).astype(float),
        stay=0.0 if problem.stay is None else float(problem.stay.max(initial=0.0)),
    )


def climb(bins: Bins, prices: Reals) -> Reals:
    """Prices at which about as many leads want each rep as may, as near as bins can tell; from any others."""
    blur, part, steps = BLUR * bins.spread, 1.0, 0
    met = bins.blurred(prices, blur)
    while part >= SHORTEST:
        tried = meaningful(bins.problem, prices + part * blur * newton(bins.problem, prices, met))
        found = bins.blurred(tried, blur)
        if found.dual > met.dual:
            part *= SHORTER
            continue
        prices, met, part, steps = tried, found, min(1.0, part / SHORTER), steps + 1
        if steps == PATIENCE or np.abs(met.over).sum() <= CLEAR * bins.problem.n_leads:
            if blur <= bins.step:
                break
            blur, part, steps = SHARPER * blur, 1.0, 0
            met = bins.blurred(prices, blur)
    return prices
