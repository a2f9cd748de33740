"""The last step to an exact plan: whom to move among the leads near a tie, as a small linear program.

Every lead starts with its best rep at the prices; a move loses a little profit, and moves have to bring every rep
within the limits. As few reps are off by then, the simplex method needs few steps; without shares, or with shares that
lie in one another, its solution is whole, since the moves form a network. Its duals correct the prices.

References
----------
Ahuja, Magnanti & Orlin (1993), "Network Flows", ch. 9 and 11 (optimality by reduced costs, the network simplex).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array, eye_array, hstack

from scoring.allocation.problem import Flags, Ints, Problem, Reals
from scoring.allocation.sharp import excess, meaningful
from scoring.allocation.shortlist import Shortlist, count, first

# So many of the least moves at first for each limit, and for each lead too many or too few.
PER_LIMIT, PER_MISFIT = 8, 4
# So many times more moves into each rep are added in each turn than in the one before.
MORE = 1.5
# After so many turns each time, moves between the nearest reps join: so many of each rep, and to each.
PATIENCE, NEAREST = 4, 3
# How little a lead may want another rep, in parts of the usual value.
CLOSE = 1e-9
WHOLE = 1e-6
# How exactly the simplex method keeps to limits and reduced costs; values are scaled to 1 before.
EXACT = 1e-10
# What a lead too many or too few costs, in parts of the largest value and for each limit: more than any chain of moves.
# At first it costs so many times more than the least moves, and then so many times more than before.
FORBIDDEN, HARDER = 4.0, 10.0


@dataclass(frozen=True)
class Plan:
    """Who gets what.

    Attributes
    ----------
    rep : (n_leads,) index, n_reps for nobody
    prices : (n_groups, n_reps) corrected prices
    misfit : leads too many or too few, beyond what the lists could mend
    """

    rep: Ints
    prices: Reals
    misfit: int


@dataclass(frozen=True)
class _Moves:
    """Leads with a choice that could go elsewhere: the lead's column in the lists, from whom to whom, and the loss."""

    lead: Ints
    was: Ints
    to: Ints
    loss: Reals


def repair(near: Shortlist, prices: Reals) -> Plan:
    """The best plan among all on the lists.

    It looks at the least moves first; then at those that leads want at the corrected prices, until no lead wants any.
    Where that takes many turns, the least moves lie between a few reps who are alike, and leads cannot pass from rep to
    rep to where they are missing; so moves between all nearest reps join. A lead too many or too few costs little at
    first, which keeps corrections small, and more where some remain.
    """
    wanted = first(near, prices)
    base = near.best.copy()
    base[near.lead] = wanted
    stays, loss = near.reps == wanted, _losses(near, prices, wanted)
    over = excess(near.problem, prices, count(near.problem, near.problem.kind, base))
    chosen, least = _least(loss, int(PER_LIMIT * prices.size + PER_MISFIT * np.abs(over).sum()))
    forbidden = FORBIDDEN * (1 + prices.size) * near.size
    penalty = min(forbidden, max(HARDER * least, CLOSE * near.usual)) if np.isfinite(near.reach) else forbidden
    most = PER_LIMIT
    for turn in itertools.count(1):
        place, lead = np.nonzero(chosen)
        moves = _Moves(lead, wanted[lead], near.reps[place, lead], loss[place, lead])
        plan = _moved(near, prices, base, moves, penalty)
        more = _envied(near, plan.prices, chosen | stays, most + plan.misfit)
        if turn % PATIENCE == 0 and (more.any() or plan.misfit):
            more |= _passages(near, loss, wanted) & ~chosen
        if more.any():
            chosen, most = chosen | more, int(MORE * most)
        elif not plan.misfit or penalty >= forbidden:
            return plan
        else:
            penalty = min(forbidden, HARDER * penalty)
    raise AssertionError("A count without an end has ended.")


def _losses(near: Shortlist, prices: Reals, wanted: Ints) -> Reals:
    """What each lead loses with another rep than the one it wants; infinite where it cannot move."""
    net = near.net(prices)
    held = np.where(near.reps == wanted, net, -np.inf).max(axis=0, initial=-np.inf)
    return np.where(np.isfinite(net) & (near.reps != wanted), held - net, np.inf)


def _least(loss: Reals, n: int) -> tuple[Flags, float]:
    """The moves of the least loss, about `n` of them, and how large it is at most."""
    known = loss[np.isfinite(loss)]
    within = float(known.max(initial=0.0) if n >= len(known) else np.partition(known, n)[n])
    return loss <= within, within


