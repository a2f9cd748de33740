"""The buyers as they walk in: who they are, what they say of themselves, and how good they truly are.

`quality` is the part of a lead's appeal that its record could tell a model, plus a part that nothing tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.connectors.demo.draw import DAY, HOUR, Floats, Generator, Ints, offsets, pick, round_money
from knowledge.connectors.demo.names import Register, email
from knowledge.connectors.demo.places import PLACES

# name, share, appeal, arrival by weekday (Monday first), local hours between which it comes in
SOURCES = (
    ("Web form", 24, 0.15, (11, 12, 12, 11, 9, 4, 5), (7, 22)),
    ("Content download", 17, -0.45, (11, 12, 12, 12, 9, 4, 5), (7, 23)),
    ("Paid search", 15, -0.25, (11, 11, 11, 11, 10, 6, 6), (7, 23)),
    ("Webinar", 12, 0.0, (1, 5, 12, 10, 1, 0, 0), (9, 17)),
    ("Outbound", 12, -0.35, (10, 12, 12, 11, 6, 0, 0), (8, 17)),
    ("Referral", 8, 0.9, (10, 11, 11, 10, 9, 1, 1), (8, 18)),
    ("Trade show", 7, 0.05, (2, 9, 12, 10, 3, 0, 0), (9, 17)),
    ("Partner", 5, 0.6, (10, 11, 11, 11, 8, 0, 0), (8, 18)),
)
SOURCE_NAMES = tuple(row[0] for row in SOURCES)
INDUSTRIES = (
    ("Food retail", 14, 0.35), ("Logistics", 11, 0.2), ("Hotels", 9, 0.1), ("Property management", 13, 0.3),
    ("Manufacturing", 12, 0.15), ("Healthcare", 8, -0.1), ("Education", 7, -0.35), ("Restaurants", 8, -0.15),
    ("Public sector", 6, -0.5), ("Rail", 3, 0.25), ("Cold storage", 4, 0.65), ("Leisure", 5, -0.25),
)  # fmt: skip
SEGMENTS = ("SMB", "Mid-market", "Enterprise")
TITLES = {
    "C-level": ("Chief Operating Officer", "Chief Financial Officer", "Managing Director", "Owner"),
    "VP": ("VP Operations", "VP Facilities", "VP Sustainability"),
    "Director": ("Director of Energy", "Facilities Director", "Procurement Director", "Estates Director"),
    "Manager": ("Facilities Manager", "Energy Manager", "Site Manager", "Maintenance Manager", "Purchasing Manager"),
    "Individual": ("Energy Analyst", "Maintenance Engineer", "Office Administrator", "Project Coordinator"),
}
SENIORITIES = (("C-level", 10, 0.25), ("VP", 12, 0.35), ("Director", 22, 0.25), ("Manager", 36, 0.0),
               ("Individual", 20, -0.55))  # fmt: skip
CAMPAIGNS = 120
_THEMES = ("Meter swap", "Energy audit", "Night load", "Carbon report", "Tariff check", "Leak watch", "Peak shaving",
           "Site roll-out", "Sub-metering", "Benchmarks")  # fmt: skip
_CHANNELS = ("guide", "ads", "webinar", "mailing")
# How much of a lead's quality no record tells.
UNSEEN = 0.45


@dataclass(frozen=True)
class Prospects:
    """All leads that ever came in, in order of time; one element a lead, seconds since 1970."""

    created: Ints
    source: Ints
    place: Ints
    team: Ints
    quality: Floats
    sites: Ints
    senior: Floats
    segment: Ints
    rows: list[dict[str, Any]]

    def __len__(self) -> int:
        return len(self.created)


def arrive(rng: Generator, register: Register, *, first_day: int, now: int, size: int) -> Prospects:
    """About `size` leads spread over the days from `first_day` to `now`."""
    days = now // DAY - first_day + 1
    source = pick(rng, [row[1] for row in SOURCES], size)
    place = pick(rng, [one.share for one in PLACES], size)
    created = _arrivals(rng, source, place, first_day, days)
    keep = np.flatnonzero(created <= now)
    keep = keep[np.argsort(created[keep], kind="stable")]
    return _describe(rng, register, created[keep], source[keep], place[keep])


def _arrivals(rng: Generator, source: Ints, place: Ints, first_day: int, days: int) -> Ints:
    day, hour = np.zeros(len(source), np.int64), np.zeros(len(source))
    for which, (name, _, _, by_weekday, (opens, closes)) in enumerate(SOURCES):
        mine = np.flatnonzero(source == which)
        day[mine] = pick(rng, _daily(name, by_weekday, first_day, days), len(mine))
        hour[mine] = opens + (closes - opens) * rng.beta(2.2, 2.0, len(mine))
    ahead = np.stack([offsets(one.zone, first_day, days) for one in PLACES])[place, day]
    return (first_day + day) * DAY + (hour * HOUR).astype(np.int64) - ahead


def _daily(source: str, by_weekday: tuple[int, ...], first_day: int, days: int) -> Floats:
    """How much of a source's leads come in on each day: weekday, a mild trend, a season, fairs."""
    number = first_day + np.arange(days)
    weight: Floats = np.array(by_weekday, float)[(number + 3) % 7]
    weight *= (1 + 0.25 * np.arange(days) / days) * (1 + 0.12 * np.cos(2 * np.pi * (number - 75) / 365.25))
    fair_week = (number // 7) % 8 == 5
    if source == "Trade show":
        weight *= np.where(fair_week, 6.0, 0.15)
    return weight


def _describe(rng: Generator, register: Register, created: Ints, source: Ints, place: Ints) -> Prospects:
    n = len(created)
    industry = pick(rng, [row[1] for row in INDUSTRIES], n)
    segment = np.minimum(pick(rng, (56, 32, 12), n) + ((source >= 5) & (rng.random(n) < 0.25)), 2)
    seniority = pick(rng, [row[1] for row in SENIORITIES], n)
    sites = np.maximum(1, np.exp(np.array([1.3, 2.9, 4.3])[segment] + 0.75 * rng.standard_normal(n))).astype(np.int64)
    meter_age = np.round(rng.gamma(2.6, 3.4, n)).astype(np.int64)
    campaign = np.minimum((CAMPAIGNS * rng.beta(0.9, 2.4, n)).astype(np.int64), CAMPAIGNS - 1)
    visits = rng.poisson(rng.gamma(1.2, 2.2, n))
    fit = (
        np.array([row[2] for row in SOURCES])[source] + np.array([row[2] for row in INDUSTRIES])[industry]
        + np.array([row[2] for row in SENIORITIES])[seniority] + 0.3 * rng.standard_normal(CAMPAIGNS)[campaign]
        + 0.5 - 0.28 * (np.log(sites) - 3.2) ** 2
        + 0.55 * (meter_age >= 10) - 0.3 * (meter_age <= 2) + 0.22 * np.log1p(visits)
        + 0.7 * ((segment == 2) & ((source == 5) | (source == 7))) + 0.45 * ((segment == 0) & (seniority == 0))
    )  # fmt: skip
    fit = (fit - fit.mean()) / fit.std()
    quality = (fit + UNSEEN * rng.standard_normal(n)).astype(np.float32)
    facts = _facts(rng, industry, segment, seniority, sites, meter_age, campaign, visits, place)
    value = round_money(sites**0.85 * 1_150 * np.exp(0.45 * rng.standard_normal(n)))
    rows = _rows(rng, register, source, place, facts, value)
    return Prospects(created, source, place, np.array([one.team for one in PLACES])[place], quality, sites,
                     np.array(seniority <= 1, np.float32), segment, rows)  # fmt: skip


def _facts(rng: Generator, industry: Ints, segment: Ints, seniority: Ints, sites: Ints, meter_age: Ints,
           campaign: Ints, visits: Ints, place: Ints) -> list[dict[str, Any]]:  # fmt: skip
    n = len(industry)
    employees = np.maximum(3, sites * np.exp(2.2 + 0.6 * rng.standard_normal(n))).astype(int)
    title = rng.random(n)
    known = rng.random((n, 5)) > np.array([0.15, 0.2, 0.3, 0.06, 0.08])
    facts = []
    for k in range(n):
        level = SENIORITIES[seniority[k]][0]
        fact = {
            "industry": INDUSTRIES[industry[k]][0], "segment": SEGMENTS[segment[k]],
            "employees": int(employees[k]) if known[k, 0] else None, "sites": int(sites[k]) if known[k, 1] else None,
            "meter_age_years": int(meter_age[k]) if known[k, 2] else None,
            "seniority": level if known[k, 3] else None, "job_title": TITLES[level][int(title[k] * len(TITLES[level]))],
            "campaign": _campaign(int(campaign[k])) if known[k, 4] else None,
            "web_visits": int(visits[k]), "region": PLACES[place[k]].region,
        }  # fmt: skip
        facts.append({name: value for name, value in fact.items() if value is not None})
    return facts


def _campaign(number: int) -> str:
    return f"{_THEMES[number % 10]} {_CHANNELS[number // 10 % 4]} {number // 40 + 1}"


def _rows(rng: Generator, register: Register, source: Ints, place: Ints, facts: list[dict[str, Any]],
          value: Floats) -> list[dict[str, Any]]:  # fmt: skip
    luck = rng.random((len(source), 7)).tolist()
    rows = []
    for k, (where, u) in enumerate(zip(place.tolist(), luck, strict=True)):
        name, firm = register.person(where), register.company(where, facts[k]["industry"])
        rows.append({
            "id": f"L-{k + 1:05d}", "name": name, "company": firm, "email": None if u[0] < 0.04 else email(name, firm),
            "phone": None if u[1] < 0.07 else register.phone(where),
            "other_phones": [register.phone(where)] if u[2] < 0.15 else [],
            "timezone": None if u[3] < 0.1 else PLACES[where].zone, "country": PLACES[where].country,
            "language": PLACES[where].language, "source": SOURCE_NAMES[source[k]],
            "value": None if u[6] < 0.12 else float(value[k]),
            "do_not_call": u[4] < 0.03, "consent": None if u[5] < 0.25 else u[5] < 0.97, "attributes": facts[k],
        })  # fmt: skip
    return rows
