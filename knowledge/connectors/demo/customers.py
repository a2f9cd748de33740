"""Who bought: accounts with their people, orders, subscriptions and signs of health.

Each account has a hidden health, standardised, that moves from month to month (today's is `STAYS` of last month's and
a shock). A month's churn chance is `CHURN * exp(-SICKNESS * health)`; usage follows health closely, tickets and NPS
with noise, a champion leaves now and then and takes `CHAMPION_GONE` of health along.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from knowledge.connectors.demo import company
from knowledge.connectors.demo.draw import DAY, Floats, Generator, instants, pick, round_money
from knowledge.connectors.demo.funnel import Funnel, Row
from knowledge.connectors.demo.history import World
from knowledge.connectors.demo.names import Register, email
from knowledge.connectors.demo.places import PLACES
from knowledge.connectors.demo.prospects import INDUSTRIES, SENIORITIES, TITLES

OLDER = 260
MONTH = 30
STAYS, CHURN, SICKNESS, CHAMPION_LEAVES, CHAMPION_GONE = 0.85, 0.009, 1.1, 0.012, 1.2
EPOCH = date(1970, 1, 1)


def customers(world: World, funnel: Funnel, register: Register, rng: Generator, scale: float) -> dict[str, list[Row]]:
    """Rows of accounts, contacts, orders, subscriptions and account_events; sets the account of every won deal."""
    books: dict[str, list[Row]] = {
        name: [] for name in ("accounts", "contacts", "orders", "subscriptions", "account_events")
    }
    starts = [*_older(world, register, rng, scale), *_won(world, funnel)]
    for number, (start, account, sites, lead) in enumerate(sorted(starts, key=lambda each: each[0]), 1):
        account["id"] = f"A-{number:04d}"
        _live(books, account, start, sites, lead, world, register, rng)
        if lead is not None:
            deal = funnel.deals[funnel.deal_of[lead]]
            deal["account_id"] = account["id"]
    return books


def _older(world: World, register: Register, rng: Generator, scale: float) -> list[tuple[int, Row, int, int | None]]:
    n = max(12, int(OLDER * scale))
    place, industry = pick(rng, [one.share for one in PLACES], n), pick(rng, [row[1] for row in INDUSTRIES], n)
    sites = np.maximum(1, np.exp(2.4 + 0.9 * rng.standard_normal(n))).astype(int)
    start = (world.first_day - 1 - (1_300 * rng.random(n) ** 1.3).astype(int)) * DAY + 15 * 3_600
    found: list[tuple[int, Row, int, int | None]] = []
    for k in range(n):
        team = PLACES[place[k]].team
        owners = [i for i, one in enumerate(company.REPS) if one.team == team and one.hired_days_ago > 200]
        firm = register.company(int(place[k]), INDUSTRIES[industry[k]][0])
        row = _account(
            firm, owners[int(rng.integers(len(owners)))], INDUSTRIES[industry[k]][0], int(sites[k]), int(place[k]), rng
        )
        found.append((int(start[k]), row, int(sites[k]), None))
    return found


def _won(world: World, funnel: Funnel) -> list[tuple[int, Row, int, int | None]]:
    found: list[tuple[int, Row, int, int | None]] = []
    for lead in np.flatnonzero(world.outcome == 1).tolist():
        row = funnel.leads[lead]
        owner = int(world.owner[lead])
        account = _account(row["company"], owner, row["attributes"]["industry"], int(world.prospects.sites[lead]),
                           int(world.prospects.place[lead]), None)  # fmt: skip
        account["size"] = row["attributes"].get("employees")
        found.append((int(world.outcome_at[lead]), account, int(world.prospects.sites[lead]), lead))
    return found


def _account(firm: str, owner: int, industry: str, sites: int, place: int, rng: Generator | None) -> Row:
    return {"id": "", "name": firm, "owner_id": company.PERSON_IDS[owner], "industry": industry,
            "size": int(sites * np.exp(2.2 + 0.6 * rng.standard_normal())) + 3 if rng else None,
            "country": PLACES[place].country, "customer_since": None, "churned_at": None,
            "attributes": {"sites": sites, "region": PLACES[place].region, "place": place}}  # fmt: skip


def _live(books: dict[str, list[Row]], account: Row, start: int, sites: int, lead: int | None, world: World,
          register: Register, rng: Generator) -> None:  # fmt: skip
    """One account's months from its first order to its churn or to now."""
    place = account["attributes"].pop("place")
    account["customer_since"] = EPOCH + timedelta(start // DAY)
    months = max(1, (world.now - start) // (MONTH * DAY) + 1)
    shock, luck = rng.standard_normal((months, 3)), rng.random((months, 6))
    health, end = 0.5 + float(shock[0, 0]), None
    events: list[tuple[int, str, float | None]] = []
    orders = [(start, float(round_money(np.array([sites**0.9 * 1_150 * np.exp(0.3 * shock[0, 1])]))[0]))]
    champion_left: int | None = None
    for month in range(1, months):
        at = start + month * MONTH * DAY + int(luck[month, 0] * 9 * DAY)
        if at >= world.now:
            break
        health = STAYS * health + np.sqrt(1 - STAYS**2) * float(shock[month, 0])
        if champion_left is None and luck[month, 1] < CHAMPION_LEAVES:
            champion_left, health = at, health - CHAMPION_GONE
            events.append((at, "champion_left", None))
        events += _signs(at, month, health, shock[month], luck[month])
        if luck[month, 5] < CHURN * np.exp(-SICKNESS * health):
            end = at + 10 * DAY if at + 10 * DAY < world.now else None
            break
        if luck[month, 4] > 0.9 - 0.03 * health:
            orders.append((at, float(round_money(np.array([sites**0.8 * 420 * np.exp(0.5 * shock[month, 2])]))[0])))
    if end:
        account["churned_at"] = instants(np.array([end]))[0]
    books["accounts"].append(account)
    _write(
        books,
        account["id"],
        start,
        end,
        sites,
        orders,
        [each for each in events if world.first_day * DAY <= each[0] <= world.now],
    )
    _contacts(
        books["contacts"],
        account,
        place,
        None if lead is None else world.prospects.rows[lead],
        champion_left,
        register,
        rng,
    )


def _signs(at: int, month: int, health: float, shock: Floats, luck: Floats) -> list[tuple[int, str, float | None]]:
    """What shows of an account's health in a month: usage in percent, tickets by urgency, sometimes an NPS answer."""
    tickets = min(int(luck[2] * 3.2 * np.exp(-0.4 * health)), 6)
    signs: list[tuple[int, str, float | None]] = [
        (at, "usage", round(float(np.clip(78 + 9 * health + 4 * shock[1], 5, 100)), 1))
    ]
    signs += [(at + int(k * 2.3 * DAY), "ticket", 1.0 + float(luck[3] < 0.25)) for k in range(tickets)]
    if month % 4 == 2 and luck[4] < 0.6:
        signs.append((at, "nps", float(np.clip(round(7.4 + 1.3 * health + 1.2 * shock[2]), 0, 10))))
    return signs


def _write(
    books: dict[str, list[Row]],
    account: str,
    start: int,
    end: int | None,
    sites: int,
    orders: list[tuple[int, float]],
    events: list[tuple[int, str, float | None]],
) -> None:
    ordered = instants(np.array([at for at, _ in orders], np.int64))
    happened = instants(np.array([at for at, _, _ in events], np.int64))
    for at, (_, amount) in zip(ordered, orders, strict=True):
        number = len(books["orders"]) + 1
        books["orders"].append({"id": f"O-{number:05d}", "account_id": account, "at": at, "amount": amount})
    for at, (_, kind, value) in zip(happened, events, strict=True):
        number = len(books["account_events"]) + 1
        books["account_events"].append(
            {"id": f"AE-{number:06d}", "account_id": account, "at": at, "kind": kind, "value": value}
        )
    books["subscriptions"].append({
        "id": f"S-{len(books['subscriptions']) + 1:05d}", "account_id": account,
        "from": EPOCH + timedelta(start // DAY), "to": EPOCH + timedelta(end // DAY) if end else None,
        "amount": float(round_money(np.array([sites * 144.0]))[0]),
    })  # fmt: skip


def _contacts(rows: list[Row], account: Row, place: int, lead: Row | None, champion_left: int | None,
              register: Register, rng: Generator) -> None:  # fmt: skip
    for k in range(1 + int(rng.integers(3))):
        level = SENIORITIES[int(pick(rng, [row[1] for row in SENIORITIES], 1)[0])][0]
        titles = TITLES[level]
        own = lead if k == 0 else None
        name = own["name"] if own else register.person(place)
        gone = champion_left if k == 0 else None
        rows.append({
            "id": f"C-{len(rows) + 1:05d}", "account_id": account["id"], "name": name,
            "title": own["attributes"].get("job_title") if own else titles[int(rng.integers(len(titles)))],
            "email": own["email"] if own else email(name, account["name"]),
            "phone": own["phone"] if own else register.phone(place) if rng.random() < 0.7 else None,
            "is_champion": k == 0 and (gone is not None or rng.random() < 0.7),
            "left_on": None if gone is None else EPOCH + timedelta(gone // DAY),
        })  # fmt: skip
