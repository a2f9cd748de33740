"""Versions of models: safe to read, read once, the same everywhere."""

from __future__ import annotations

import os
from copy import copy
from datetime import datetime

import numpy as np
import pytest
from skops import io

from knowledge import models
from knowledge.database import Database
from knowledge.frames import History
from scoring.ranking import Ranking
from scoring.registry import Registry, loads


@pytest.fixture(scope="module")
def ranking(company: History, as_of: datetime) -> Ranking:
    return Ranking().fit(company, as_of=as_of)


def save(db: Database, model: Ranking, now: datetime, *, serve: bool = True) -> int:
    return Registry(db).save(model, now=now, as_of=now, fingerprint="f", report={"n": 1}, serve=serve)


def test_a_stored_model_says_what_the_trained_one_says(
    db: Database, ranking: Ranking, company: History, as_of: datetime
) -> None:
    save(db, ranking, as_of)
    served = Registry(db).serving(Ranking)
    assert served is not None
    snapshot = company.at(as_of)
    assert np.array_equal(served.model.predict(snapshot), ranking.predict(snapshot))
    assert served.model.explain(snapshot, snapshot.open_ids[:3]) == ranking.explain(snapshot, snapshot.open_ids[:3])
    assert tuple(served.card.features) == ranking.feature_names


def test_a_version_is_read_once_and_the_next_one_takes_over(
    sqlite_db: Database, ranking: Ranking, as_of: datetime
) -> None:
    registry = Registry(sqlite_db)
    assert registry.serving(Ranking) is None
    save(sqlite_db, ranking, as_of)
    first = registry.serving(Ranking)
    assert registry.serving(Ranking) is first
    save(sqlite_db, ranking, as_of, serve=False)
    assert registry.serving(Ranking) is first
    models.serve(sqlite_db, "ranking", 2, at=as_of)
    second = registry.serving(Ranking)
    assert second is not None
    assert second.card.version == 2


def test_bytes_that_hold_anything_but_a_model_are_refused() -> None:
    with pytest.raises(io.exceptions.UntrustedTypesFoundException):
        loads(io.dumps({"command": os.system}))


def test_a_version_of_other_code_is_not_served_and_is_read_and_logged_once(
    sqlite_db: Database, ranking: Ranking, as_of: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    aged = copy(ranking)
    # As code stored it that kept nothing of the members.
    del aged.members
    registry = Registry(sqlite_db)
    save(sqlite_db, aged, as_of)
    for _ in range(2):
        assert registry.serving(Ranking) is None
        found = registry.unreadable(Ranking)
        assert found is not None
        assert (str(found), found.why) == (
            "ranking 1 was stored by another version of Callsheet",
            "Ranking lacks members",
        )
    (said,) = (each for each in caplog.records if getattr(each, "action", "") == "model_unreadable")
    assert "Ranking lacks members" in said.getMessage()
    save(sqlite_db, ranking, as_of)
    assert registry.serving(Ranking) is not None
    assert registry.unreadable(Ranking) is None
