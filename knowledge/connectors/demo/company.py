"""Tarnwick Metering, the invented company: its teams, people, products, stages and quotas.

Tarnwick sells energy meters and the software that reads them to companies with many sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from knowledge.connectors.demo.draw import Floats, Generator

NAME = "Tarnwick Metering"
DOMAIN = "tarnwick.example"
CURRENCY = "USD"
STAGES = ("Discovery", "Qualified", "Demo", "Proposal", "Negotiation")
# Open leads that a rep can look after well.
CAPACITY = 65
# Standard deviation of the reps' skill, on the log of a day's chance.
SKILL_SPREAD = 0.2

PRODUCTS = (
    ("PR-1", "Starter kit", 490),
    ("PR-2", "Site metering", 1_150),
    ("PR-3", "Metering with alarms", 1_480),
    ("PR-4", "Portfolio suite", 1_900),
)
TEAMS = (("T-1", "East"), ("T-2", "West"), ("T-3", "Europe"))


@dataclass(frozen=True)
class Colleague:
    """One person of the company; days are counted back from the day on which the data ends."""

    name: str
    role: str
    team: int | None
    zone: str
    country: str
    languages: tuple[str, ...] = ("English",)
    hired_days_ago: int = 1_100
    left_days_ago: int | None = None


REPS = (
    Colleague("Ana Reyes", "rep", 0, "America/New_York", "US", ("English", "Spanish"), 1_460),
    Colleague("Ben Whitlock", "rep", 0, "America/New_York", "US", hired_days_ago=890),
    Colleague("Carla Medeiros", "rep", 0, "America/New_York", "US", ("English", "Portuguese"), 1_120),
    Colleague("Dmitri Vance", "rep", 0, "America/Chicago", "US", hired_days_ago=700),
    Colleague("Ellie Thornbury", "rep", 0, "America/Toronto", "CA", ("English", "French"), 1_610),
    Colleague("Farid Khoury", "rep", 1, "America/Los_Angeles", "US", hired_days_ago=1_300),
    Colleague("Grace Lindqvist", "rep", 1, "America/Los_Angeles", "US", hired_days_ago=980),
    Colleague("Hector Salgado", "rep", 1, "America/Denver", "US", ("English", "Spanish"), 760),
    Colleague("Imani Oduya", "rep", 1, "America/Los_Angeles", "US", hired_days_ago=31),
    Colleague("Jonas Brandt", "rep", 2, "Europe/Berlin", "DE", ("German", "English"), 1_540),
    Colleague("Katja Vermeer", "rep", 2, "Europe/Amsterdam", "NL", ("Dutch", "German", "English"), 1_010),
    Colleague("Liam Ashdown", "rep", 2, "Europe/London", "GB", hired_days_ago=830),
    Colleague("Noor Rahmani", "rep", 2, "Europe/London", "GB", ("English", "French"), 1_250),
    Colleague("Oriol Casals", "rep", 2, "Europe/Madrid", "ES", ("Spanish", "French", "English"), 640),
)
LEAVER = Colleague("Peter Dunmore", "rep", 0, "America/Chicago", "US", hired_days_ago=1_400, left_days_ago=130)
MANAGERS = (
    Colleague("Mia Castellan", "manager", 0, "America/New_York", "US", hired_days_ago=2_100),
    Colleague("Ravi Solberg", "manager", 1, "America/Los_Angeles", "US", hired_days_ago=1_850),
    Colleague("Sabine Krol", "manager", 2, "Europe/Berlin", "DE", ("German", "English"), 1_990),
)
ADMIN = Colleague("Tess Okonjo", "admin", None, "America/New_York", "US", hired_days_ago=1_700)

# Everyone who ever owns a lead, in the order in which the process counts them.
SELLERS = (*REPS, LEAVER)
STAFF = (*SELLERS, *MANAGERS, ADMIN)
PERSON_IDS = tuple(f"P-{n:02d}" for n in range(1, len(STAFF) + 1))
MANAGER_IDS = PERSON_IDS[len(SELLERS) : len(SELLERS) + len(MANAGERS)]
# The rep who is away on the last day, and from when to when.
AWAY, AWAY_FROM_DAYS_AGO, AWAY_TO_DAYS_AHEAD = 7, 3, 8


@dataclass(frozen=True)
class Sellers:
    """What the process knows of each seller; one element a seller."""

    skill: Floats
    diligence: Floats


def sellers(rng: Generator) -> Sellers:
    """Skill of everyone who sells, centred at zero, and how busily each works."""
    skill = SKILL_SPREAD * rng.standard_normal(len(SELLERS))
    diligence = rng.uniform(0.85, 1.15, len(SELLERS))
    return Sellers((skill - skill.mean()).astype(np.float32), diligence.astype(np.float32))


def people_rows(today: date) -> list[dict[str, Any]]:
    """Rows of `people`, as on the day the data ends."""
    return [_person(key, one, today) for key, one in zip(PERSON_IDS, STAFF, strict=True)]


def _person(key: str, one: Colleague, today: date) -> dict[str, Any]:
    first, last = one.name.lower().split()
    left = None if one.left_days_ago is None else today - timedelta(one.left_days_ago)
    return {
        "id": key, "name": one.name, "email": f"{first}.{last}@{DOMAIN}", "role": one.role,
        "team_id": None if one.team is None else TEAMS[one.team][0], "timezone": one.zone, "country": one.country,
        "languages": list(one.languages), "skills": _skills(one), "max_leads": 90 if one.role == "rep" else None,
        "working_hours": {"days": ["mon", "tue", "wed", "thu", "fri"], "from": "09:00", "to": "17:30"},
        "hired_on": today - timedelta(one.hired_days_ago), "left_on": left, "active": left is None, "attributes": {},
    }  # fmt: skip


def _skills(one: Colleague) -> list[str]:
    return ["discovery", "metering", *(["key accounts"] if one.hired_days_ago > 1_200 else [])]


def team_rows() -> list[dict[str, Any]]:
    """Rows of `teams`."""
    return [{"id": key, "name": name, "manager_id": boss} for (key, name), boss in zip(TEAMS, MANAGER_IDS, strict=True)]


def absence_rows(today: date) -> list[dict[str, Any]]:
    """Rows of `absences`: a holiday that is running, and one long past."""
    spans = ((AWAY, -AWAY_FROM_DAYS_AGO, AWAY_TO_DAYS_AHEAD), (2, -200, -186))
    return [
        {"id": f"AB-{k}", "person_id": PERSON_IDS[who],
         "from": today + timedelta(a), "to": today + timedelta(b)}
        for k, (who, a, b) in enumerate(spans, 1)
    ]  # fmt: skip


def is_away(seller: int, days_ago: int) -> bool:
    """Whether a seller is on holiday so many days before the last day."""
    return (seller == AWAY and -AWAY_TO_DAYS_AHEAD <= days_ago <= AWAY_FROM_DAYS_AGO) or (
        seller == 2 and 186 <= days_ago <= 200
    )


def stage_rows() -> list[dict[str, Any]]:
    """Rows of `stages`."""
    return [{"id": name, "name": name, "position": n} for n, name in enumerate(STAGES, 1)]


def product_rows() -> list[dict[str, Any]]:
    """Rows of `products`."""
    return [{"id": key, "name": name, "list_price": price, "currency": CURRENCY} for key, name, price in PRODUCTS]


def quota_rows(today: date, bookings_per_rep: float) -> list[dict[str, Any]]:
    """Rows of `quotas`: every rep and quarter of the data and the next, rising a little each quarter."""
    rows: list[dict[str, Any]] = []
    for back in range(-1, 7):
        index = today.year * 4 + (today.month - 1) // 3 - back
        period = f"{index // 4}-Q{index % 4 + 1}"
        ends = date(index // 4 + (index % 4 == 3), (index % 4 * 3 + 3) % 12 + 1, 1)
        for who, one in enumerate(REPS):
            if ends <= today - timedelta(one.hired_days_ago):
                continue
            ramp = 0.4 if one.hired_days_ago < 120 else 1.0
            amount = max(5_000, round(bookings_per_rep * (1.1 - 0.04 * back) * ramp / 5_000) * 5_000)
            rows.append({"id": f"Q-{len(rows) + 1:03d}", "person_id": PERSON_IDS[who], "period": period,
                         "amount": amount})  # fmt: skip
    return rows
