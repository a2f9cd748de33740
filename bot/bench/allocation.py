"""What the best plan for a whole company costs beside general solvers of the same problem, and how that grows.

Every solver that is installed and able to hold a size runs in a process of its own. Values are of the kind that a
company has: leads of very different worth, reps of different skill, and some chance. Ours also runs without the chance,
when every lead is torn between all reps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import eye_array, kron, vstack

from bot.bench import process, rows, say
from scoring.allocation import allocate

# Leads and reps, so long as there are no more leads than `rows`.
SIZES = ((1_000, 20), (10_000, 100), (100_000, 200), (1_000_000, 1_000))
# Ours, with values that are a lead's worth times a rep's skill and nothing else.
TORN = "callsheet without chance"
# The largest tables, in values, that each of the others ends in reasonable time.
ABLE = {TORN: 20_000_000, "scipy assignment": 100_000, "highs": 200_000, "ortools": 20_000_000}
# In parts of the leads: so that some have to stay out.
PLACES = 0.9
Values = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


def measure() -> dict[str, Any]:
    """For each size and solver: seconds, the peak of memory beside the values, and the gap to the best.

    `growth` is the power of the number of values with which our seconds grow: 1 is linear.
    """
    sizes = [size for size in SIZES if size[0] <= rows()] or [(rows(), SIZES[0][1])]
    cases = {
        f"{leads} x {reps}, {name}": (name, leads, reps)
        for leads, reps in sizes
        for name in SOLVERS
        if leads * reps <= ABLE.get(name, leads * reps) and (name != "ortools" or find_spec("ortools"))
    }
    found = {}
    for case, (name, leads, reps) in cases.items():
        say(f"{case} …")
        found[case] = process.alone(_measure, name, leads, reps)
    ours = [(leads * reps, found[f"{leads} x {reps}, callsheet"]["seconds"]) for leads, reps in sizes]
    return {"places": PLACES, "by_case": _beside(found, cases), "growth": _growth(ours)}


def values(leads: int, reps: int, seed: int = 0, *, by_chance: bool = True) -> Values:
    """What each lead is worth with each rep."""
    random = np.random.default_rng(seed)
    found = random.random((leads, reps), dtype=np.float32) if by_chance else np.ones((leads, reps), np.float32)
    found *= random.gamma(2.0, 1.0, (leads, 1)).astype(np.float32)
    found *= random.uniform(0.7, 1.3, reps).astype(np.float32)
    return found


def _measure(name: str, leads: int, reps: int) -> dict[str, float]:
    value, places = values(leads, reps, by_chance=name != TORN), np.full(reps, int(PLACES * leads / reps))
    before_mb, start = process.peak_mb(), time.perf_counter()
    objective, gap = SOLVERS[name](value, places)
    seconds = time.perf_counter() - start
    return {"seconds": round(seconds, 3), "extra_mb": process.peak_mb() - before_mb, "worth": objective, "gap": gap}


def _beside(found: dict[str, dict[str, float]], cases: dict[str, tuple[str, int, int]]) -> dict[str, dict[str, float]]:
    """Seconds as a ratio to ours at the same size."""
    return {
        case: {**figures, "ratio": round(figures["seconds"] / found[f"{leads} x {reps}, callsheet"]["seconds"], 2)}
        for (case, figures), (_, leads, reps) in zip(found.items(), cases.values(), strict=True)
    }


def _growth(ours: list[tuple[int, float]]) -> float | None:
    (first, first_s), (last, last_s) = ours[0], ours[-1]
    return None if first == last else round(float(np.log(last_s / first_s) / np.log(last / first)), 2)


def _callsheet(value: Values, places: Places) -> tuple[float, float]:
    plan = allocate(value, places)
    return round(plan.objective, 4), plan.gap


def _assignment(value: Values, places: Places) -> tuple[float, float]:
    """Every place is a column of its own, and there is a column of nothing for every lead."""
    table = np.hstack([np.repeat(value, places, axis=1), np.zeros((len(value), len(value)), np.float32)])
    lead, column = linear_sum_assignment(table, maximize=True)
    return round(float(table[lead, column].sum(dtype=np.float64)), 4), 0.0


def _highs(value: Values, places: Places) -> tuple[float, float]:
    leads, reps = value.shape
    once = kron(eye_array(leads), np.ones((1, reps)))
    room = kron(np.ones((1, leads)), eye_array(reps))

    # The stubs do not know that the matrix may be sparse.
    found = linprog(  # type: ignore[call-overload]
        -value.ravel().astype(float),
        vstack([once, room], format="csr"),
        np.r_[np.ones(leads), places],
        bounds=(0, None),
    )
    return round(float(-found.fun), 4), 0.0


def _ortools(value: Values, places: Places) -> tuple[float, float]:
    """Minimum cost flow, which wants whole numbers: values are rounded to a millionth."""
    min_cost_flow: Any = import_module("ortools.graph.python.min_cost_flow")

    leads, reps = value.shape
    flow = min_cost_flow.SimpleMinCostFlow()
    lead, rep = np.arange(leads), leads + np.arange(reps)
    sink = leads + reps
    cost = -np.round(value.astype(float) * 1e6).astype(np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.repeat(lead, reps), np.tile(rep, leads), np.ones(leads * reps, np.int64), cost.ravel()
    )
    flow.add_arcs_with_capacity_and_unit_cost(rep, np.full(reps, sink), places, np.zeros(reps, np.int64))
    flow.add_arcs_with_capacity_and_unit_cost(lead, np.full(leads, sink), np.ones(leads, int), np.zeros(leads, int))
    flow.set_nodes_supplies(np.r_[lead, sink], np.r_[np.ones(leads, np.int64), -leads])
    flow.solve()
    return round(-flow.optimal_cost() / 1e6, 4), 0.0


SOLVERS: dict[str, Callable[[Values, Places], tuple[float, float]]] = {
    "callsheet": _callsheet,
    TORN: _callsheet,
    "scipy assignment": _assignment,
    "highs": _highs,
    "ortools": _ortools,
}
