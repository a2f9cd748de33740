"""What the call list is worth where the truth is known: true wins of the calls it proposes, beside other orders.

A call is worth the lead's true chance to be won, times how much likelier than usual it truly is to be picked up at
that hour on the lead's clock; a first call also saves what waiting until tomorrow would truly cost. All orders choose
from the same leads: those that each rep may call at that instant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from scipy.special import expit

from bot.bench import rows, say
from bot.bench.company import NOW
from knowledge import frames
from knowledge.connectors import demo
from knowledge.database import Database
from knowledge.people import Person
from knowledge.playbook import Playbook
from scoring import activity, refresh, training
from scoring.registry import Registry
from tools import queue
from tools.access import Scope
from tools.base import Services, ToolContext

CALLS = 10
# As a share of the usual company: smaller ones have too few won leads to learn from.
SMALLEST = 0.2
# Hours after the demo company ends, over its next working days: mornings and evenings in Europe and America.
HOURS = (0.5, 16.5, 18.5, 21.5, 24.5, 27.5, 41.5, 44.5, 48.5, 70.5, 112.5, 116.5)
# The models that the call list listens to.
HEARD = ("ranking", "reach", "waiting")
ORDERS = ("list", "score only", "last touch", "random", "best possible")


@dataclass(frozen=True)
class Truth:
    """What nobody at the demo company can know: true chances, and when calls are truly picked up."""

    chance: pd.Series
    pick_up: dict[str, Any]
    speed: float
    longest_wait_h: float

    @classmethod
    def read(cls, folder: Path) -> Truth:
        chances = pd.read_parquet(folder / "chances_now.parquet").set_index("lead_id")["p"]
        effects = json.loads((folder / "effects.json").read_text(encoding="utf-8"))
        return cls(chances, *(effects[name] for name in ("pick_up_logit", "speed_per_log1p_hour", "longest_wait_h")))

    def lift(self, zone: str, at: datetime) -> float:
        """How much likelier than in the middle of an average working hour a call is picked up."""
        local = at.astimezone(ZoneInfo(zone))
        hours, days = self.pick_up["hour"], self.pick_up["weekday"]
        usual = expit(np.add.outer(np.array(days[:5]), np.array(hours[8:20])) + self.pick_up["base"]).mean()
        return float(expit(self.pick_up["base"] + hours[local.hour] + days[local.weekday()]) / usual)

    def saved(self, untouched_h: pd.Series) -> pd.Series:
        """The share of a chance that a first call saves by coming today, by the hours waited; 0 where that is NaN."""
        more = [np.log1p((untouched_h + later).clip(0, self.longest_wait_h)) for later in (0, 24)]
        return pd.Series(-np.expm1(self.speed * (more[1] - more[0])), index=untouched_h.index).fillna(0.0)


def measure() -> dict[str, Any]:
    """True wins and bookings a call of the first ten calls of every rep, by each order, and beside the list's."""
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        say("living through the demo company …")
        db = Database(f"sqlite:///{folder}/books.db")
        db.migrate()
        truth = Path(folder) / "truth"
        demo.build(db, now=NOW, truth=truth, scale=min(1.0, max(SMALLEST, rows() / demo.LEADS)))
        say("training …")
        training.train(db, HEARD, as_of=NOW, now=NOW)
        refresh.score(db, "ranking", as_of=NOW)
        found = compare(db, Truth.read(truth), [NOW + timedelta(hours=hours) for hours in HOURS], CALLS)
        db.engine.dispose()
    return found


def compare(db: Database, truth: Truth, instants: Sequence[datetime], calls: int) -> dict[str, Any]:
    """The same for books whose truth is known, at some instants after their end."""
    assert db.path
    services = Services(db, Registry(db), lambda: instants[0], Playbook.beside(db, db.path.parent / "playbook"))
    everyone = services.roster()
    reps = [person for person in everyone.people if person.role == "rep" and person.active]
    outcomes: list[dict[str, float | str]] = []
    for at in instants:
        say(f"calling on {at:%A at %H:%M} …")
        snapshot = frames.load(db, until=at).at(at)
        touched = activity.read(snapshot, snapshot.leads, [])["days_since_contact"]
        waited_h = (activity.days_before(at, snapshot.leads["created_at"]) * 24).where(touched.isna())
        for rep in reps:
            ctx = ToolContext(**{**vars(services.for_(rep, everyone)), "now": at})
            outcomes += _outcomes(ctx, rep, truth, touched, truth.saved(waited_h), calls)
    found = pd.DataFrame(outcomes).groupby("order")[["wins", "bookings"]].mean().loc[list(ORDERS)]
    beside = (found / found.loc["list"]).add_suffix("_beside_list").round(3)
    by_order = found.round({"wins": 4, "bookings": 1}).join(beside).to_dict("index")
    return {"callers": len(reps), "instants": len(instants), "calls_each": calls, "by_order": by_order}


def _outcomes(
    ctx: ToolContext, rep: Person, truth: Truth, touched: pd.Series, saved: pd.Series, calls: int
) -> Iterator[dict[str, float | str]]:
    """What the first calls of one rep are truly worth at an instant, in each order."""
    scope = Scope([rep.id, None], rep.name, [rep])
    line = queue.line_up(ctx, scope, limit=len(truth.chance), source=None, segment=None)
    if not line.callable_now or len(line.places) < calls:
        return
    leads = pd.DataFrame(
        [(place.lead.id, place.chance, float(place.lead.value or np.nan), place.zone) for place in line.places],
        columns=["id", "said", "value", "zone"],
    ).set_index("id")
    value = leads["value"].fillna(leads["value"].median())
    lift = leads["zone"].map({zone: truth.lift(zone, ctx.now) for zone in leads["zone"].unique()})
    wins = truth.chance.reindex(leads.index).fillna(0.0) * (lift + saved.reindex(leads.index))
    bookings = wins * value
    orders = {
        "list": leads.index,
        "score only": (leads["said"] * value).sort_values(ascending=False).index,
        "last touch": touched.reindex(leads.index).sort_values(na_position="last").index,
    }
    for order, ids in orders.items():
        yield {"order": order, "wins": wins[ids[:calls]].mean(), "bookings": bookings[ids[:calls]].mean()}
    yield {"order": "random", "wins": wins.mean(), "bookings": bookings.mean()}
    best = [each.nlargest(calls).mean() for each in (wins, bookings)]
    yield {"order": "best possible", "wins": best[0], "bookings": best[1]}
