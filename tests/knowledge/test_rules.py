"""What people say of columns stands beside what mappings say."""

from __future__ import annotations

from pathlib import Path

from knowledge import rules
from knowledge.database import Database
from knowledge.imports import load_file
from tests.company import NOW

BASE = "columns: {id: id, name: id}\n"


def load(db: Database, folder: Path, mapping: str) -> None:
    (folder / "leads.csv").write_text("id,Age,Tags\n1,40,hot\n", "utf-8")
    (folder / "map.yaml").write_text(BASE + mapping, "utf-8")
    load_file(db, folder / "leads.csv", "leads", mapping=folder / "map.yaml", now=NOW)


def test_what_a_person_decided_can_be_changed_and_is_kept_once(db: Database) -> None:
    rules.decide(db, "Tags", "keep", by="P-1")
    rules.decide(db, "Tags", "drop", by="P-1")
    assert rules.of(db) == {"Tags": "drop"}


def test_an_import_does_not_undo_what_a_person_decided(db: Database, tmp_path: Path) -> None:
    load(db, tmp_path, "sensitive: [Age]")
    rules.decide(db, "Tags", "drop", by="P-1")
    load(db, tmp_path, "sensitive: [Age]")
    assert rules.of(db) == {"Age": "sensitive", "Tags": "drop"}


def test_a_mapping_that_names_the_column_has_the_last_word(db: Database, tmp_path: Path) -> None:
    rules.decide(db, "Tags", "drop", by="P-1")
    load(db, tmp_path, "keep: [Tags]")
    assert rules.of(db) == {"Tags": "keep"}
