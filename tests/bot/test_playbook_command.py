"""`callsheet playbook` and `callsheet evaluate playbook` as people meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import settings
from tests.bot.test_cli import callsheet
from tools.errors import BadInput


def test_documents_are_taken_in_listed_synced_checked_and_forgotten(tmp_path: Path) -> None:
    docs, home = tmp_path / "docs", tmp_path / "home"
    docs.mkdir()
    (docs / "notice.md").write_text("---\ntitle: Notice\nowner: Nobody\n---\nNinety days.", encoding="utf-8")
    (docs / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    added = callsheet(home, "playbook", "add", str(docs))
    assert added.returncode == 0, added.stderr
    assert "1 added" in added.stdout
    assert "left out broken.pdf: it is damaged" in added.stdout
    (listed,) = json.loads(callsheet(home, "playbook", "list", "--json").stdout)
    assert (listed["id"], listed["owner"], listed["audience"]) == ("notice", "Nobody", "everyone")
    (docs / "notice.md").rename(docs / "moved.md")
    (synced,) = json.loads(callsheet(home, "playbook", "sync", "--json").stdout)
    assert len(synced["moved"]) + len(synced["changed"]) == 1
    assert not synced["added"]
    kinds = {each["kind"] for each in json.loads(callsheet(home, "playbook", "check", str(docs), "--json").stdout)}
    assert kinds == {"outdated", "no owner"}
    assert "1 documents forgotten" in callsheet(home, "playbook", "remove", str(docs)).stdout
    assert "never added" in callsheet(home, "playbook", "list", str(docs)).stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("playbook", "add", "no-such-folder"), "There is no"),
        (("playbook", "sync", "no-such-folder"), "was never added"),
        (("evaluate", "playbook"), "There are no documents to ask"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    run = callsheet(tmp_path, *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_replicas_need_a_database_and_vectors_that_all_of_them_reach(tmp_path: Path) -> None:
    several = {"CALLSHEET_HOME": str(tmp_path), "CALLSHEET_REPLICAS": "2"}
    with pytest.raises(BadInput, match="need PostgreSQL"):
        settings.check_replicas(settings.read(several))
    shared = several | {"CALLSHEET_DATABASE_URL": "postgresql://u@h/d"}
    with pytest.raises(BadInput, match="need a Chroma server"):
        settings.check_replicas(settings.read(shared))
    settings.check_replicas(settings.read(shared | {"CALLSHEET_CHROMA_URL": "http://chroma:8000"}))
    settings.check_replicas(settings.read({"CALLSHEET_HOME": str(tmp_path)}))
