"""What training and scoring a large book cost, beside bare scikit-learn on the same matrix."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bench import company, process, rows, say
from bot.bench.company import NOW
from knowledge import frames, scores
from knowledge.database import Database
from scoring import refresh, training, windows
from scoring.bare import Bare
from scoring.ranking import Ranking
from scoring.registry import CATALOG, Registry

# Scoring is linear in the rows, so scikit-learn is timed on this many of them.
JUDGED = 100_000


@dataclass(frozen=True)
class Book:
    """A company's books in a file, trained and scored, with what that took."""

    path: Path
    rows: int
    figures: dict[str, Any]


def measure() -> dict[str, Any]:
    """Seconds and memory that the books of the benchmark take, and scikit-learn's seconds for the same rows."""
    book = prepared(rows())
    return {**book.figures, **process.alone(_bare, book.path, book.figures)}


@cache
def prepared(open_leads: int) -> Book:
    """Books with that many open leads; made once, gone when the process ends."""
    path = Path(_folder().name) / f"{open_leads}.db"
    built = process.alone(_build, path, open_leads)
    return Book(path, open_leads, built | process.alone(_train_and_score, path))


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="callsheet-bench-")


def _build(path: Path, open_leads: int) -> dict[str, Any]:
    say(f"building the books of a company with {open_leads:,} open leads …")
    start = time.perf_counter()
    company.build(path, open_leads)
    return {"open_leads": open_leads, "build_s": _since(start), "book_mb": path.stat().st_size >> 20}


def _train_and_score(path: Path) -> dict[str, Any]:
    db = Database(f"sqlite:///{path}")
    start = time.perf_counter()
    trained = training.train(db, list(CATALOG), as_of=NOW, now=NOW, progress=_progress)
    train_s, train_mb, start = _since(start), process.peak_mb(), time.perf_counter()
    count = len(refresh.score(db, "ranking", as_of=NOW, progress=_progress))
    score_s = _since(start)
    return {
        "train_s": train_s,
        "train_peak_mb": train_mb,
        "score_s": score_s,
        "scored_per_s": round(count / score_s),
        "peak_mb": process.peak_mb(),
        "statements": [each.statement for each in trained],
    }


def _bare(path: Path, figures: dict[str, Any]) -> dict[str, Any]:
    """Seconds of scikit-learn for the matrices that the ranking was fitted to and judges."""
    say("the same with bare scikit-learn …")
    db = Database(f"sqlite:///{path}")
    served = Registry(db).serving(Ranking)
    if served is None:
        return {}
    learnt = windows.labelled(training.learn_from(db, NOW), as_of=NOW, horizon=served.model.horizon)
    start = time.perf_counter()
    bare = Bare.fit(served.model.columns, learnt)
    fit_s = time.perf_counter() - start
    judged_s = _judge(db, served.model, bare) * figures["open_leads"]
    return {
        "learnt_rows": len(learnt),
        "columns": len(served.model.columns.names),
        "baseline_fit_s": round(fit_s, 2),
        "baseline_predict_s": round(judged_s, 2),
        "train_ratio": round(figures["train_s"] / fit_s, 2),
        "score_ratio": round(figures["score_s"] / judged_s, 2),
    }


def _judge(db: Database, model: Ranking, bare: Bare) -> float:
    """Seconds a row of scikit-learn's prediction."""
    ids = scores.lead_ids(db, only_open=True)[:JUDGED]
    snapshot = frames.load(db, until=NOW, ids=ids).at(NOW)
    matrix = model.columns.encode(model.features(snapshot, ids))
    start = time.perf_counter()
    bare.predict(matrix)
    return (time.perf_counter() - start) / len(ids)


def _progress(phase: str, share: float) -> None:
    say(f"{phase} {share:.0%}")


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 2)
