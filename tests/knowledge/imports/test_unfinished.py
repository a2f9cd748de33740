"""Long imports: others get their turn, and one that is cut off is rolled forward or forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select

from knowledge.crm import Lead, LeadChange
from knowledge.database import Database
from knowledge.errors import Unavailable
from knowledge.imports import UnfinishedImport, load_file, resume_unfinished
from knowledge.imports.apply import PART_ROWS
from knowledge.imports.unfinished import turn
from knowledge.inbox import Inbox

ROWS = 4 * PART_ROWS


class CutOff(BaseException):
    """Stands for a process that dies."""


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    path = tmp_path / "long.csv"
    path.write_text("id,name,Size\n" + "".join(f"{row},Lead {row},{row % 7}\n" for row in range(ROWS)))
    return path


def cut_off_at(step: str) -> Callable[[str, float], None]:
    def die(phase: str, share: float) -> None:
        if phase == step:
            raise CutOff

    return die


def leads(db: Database) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(Lead)) or 0


def leftovers(db: Database) -> int:
    staged = [name for name in inspect(db.engine).get_table_names() if name.startswith("import_")]
    with db.read() as session:
        return len(staged) + (session.scalar(select(func.count()).select_from(UnfinishedImport)) or 0)


def test_another_writer_gets_its_turn_between_any_two_batches(db: Database, long_file: Path, now: datetime) -> None:
    other, claimed = Database(db.url.render_as_string(hide_password=False)), []

    def claim(phase: str, share: float) -> None:
        assert Inbox(other).claim(f"event-{len(claimed)}", {}, now)
        claimed.append(phase)

    report = load_file(db, long_file, "leads", now=now, progress=claim)
    other.engine.dispose()
    assert (report.added, leads(db)) == (ROWS, ROWS)
    assert claimed.count("writing") >= ROWS // PART_ROWS
    assert {"reading", "checking"} <= set(claimed)


def test_an_import_cut_off_while_it_writes_is_rolled_forward(db: Database, long_file: Path, now: datetime) -> None:
    with pytest.raises(CutOff):
        load_file(db, long_file, "leads", now=now, progress=cut_off_at("writing"))
    assert 0 < leads(db) < ROWS
    resume_unfinished(db)
    assert (leads(db), leftovers(db)) == (ROWS, 0)


def test_an_import_that_changes_rows_is_rolled_forward_with_its_edits(
    db: Database, long_file: Path, now: datetime
) -> None:
    load_file(db, long_file, "leads", now=now)
    long_file.write_text(long_file.read_text().replace("Lead 1", "Buyer 1"))
    with pytest.raises(CutOff):
        load_file(db, long_file, "leads", now=now, progress=cut_off_at("writing"))
    resume_unfinished(db)
    with db.read() as session:
        renamed = session.scalar(select(func.count()).where(Lead.name.like("Buyer 1%")))
        edits = session.scalar(select(func.count()).select_from(LeadChange))
    assert renamed == edits == sum(str(row).startswith("1") for row in range(ROWS))


def test_an_import_cut_off_before_it_writes_leaves_nothing(db: Database, long_file: Path, now: datetime) -> None:
    with pytest.raises(CutOff):
        load_file(db, long_file, "leads", now=now, progress=cut_off_at("checking"))
    assert (leads(db), leftovers(db), db.version()) == (0, 0, 0)


def test_an_import_that_died_before_it_wrote_is_forgotten_at_the_next_start(db: Database, now: datetime) -> None:
    with db.write(books=False) as session:
        session.connection().exec_driver_sql("CREATE TABLE import_leads (row INTEGER PRIMARY KEY, id VARCHAR)")
        session.connection().exec_driver_sql("INSERT INTO import_leads VALUES (2, 'half')")
        session.add(UnfinishedImport(table="leads", at=now, columns=["id"], attributes=[]))
    resume_unfinished(db)
    assert (leads(db), leftovers(db)) == (0, 0)


def test_only_one_import_runs_at_a_time(db: Database, long_file: Path, now: datetime) -> None:
    other = Database(db.url.render_as_string(hide_password=False))
    with turn(other) as theirs:
        assert theirs
        with pytest.raises(Unavailable, match="Another import is running"):
            load_file(db, long_file, "leads", now=now)
    other.engine.dispose()
    assert load_file(db, long_file, "leads", now=now).added == ROWS


def test_an_import_that_is_running_is_not_taken_for_a_leftover(db: Database, long_file: Path, now: datetime) -> None:
    other = Database(db.url.render_as_string(hide_password=False))

    def start_another_process(phase: str, share: float) -> None:
        resume_unfinished(other)

    report = load_file(db, long_file, "leads", now=now, progress=start_another_process)
    other.engine.dispose()
    assert (report.added, leads(db), leftovers(db)) == (ROWS, ROWS, 0)
