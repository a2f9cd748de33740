"""How fast a file of leads goes in, against a bare executemany or COPY of the same rows into the same table."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from bot import bench
from bot.bench import process, say
from knowledge.database import Database
from knowledge.errors import BadInput
from knowledge.imports import load_file
from knowledge.inbox import Inbox

SIZES = (10_000, 100_000, 1_000_000)
NOW = datetime(2026, 3, 18, tzinfo=UTC)
CHUNK = 8_000
CLAIM_EVERY_S = 0.1
CLAIMS_BEFORE = 50
# Made in parts, so that the peak of memory is the import's and not that of making its file.
PART = 50_000


def measure(db_url: str, rows: int) -> dict[str, float]:
    """Rows a second of an import of `rows` leads with ten custom columns, and of the bare load of the same rows.

    The database at `db_url` has to hold no leads; those of the benchmark are taken out again.
    """
    db = Database(db_url)
    db.migrate()
    if _count(db):
        raise BadInput("The benchmark needs a database without leads.")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "leads.csv"
        write_leads(file, rows)
        start = time.perf_counter()
        load_file(db, file, "leads", now=NOW)
        seconds = time.perf_counter() - start
        peak = process.peak_mb()
        bare = _bare_sqlite(db, Path(folder)) if db.is_sqlite else _bare_postgres(db)
    _clean(db)
    result = {
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_s": round(rows / seconds),
        "baseline_rows_per_s": round(rows / bare),
        "ratio": round(seconds / bare, 2),
        "peak_mb": peak,
    }
    say("  ".join(f"{name} {value:,}" for name, value in result.items()))
    return result


def compare() -> dict[str, Any]:
    """An import into SQLite beside the bare load, and how long an event from Slack waits during one."""
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        say(f"importing {bench.rows():,} leads …")
        found = process.alone(measure, f"sqlite:///{folder}/books.db", bench.rows())
    return {**found, "claims_during_import": claim_latency(bench.rows())}


def claim_latency(rows: int) -> dict[str, float]:
    """Milliseconds that claiming an event takes while another process imports `rows` leads, and while none does."""
    say("claiming events during an import …")
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        url, file = f"sqlite:///{folder}/books.db", Path(folder) / "leads.csv"
        db = Database(url)
        db.migrate()
        write_leads(file, rows)
        inbox = Inbox(db)
        idle = [_claim(inbox, f"before:{k}") for k in range(CLAIMS_BEFORE)]
        with process.beside(_import, url, file) as coming:
            busy = list(_claims_until(coming, inbox))
        db.engine.dispose()
    return {
        "rows": rows,
        "claims": len(busy),
        "median_ms": round(median(busy), 2),
        "max_ms": round(max(busy), 2),
        "baseline_ms": round(median(idle), 2),
        "ratio": round(median(busy) / median(idle), 2),
    }


def _import(url: str, file: Path) -> None:
    load_file(Database(url), file, "leads", now=NOW)


def _claims_until(coming: Future[Any], inbox: Inbox) -> Iterator[float]:
    """Milliseconds of a claim every tenth of a second, until the import is done."""
    while True:
        yield _claim(inbox, f"during:{time.monotonic_ns()}")
        if wait([coming], timeout=CLAIM_EVERY_S).done:
            break
    coming.result()


def _claim(inbox: Inbox, key: str) -> float:
    start = time.perf_counter()
    inbox.claim(key, {"text": "which leads should I call now"}, NOW)
    return (time.perf_counter() - start) * 1000


def write_leads(path: Path, rows: int, seed: int = 7) -> None:
    """A CSV of made-up leads: eleven fields, five custom numbers, five custom kinds."""
    random = np.random.default_rng(seed)
    writer = None
    for first in range(0, rows, PART):
        part = _made_up(first, min(PART, rows - first), random)
        writer = writer or pa.csv.CSVWriter(path, part.schema)
        writer.write(part)
    if writer:
        writer.close()


def _made_up(first: int, rows: int, random: np.random.Generator) -> pa.Table:
    number = np.arange(first, first + rows)
    created = np.datetime64("2024-01-01T00:00:00") + random.integers(0, 60_000_000, rows)

    def pick(*words: str) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
        return np.array(words)[random.integers(0, len(words), rows)]

    return pa.table(
        {
            "id": [f"L-{n:07}" for n in number],
            "name": [f"Buyer {n}" for n in number],
            "company": [f"Company {n}" for n in random.integers(0, rows // 3 + 1, rows)],
            "email": [f"buyer{n}@company.example" for n in number],
            "phone": [f"+1555{n:07}" for n in number],
            "country": pick("US", "DE", "FR", "GB"),
            "source": pick("Webinar", "Trade show", "Referral", "Outbound"),
            "created_at": np.datetime_as_string(created),
            "outcome": pick("open", "open", "won", "lost"),
            "value": random.gamma(2, 4000, rows).round(2),
            "do_not_call": pick("yes", "no", "no", "no"),
            **{f"Score {k}": random.normal(size=rows).round(3) for k in range(5)},
            **{f"Kind {k}": pick("alpha", "beta", "gamma", "delta", "") for k in range(5)},
        }
    )


def _bare_sqlite(db: Database, folder: Path) -> float:
    """Seconds that executemany takes in one transaction on an empty copy of the table."""
    bare = Database(f"sqlite:///{folder / 'bare'}")
    bare.migrate()
    seconds = 0.0
    with closing(sqlite3.connect(str(db.path))) as source, closing(sqlite3.connect(folder / "bare")) as target:
        cursor = source.execute("SELECT * FROM leads")
        statement = f"INSERT INTO leads VALUES ({', '.join('?' * len(cursor.description))})"  # noqa: S608
        while chunk := cursor.fetchmany(CHUNK):
            start = time.perf_counter()
            target.executemany(statement, chunk)
            seconds += time.perf_counter() - start
        start = time.perf_counter()
        target.commit()
    bare.engine.dispose()
    return seconds + time.perf_counter() - start


def _bare_postgres(db: Database) -> float:
    """Seconds that COPY takes in one transaction into an empty copy of the table."""
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("CREATE TEMP TABLE bare (LIKE leads INCLUDING ALL)")
        with cursor.copy("COPY leads TO STDOUT") as source:
            lines = [bytes(line) for line in source]
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN") as target:
            for line in lines:
                target.write(line)
        connection.commit()
        return time.perf_counter() - start


def _count(db: Database) -> int:
    with db.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM leads").scalar_one())


def _clean(db: Database) -> None:
    with db.write() as session:
        for table in ("stale_leads", "leads"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608
    db.engine.dispose()
