"""What is true of the demo company and no model may see: chances under every rep, and the effects behind them.

The chances are averages over futures lived through with the very step that made the past. A future is not ended by a
draw; it is weighted by the chance that it has not ended yet, which needs far fewer of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from knowledge.connectors.demo import company, process
from knowledge.connectors.demo.draw import DAY, HOUR, Floats, Ints, instants, offsets
from knowledge.connectors.demo.history import DAWN_H, NOBODY, Kept, World, overloads
from knowledge.connectors.demo.places import PLACES
from knowledge.connectors.demo.process import Lanes, step

HORIZON_DAYS = 90
# Futures of each lead; under its own owner more, because there intervals are checked against them.
FUTURES, OWN_FUTURES = 32, 96
PAST_DAYS_AGO = (100, 190, 280, 370)


def instants_to_keep(first_day: int, now: int) -> list[int]:
    """The past instants whose truth is written down, in seconds."""
    return [(now // DAY - ago) * DAY + int(DAWN_H * HOUR) for ago in PAST_DAYS_AGO if now // DAY - ago > first_day]


def write(world: World, planted: list[dict[str, Any]], folder: Path, seed: int,
          progress: Callable[[float], None]) -> None:  # fmt: skip
    """Five files: `chances_now`, `chances_by_rep`, `chances_past`, `conversations` (parquet) and `effects.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    now = world.kept[world.now]
    ids = np.array([f"L-{lead + 1:05d}" for lead in range(len(world.prospects))], object)
    people = np.array(company.PERSON_IDS, object)
    progress(0)
    own = chances(world, now, world.now // DAY + 1, now.owner, OWN_FUTURES, seed)
    _own_frame(ids, people, now, own).to_parquet(folder / "chances_now.parquet")
    _by_rep(world, now, ids, people, seed).to_parquet(folder / "chances_by_rep.parquet")
    progress(0.5)
    past = [_past(world, at, kept, ids, people, seed) for at, kept in sorted(world.kept.items()) if at < world.now]
    if past:
        pd.concat(past, ignore_index=True).to_parquet(folder / "chances_past.parquet")
    pd.DataFrame(planted).to_parquet(folder / "conversations.parquet")
    (folder / "effects.json").write_text(json.dumps(effects(world), indent=2), encoding="utf-8")
    progress(1)


def chances(world: World, kept: Kept, day: int, owner: Ints, futures: int, seed: int) -> Floats:
    """P(won within the horizon from `day` on, counted from 1970) of each kept lead if `owner` works it.

    An unowned lead goes to the reps of its team in turn, one after another from future to future.
    """
    which = np.repeat(np.arange(len(kept.lead)), futures)
    turn = np.tile(np.arange(futures), len(kept.lead))
    who = np.where(owner[which] == NOBODY, _substitutes(world, kept)[which, turn % 4], owner[which])
    p = np.concatenate([
        _live_on(_placed(world, kept, which[part], who[part], day), who[part], world, day, seed)
        for part in np.array_split(np.arange(len(which)), max(1, len(which) // 20_000))
    ])  # fmt: skip
    mean: Floats = p.reshape(len(kept.lead), futures).mean(axis=1)
    return mean


def _substitutes(world: World, kept: Kept) -> Ints:
    reps = [[k for k, one in enumerate(company.REPS) if one.team == team][:4] for team in range(len(company.TEAMS))]
    return np.array(reps)[world.prospects.team[kept.lead]]


def _placed(world: World, kept: Kept, which: Ints, who: Ints, day: int) -> Lanes:
    """The lanes as they begin `day` in the hands of `who`."""
    lanes = kept.lanes.take(which)
    lead = kept.lead[which]
    ahead = np.array([offsets(one.zone, day, 1)[0] for one in company.SELLERS])[who]
    buyer = np.array([offsets(one.zone, day, 1)[0] for one in PLACES])[world.prospects.place[lead]]
    lanes.skill, lanes.diligence = world.sellers.skill[who], world.sellers.diligence[who]
    lanes.overload = overloads(kept.owner, world.capacity)[who]
    lanes.gap_h = ((buyer - ahead) / HOUR).astype(np.float32)
    lanes.age_h = ((day * DAY - ahead - world.prospects.created[lead]) / HOUR).astype(np.float32)
    lanes.from_h, lanes.limit_h = np.zeros_like(lanes.age_h), np.full_like(lanes.age_h, 99)
    return lanes


def _live_on(lanes: Lanes, who: Ints, world: World, day: int, seed: int) -> Floats:
    # The same luck for every rep, so that two reps differ by what they do and not by what they draw.
    rng = np.random.default_rng(seed)
    alive, won = np.ones(len(lanes), np.float32), np.zeros(len(lanes), np.float32)
    for ahead in range(HORIZON_DAYS):
        days_ago = world.now // DAY - day - ahead
        lanes.works = ~np.array([company.is_away(k, days_ago) for k in range(len(company.SELLERS))])[who]
        moves = step(lanes, (day + ahead + 3) % 7, rng)
        won += alive * moves.p_win
        alive *= 1 - moves.p_win - moves.p_lose
    return won


def _own_frame(ids: Any, people: Any, kept: Kept, p: Floats) -> pd.DataFrame:
    owner = np.where(kept.owner == NOBODY, None, people[np.maximum(kept.owner, 0)])
    return pd.DataFrame({"lead_id": ids[kept.lead], "owner_id": owner, "p": p.astype(float)})


def _by_rep(world: World, now: Kept, ids: Any, people: Any, seed: int) -> pd.DataFrame:
    parts = []
    for rep in range(len(company.REPS)):
        p = chances(world, now, world.now // DAY + 1, np.full(len(now.lead), rep), FUTURES, seed)
        parts.append(pd.DataFrame({"lead_id": ids[now.lead], "person_id": people[rep], "p": p.astype(float)}))
    return pd.concat(parts, ignore_index=True)


def _past(world: World, at: int, kept: Kept, ids: Any, people: Any, seed: int) -> pd.DataFrame:
    p = chances(world, kept, at // DAY, kept.owner, OWN_FUTURES, seed)
    won = (world.outcome[kept.lead] == 1) & (world.outcome_at[kept.lead] <= at + HORIZON_DAYS * DAY)
    as_of = pd.Series(instants(np.full(len(p), at)), dtype="datetime64[us, UTC]")
    return _own_frame(ids, people, kept, p).assign(as_of=as_of, won=won)


def effects(world: World) -> dict[str, Any]:
    """The true size of every effect, on the log of a day's chance to win unless it says otherwise."""
    skill = zip(company.PERSON_IDS, world.sellers.skill.tolist(), strict=False)
    return {
        "quality": process.QUALITY, "intent": process.INTENT, "intent_persistence_a_day": process.PERSISTENCE,
        "speed_per_log1p_hour": process.SPEED, "longest_wait_h": process.LONGEST_WAIT_H,
        "overload_per_share_above_capacity": process.OVERLOAD, "capacity_leads": world.capacity,
        "rep_skill": {person: round(value, 4) for person, value in skill},
        "next_steps": {"demo_held": process.DEMO_HELD, "senior_involved": process.SENIOR_INVOLVED,
                       "pricing_sent": process.PRICING_SENT},
        "pick_up_logit": {
            "base": process.PICK_UP, "intent": process.PICK_UP_INTENT, "per_unanswered_touch": process.PICK_UP_SILENCE,
            "hour": process.PICK_UP_HOUR.round(3).astype(float).tolist(),
            "weekday": process.PICK_UP_WEEKDAY.round(3).astype(float).tolist(),
        },
    }  # fmt: skip
