"""A made-up company with as many open leads as asked for, and enough closed ones to learn from.

Three teams of reps on several clocks; half of the leads say only by their phone number where they are. Who is won
depends on the source, on some of the ten custom columns and on what the lead did, so that there is something to learn.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.database import Database

# A Wednesday: morning in America, afternoon in Europe.
NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
REPS, TEAMS = 14, 3
MOST_CLOSED, FEWEST_CLOSED = 60_000, 1_500
HISTORY_DAYS = 540
ACTIVITIES_A_LEAD = 2.0
PART = 50_000
DAY_S = 86_400
FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dev",
    "Elif",
    "Finn",
    "Gia",
    "Hal",
    "Ines",
    "Jon",
    "Kai",
    "Lea",
    "Max",
    "Pia",
    "Uma",
    "Zoe",
)
LAST = ("bal", "cor", "den", "fel", "gar", "hol", "jen", "kov", "lin", "mar", "nor", "pet", "ral", "sen", "tor", "van")
NOTHING = np.array(None, dtype=object)
SOURCES = {"Referral": 0.9, "Webinar": 0.3, "Website": 0.0, "Trade show": -0.1, "Partner": 0.4, "Outbound": -0.8}
# Country, clock, start of its phone numbers.
PLACES = (
    ("US", "America/New_York", "+1212"),
    ("US", "America/Chicago", "+1312"),
    ("US", "America/Los_Angeles", "+1213"),
    ("GB", "Europe/London", "+4420"),
    ("DE", "Europe/Berlin", "+4930"),
    ("IN", "Asia/Kolkata", "+9122"),
)
SIZES = ("1-10", "11-50", "51-200", "201-1000", "1000+")
KINDS = ("call", "email", "page_view", "proposal_view", "form", "webinar")
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Part:
    """Some leads, side by side: number, interest, and the times between which things happen to them."""

    number: Numbers
    interest: Floats
    created: Numbers
    ends: Numbers
    is_open: bool


def build(path: Path, open_leads: int, *, seed: int = 7) -> Database:
    """The books of a company with that many open leads, in a SQLite file."""
    db = Database(f"sqlite:///{path}")
    db.migrate()
    closed = max(FEWEST_CLOSED, min(MOST_CLOSED, open_leads))
    with closing(sqlite3.connect(path)) as books:
        # Nobody reads this file before it is whole, and nobody misses it if it never is.
        books.execute("PRAGMA synchronous = OFF")
        indexes = _drop_indexes(books)
        _add_people(books)
        random = np.random.default_rng(seed)
        for first, count, is_open in [*_parts(0, open_leads, True), *_parts(open_leads, closed, False)]:
            _add_leads(books, first, count, is_open, random)
        for index in indexes:
            books.execute(index)
        books.commit()
    return db


def name_of(number: int) -> str:
    """What a lead is called; no two of the first million alike."""
    number, first = divmod(number, len(FIRST))
    syllables = []
    for _ in range(4):
        number, place = divmod(number, len(LAST))
        syllables.append(LAST[place])
    return f"{FIRST[first]} {''.join(syllables).title()}"


def _parts(first: int, count: int, is_open: bool) -> Iterator[tuple[int, int, bool]]:
    for start in range(first, first + count, PART):
        yield start, min(PART, first + count - start), is_open


def _drop_indexes(books: sqlite3.Connection) -> list[str]:
    """Takes the indexes off, and says how to make them again: at once is several times faster than row by row."""
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?, ?, ?)"
    found = books.execute(query, ("leads", "activities", "lead_changes")).fetchall()
    for name, _ in found:
        books.execute(f"DROP INDEX {name}")
    return [sql for _, sql in found]


def _add_people(books: sqlite3.Connection) -> None:
    _insert(books, "teams", ("id", "name", "manager_id"), [(f"T{t}", f"Team {t}", f"M{t}") for t in range(TEAMS)])
    jobs: list[tuple[str, str, str | None]] = [("A0", "admin", None)]
    jobs += [(f"M{t}", "manager", f"T{t}") for t in range(TEAMS)]
    jobs += [(f"R{r}", "rep", f"T{r % TEAMS}") for r in range(REPS)]
    rows = [
        (id_, f"Sam {LAST[k % len(LAST)].title()}{LAST[k // len(LAST)]}son", role, team, "Europe/London", True, "{}")
        for k, (id_, role, team) in enumerate(jobs)
    ]
    _insert(books, "people", ("id", "name", "role", "team_id", "timezone", "active", "attributes"), rows)


def _add_leads(books: sqlite3.Connection, first: int, count: int, is_open: bool, random: np.random.Generator) -> None:
    """Leads with what happened to them, a part at a time so that memory does not grow with the book."""
    part = draw(first, count, is_open, random)
    source, place = random.integers(0, len(SOURCES), count), random.integers(0, len(PLACES), count)
    facts = traits(count, random)
    odds = -2.2 + part.interest + np.array([*SOURCES.values()])[source] + 0.5 * facts["fit"] + 0.3 * facts["visits"]
    won = random.random(count) < 1 / (1 + np.exp(-odds))
    outcome = np.where(won, "won", "lost") if not is_open else np.full(count, "open")
    _insert_leads(books, part, source, place, facts, outcome, random)
    _insert_activities(books, part, random)
    _insert_changes(books, part, random)


def draw(first: int, count: int, is_open: bool, random: np.random.Generator) -> Part:
    now = int(NOW.timestamp())
    days = random.exponential(120, count) % HISTORY_DAYS if is_open else random.uniform(5, HISTORY_DAYS, count)
    lasted = days if is_open else np.minimum(days, random.exponential(40, count) + 1)
    created = now - (days * DAY_S).astype(np.intp)
    return Part(
        np.arange(first, first + count),
        random.normal(size=count),
        created,
        created + (lasted * DAY_S).astype(np.intp),
        is_open,
    )


def traits(count: int, random: np.random.Generator) -> dict[str, Floats]:
    """The ten custom columns: numbers, and places in lists of words; each is missing here and there."""
    traits: dict[str, Floats] = {name: random.normal(size=count).round(2) for name in ("fit", "visits", "noise_1")}
    traits |= {name: random.gamma(2, 50, count).round(0) for name in ("seats", "budget_k", "noise_2")}
    traits |= {name: random.integers(0, n, count).astype(float) for name, n in LEVELS.items()}
    return traits


def _insert_leads(
    books: sqlite3.Connection,
    part: Part,
    source: Numbers,
    place: Numbers,
    traits: dict[str, Floats],
    outcome: npt.NDArray[np.str_],
    random: np.random.Generator,
) -> None:
    n = len(part.number)
    numbers, chance = part.number.tolist(), random.random((3, n))
    countries, zones, starts = (np.array(each, dtype=object) for each in zip(*PLACES, strict=True))
    columns: dict[str, Iterable[Any]] = {
        "id": _ids(part.number),
        "name": map(name_of, numbers),
        "company": (f"Company {k}" for k in random.integers(0, 1 + n * 4, n).tolist()),
        "phone": (f"{start}{5_550_000 + i % 4_449_999}" for start, i in zip(starts[place], numbers, strict=True)),
        "country": countries[place].tolist(),
        "timezone": np.where(chance[0] < 0.5, zones[place], NOTHING).tolist(),
        "source": np.array([*SOURCES])[source].tolist(),
        "created_at": _stamps(part.created),
        "owner_id": _owners(part.number),
        "status": np.array(["new", "working"])[random.integers(0, 2, n)].tolist(),
        "outcome": outcome.tolist(),
        "outcome_at": [None] * n if part.is_open else _stamps(part.ends),
        "value": random.gamma(2, 4000, n).round(2).tolist(),
        "do_not_call": (chance[1] < 0.02).tolist(),
        "consent": (chance[2] < 0.97).tolist(),
        "attributes": _cells(traits, random),
    }
    _insert(books, "leads", tuple(columns), zip(*columns.values(), strict=True))


def _insert_activities(books: sqlite3.Connection, part: Part, random: np.random.Generator) -> None:
    """More for those who are interested; most of it soon after they came in."""
    lead = np.repeat(
        np.arange(len(part.number)), random.poisson(ACTIVITIES_A_LEAD * np.exp(0.4 * part.interest - 0.08))
    )
    n = len(lead)
    later = np.minimum(random.exponential(9 * DAY_S, n), (part.ends - part.created)[lead] * random.random(n))
    seconds, kind = part.created[lead] + later.astype(np.intp), random.choice(len(KINDS), n, p=KIND_CHANCES)
    ours, call, at = kind < 2, kind == 0, _stamps(seconds)
    # Half of the calls of the afternoon are answered, and a quarter of the others.
    afternoon = (seconds // 3600) % 24 >= 12
    answered = random.random(n) < np.where(afternoon, 0.5, 0.25)
    columns: dict[str, Iterable[Any]] = {
        "id": (f"{id_}/{k}" for k, id_ in enumerate(_ids(part.number[lead]))),
        "kind": np.array(KINDS)[kind].tolist(),
        "at": at,
        "recorded_at": at,
        "person_id": np.where(ours, np.array(_owners(part.number[lead])), NOTHING).tolist(),
        "lead_id": _ids(part.number[lead]),
        "direction": np.where(ours, "outbound", NOTHING).tolist(),
        "disposition": np.where(call, np.where(answered, "reached", "no_answer"), NOTHING).tolist(),
        "attributes": ["{}"] * n,
    }
    _insert(books, "activities", tuple(columns), zip(*columns.values(), strict=True))


def _insert_changes(books: sqlite3.Connection, part: Part, random: np.random.Generator) -> None:
    """One lead in ten was once moved on in its status."""
    some = np.flatnonzero(random.random(len(part.number)) < 0.1)
    ids, at = _ids(part.number[some]), _stamps((part.created + (part.ends - part.created) // 3)[some])
    rows = ((f"{id_}/status", id_, when, "status", "new", "working") for id_, when in zip(ids, at, strict=True))
    _insert(books, "lead_changes", ("id", "lead_id", "at", "field", "old", "new"), rows)


def _insert(books: sqlite3.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    marks = ", ".join("?" * len(columns))
    books.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608
    books.commit()


def _ids(numbers: Numbers) -> list[str]:
    return [f"L{number:07}" for number in numbers.tolist()]


def _owners(numbers: Numbers) -> list[str]:
    return [f"R{number % REPS}" for number in numbers.tolist()]


def _stamps(seconds: Numbers) -> list[str]:
    written = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="us")
    return [stamp.replace("T", " ") for stamp in written.tolist()]


def _cells(traits: dict[str, Floats], random: np.random.Generator) -> Iterator[str]:
    """The custom columns of each lead as JSON."""
    words = [
        [f'"{name}": {value}' for value in values.tolist()]
        if name not in LEVELS
        else [f'"{name}": "{word(name, k)}"' for k in values.astype(int).tolist()]
        for name, values in traits.items()
    ]
    known = (random.random((len(traits["fit"]), len(traits))) > 0.05).tolist()
    for row, is_known in zip(zip(*words, strict=True), known, strict=True):
        yield f"{{{', '.join(cell for cell, told in zip(row, is_known, strict=True) if told)}}}"


def word(name: str, place: int) -> str:
    return SIZES[place] if name == "segment" else f"{name} {place}"


LEVELS = {"segment": len(SIZES), "industry": 40, "campaign": 300, "product": 8}
KIND_CHANCES = (0.3, 0.2, 0.3, 0.08, 0.07, 0.05)
