"""The line of leads for a call now: gates first, then the worth of a call at this hour, the best explained.

A call now is worth chance times value times how much likelier than usual it is to be picked up at this hour. The
stored order knows the first two; the third is bounded, so reading stops as soon as nobody further down can overtake
(Fagin, Lotem & Naor 2003, "Optimal aggregation algorithms for middleware", the threshold algorithm). Among the best,
a lead that nobody has been in touch with moves up by what waiting until tomorrow would cost it.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from knowledge import calendar, call_list, frames, overrides, records, scores
from knowledge.call_list import Candidate
from knowledge.frames import Snapshot
from knowledge.records import LeadRecord
from scoring import fallback, opinions, refresh
from scoring.explanations import Reason
from scoring.ranking import Ranking
from scoring.reach import Reach
from scoring.registry import Served
from scoring.waiting import Waiting
from tools import contact, names, wording
from tools.access import Scope
from tools.base import ToolContext
from tools.contact import Gain

# More changed leads than this are left to the next full scoring: a question is not kept waiting for them.
RESCORED_AT_ONCE = 200
POOL = 4
NAMESAKES = 4
SCORING = "`callsheet score ranking`"
# Where no version serves, every score is of another.
NO_VERSION = 0


@dataclass(frozen=True)
class Place:
    """A lead's place in the line; `gain` is what contact adds, where that is sure."""

    lead: LeadRecord
    zone: str
    zone_assumed: bool
    chance: float | None
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...]
    gain: Gain | None = None


@dataclass(frozen=True)
class Line:
    """The leads in order, how many were held back and why, and what the order rests on."""

    places: Sequence[Place]
    held: dict[str, int]
    callable_now: bool
    looked_at: int
    served: Served[Ranking] | None
    basis: str
    note: str


def line_up(
    ctx: ToolContext,
    scope: Scope,
    *,
    limit: int,
    source: str | None,
    segment: str | None,
    besides: Sequence[str] = (),
) -> Line:
    """The `limit` leads of a scope that a call now is worth most, of one source or segment if asked.

    Leads of the names `besides` are passed over.

    Raises
    ------
    BadInput
        When no lead has ever come from `source`.
    """
    source = source and names.source(ctx, source)
    served = ctx.models.serving(Ranking)
    note = bring_up_to_date(ctx, served)
    owners: list[str | None] = [*(scope.owner_ids or [person.id for person in ctx.roster.people])]
    owners += [None] if None not in owners else []
    tallies = [ctx.keep(("tally", owner), partial(call_list.tally, ctx.db, owner)) for owner in owners]
    zones = sorted({zone for tally in tallies for zone in tally.zones})
    open_now = [zone for zone in zones if calendar.is_calling_hour(ctx.now, zone)]
    held = call_list.held_back(ctx.db, owners, ctx.now, ctx.zone)
    passed = {*held, *_ids(ctx, besides)}

    candidates = _best(ctx, owners, open_now, passed, limit * POOL, source, segment) if open_now else []
    callable_now = bool(candidates)
    if not candidates:
        candidates = _best(ctx, owners, None, passed, limit * POOL, source, segment)
    places = _score(ctx, served, candidates, limit, callable_now)
    return Line(
        places,
        _count_held(tallies, open_now, held),
        callable_now,
        sum(t.zones.total() + t.blocked.total() for t in tallies),
        served,
        served.model.event if served else fallback.STATEMENT,
        note if served else f"{fallback.STATEMENT} {note}".strip(),
    )


def _ids(ctx: ToolContext, leads: Sequence[str]) -> set[str]:
    # Of two that are called so it cannot be told which was shown: a name is passed over with all who bear it.
    return {one.id for one in records.by_name(ctx.db, "lead", leads, limit=NAMESAKES * len(leads))} if leads else set()


def bring_up_to_date(ctx: ToolContext, served: Served[Ranking] | None) -> str:
    """Scores what changed since it was last scored; says what is too much for a question."""
    overrides.end_expired(ctx.db, ctx.now)
    stale = scores.stale_ids(ctx.db, RESCORED_AT_ONCE + 1)
    if len(stale) > RESCORED_AT_ONCE:
        return f"Many leads changed since they were last scored; {SCORING} brings them in."
    if stale:
        refresh.rescore(ctx.db, stale, now=ctx.now, default_zone=ctx.policy.default_zone)
    waiting = scores.count_of_other_versions(ctx.db, "ranking", served.card.version if served else NO_VERSION)
    if not waiting:
        return ""
    leads = f"{wording.count(waiting, 'lead')} still {'stands' if waiting == 1 else 'stand'}"
    return f"{leads} where an earlier version of the ranking put {'it' if waiting == 1 else 'them'}; {SCORING} is due."


