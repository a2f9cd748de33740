"""Keeps the scores of open records up to date: all of them, or those of the leads that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from knowledge import call_list, frames, scores
from knowledge.database import Database
from knowledge.errors import BadInput, NotTrained
from knowledge.frames import Snapshot
from scoring import fallback
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
    """
    ids = scores.lead_ids(db, only_open=True)
    scored = _score(db, name, ids, as_of, default_zone, progress, complete=True)
    scores.forget(db, name, scored.index)
    if out is not None:
        scored.to_csv(out)
    return scored


def rescore(db: Database, ids: Sequence[str], *, now: datetime, default_zone: str = "UTC") -> pd.DataFrame:
    """Scores some leads anew, as `score` does; those no longer open leave the scores and the call list."""
    return _score(db, "ranking", list(ids), now, default_zone, silent, complete=False)


def _score(
    db: Database,
    name: str,
    ids: Sequence[str],
    as_of: datetime,
    default_zone: str,
    progress: Progress,
    *,
    complete: bool,
) -> pd.DataFrame:
    served = Registry(db).serving(_scorer(name))
    if served is None and name != "ranking":
        raise NotTrained
    # Before the leads are read: one that changes meanwhile is marked again.
    scores.clear_stale(db, None if complete else ids)
    batches = [_judge(db, served, snapshot) for snapshot in _snapshots(db, ids, as_of, progress)]
    worth = pd.concat([batch.worth for batch in batches])
    gone = [id_ for id_ in ids if id_ not in worth.index]
    scores.drop(db, name, gone)
    if name == "ranking":
        leads = pd.concat([batch.leads for batch in batches])
        call_list.write(db, worth, snapshot_leads=leads, now=as_of, default_zone=default_zone, complete=complete)
        call_list.remove(db, gone)
    return pd.concat([batch.scored for batch in batches])


@dataclass(frozen=True)
class _Batch:
    scored: pd.DataFrame
    worth: pd.Series
    leads: pd.DataFrame


def _judge(db: Database, served: Served[Scorer] | None, snapshot: Snapshot) -> _Batch:
    """Scores the open leads of a snapshot and keeps the scores with the features they were made from."""
    ids = snapshot.open_ids
    leads = snapshot.leads.loc[ids, list(_CALL_COLUMNS)]
    if served is None:
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
    worth = found["value"] * leads["value"].fillna(served.card.report.get("typical_value") or 1.0)
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


def _snapshots(db: Database, ids: Sequence[str], as_of: datetime, progress: Progress) -> Iterator[Snapshot]:
    for start in range(0, max(1, len(ids)), LEADS_AT_ONCE):
        yield frames.load(db, until=as_of, ids=ids[start : start + LEADS_AT_ONCE]).at(as_of)
        progress("scoring", min(1.0, (start + LEADS_AT_ONCE) / max(1, len(ids))))


def _scorer(name: str) -> type[Scorer]:
    kind = CATALOG.get(name)
    if kind is None or not issubclass(kind, Scorer):
        raise BadInput(f"{name} scores no single records; `callsheet evaluate {name}` says what it found.")
    return kind
