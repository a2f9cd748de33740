"""Limits that no plan can keep, named: plain ones before a plan is sought, the rest when none was found."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from knowledge.errors import CallsheetError, ImpossiblePlan
from scoring.allocation.problem import Ints, Problem, Reals


def check(problem: Problem) -> None:
    """Nothing, if each limit could be kept by itself.

    Raises
    ------
    ImpossiblePlan
        It names the rep or the share, what was asked of it and what there is.
    """
    _room(problem)
    if problem.low.any():
        _enough(problem, _there(problem))


def _room(problem: Problem) -> None:
    for group, rep in np.argwhere(problem.low > problem.high[0])[:1]:
        raise ImpossiblePlan(
            f"Rep {rep} is to get at least {problem.low[group, rep]:.0f} {_of(group)}, "
            f"but takes no more than {problem.high[0, rep]:.0f}.",
            rep=int(rep),
        )


def _there(problem: Problem) -> Reals:
    """How many leads of each group each rep may get at all."""
    counts = np.bincount(problem.kind, minlength=len(problem.member)).astype(float)
    if problem.eligible is None:
        return np.repeat((problem.member.T @ counts)[:, None], problem.n_reps, axis=1)
    each = [problem.eligible[problem.kind == kind].sum(axis=0) for kind in range(len(problem.member))]
    return np.asarray(problem.member.T @ np.array(each, dtype=float))


def _enough(problem: Problem, there: Reals) -> None:
    for group, rep in np.argwhere(problem.low > there)[:1]:
        raise ImpossiblePlan(
            f"Rep {rep} is to get at least {problem.low[group, rep]:.0f} {_of(group)}, "
            f"but may get only {there[group, rep]:.0f}.",
            rep=int(rep),
        )
    sizes = problem.member.T @ np.bincount(problem.kind, minlength=len(problem.member))
    for group in np.flatnonzero(problem.low.sum(axis=1) > sizes)[:1]:
        raise ImpossiblePlan(
            f"The reps are to get at least {problem.low[group].sum():.0f} {_of(group)} in all, "
            f"but there are only {sizes[group]:.0f}."
        )


def conflict(problem: Problem) -> CallsheetError:
    """What to say of limits that cannot be kept together: the fewest leads that must be missing, and where.

    Leads that the same reps may get, and that count in the same shares, are taken as one with a number.
    """
    members, alike = _alike(problem)
    kind, rep = np.nonzero(alike[:, 1:])
    lead_kind = alike[kind, 0].astype(int)
    n, (n_groups, n_reps) = len(kind), problem.low.shape
    group, pair = np.nonzero(problem.member[lead_kind].T)
    counted = csr_array((np.ones(len(pair)), (group * n_reps + rep[pair], pair)), shape=(n_groups * n_reps, n))
    once = csr_array((np.ones(n), (kind, np.arange(n))), shape=(len(alike), n))
    missing = eye_array(n_groups * n_reps, format="csr")
    none, no_one = csr_array((len(alike), n_groups * n_reps)), csr_array((n_reps, n_groups * n_reps))
    found = milp(
        np.r_[np.zeros(n), np.ones(n_groups * n_reps)],
        integrality=np.ones(n + n_groups * n_reps),
        bounds=Bounds(0, np.inf),
        constraints=[
            LinearConstraint(hstack([once, none]), -np.inf, members),
            LinearConstraint(hstack([counted, missing]), problem.low.ravel(), np.inf),
            LinearConstraint(hstack([counted[:n_reps], no_one]), -np.inf, problem.high[0]),
        ],
    )
    if found.x is None:
        return ImpossiblePlan()
    short = np.round(found.x[n:]).reshape(n_groups, n_reps)
    for at in map(tuple, np.argwhere(short > 0)[:1].tolist()):
        return ImpossiblePlan(
            f"The minimums cannot all be kept: {short.sum():.0f} leads are missing, among them "
            f"{short[at]:.0f} of the {problem.low[at]:.0f} {_of(at[0])} that rep {at[1]} is to get.",
            rep=at[1],
        )
    return CallsheetError(
        "A plan within these limits was not found, though there is one; loosen one a little and try again."
    )


def _alike(problem: Problem) -> tuple[Reals, Ints]:
    """Each kind of lead with the reps that may get it, and how many leads are so."""
    may = np.ones((problem.n_leads, problem.n_reps), bool) if problem.eligible is None else problem.eligible
    rows = np.column_stack([problem.kind, may]).astype(np.int32)
    alike, members = np.unique(rows, axis=0, return_counts=True)
    return members.astype(float), alike


def _of(group: int) -> str:
    return "leads" if group == 0 else f"leads of share {group}"