def _best(
    ctx: ToolContext,
    owners: Sequence[str | None],
    zones: Sequence[str] | None,
    passed: Collection[str],
    n: int,
    source: str | None,
    segment: str | None,
) -> list[Candidate]:
    """The `n` callable leads whose call now is worth most, by stored chance and value and by this hour."""
    lift = dict(zip(zones, _lift(ctx, zones), strict=True)) if zones is not None else {}
    ceiling = max([1.0, *lift.values()])
    best: list[tuple[float, str, Candidate]] = []
    with closing(call_list.top(ctx.db, owners, zones=zones, source=source, segment=segment)) as line:
        for candidate in line:
            if len(best) == n and best[0][0] >= candidate.worth * ceiling:
                break
            if candidate.lead_id not in passed:
                entry = (candidate.worth * lift.get(candidate.zone, 1.0), candidate.lead_id, candidate)
                heapq.heappush(best, entry) if len(best) < n else heapq.heappushpop(best, entry)
    return [candidate for _, _, candidate in sorted(best, key=lambda entry: (-entry[0], entry[1]))]


def _lift(ctx: ToolContext, zones: Sequence[str]) -> list[float]:
    """How much likelier than usual a call is picked up now, on each clock."""
    served = ctx.models.serving(Reach)
    if served is None or not zones:
        return [1.0] * len(zones)
    return [float(lift) for lift in served.model.lift(zones, ctx.now)]


def _score(
    ctx: ToolContext, served: Served[Ranking] | None, candidates: Sequence[Candidate], limit: int, callable_now: bool
) -> list[Place]:
    """The best of the candidates by their chance at this instant, each with its reasons."""
    ids = [each.lead_id for each in candidates]
    leads = records.leads(ctx.db, ids)
    if served is None or not ids:
        return [_place(candidate, leads[candidate.lead_id]) for candidate in candidates[:limit]]
    snapshot = frames.load(ctx.db, until=ctx.now, ids=ids).at(ctx.now)
    chances = opinions.chances(ctx.db, served.model, snapshot, ids)
    # The stored worth is moved by what has changed in the chance since it was stored.
    stored = opinions.heard(scores.read(ctx.db, "ranking", ids), overrides.in_force(ctx.db, ctx.now, ids))
    moved = (chances["value"] / stored["value"].reindex(ids)).fillna(1.0).to_numpy()
    lift = _lift(ctx, [each.zone for each in candidates]) if callable_now else [1.0] * len(ids)
    factors = zip(candidates, moved, lift, _urgency(ctx, snapshot, ids), strict=True)
    worth = {each.lead_id: each.worth * m * x * now for each, m, x, now in factors}
    chosen = sorted(candidates, key=lambda each: (-worth[each.lead_id], each.lead_id))[:limit]
    best = [each.lead_id for each in chosen]
    explained = opinions.explanations(ctx.db, served.model, snapshot, best, ctx.roster.names)
    shown: dict[Hashable, Any] = chances.to_dict("index")
    gains = contact.gains(ctx, snapshot, best)
    return [
        _place(each, leads[id_], shown[id_], explained[id_].reasons, gains.get(id_))
        for id_, each in zip(best, chosen, strict=True)
    ]


def _urgency(ctx: ToolContext, snapshot: Snapshot, ids: Sequence[str]) -> list[float]:
    """How much more a first call is worth now than tomorrow; 1 where somebody was in touch."""
    served = ctx.models.serving(Waiting)
    return (
        [1.0] * len(ids) if served is None else [1.0 + float(x) for x in served.model.lost_by_tomorrow(snapshot, ids)]
    )


def _place(
    candidate: Candidate,
    lead: LeadRecord,
    chance: Mapping[str, float] | None = None,
    reasons: tuple[Reason, ...] = (),
    gain: Gain | None = None,
) -> Place:
    value, low, high = (chance["value"], chance["low"], chance["high"]) if chance else (None, None, None)
    return Place(lead, candidate.zone, candidate.zone_assumed, value, low, high, reasons, gain)


def _count_held(tallies: Sequence[call_list.Tally], open_now: Sequence[str], held: dict[str, str]) -> dict[str, int]:
    """Leads not offered, by reason, the commonest first."""
    counts: Counter[str] = Counter(held.values())
    for tally in tallies:
        counts.update(tally.blocked)
        counts[call_list.OUTSIDE_HOURS] += sum(n for zone, n in tally.zones.items() if zone not in open_now)
    return {reason: count for reason, count in counts.most_common() if count}
