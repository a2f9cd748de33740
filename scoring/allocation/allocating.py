"""The one question: who gets which lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from knowledge.errors import BadInput
from scoring.allocation.conflicts import check, conflict
from scoring.allocation.crowded import solve_crowded
from scoring.allocation.problem import Reals, Share, read
from scoring.allocation.reading import is_finite
from scoring.allocation.solver import gap, solve


@dataclass(frozen=True)
class Allocation:
    """Who gets which lead, and how much better it could be at most.

    Attributes
    ----------
    rep : (n_leads,) index of the rep, or -1
    objective : sum of the values of the leads given, less the cost of those that changed owner
    bound : no allocation has a higher objective
    prices : (n_reps,) what one more place with each rep is worth; negative where a minimum has to be filled
    share_prices : (n_shares, n_reps) what a share costs for each lead that it asks of a rep; 0 or more
    """

    rep: npt.NDArray[np.int64]
    objective: float
    bound: float
    prices: Reals
    share_prices: Reals

    @property
    def gap(self) -> float:
        """What may be missing to the best, in parts of the bound."""
        return gap(self.objective, self.bound)


def allocate(
    value: npt.ArrayLike,
    capacity: npt.ArrayLike,
    *,
    minimum: npt.ArrayLike | None = None,
    eligible: npt.ArrayLike | None = None,
    current: npt.ArrayLike | None = None,
    switch_cost: float = 0.0,
    share: Sequence[Share] | None = None,
    load_discount: npt.ArrayLike | None = None,
) -> Allocation:
    """The allocation of leads to reps that is worth most, with a proof of it.

    A lead is given to one rep or to nobody, who is worth 0; so a lead that is worth less than that to all stays with
    nobody unless a minimum needs it.

    Parameters
    ----------
    value : (n_leads, n_reps) expected value; float32 or float64 of any order is read as it is, never copied
    capacity, minimum : (n_reps,) the most and the fewest leads of each rep
    eligible : (n_leads, n_reps) who may get what
    current : (n_leads,) who holds the lead now, or -1
    switch_cost : what it costs to give an owned lead to another rep; to give it to nobody costs nothing
    share : how many of certain leads every rep gets at least
    load_discount : (n_reps,) from 0 to 1; the k-th best lead of a rep counts (1 - discount) ** (k - 1) of its value

    Raises
    ------
    BadInput
        Something has the wrong shape or is not a number.
    ImpossiblePlan
        No allocation keeps all limits; it names one that cannot be kept.
    """
    problem = read(value, capacity, minimum, eligible, current, switch_cost, share)
    if not is_finite(problem.value):
        raise BadInput("Every value must be a finite number; use `eligible` for pairs that may not be.")
    check(problem)
    discount = np.zeros(problem.n_reps) if load_discount is None else _discount(load_discount, problem.n_reps)
    # The blocks are shared among the cores already; on small systems the threads of BLAS only wait for one another.
    with threadpool_limits(1):
        found = solve_crowded(problem, discount) if discount.any() else solve(problem)
    if found is None:
        raise conflict(problem)
    rep = np.where(found.rep < problem.n_reps, found.rep, -1)
    return Allocation(rep, found.objective, max(found.bound, found.objective), found.prices[0], -found.prices[1:])


def _discount(given: npt.ArrayLike, n_reps: int) -> Reals:
    found = np.asarray(given, float)
    if found.shape != (n_reps,) or not ((found >= 0) & (found <= 1)).all():
        raise BadInput(f"The discount of load must be a number from 0 to 1 for each of the {n_reps} reps.")
    return found
