"""What models learn from and score: leads or deals, each read in its own way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, overload

import pandas as pd

from knowledge import frames, pipeline, scores
from knowledge.database import Database
from knowledge.frames import History
from knowledge.pipeline import DealHistory

Entity = Literal["leads", "deals"]
# Records that are learnt from at most: more teach nothing that would show.
MOST_RECORDS = 150_000


@overload
def load(db: Database, entity: Literal["leads"], *, until: datetime, ids: Sequence[str] | None = None) -> History: ...
@overload
def load(
    db: Database, entity: Literal["deals"], *, until: datetime, ids: Sequence[str] | None = None
) -> DealHistory: ...
@overload
def load(
    db: Database, entity: Entity, *, until: datetime, ids: Sequence[str] | None = None
) -> History | DealHistory: ...


def load(db: Database, entity: Entity, *, until: datetime, ids: Sequence[str] | None = None) -> History | DealHistory:
    """Everything known up to `until` about all leads or deals, or about those of `ids` only."""
    if entity == "leads":
        return frames.load(db, until=until, ids=ids)
    return pipeline.load(db, until=until, ids=ids)


def sample(db: Database, entity: Entity) -> Sequence[str] | None:
    """The ids of an unbiased sample where there are very many records, the same every time; else None."""
    ids = scores.record_ids(db, entity, only_open=False)
    return None if len(ids) <= MOST_RECORDS else [id_ for id_ in ids if _hash(id_) < MOST_RECORDS / len(ids)]


def fingerprint(history: History | DealHistory) -> str:
    """What tells these books from others: it is the same for the same records and events in any order."""
    of_records = history.records.astype(str).join(history.attributes.astype(str))
    records = int(pd.util.hash_pandas_object(of_records).sum())
    done = history.activities[[history.key, "kind", "at"]].astype(str)
    events = int(pd.util.hash_pandas_object(done, index=False).sum())
    return hashlib.blake2b(f"{records}/{events}/{len(history.changes)}".encode(), digest_size=8).hexdigest()


def _hash(id_: str) -> float:
    """A number in [0, 1) that stands for an id, the same everywhere."""
    return int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=8).digest()) / 2**64
