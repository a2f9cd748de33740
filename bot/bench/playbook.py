"""What a large playbook costs to take in, to ask and to sync, beside the bare libraries.

These are BM25 by bm25s and one product of all vectors with the question's, of the same passages in the same process:
the best of each are picked, and nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import bm25s
import numpy as np

from bot.bench import process, rows, say, shelf, strangers, timing
from bot.bench.company import NOW
from knowledge.database import Database
from knowledge.playbook import Playbook, publishing, words
from knowledge.playbook.embedding import Hashing
from knowledge.playbook.search import DEPTH
from scoring import retrieval
from scoring.retrieval import Case

SIZES = (1_000, 10_000)
QUESTIONS = 270
AT_ONCE = 1_000
TIMED = ("add_s", "cold_s", "median_ms", "p95_ms", "baseline_ms", "sync_one_s", "sync_none_s")


def measure() -> dict[str, Any]:
    """For each number of documents: what it takes to add, to ask and to sync them, beside the bare libraries.

    `cold_s` is the first question of a process; `median_ms` and `p95_ms` are of that and all others after it, those of
    `baseline` of the bare libraries, `ratio` is of the medians. `add_peak_mb` and `ask_peak_mb` are the most that the
    process held, `disk_mb` is database and vectors. `sync_one_s` takes up one document that changed, `sync_none_s`
    none. `growth` is the power of the number of documents with which each grows: 1 is linear.
    """
    sizes = [size for size in SIZES if size <= rows()] or [rows()]
    by_size = {size: _measure(size) for size in sizes}
    found = {"questions": QUESTIONS, "by_size": by_size, "growth": timing.growth(by_size, TIMED)}
    return {**found, "strangers": strangers.measure()}


def _measure(size: int) -> dict[str, float]:
    with TemporaryDirectory(prefix="callsheet-bench-") as folder:
        say(f"writing {size:,} documents …")
        shelf.write(Path(folder) / "documents", size)
        added = process.alone(add, Path(folder))
        return {**added, **process.alone(ask, Path(folder), QUESTIONS)}


def add(home: Path) -> dict[str, float]:
    """What it takes to add the documents below a folder that has no playbook yet."""
    db, playbook = _open(home)
    db.migrate()
    change, add_s = timing.timed(partial(playbook.add, home / "documents", now=NOW, progress=_progress()))
    peak_mb = process.peak_mb()
    passages = len(playbook.entries())
    db.engine.dispose()
    kept = sum(path.stat().st_size for path in home.rglob("*") if path.is_file() and "documents" not in path.parts)
    return {
        "documents": len(change.added),
        "passages": passages,
        "add_s": add_s,
        "add_peak_mb": peak_mb,
        "disk_mb": round(kept / 1e6, 1),
    }


def ask(home: Path, questions: int) -> dict[str, float]:
    """What it takes to ask a playbook, as a process that never did, and to sync it."""
    say("asking …")
    db, playbook = _open(home)
    cases = retrieval.cases(retrieval.EVALUATION)[:questions]
    _, cold_s = timing.timed(partial(_search, playbook, cases[0]))
    ours = _milliseconds(partial(_search, playbook), cases)
    peak_mb = process.peak_mb()
    theirs = _milliseconds(Bare(playbook).search, cases)
    document = min((home / "documents").rglob("*.md"))
    document.write_text(f"{document.read_text(encoding='utf-8')}\nThis was said on Friday.\n", encoding="utf-8")
    (one,), sync_one_s = timing.timed(partial(playbook.sync, now=NOW, progress=_progress()))
    _, sync_none_s = timing.timed(partial(playbook.sync, now=NOW, progress=_progress()))
    db.engine.dispose()
    return {
        "cold_s": cold_s,
        "median_ms": round(float(np.median(ours)), 1),
        "p95_ms": round(float(np.quantile(ours, 0.95)), 1),
        "baseline_ms": round(float(np.median(theirs)), 1),
        "baseline_p95_ms": round(float(np.quantile(theirs, 0.95)), 1),
        "ratio": round(float(np.median(ours) / np.median(theirs)), 2),
        "ask_peak_mb": peak_mb,
        "changed": len(one.changed),
        "sync_one_s": sync_one_s,
        "sync_none_s": sync_none_s,
    }


class Bare:
    """The passages as the bare libraries search them."""

    def __init__(self, playbook: Playbook) -> None:
        texts = [publishing.told(entry) for entry in playbook.entries()]
        self._words = bm25s.BM25()
        self._words.index([words.stems(text) for text in texts], show_progress=False)
        parts = (texts[start : start + AT_ONCE] for start in range(0, len(texts), AT_ONCE))
        self._vectors = np.concatenate([Hashing().vectors(part) for part in parts])
        self._least = min(DEPTH, len(texts))

    def search(self, case: Case) -> tuple[Any, ...]:
        """The places of the best passages by words and of those by vectors, in no order."""
        known = [stem for stem in words.stems(case.question) if stem in self._words.vocab_dict]
        scores = self._words.get_scores(known) if known else np.zeros(len(self._vectors))
        near = self._vectors @ Hashing().vectors([case.question])[0]
        return tuple(np.argpartition(-each, self._least - 1)[: self._least] for each in (scores, near))


def _open(home: Path) -> tuple[Database, Playbook]:
    db = Database(f"sqlite:///{home / 'books.db'}")
    return db, Playbook.beside(db, home / "playbook")


def _search(playbook: Playbook, case: Case) -> object:
    return playbook.search(case.question, audiences=case.audiences, now=NOW)


def _milliseconds(search: Callable[[Case], object], cases: list[Case]) -> list[float]:
    taken = []
    for case in cases:
        start = time.perf_counter()
        search(case)
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _progress() -> Callable[[str, float], None]:
    """Says when another tenth of a step is done."""
    said: set[tuple[str, int]] = set()

    def tell(step: str, done: float) -> None:
        tenth = int(done * 10)
        if (step, tenth) not in said:
            said.add((step, tenth))
            say(f"{step}: {tenth * 10} %")

    return tell
