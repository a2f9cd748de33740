"""The call list where the truth is known: the demo company's true chances, and when it is truly picked up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.bench import calls
from bot.bench.calls import Truth
from knowledge import frames
from knowledge.connectors import demo
from knowledge.database import Database
from scoring.reach import Reach
from scoring.waiting import Waiting
from tests.company import NOW

# Thursday morning and afternoon, and Saturday.
HOURS = (16.5, 24.5, 70.5)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """The truth of the company that all tests share: the same seed and instant make the same books."""
    folder = tmp_path_factory.mktemp("truth")
    db = Database(f"sqlite:///{folder}/books.db")
    db.migrate()
    demo.build(db, now=NOW, scale=0.25, truth=folder / "truth")
    db.engine.dispose()
    return Truth.read(folder / "truth")


@pytest.fixture
def db(company_file: Path, tmp_path: Path) -> Iterator[Database]:
    """That company, trained and scored."""
    shutil.copy(company_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    yield db
    db.engine.dispose()


@pytest.fixture
def found(db: Database, truth: Truth) -> dict[str, Any]:
    instants = [NOW + timedelta(hours=hours) for hours in HOURS]
    by_order: dict[str, Any] = calls.compare(db, truth, instants, calls=5)["by_order"]
    return by_order


def test_the_proposed_calls_win_more_than_other_orders_of_the_same_leads(found: dict[str, Any]) -> None:
    for what in ("wins", "bookings"):
        beside = {order: row[f"{what}_beside_list"] for order, row in found.items()}
        assert beside["random"] < 0.6, what
        assert beside["last touch"] < 0.7, what
        assert beside["score only"] < 1.02, what
        assert beside["best possible"] >= 1, what


def test_the_hours_learnt_are_the_true_ones(db: Database, truth: Truth) -> None:
    reach = Reach().fit(frames.load(db, until=NOW), as_of=NOW)
    week = [NOW + timedelta(hours=hours) for hours in range(7 * 24)]
    day = [at for at in week if at.weekday() < 5 and 8 <= at.hour < 20]
    learnt = [reach.lift(["UTC"], at)[0] for at in day]
    assert np.corrcoef(learnt, [truth.lift("UTC", at) for at in day])[0, 1] > 0.8


def test_what_waiting_costs_is_what_it_truly_costs(db: Database, truth: Truth) -> None:
    waiting = Waiting().fit(frames.load(db, until=NOW), as_of=NOW)
    # The pull moves the chance to qualify, to win and not to be lost, so that it counts more than once.
    assert 3 * truth.speed - 2 * waiting.error < waiting.slope < 0
