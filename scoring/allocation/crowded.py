"""Plans where a rep's later leads are worth less; see `load` for what that means and why it works."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scoring.allocation.load import counted, curves, levels
from scoring.allocation.problem import Ints, Problem, Reals
from scoring.allocation.solver import Solution, gap, solve

# Up to so many pairs of a lead and a single place, each place is a rep of its own and the plan is exact.
FEW = 200_000
ROUNDS = 40
ENOUGH = 1e-9


def solve_crowded(problem: Problem, discount: Reals, *, seed: int = 0) -> Solution | None:
    """The best plan found and a bound on all, with what the last place of each rep is worth as its price."""
    single = len(problem.low) == 1 and problem.n_leads * problem.high.sum() <= FEW
    return _by_place(problem, discount, seed) if single else _by_round(problem, discount, seed)


def objective(problem: Problem, rep: Ints, discount: Reals) -> float:
    """What a plan is worth: values by their place with the rep, less the moves."""
    lead = np.flatnonzero(rep < problem.n_reps)
    found = counted(problem.value[lead, rep[lead]].astype(float), rep[lead], discount)
    if problem.owner is None or problem.stay is None:
        return found
    return found - float(problem.stay[lead][rep[lead] != problem.owner[lead]].sum())


def _by_place(problem: Problem, discount: Reals, seed: int) -> Solution | None:
    room = problem.high[0].astype(int)
    rep = np.repeat(np.arange(problem.n_reps), room)
    place = np.arange(len(rep)) - np.repeat(np.cumsum(room) - room, room)
    value = problem.value[:, rep].astype(float) * (1.0 - discount[rep]) ** place
    if problem.owner is not None and problem.stay is not None:
        value -= np.where(problem.owner[:, None] == rep, 0.0, problem.stay[:, None])
    spread = replace(
        problem,
        value=value,
        low=(place < problem.low[0, rep]).astype(float)[None],
        high=np.ones((1, len(rep))),
        eligible=None if problem.eligible is None else problem.eligible[:, rep],
        owner=None,
        stay=None,
    )
    found = solve(spread, seed=seed)
    if found is None:
        return None
    plan = np.append(rep, problem.n_reps)[found.rep]
    prices = np.zeros((1, problem.n_reps))
    last = np.flatnonzero(room)
    prices[0, last] = found.prices[0, np.cumsum(room)[last] - 1]
    return Solution(plan, objective(problem, plan, discount), found.bound, prices)


def _by_round(problem: Problem, discount: Reals, seed: int) -> Solution | None:
    room = problem.high[0].astype(int)
    lowest, highest = float(problem.value.min(initial=0.0)), float(problem.value.max(initial=0.0))
    level = [np.zeros(places) for places in room]
    best = Solution(np.full(problem.n_leads, problem.n_reps), -np.inf, np.inf, np.zeros(problem.low.shape))
    for turn in range(ROUNDS):
        drawn = curves(level, discount, lowest, highest)
        found = solve(replace(problem, curves=drawn), seed=seed)
        if found is None:
            return None
        if (bound := found.bound + drawn.places) < best.bound:
            best = replace(best, bound=bound, prices=found.prices)
        if (worth := objective(problem, found.rep, discount)) > best.objective:
            best = replace(best, rep=found.rep, objective=worth)
        if gap(best.objective, best.bound) <= ENOUGH:
            break
        lead = np.flatnonzero(found.rep < problem.n_reps)
        held = levels(problem.value[lead, found.rep[lead]].astype(float), found.rep[lead], room)
        level = [old + (new - old) * 2 / (turn + 2) for old, new in zip(level, held, strict=True)]
    return best
