"""Keeps the scores of open leads and deals up to date: all of them, or those of the leads that changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from knowledge import call_list, overrides, scores
from knowledge.database import Database
from knowledge.errors import BadInput, NotTrained
from knowledge.frames import Snapshot
from knowledge.pipeline import DealSnapshot
from scoring import fallback, opinions, sources
from scoring.base import Progress, Scorer, silent
from scoring.registry import CATALOG, Registry, Served

RECORDS_AT_ONCE = 100_000
AnyScorer: TypeAlias = Scorer[Any, Any]
SCORED = ("value", "low", "high")
_CALL_COLUMNS = ("owner_id", "timezone", "phone", "country", "do_not_call", "consent", "value")


def score_all(db: Database, *, as_of: datetime, progress: Progress = silent, default_zone: str = "UTC") -> None:
    """Scores what answers rest on: leads by the ranking, then deals by each of their models that serves."""
    score(db, "ranking", as_of=as_of, progress=progress, default_zone=default_zone)
    score_deals(db, as_of=as_of, progress=progress)


def score_deals(db: Database, *, as_of: datetime, progress: Progress = silent) -> None:
    """Scores every open deal by each model of deals that serves."""
    registry = Registry(db)
    serving = [name for name in deal_scorers() if registry.serving(_scorer(name)) is not None]
    for name in serving:
        score(db, name, as_of=as_of, progress=progress)


def deal_scorers() -> list[str]:
    """The models that score deals."""
    return [name for name, kind in CATALOG.items() if kind.entity == "deals" and issubclass(kind, Scorer)]


def score(
    db: Database,
    name: str,
    *,
    as_of: datetime,
    progress: Progress = silent,
    out: Path | None = None,
    default_zone: str = "UTC",
) -> pd.DataFrame:
    """Scores every open record, stores the scores and, by the ranking, orders the call list.

    The frame is indexed by id: `score`, `low`, `high`, `model_version`, `as_of`; `out` is a CSV file for it.
    Where no ranking serves, the call list takes the plain order of `fallback` and the frame is empty.
    Each batch is kept before the next begins: cut off, the finished ones are there and the others still marked.
    """
    served, entity = _served(db, name), _scorer(name).entity
    # Leads that closed since they were last scored have to leave.
    ids = sorted({*scores.record_ids(db, entity, only_open=True), *(scores.stale_ids(db) if entity == "leads" else ())})
    batches = []
    for start in range(0, max(1, len(ids)), RECORDS_AT_ONCE):
        batches.append(_score(db, name, served, ids[start : start + RECORDS_AT_ONCE], as_of, default_zone))
        progress("scoring", min(1.0, (start + RECORDS_AT_ONCE) / max(1, len(ids))))
    _keep_only(db, name, batches)
    scored = pd.concat([batch.scored for batch in batches])
    if out is not None:
        scored.to_csv(out)
    return scored


def rescore(
    db: Database, ids: Sequence[str], *, now: datetime, name: str = "ranking", default_zone: str = "UTC"
) -> pd.DataFrame:
    """Scores some records anew, as `score` does; those no longer open leave the scores and the call list."""
    return _score(db, name, _served(db, name), ids, now, default_zone).scored


@dataclass(frozen=True)
class _Batch:
    """Scores of some records, and the leads among them that are for the call list, with what each is worth."""

    scored: pd.DataFrame
    worth: pd.Series
    leads: pd.DataFrame


def _score(
    db: Database, name: str, served: Served[AnyScorer] | None, ids: Sequence[str], as_of: datetime, default_zone: str
) -> _Batch:
    """Scores of some records, kept: those still open have theirs, the others none, and no mark of before is left."""
    marks = scores.stale_marks(db, ids) if name == "ranking" else {}
    snapshot = sources.load(db, _scorer(name).entity, until=as_of, ids=ids).at(as_of)
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


def _judge(db: Database, served: Served[AnyScorer] | None, snapshot: Snapshot | DealSnapshot) -> _Batch:
    """Scores the open records of a snapshot and keeps the scores with the features they were made from."""
    ids = snapshot.open_ids
    if served is None or ids.empty:
        nothing = _table(pd.DataFrame(columns=list(SCORED), index=ids[:0]), 0, snapshot)
        return _Batch(nothing, *_line(snapshot, None))
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
    typical = float(served.card.report.get("typical_value") or 1.0)
    return _Batch(_table(found, served.card.version, snapshot), *_line(snapshot, chance, typical))


def _line(
    snapshot: Snapshot | DealSnapshot, chance: pd.Series | None, typical: float = 1.0
) -> tuple[pd.Series, pd.DataFrame]:
    """What a call to each open lead is worth, and the leads; deals are not for the call list."""
    if isinstance(snapshot, DealSnapshot):
        return pd.Series(dtype=np.float64), pd.DataFrame()
    leads = snapshot.leads.loc[snapshot.open_ids, list(_CALL_COLUMNS)]
    return (fallback.order(snapshot) if chance is None else chance * leads["value"].fillna(typical)), leads


def _table(found: pd.DataFrame, version: int, snapshot: Snapshot | DealSnapshot) -> pd.DataFrame:
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


def _served(db: Database, name: str) -> Served[AnyScorer] | None:
    served = Registry(db).serving(_scorer(name))
    if served is None and name != "ranking":
        raise NotTrained
    return served


def _scorer(name: str) -> type[AnyScorer]:
    kind = CATALOG.get(name)
    if kind is None or not issubclass(kind, Scorer):
        raise BadInput(f"{name} scores no single records; `callsheet evaluate {name}` says what it found.")
    return kind
