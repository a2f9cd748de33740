"""The policy read anew, and books that differ only in what somebody may not see.

Nothing here asks the product who may see what: the table "who may see and do what" is written out once more.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from knowledge.database import Database
from knowledge.people import Person
from tests.company import Books
from tools.base import Result

# A word that stands in no book, put into whatever an asker may not see.
SECRET = "Zzyzx"
_ID = re.compile(r"\b[0-9a-f]{16}\b")
_FIGURE = re.compile(r"\d[\d.,:]*")
Sight = Literal["all", "name", "nothing"]
Key = tuple[str, str, str | None]


@dataclass(frozen=True)
class Sights:
    """What one person may see, by the written policy."""

    asker_id: str
    role: str
    own_teams: frozenset[str]
    team_of: dict[str, str | None]

    def of(self, owner_id: str | None) -> Sight:
        """What of a record that this person owns, or nobody."""
        if self.role == "admin" or owner_id in (None, self.asker_id):
            return "all"
        if self.team_of.get(owner_id or "") not in self.own_teams:
            return "nothing"
        return "all" if self.role == "manager" else "name"

    def owners(self, how: Sight) -> list[str]:
        """Everyone whose records are seen so."""
        return [id_ for id_ in self.team_of if self.of(id_) == how]


def sights(books: Books, asker: Person) -> Sights:
    """What somebody may see, read from the tables of people and teams alone."""
    with closing(_connect(books)) as rows:
        team_of = dict(rows.execute("SELECT id, team_id FROM people").fetchall())
        led = {team for (team,) in rows.execute("SELECT id FROM teams WHERE manager_id = ?", (asker.id,))}
        (role,) = rows.execute("SELECT role FROM people WHERE id = ?", (asker.id,)).fetchone()
    own = {team_of[asker.id]} - {None}
    return Sights(asker.id, role, frozenset(own | led), team_of)


def records(books: Books) -> list[Key]:
    """Every lead, deal and account: its kind, name and owner."""
    with closing(_connect(books)) as rows:
        return [
            (kind, name, owner)
            for kind in ("lead", "deal", "account")
            for name, owner in rows.execute(f"SELECT name, owner_id FROM {kind}s ORDER BY id")
        ]


def elsewhere(books: Books, seen: Sights, folder: Path) -> Books:
    """A copy of the books in which all that is not to be seen is changed, renamed, added or removed."""
    assert books.db.path
    shutil.copytree(books.db.path.parent, folder)
    # What the bot has just written may still stand beside the file.
    with closing(_connect(books)) as rows, closing(sqlite3.connect(folder / books.db.path.name)) as copied:
        rows.backup(copied)
        _change(copied, hidden := [*seen.owners("nothing"), *seen.owners("name")])
        _rename(copied, beyond := seen.owners("nothing"))
        _remove(copied, beyond)
        _add(copied, beyond)
        copied.commit()
        assert hidden
    return Books(Database(f"sqlite:///{folder / books.db.path.name}"))


def _connect(books: Books) -> sqlite3.Connection:
    assert books.db.path
    return sqlite3.connect(books.db.path)


def _change(rows: sqlite3.Connection, owners: Sequence[str]) -> None:
    """Other facts, with the same names and the same number of records."""
    whose, odd = _listed(owners), json.dumps({"Tags": SECRET, "industry": SECRET, "segment": SECRET})
    rows.execute(
        f"UPDATE leads SET phone = '+1 555 0100', email = 'a@{SECRET}.example', country = 'PT', source = '{SECRET}',"
        f" value = coalesce(value, 0) + 70001, attributes = ?, status = '{SECRET}' WHERE owner_id IN {whose}",
        (odd,),
    )
    rows.execute(
        "UPDATE deals SET amount = amount + 90001, stage = (SELECT name FROM stages ORDER BY position LIMIT 1)"
        f" WHERE owner_id IN {whose}"
    )
    rows.execute(
        f"UPDATE activities SET subject = '{SECRET}', body = '{SECRET}' WHERE person_id IN {whose} AND"
        f" (lead_id IN (SELECT id FROM leads WHERE owner_id IN {whose})"
        f" OR deal_id IN (SELECT id FROM deals WHERE owner_id IN {whose}))"
    )


def _rename(rows: sqlite3.Connection, owners: Sequence[str]) -> None:
    whose = _listed(owners)
    # How many deals of the own team are due may be told.
    rows.execute(f"UPDATE deals SET expected_close = '2026-03-20' WHERE owner_id IN {whose}")
    rows.execute(f"UPDATE leads SET company = '{SECRET} '||id WHERE owner_id IN {whose}")
    for table in ("leads", "deals", "accounts"):
        rows.execute(f"UPDATE {table} SET name = '{SECRET} '||id WHERE owner_id IN {whose}")


def _remove(rows: sqlite3.Connection, owners: Sequence[str]) -> None:
    """Every third lead that nobody else ever had a hand in, with all that hangs on it."""
    whose = _listed(owners)
    untouched = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} t WHERE t.lead_id = leads.id AND t.{who} NOT IN {whose})"
        for table, who in (("activities", "person_id"), ("assignments", "person_id"), ("deals", "owner_id"))
    )
    found = rows.execute(f"SELECT id FROM leads WHERE owner_id IN {whose} AND {untouched} ORDER BY id").fetchall()
    leads = [id_ for (id_,) in found][::3]
    assert leads
    deals = [id_ for (id_,) in rows.execute(f"SELECT id FROM deals WHERE lead_id IN {_listed(leads)}")]
    for table in ("activities", "conversations", "tasks", "deal_changes"):
        rows.execute(f"DELETE FROM {table} WHERE deal_id IN {_listed(deals)}")
    for table in ("activities", "assignments", "lead_changes", "call_list", "conversations", "tasks"):
        rows.execute(f"DELETE FROM {table} WHERE lead_id IN {_listed(leads)}")
    rows.execute(f"DELETE FROM scores WHERE record_id IN {_listed([*leads, *deals])}")
    rows.execute(f"DELETE FROM deals WHERE id IN {_listed(deals)}")
    rows.execute(f"DELETE FROM leads WHERE id IN {_listed(leads)}")


def _add(rows: sqlite3.Connection, owners: Sequence[str]) -> None:
    """As many again as there are still."""
    for table in ("leads", "deals"):
        columns = [f'"{row[1]}"' for row in rows.execute(f"PRAGMA table_info({table})")]
        told = {'"id"': "'N'||id", '"name"': f"'{SECRET} new '||id"}
        values = ", ".join(told.get(column, column) for column in columns)
        of = f"SELECT {values} FROM {table} WHERE owner_id IN {_listed(owners)}"
        rows.execute(f"INSERT INTO {table} ({', '.join(columns)}) {of}")


def _listed(ids: Collection[str]) -> str:
    return "(" + ", ".join("'" + id_.replace("'", "''") + "'" for id_ in ids) + ")"


def said(result: Result) -> str:
    """All of an answer, but for ids that are new with each."""
    return _ID.sub("ID", result.model_dump_json())


def outline(result: Result) -> dict[str, object]:
    """What an answer shows, whatever its estimates: its records, its evidence, whose they are and how many not."""
    told = result.model_dump()
    kept = {name: told[name] for name in ("names", "owners", "hidden", "covers", "audiences")}
    keys = sorted({_FIGURE.sub("#", _ID.sub("ID", citation.key.partition("?")[0])) for citation in result.citations})
    return kept | {"keys": keys}
