"""Trains, judges, promotes and scores: where models meet the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from knowledge import call_list, frames, scores
from knowledge.database import Database
from knowledge.errors import BadInput, NotTrained
from knowledge.frames import History, Snapshot
from scoring import fallback
from scoring.backtest import Evaluation, Split
from scoring.base import Model, Progress, Scorer, silent
from scoring.registry import CATALOG, Registry, Served

# Leads that are learnt from at most: more teach nothing that would show.
MOST_LEADS = 150_000
LEADS_AT_ONCE = 100_000
SCORED = ("value", "low", "high")


@dataclass(frozen=True)
class Trained:
    """What came of training one model: its new version if there is one, and a plain statement."""

    name: str
    version: int | None
    promoted: bool
    statement: str
    report: Mapping[str, Any]


def train(
    db: Database, names: Sequence[str] = ("ranking",), *, as_of: datetime, now: datetime, progress: Progress = silent
) -> list[Trained]:
    """Back-tests each model, fits it on all, and lets it serve only if it beat what costs nothing."""
    kinds = [_kind(name) for name in names]
    progress("reading the books", 0.0)
    history = learn_from(db, as_of)
    return [_train(db, kind, history, as_of, now, progress) for kind in kinds]


def evaluate(
    db: Database, name: str, *, as_of: datetime, split: Split = "time", progress: Progress = silent
) -> Evaluation:
    """The back-test of a model on the books as known at `as_of`."""
    kind, history = _kind(name), learn_from(db, as_of)
    found = kind.evaluate(history, as_of=as_of, split=split, progress=progress)
    if split == "time" or history.is_dated or history.leads["sequence"].isna().any():
        return found
    return replace(found, by_time=kind.evaluate(history, as_of=as_of, split="time", progress=progress).metrics)


def learn_from(db: Database, as_of: datetime) -> History:
    """The history of all leads, or of an unbiased sample of them where there are very many."""
    ids = scores.lead_ids(db, only_open=False)
    if len(ids) <= MOST_LEADS:
        return frames.load(db, until=as_of)
    sample = [id_ for id_ in ids if _hash(id_) < MOST_LEADS / len(ids)]
    return frames.load(db, until=as_of, ids=sample)


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


def _train(
    db: Database, kind: type[Model], history: History, as_of: datetime, now: datetime, progress: Progress
) -> Trained:
    found = kind.evaluate(history, as_of=as_of, progress=progress)
    report = found.to_json()
    if found.refusal:
        return Trained(kind.name, None, False, _refused(db, kind.name, found.refusal), report)
    progress("training on everything", 0.0)
    model = kind(**found.settings).fit(history, as_of=as_of)
    value = history.leads["value"].median()
    report["typical_value"] = float(value) if value == value else None
    version = Registry(db).save(
        model, now=now, as_of=as_of, fingerprint=fingerprint(history), report=report, serve=True
    )
    progress("training on everything", 1.0)
    return Trained(kind.name, version, True, _promoted(found, version), report)


def _promoted(found: Evaluation, version: int) -> str:
    auc, half, ece = (found.metrics[name] for name in ("auc", "wins_in_top_half", "ece"))
    assert half is not None
    return (
        f"{found.model} {version} serves ({found.chosen}): on {found.n:,} unseen cases AUC {auc}, "
        f"calibration error {ece}, "
        f"{half.value:.0%} of those {'won' if found.model == 'ranking' else 'answered'} in the top half."
    )


def _refused(db: Database, name: str, refusal: str) -> str:
    served = Registry(db).serving(_kind(name))
    if served is not None:
        return f"{refusal} {name} {served.card.version} keeps serving."
    return f"{refusal} {fallback.STATEMENT}" if name == "ranking" else refusal


def fingerprint(history: History) -> str:
    """What tells these books from others: it is the same for the same leads and events in any order."""
    leads = int(pd.util.hash_pandas_object(history.leads.astype(str).join(history.attributes.astype(str))).sum())
    events = int(
        pd.util.hash_pandas_object(history.activities[["lead_id", "kind", "at"]].astype(str), index=False).sum()
    )
    return hashlib.blake2b(f"{leads}/{events}/{len(history.changes)}".encode(), digest_size=8).hexdigest()


def _hash(id_: str) -> float:
    """A number in [0, 1) that stands for an id, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=8).digest()) / 2**64


def _kind(name: str) -> type[Model]:
    if name not in CATALOG:
        raise BadInput(f'There is no model "{name}"; there are {", ".join(CATALOG)}.')
    return CATALOG[name]


def _scorer(name: str) -> type[Scorer]:
    kind = _kind(name)
    if not issubclass(kind, Scorer):
        raise BadInput(f"{name} scores no single records; `callsheet evaluate {name}` says what it found.")
    return kind


_CALL_COLUMNS = ("owner_id", "timezone", "phone", "country", "do_not_call", "consent", "value")
