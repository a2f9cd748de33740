"""What reps have put on their lists: tasks to do, and leads put aside for later."""

from __future__ import annotations

import numpy as np

from knowledge.connectors.demo.draw import DAY, HOUR, Generator, instants
from knowledge.connectors.demo.funnel import Funnel, Row
from knowledge.connectors.demo.history import World

_TO_DO = ("Ring back {name}", "Send {name} the case study", "Ask {name} for the site list", "Prepare prices for {name}",
          "Find out who signs at {company}", "Check the roll-out dates with {name}")  # fmt: skip
_WHY = (
    "On holiday until then",
    "Budget round ends then",
    "Asked not to be called before",
    "Waiting for the tenant list",
)


def tasks(world: World, funnel: Funnel, rng: Generator) -> list[Row]:
    """A few tasks for leads in hand, some overdue, and many that are done."""
    at = world.now - (120 * DAY * rng.random(len(funnel.leads)) ** 1.5).astype(np.int64)
    rows: list[Row] = []
    chosen = np.flatnonzero((rng.random(len(at)) < 0.12) & (world.lanes.rung > 0) & (world.prospects.created < at))
    for lead in chosen.tolist():
        row = funnel.leads[lead]
        due = int(at[lead]) // DAY * DAY + int(rng.integers(1, 9)) * DAY + int(rng.integers(13, 20)) * HOUR
        done = due - int(rng.integers(-20, 40)) * HOUR
        finished = done < world.now and (row["outcome"] != "open" or rng.random() < 0.85)
        if row["owner_id"] is None or (row["outcome"] != "open" and not finished):
            continue
        moment, closed = instants(np.array([due, done]))
        deal = funnel.deal_of[lead]
        rows.append({
            "id": f"K-{len(rows) + 1:05d}", "person_id": row["owner_id"], "lead_id": row["id"],
            "deal_id": funnel.deals[deal]["id"] if deal >= 0 else None, "due_at": moment,
            "text": _TO_DO[int(rng.integers(len(_TO_DO)))].format(name=row["name"], company=row["company"]),
            "done_at": closed if finished else None,
        })  # fmt: skip
    return rows


def snoozes(world: World, funnel: Funnel, rng: Generator) -> list[Row]:
    """Leads put aside, most of which have come back by now."""
    held = [row for row in funnel.leads if row["outcome"] == "open" and row["owner_id"] is not None]
    chosen = rng.permutation(len(held))[: max(4, len(held) // 25)]
    rows = []
    for k, index in enumerate(sorted(chosen.tolist()), 1):
        ahead = int(rng.integers(1, 15)) if k % 3 else -int(rng.integers(1, 6))
        until = (world.now // DAY + ahead) * DAY + 13 * HOUR
        why = _WHY[int(rng.integers(len(_WHY)))]
        rows.append({"id": f"Z-{k:04d}", "lead_id": held[index]["id"], "person_id": held[index]["owner_id"],
                     "until": instants(np.array([until]))[0], "reason": why})  # fmt: skip
    return rows
