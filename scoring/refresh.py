"""Keeps the scores of open records up to date: all of them, or those of the leads that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from knowledge import call_list, frames, overrides, scores
from knowledge.database import Database
from knowledge.errors import BadInput, NotTrained
from knowledge.frames import Snapshot
from scoring import fallback, opinions
from scoring.base import Progress, Scorer, silent
from scoring.registry import CATALOG, Registry, Served

LEADS_AT_ONCE = 100_000
SCORED = ("value", "low", "high")
_CALL_COLUMNS = ("owner_id", "timezone", "phone", "country", "do_not_call", "consent", "value")


def score(
    db: Database,
    name: str,
    *,
    as_of: datetime,
    progress: Progress = silent,
    out: Path | None = None,
    default_zone: str = "UTC",
) -> pd.DataFrame:
    """Scores every open record, stores the scores and orders the call list by them.

    The frame is indexed by id: `score`, `low`, `high`, `model_version`, `as_of`; `out` is a CSV file for it.
    Where no ranking serves, the call list takes the plain order of `fallback` and the frame is empty.
    Each batch is kept before the next begins: cut off, the finished ones are there and the others still marked.
    """
    served = _served(db, name)
    # Those that closed since they were last scored have to leave.
    ids = sorted({*scores.lead_ids(db, only_open=True), *scores.stale_ids(db)})
    batches = []
    for start in range(0, max(1, len(ids)), LEADS_AT_ONCE):
        batches.append(_score(db, name, served, ids[start : start + LEADS_AT_ONCE], as_of, default_zone))
        progress("scoring", min(1.0, (start + LEADS_AT_ONCE) / max(1, len(ids))))
    _keep_only(db, name, batches)
    scored = pd.concat([batch.scored for batch in batches])
    if out is not None:
        scored.to_csv(out)
    return scored


def rescore(db: Database, ids: Sequence[str], *, now: datetime, default_zone: str = "UTC") -> pd.DataFrame:
    """Scores some leads anew, as `score` does; those no longer open leave the scores and the call list."""
    return _score(db, "ranking", _served(db, "ranking"), ids, now, default_zone).scored


@dataclass(frozen=True)
class _Batch:
    scored: pd.DataFrame
    worth: pd.Series
    leads: pd.DataFrame


def _score(
    db: Database, name: str, served: Served[Scorer] | None, ids: Sequence[str], as_of: datetime, default_zone: str
) -> _Batch:
    """Scores of some leads, kept: those still open have theirs, the others none, and no mark of before is left."""
    marks = scores.stale_marks(db, ids) if name == "ranking" else {}
    snapshot = frames.load(db, until=as_of, ids=ids).at(as_of)
    batch = _judge(db, served, snapshot)
    gone = sorted(set(ids) - set(snapshot.open_ids))
    scores.drop(db, name, gone)
    if name == "ranking":
        call_list.write(db, batch.worth, snapshot_leads=batch.leads, now=as_of, default_zone=default_zone)
        call_list.remove(db, gone)
        scores.clear_stale(db, marks)
    return batch


def _keep_only(db: Database, name: str, batches: Sequence[_Batch]) -> None:
    """Drops the scores of every record that is not among those just looked at."""
    scores.forget(db, name, {id_ for batch in batches for id_ in batch.scored.index})
    if name == "ranking":
        call_list.keep_only(db, {id_ for batch in batches for id_ in batch.worth.index})
    # A new version of the books: what is kept for the one before was made from the order before.
    with db.write():
        pass


def _judge(db: Database, served: Served[Scorer] | None, snapshot: Snapshot) -> _Batch:
    """Scores the open leads of a snapshot and keeps the scores with the features they were made from."""
    ids = snapshot.open_ids
    leads = snapshot.leads.loc[ids, list(_CALL_COLUMNS)]
    if served is None or ids.empty:
        return _Batch(
            _table(pd.DataFrame(columns=list(SCORED), index=ids[:0]), 0, snapshot), fallback.order(snapshot), leads
        )
    features = served.model.features(snapshot, ids)
    found = served.model.judge(features)
    scores.save(
        db,
        served.model.name,
        served.card.version,
        snapshot.as_of,
        found.assign(features=pd.Series(_cells(features), index=ids, dtype=object)),
    )
    chance = opinions.heard(found, overrides.in_force(db, snapshot.as_of))["value"]
    worth = chance * leads["value"].fillna(served.card.report.get("typical_value") or 1.0)
    return _Batch(_table(found, served.card.version, snapshot), worth, leads)


def _table(found: pd.DataFrame, version: int, snapshot: Snapshot) -> pd.DataFrame:
    return found.rename(columns={"value": "score"}).assign(model_version=version, as_of=snapshot.as_of.isoformat())


def _cells(features: pd.DataFrame) -> list[list[object]]:
    """The rows of a frame as lists that JSON can hold, numbers to four digits."""
    columns = [_rounded(features[name]) for name in features]
    return [list(row) for row in zip(*columns, strict=True)]


def _rounded(values: pd.Series) -> list[object]:
    if not pd.api.types.is_float_dtype(values):
        return values.tolist()
    numbers = values.to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (3 - np.floor(np.log10(np.abs(numbers))))
        short = np.where(np.isfinite(scale), np.round(numbers * scale) / scale, numbers)
    return [None if value != value else value for value in short.tolist()]


def _served(db: Database, name: str) -> Served[Scorer] | None:
    served = Registry(db).serving(_scorer(name))
    if served is None and name != "ranking":
        raise NotTrained
    return served


def _scorer(name: str) -> type[Scorer]:
    kind = CATALOG.get(name)
    if kind is None or not issubclass(kind, Scorer):
        raise BadInput(f"{name} scores no single records; `callsheet evaluate {name}` says what it found.")
    return kind
