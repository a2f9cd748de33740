"""The world written down as a CRM would: leads, deals, who owned them, and every edit of either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from knowledge.connectors.demo import company
from knowledge.connectors.demo.draw import DAY, HOUR, Bools, Floats, Generator, Ints, instants, round_money
from knowledge.connectors.demo.edits import Edits
from knowledge.connectors.demo.history import World
from knowledge.connectors.demo.names import trading_name
from knowledge.connectors.demo.places import PLACES
from knowledge.connectors.demo.process import CONTACTED, DISCOVERY, PROPOSAL

Row = dict[str, Any]

STATUS = ("new", "contacted", "qualified", "qualified", "meeting", "proposal", "proposal")
OUTCOMES = ("open", "won", "lost")
NURTURED_AFTER = 35 * DAY
# Typed late, by reps who know how it went: they tell the outcome to whoever reads them at the end.
WON_CODES, LOST_CODES = ("W1 contract", "W2 pilot to roll-out"), ("L1 price", "L2 no budget", "L3 silent", "L4 rival")
WON_TAGS, LOST_TAGS = ("Contract signed", "Order received"), ("Went silent", "Chose a rival", "No budget this year")
OPEN_TAGS = ("Interested", "Call again", "Sent material", "Busy season", "Waiting for board")


@dataclass(frozen=True)
class Funnel:
    """Rows of the tables, and the deal of each lead (-1 if none) with the second at which it was opened."""

    leads: list[Row]
    lead_changes: list[Row]
    assignments: list[Row]
    deals: list[Row]
    deal_changes: list[Row]
    deal_of: Ints
    deal_from: Ints


def write_down(world: World, rng: Generator) -> Funnel:
    """All leads and deals as they stand now, with the edits that led there."""
    leads = [dict(row, created_at=at, owner_id=None, status="new", outcome="open", outcome_at=None, merged_into=None)
             for row, at in zip(world.prospects.rows, instants(world.prospects.created), strict=True)]  # fmt: skip
    edits = Edits()
    rungs = world.log.read("rung")
    _status(edits, world, rungs)
    _impressions(edits, world, rungs, rng)
    _closing_notes(edits, world, rng)
    _profile(edits, world, leads, rungs, rng)
    _outcomes(edits, world)
    stints = _stints(world)
    for lead, spans in stints.items():
        for who, start, _ in spans:
            edits.note(lead, start, "owner_id", company.PERSON_IDS[who])
    opened = (rungs["new"] >= DISCOVERY) & (rungs["old"] < DISCOVERY)
    deal_of = np.full(len(leads), -1)
    deal_of[rungs["lead"][opened]] = np.arange(opened.sum())
    deal_from = np.zeros(len(leads), np.int64)
    deal_from[rungs["lead"][opened]] = rungs["at"][opened]
    changes = edits.apply(leads, "lead_id", "LC-", world.now)
    deals, deal_changes = _deals(world, leads, rungs, opened, deal_of, stints, rng)
    return Funnel(leads, changes, _assignments(world, stints), deals, deal_changes, deal_of, deal_from)


def bookings_a_quarter(deals: list[Row], now: datetime) -> float:
    """What the company sold a quarter, on average over the last year."""
    year = [deal["amount"] for deal in deals if deal["outcome"] == "won" and deal["closed_at"] > now - timedelta(365)]
    return float(sum(year)) / 4


def _outcomes(edits: Edits, world: World) -> None:
    over = np.flatnonzero(world.outcome > 0)
    ends = world.outcome_at[over]
    for lead, at, when in zip(over.tolist(), ends.tolist(), instants(ends), strict=True):
        edits.note(lead, at, "outcome", OUTCOMES[world.outcome[lead]])
        edits.note(lead, at, "outcome_at", when)


def _status(edits: Edits, world: World, rungs: dict[str, Any]) -> None:
    moved: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for lead, at, new in zip(rungs["lead"].tolist(), rungs["at"].tolist(), rungs["new"].tolist(), strict=True):
        edits.note(lead, at, "status", STATUS[new])
        moved[lead].append((at, new))
    for lead, steps in moved.items():
        at, new = steps[0]
        cold = at + NURTURED_AFTER
        alive = world.outcome[lead] == 0 or world.outcome_at[lead] > cold
        if new == CONTACTED and alive and (len(steps) == 1 or steps[1][0] > cold):
            edits.note(lead, cold, "status", "nurturing")


def _with_luck(lead: Ints, at: Ints, rng: Generator) -> Iterator[tuple[int, int, list[float]]]:
    """Each lead and its second, with four numbers in [0, 1) to decide what a person made of it."""
    return zip(lead.tolist(), at.tolist(), rng.random((len(lead), 4)).tolist(), strict=True)


def _impressions(edits: Edits, world: World, rungs: dict[str, Any], rng: Generator) -> None:
    """What reps type after the first contact."""
    first = rungs["old"] == 0
    for lead, at, u in _with_luck(rungs["lead"][first], rungs["at"][first], rng):
        if u[0] < 0.55:
            grade = _grade(world.prospects.quality[lead] + 3 * u[2] - 1.5)
            edits.note(lead, at + int(u[1] * 9 * DAY), "attributes.lead_quality", grade)
        if u[3] < 0.5:
            edits.note(lead, at + 1_200, "attributes.last_sales_note_tag", OPEN_TAGS[int(u[2] * len(OPEN_TAGS))])


def _closing_notes(edits: Edits, world: World, rng: Generator) -> None:
    """What reps type once they know the outcome."""
    over = np.flatnonzero(world.outcome > 0)
    for lead, at, u in _with_luck(over, world.outcome_at[over], rng):
        won = world.outcome[lead] == 1
        codes, tags = (WON_CODES, WON_TAGS) if won else (LOST_CODES, LOST_TAGS)
        if u[0] < 0.85:
            edits.note(lead, at + int(u[1] * 2 * DAY), "attributes.closing_notes_code", codes[int(u[2] * len(codes))])
        if u[1] < 0.7:
            edits.note(lead, at + int(u[0] * DAY), "attributes.last_sales_note_tag", tags[int(u[3] * len(tags))])
        if u[2] < 0.6:
            grade = _grade((1.0 if won else -2.4) + 2 * u[3])
            edits.note(lead, at + int(u[3] * DAY), "attributes.lead_quality", grade)


def _grade(worth: float) -> str:
    return "High in relevance" if worth > 0.9 else "Might be" if worth > -0.6 else "Low in relevance"


def _profile(edits: Edits, world: World, leads: list[Row], rungs: dict[str, Any], rng: Generator) -> None:
    """What a rep learns on qualifying, and who asks not to be called again."""
    asked = rungs["new"] == DISCOVERY
    for lead, at, u in _with_luck(rungs["lead"][asked], rungs["at"][asked], rng):
        if u[0] < 0.7 and "sites" not in leads[lead]["attributes"]:
            edits.note(lead, at + 300, "attributes.sites", int(world.prospects.sites[lead]))
        if u[1] < 0.45 or leads[lead]["value"] is None:
            guess = leads[lead]["value"] or 1_150 * float(world.prospects.sites[lead]) ** 0.85
            edits.note(lead, at + 320, "value", float(round_money(np.array([guess * (0.6 + 0.9 * u[2])]))[0]))
        if u[3] < 0.6:
            edits.note(lead, at + 340, "timezone", PLACES[world.prospects.place[lead]].zone)
    calls = world.log.read("call")
    off = calls["brushed_off"].astype(bool)
    for lead, at in zip(calls["lead"][off].tolist(), calls["at"][off].tolist(), strict=True):
        if lead % 9 == 0:
            edits.note(lead, at + 400, "do_not_call", True)


def _stints(world: World) -> dict[int, list[tuple[int, int, str]]]:
    """Who held each lead from when, in order: (seller, from, reason)."""
    owner = world.log.read("owner")
    given: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    first = world.owner.copy()
    # The newest hand-over first, so that what remains is the first owner.
    for k in range(len(owner["lead"]) - 1, -1, -1):
        lead = int(owner["lead"][k])
        given[lead].insert(0, (int(owner["new"][k]), int(owner["at"][k]), str(owner["reason"][k])))
        first[lead] = owner["old"][k]
    for lead in np.flatnonzero(world.assigned <= world.now).tolist():
        given[lead].insert(0, (int(first[lead]), int(world.assigned[lead]), "round robin"))
    return given


def _assignments(world: World, stints: dict[int, list[tuple[int, int, str]]]) -> list[Row]:
    rows = []
    for lead, spans in sorted(stints.items()):
        last = int(world.outcome_at[lead]) if world.outcome[lead] else None
        ends = [start for _, start, _ in spans[1:]] + [last]
        for (who, start, reason), end in zip(spans, ends, strict=True):
            rows.append((lead, who, start, end, reason))
    times = instants(np.array([row[2] for row in rows], np.int64))
    closes = instants(np.array([row[3] or 0 for row in rows], np.int64))
    return [
        {"id": f"AS-{k + 1:06d}", "lead_id": f"L-{lead + 1:05d}", "person_id": company.PERSON_IDS[who], "from": at,
         "to": None if end is None else closed, "by": _by(who, reason), "reason": reason}
        for k, ((lead, who, _, end, reason), at, closed) in enumerate(zip(rows, times, closes, strict=True))
    ]  # fmt: skip


def _by(who: int, reason: str) -> str:
    team = company.SELLERS[who].team
    return "rule" if reason == "round robin" or team is None else company.MANAGER_IDS[team]


def _deals(world: World, leads: list[Row], rungs: dict[str, Any], opened: Bools, deal_of: Ints,
           stints: dict[int, list[tuple[int, int, str]]], rng: Generator) -> tuple[list[Row], list[Row]]:  # fmt: skip
    who, at = rungs["lead"][opened], rungs["at"][opened]
    product = _product(world, who, rng)
    price = np.array([row[2] for row in company.PRODUCTS])[product]
    amount = round_money(world.prospects.sites[who] ** 0.9 * price * np.exp(0.3 * rng.standard_normal(len(who))))
    first_close = at + ((45 + 75 * rng.random(len(who))) * DAY).astype(np.int64)
    starts = zip(who.tolist(), instants(at), instants(first_close), strict=True)
    rows = [
        _deal(k, leads[lead], world, when, int(product[k]), float(amount[k]), close.date())
        for k, (lead, when, close) in enumerate(starts)
    ]
    edits = Edits()
    for lead, when, new in zip(rungs["lead"].tolist(), rungs["at"].tolist(), rungs["new"].tolist(), strict=True):
        if new > DISCOVERY:
            edits.note(int(deal_of[lead]), when, "stage", company.STAGES[new - DISCOVERY])
    _requote(edits, rungs, deal_of, amount, rng)
    for k, lead in enumerate(who.tolist()):
        held = [span for span in stints[lead] if span[1] <= at[k]]
        rows[k]["owner_id"] = company.PERSON_IDS[held[-1][0]]
        for seller, start, _ in stints[lead][len(held) :]:
            edits.note(k, start, "owner_id", company.PERSON_IDS[seller])
        end = int(world.outcome_at[lead]) if world.outcome[lead] else world.now
        _push(edits, k, int(first_close[k]), int(at[k]), end, rng)
    changes = edits.apply(rows, "deal_id", "DC-", world.now)
    for k, lead in enumerate(who.tolist()):
        rows[k]["outcome"], rows[k]["closed_at"] = leads[lead]["outcome"], leads[lead]["outcome_at"]
    return rows, changes


def _product(world: World, who: Ints, rng: Generator) -> Ints:
    size = world.prospects.segment[who] + rng.random(len(who)) * 1.6
    return np.clip(size, 0, len(company.PRODUCTS) - 1).astype(np.int64)


def _deal(k: int, lead: Row, world: World, opened: Any, product: int, amount: float, close: date) -> Row:
    number = int(lead["id"].removeprefix("L-")) - 1
    sites = int(world.prospects.sites[number])
    firm = trading_name(lead["company"], int(world.prospects.place[number]))
    return {
        "id": f"D-{k + 1:04d}", "lead_id": lead["id"], "account_id": None, "owner_id": None,
        "product_id": company.PRODUCTS[product][0], "name": f"{firm} – {sites} site{'s' * (sites > 1)}",
        "amount": amount, "currency": company.CURRENCY, "stage": company.STAGES[0], "opened_at": opened,
        "expected_close": close, "outcome": "open", "closed_at": None,
        "attributes": {"segment": lead["attributes"]["segment"], "sites": sites},
    }  # fmt: skip


def _requote(edits: Edits, rungs: dict[str, Any], deal_of: Ints, amount: Floats, rng: Generator) -> None:
    """The amount moves when a proposal is written, and comes down a little in negotiation."""
    late = rungs["new"] >= PROPOSAL
    steps = _with_luck(rungs["lead"][late], rungs["at"][late], rng)
    for (lead, at, u), new in zip(steps, rungs["new"][late].tolist(), strict=True):
        if u[0] < 0.6:
            factor = 0.75 + 0.55 * u[1] if new == PROPOSAL else 0.86 + 0.12 * u[1]
            quoted = float(round_money(np.array([amount[deal_of[lead]] * factor]))[0])
            edits.note(int(deal_of[lead]), at + HOUR // 4, "amount", quoted)


def _push(edits: Edits, deal: int, close: int, opened: int, end: int, rng: Generator) -> None:
    """Close dates that pass are pushed, some days before or after anyone notices."""
    while True:
        noticed = close // DAY * DAY + int(rng.integers(-6, 12)) * DAY + int(rng.integers(14, 17)) * HOUR
        if noticed >= end or noticed <= opened:
            return
        close = max(close, noticed) + int(rng.integers(10, 50)) * DAY
        edits.note(deal, noticed, "expected_close", date(1970, 1, 1) + timedelta(close // DAY))
