"""Only what changed is scored anew, nothing is lost on the way, and it comes to the same."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from knowledge import overrides, scores
from knowledge.crm import Lead
from knowledge.database import Database
from knowledge.imports import load_file
from knowledge.overrides import STEP
from knowledge.scores import CallListEntry
from scoring import opinions, refresh
from tests.company import NOW, Books

WHEN = st.floats(0, 40).map(lambda days: (NOW - timedelta(days=days)).isoformat())


@pytest.fixture
def books(company_file: Path, tmp_path: Path) -> Iterator[Books]:
    """The demo company, trained and scored; the other tests of this folder have a smaller one without books."""
    shutil.copy(company_file, tmp_path / "callsheet.db")
    db = Database(f"sqlite:///{tmp_path / 'callsheet.db'}")
    yield Books(db)
    db.engine.dispose()


def stored(db: Database) -> pd.DataFrame:
    """Every score and place in the call list."""
    with db.connect() as connection:
        worth = {row.lead_id: row.worth for row in connection.execute(select(CallListEntry))}
    ids = scores.lead_ids(db, only_open=False)
    return scores.read(db, "ranking", ids).sort_index().join(pd.Series(worth, name="worth", dtype=float), how="outer")


def load(db: Database, folder: Path, table: str, rows: list[dict[str, Any]]) -> None:
    # An id that an earlier example took for another lead would move the row, and touch that lead too.
    rows = [row | {"id": f"{row['id']}-{row['lead_id']}"} if "lead_id" in row else row for row in rows]
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    load_file(db, folder / "in.csv", table, now=NOW)


def edits(ids: list[str]) -> st.SearchStrategy[tuple[str, list[dict[str, Any]]]]:
    """A table and some rows for it, each about one of the leads."""
    lead = st.sampled_from(ids)
    rows: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "leads": {"id": lead, "value": st.integers(1_000, 90_000), "status": st.sampled_from(["new", "qualified"])},
        "activities": {
            "id": st.uuids().map(str),
            "kind": st.sampled_from(["call", "page_view"]),
            "at": WHEN,
            "lead_id": lead,
            "direction": st.sampled_from(["inbound", "outbound"]),
        },
        "deals": {
            "id": st.uuids().map(str),
            "name": st.just("deal"),
            "lead_id": lead,
            "opened_at": WHEN,
            "outcome": st.sampled_from(["open", "won"]),
            "closed_at": st.just(NOW.isoformat()),
        },
    }
    return st.sampled_from(sorted(rows)).flatmap(
        lambda table: st.tuples(
            st.just(table),
            st.lists(st.fixed_dictionaries(rows[table]), min_size=1, max_size=4, unique_by=lambda row: row["id"]),
        )
    )


@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_scoring_what_changed_comes_to_the_same_as_scoring_everything(
    books: Books, tmp_path: Path, data: st.DataObject
) -> None:
    db, ids = books.db, scores.lead_ids(books.db, only_open=False)[::40]
    touched = set()
    for table, rows in data.draw(st.lists(edits(ids), min_size=1, max_size=3)):
        load(db, tmp_path, table, rows)
        touched |= {row.get("lead_id", row["id"]) for row in rows}
    stale = scores.stale_ids(db)
    assert set(stale) <= touched
    refresh.rescore(db, stale, now=NOW)
    assert scores.stale_ids(db) == []
    bit_by_bit = stored(db)
    refresh.score(db, "ranking", as_of=NOW)
    pd.testing.assert_frame_equal(bit_by_bit, stored(db), rtol=1e-9)


class Killed(BaseException):
    """What a process that is killed leaves of a job."""


def kill_after(batches: int) -> Callable[[str, float], None]:
    done = []

    def progress(step: str, share: float) -> None:
        done.append(share)
        if len(done) == batches:
            raise Killed

    return progress


@pytest.mark.parametrize("batches", [1, 3])
def test_a_scoring_that_is_killed_keeps_its_finished_batches_and_forgets_no_change(
    books: Books, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    monkeypatch.setattr(refresh, "RECORDS_AT_ONCE", 50)
    ids, later = scores.lead_ids(books.db, only_open=True), NOW + timedelta(days=2)
    changed = [ids[0], ids[-1]]
    with books.db.write() as session:
        scores.mark_stale(session, changed)
    with pytest.raises(Killed):
        refresh.score(books.db, "ranking", as_of=later, progress=kill_after(batches))
    as_of = stored(books.db)["as_of"].reindex(ids)
    assert (as_of == later).sum() == batches * 50
    assert (as_of == NOW).sum() == len(ids) - batches * 50
    assert scores.stale_ids(books.db) == [ids[-1]]

    refresh.score(books.db, "ranking", as_of=later)
    again = stored(books.db)
    monkeypatch.undo()
    refresh.score(books.db, "ranking", as_of=later)
    pd.testing.assert_frame_equal(again, stored(books.db), rtol=1e-9)
    assert scores.stale_ids(books.db) == []


def test_a_lead_that_changes_while_its_batch_is_scored_stays_stale(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "RECORDS_AT_ONCE", 50)
    ids = scores.lead_ids(books.db, only_open=True)

    def change(step: str, share: float) -> None:
        with books.db.write() as session:
            scores.mark_stale(session, [ids[0], ids[-1]])

    refresh.score(books.db, "ranking", as_of=NOW, progress=change)
    # The last one changed again after its batch was done, as the progress is told then.
    assert scores.stale_ids(books.db) == [ids[0], ids[-1]]


@pytest.mark.parametrize("alone", [True, False])
def test_a_lead_that_closed_leaves_with_its_mark(books: Books, alone: bool) -> None:
    gone = books.lead_of(books.person("rep")).id
    with books.db.write() as session:
        session.get_one(Lead, gone).outcome = "lost"
        scores.mark_stale(session, [gone])
    if alone:
        refresh.rescore(books.db, [gone], now=NOW)
    else:
        refresh.score(books.db, "ranking", as_of=NOW)
    assert gone not in stored(books.db).index
    assert scores.stale_ids(books.db) == []


def test_scores_of_another_model_take_no_mark_away(books: Books) -> None:
    lead_id = books.lead_of(books.person("rep")).id
    with books.db.write() as session:
        scores.mark_stale(session, [lead_id])
    refresh.score(books.db, "reach", as_of=NOW)
    assert scores.stale_ids(books.db) == [lead_id]


def test_whatever_was_kept_for_the_books_before_a_full_scoring_is_old_after_it(books: Books) -> None:
    before = books.db.version()
    refresh.score(books.db, "ranking", as_of=NOW)
    assert books.db.version() > before


def test_what_people_say_moves_the_order_and_leaves_the_stored_score(books: Books, now: datetime) -> None:
    lead_id = books.lead_of(books.person("rep")).id
    before = stored(books.db)
    own = float(before["value"][lead_id])
    opinion = overrides.rate(books.db, lead_id, "P-01", shift=STEP, at=now, chance=own, version=1)
    refresh.rescore(books.db, scores.stale_ids(books.db), now=now)
    after = stored(books.db)
    assert after["value"][lead_id] == pytest.approx(own, rel=1e-12)
    raised = opinions.moved(own, opinion) / own
    assert after["worth"][lead_id] / before["worth"][lead_id] == pytest.approx(raised)
    assert raised > 1
