"""One file into one table of the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from knowledge.crm import BOOKS, Person
from knowledge.database import Database
from knowledge.errors import BadInput, BadMapping, Unavailable
from knowledge.imports.apply import apply, finish_leftovers
from knowledge.imports.mapping import hint, match_names, read_mapping
from knowledge.imports.plan import Plan, survey
from knowledge.imports.rejects import write_rejects
from knowledge.imports.rows import Reasons, RowMaker
from knowledge.imports.sheets import Sheet, open_sheet
from knowledge.imports.staging import Staging, count
from knowledge.imports.unfinished import turn

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    `mapping` is the one that was used, as it would stand in a mapping file; `notes` are sentences for the reader.
    """

    table: str
    rows_read: int
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejects_file: Path | None
    mapping: dict[str, Any]
    notes: tuple[str, ...]


def load_file(
    db: Database,
    path: Path,
    table: str,
    *,
    mapping: Path | None = None,
    now: datetime,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Loads a CSV or Parquet file: good rows go in, the others into a file with the reason, a broken file not at all.

    Parameters
    ----------
    progress : called with "reading", "checking" or "writing" and the share done, never while the database is locked

    Raises
    ------
    BadFile, BadMapping
        With one sentence; then nothing was written.
    Unavailable
        When another import is running.
    """
    if table not in BOOKS:
        raise BadInput(f'There is no table "{table}"{hint(table, BOOKS)} The tables are {", ".join(BOOKS)}.')
    progress = progress or (lambda *_: None)
    sheet = open_sheet(path)
    used = read_mapping(mapping, table, sheet.header) if mapping else match_names(table, sheet.header)
    plan = survey(sheet, used, table, _people(db), progress)
    with turn(db) as ours:
        if not ours:
            raise Unavailable("Another import is running; try again when it is done.")
        finish_leftovers(db)
        return _load(db, sheet, plan, now, rejects, progress)


def _load(
    db: Database, sheet: Sheet, plan: Plan, now: datetime, rejects: Path | None, progress: Progress
) -> ImportReport:
    staging = Staging(db, plan.table, tuple(plan.names), tuple(plan.attributes), now)
    _check_complete(staging, plan)
    staging.open()
    try:
        reasons = _stage(staging, sheet, plan, progress)
        file = write_rejects(sheet, reasons, rejects) if reasons else None
        teams = staging.new_teams()
        staging.seal(_rules(plan) if plan.mapping.speaks_of_rules else None)
    except BaseException:
        staging.close()
        raise
    tally = apply(staging, progress)
    staging.close()
    notes = plan.notes + ((f"New teams were added by their id: {', '.join(teams)}.",) if teams else ())
    return ImportReport(
        plan.table, plan.rows, tally.added, tally.changed, tally.unchanged, len(reasons), file,
        plan.mapping.render(), notes,
    )  # fmt: skip


def _check_complete(staging: Staging, plan: Plan) -> None:
    """A file that lacks what every row needs can only change rows that are there."""
    if not plan.lacking:
        return
    with staging.db.connect() as connection:
        if not count(connection, staging.target):
            raise BadMapping(
                f'{plan.table} need "{plan.lacking[0]}", which no column of the file is called; '
                f"say in a mapping file where it comes from."
            )


def _stage(staging: Staging, sheet: Sheet, plan: Plan, progress: Progress) -> Reasons:
    maker, reasons = RowMaker(plan), Reasons()
    for batch in sheet.batches():
        rows, found = maker.rows(batch)
        reasons.update(found)
        staging.add(rows)
        progress("checking", batch.share)
    unfit = staging.unfit(plan.lacking)
    staging.remove(list(unfit))
    reasons.update(unfit)
    expected = len(sheet.header)
    reasons.update({row: [f"has {len(cells)} cells instead of {expected}"] for row, cells in sheet.ragged.items()})
    return reasons


def _rules(plan: Plan) -> dict[str, str]:
    """The mapping's rules by the names that columns have in the books."""
    fields = {origin.column: name for name, origin in plan.mapping.columns.items() if origin.column is not None}
    return {fields.get(column, column): rule for column, rule in plan.mapping.rules.items()}


def _people(db: Database) -> Mapping[str, str]:
    """Ids of people by id, e-mail and name; a name or e-mail that two people share is nobody's."""
    with db.read() as session:
        people = session.execute(select(Person.id, Person.email, Person.name)).all()
    calls = [(call.casefold(), id_) for id_, *named in people for call in set(named) if call]
    times = Counter(call for call, _ in calls)
    return {call: id_ for call, id_ in calls if times[call] == 1} | {id_: id_ for id_, _, _ in people}
