"""How long an answer takes as the book grows, beside one SQL statement that sorts the same leads in full."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bot import settings
from bot.agent import Assistant
from bot.app import create_assistant
from bot.bench import company, process, rows, say
from bot.bench.book import Book, prepared
from bot.bench.company import NOW
from knowledge import people
from knowledge.database import Database

SMALLER = (10_000, 100_000)
TIMES = 15
QUESTION = "which leads should I call now"
ASKERS = {"rep": "R0", "manager": "M0", "admin": "A0"}
SORTED = """
    SELECT leads.id FROM leads JOIN scores ON scores.record_id = leads.id AND scores.model = 'ranking'
    WHERE leads.outcome = 'open' AND leads.owner_id IN ({}) ORDER BY scores.value * leads.value DESC LIMIT 5
"""


def measure() -> dict[str, Any]:
    """Milliseconds of an answer by size of the book and by asker, and how they grow."""
    sizes = [*(size for size in SMALLER if size < rows()), rows()]
    books = [prepared(size) for size in sizes]
    by_size = {size: process.alone(_warm, book, TIMES) for size, book in zip(sizes, books, strict=True)}
    first, last = by_size[sizes[0]], by_size[sizes[-1]]
    growth = {who: _exponent(sizes, first[who]["median_ms"], last[who]["median_ms"]) for who in ASKERS}
    return {"by_size": by_size, "growth_exponent": growth, "nobody_owns": process.alone(_unowned, books[-1], TIMES)}


def _warm(book: Book, times: int) -> dict[str, Any]:
    """Every question to one book, in a process that has answered before."""
    say(f"asking in a book of {book.rows:,} open leads …")
    db, assistant = _open(book.path)
    found: dict[str, Any] = {
        who: _ask(assistant, id_, QUESTION, times) | _baseline(book, id_) for who, id_ in ASKERS.items()
    }
    for timed in found.values():
        timed["ratio"] = round(timed["median_ms"] / timed["baseline_ms"], 3)
    found["rep_after_a_write"] = _ask(assistant, ASKERS["rep"], QUESTION, times, before=lambda: _touch(db))
    found["admin_after_a_write"] = _ask(assistant, ASKERS["admin"], QUESTION, times, before=lambda: _touch(db))
    for name, question in _others(book.rows).items():
        found[name] = _ask(assistant, ASKERS["admin"], question, times)
    return found


def _others(open_leads: int) -> dict[str, str]:
    known = company.name_of(open_leads // 2)
    return {
        "explain_lead": f"why {known}",
        "misspelt_name": f"why {known[:-3]}{known[-1]}{known[-2]}{known[-3]}",
        "unknown_name": "why Wilhelmina Nosuchperson",
        "one_source": "best leads from Partner",
        "pipeline_report": "how many leads by source this month",
        "whole_book_report": "how many leads by source",
    }


def _unowned(book: Book, times: int) -> dict[str, Any]:
    """The same question to a copy of the book where no lead has an owner yet."""
    say("asking where nobody owns a lead …")
    copied = book.path.with_name("unowned.db")
    with closing(sqlite3.connect(book.path)) as source, closing(sqlite3.connect(copied)) as copy:
        source.backup(copy)
        for table in ("leads", "call_list"):
            copy.execute(f"UPDATE {table} SET owner_id = NULL")  # noqa: S608
        copy.commit()
    db, assistant = _open(copied)
    found = {who: _ask(assistant, id_, QUESTION, times) for who, id_ in ASKERS.items()}
    db.engine.dispose()
    copied.unlink()
    return found


def _open(path: Path) -> tuple[Database, Assistant]:
    environment = {"CALLSHEET_HOME": str(path.parent), "CALLSHEET_NOW": NOW.isoformat(), "CALLSHEET_MODEL": "offline"}
    db = Database(f"sqlite:///{path}")
    return db, create_assistant(settings.read(environment), db)


def _ask(
    assistant: Assistant, asker: str, question: str, times: int, *, before: Callable[[], None] = lambda: None
) -> dict[str, float]:
    """Median and 95th percentile of the milliseconds that answers take, the first left out."""
    person = people.find(assistant.services.roster(), asker)
    taken = []
    for _ in range(times + 1):
        before()
        taken.append(assistant.ask(question, person).elapsed_ms)
    return {"median_ms": round(median(taken[1:]), 1), "p95_ms": round(quantiles(taken[1:], n=20)[-1], 1)}


def _touch(db: Database) -> None:
    """A write to the books, after which nothing kept is good any more."""
    with db.write():
        pass


def _baseline(book: Book, asker: str) -> dict[str, float]:
    """Milliseconds of one statement that sorts all leads that the asker may see."""
    role, team = asker[0], asker[1:]
    reps = [f"R{r}" for r in range(company.REPS) if role == "A" or f"R{r}" == asker or _leads(role, team, r)]
    with closing(sqlite3.connect(book.path)) as books:
        taken = []
        for _ in range(3):
            start = time.perf_counter()
            books.execute(SORTED.format(", ".join("?" * len(reps))), reps).fetchall()
            taken.append((time.perf_counter() - start) * 1000)
    return {"baseline_ms": round(median(taken), 1)}


def _leads(role: str, team: str, rep: int) -> bool:
    return role == "M" and rep % company.TEAMS == int(team)


def _exponent(sizes: list[int], small: float, large: float) -> float | None:
    """By what power of the book's size the time grows; 0 is not at all, 1 is in step."""
    return round(math.log(large / small) / math.log(sizes[-1] / sizes[0]), 2) if len(sizes) > 1 else None