def _envied(near: Shortlist, prices: Reals, considered: Flags, most: int) -> Flags:
    """The reps that are better for a lead at these prices than all that were considered for it; the best for each lead.

    For each rep no more than the `most` envious leads: after these its price will be another.
    """
    net = near.net(prices)
    top, had = net.max(axis=0, initial=-np.inf), np.where(considered, net, -np.inf).max(axis=0, initial=-np.inf)
    place, lead = np.nonzero((net == top) & (top - had > CLOSE * near.usual))
    rep = near.reps[place, lead]
    order = np.lexsort((had[lead] - top[lead], rep))
    rank = np.arange(len(rep)) - np.searchsorted(rep[order], rep[order])
    kept = order[rank < most]
    found = np.zeros(net.shape, bool)
    found[place[kept], lead[kept]] = True
    return found


def _passages(near: Shortlist, loss: Reals, wanted: Ints) -> Flags:
    """A few of the least moves from each rep to the nearest ones, who take a lead at the least loss, and from these."""
    place, lead = np.nonzero(np.isfinite(loss))
    width, lost = near.problem.n_reps + 1, loss[place, lead]
    pair = wanted[lead] * width + near.reps[place, lead]
    apart, n = np.full((width, width), np.inf), min(NEAREST, width) - 1
    np.minimum.at(apart.reshape(-1), pair, lost)
    near_to = (apart <= np.partition(apart, n, axis=1)[:, [n]]) | (apart <= np.partition(apart, n, axis=0)[n])
    between = np.flatnonzero(near_to.ravel()[pair])
    order = between[np.lexsort((lost[between], pair[between]))]
    rank = np.arange(len(order)) - np.searchsorted(pair[order], pair[order])
    found = np.zeros(loss.shape, bool)
    kept = order[rank < PER_LIMIT]
    found[place[kept], lead[kept]] = True
    return found


def _moved(near: Shortlist, prices: Reals, base: Ints, moves: _Moves, penalty: float) -> Plan:
    """The best plan in which only these moves are made."""
    problem, n, limits = near.problem, len(moves.loss), prices.size
    x, change = _simplex(near, prices, base, moves, penalty)
    rep = base.copy()
    made = np.flatnonzero(x[:n] > 0.5)
    rep[near.lead[moves.lead[made]]] = moves.to[made]
    return Plan(rep, meaningful(problem, prices + change), round(x[n + limits :].sum()))


def _simplex(near: Shortlist, prices: Reals, base: Ints, moves: _Moves, penalty: float) -> tuple[Reals, Reals]:
    """Which moves to make, how many leads each limit then counts and by how many it is missed; and what prices change.

    The columns are the moves, then three for each limit: its count, and leads too many and too few.
    """
    problem, size, n, limits = near.problem, near.size, len(moves.loss), prices.size
    counts = (problem.member.T @ count(problem, problem.kind, base)[:, :-1]).ravel()
    kind = near.kind[moves.lead]
    change = _arrivals(problem, kind, moves.to) - _arrivals(problem, kind, moves.was)
    each = eye_array(limits, format="csr")
    balance = hstack([-change, each, each, -each], format="csr")
    movers, row = np.unique(moves.lead, return_inverse=True)
    once = csr_array((np.ones(n), (row, np.arange(n))), shape=(len(movers), n + 3 * limits))
    cost = np.r_[moves.loss / size, -prices.ravel() / size, np.full(2 * limits, penalty / size)]
    lower = np.r_[np.zeros(n), problem.low.ravel(), np.zeros(2 * limits)]
    upper = np.r_[np.ones(n), problem.high.ravel(), np.full(2 * limits, np.inf)]
    bounds = np.column_stack([lower, upper])
    found = _solved(c=cost, A_ub=once, b_ub=np.ones(len(movers)), A_eq=balance, b_eq=counts, bounds=bounds)
    corrections = size * found.eqlin.marginals.reshape(prices.shape)
    if np.abs(found.x[:n] - np.round(found.x[:n])).max(initial=0.0) <= WHOLE:
        return found.x, corrections
    limited = [LinearConstraint(once, -np.inf, 1.0), LinearConstraint(balance, counts, counts)]
    whole = np.r_[np.ones(n), np.zeros(3 * limits)]
    rounded = milp(cost, integrality=whole, bounds=Bounds(lower, upper), constraints=limited).x
    return found.x if rounded is None else rounded, corrections


def _solved(**program: Any) -> Any:
    """The solution of a linear program: as exact as can be, and where the solver gives that up, as exact as usual."""
    exact = {"presolve": False, "primal_feasibility_tolerance": EXACT, "dual_feasibility_tolerance": EXACT}
    # The stubs do not know that the matrices may be sparse.
    solver: Any = linprog
    for options in (exact, {}):
        found = solver(**program, method="highs-ds", options=options)
        if found.x is not None:
            return found
    raise RuntimeError(f"The repair of an allocation failed: {found.message}")


def _arrivals(problem: Problem, kind: Ints, rep: Ints) -> csr_array:
    """One column for each move: the limits that the lead counts in at a rep; none at nobody."""
    group, move = np.nonzero((problem.member[kind] * (rep < problem.n_reps)[:, None]).T)
    shape = problem.low.size, len(kind)
    return csr_array((np.ones(len(move)), (group * problem.n_reps + rep[move], move)), shape=shape)
