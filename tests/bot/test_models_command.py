"""`callsheet models`: what was trained, how good it was found, and its card."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge import models
from knowledge.database import Database
from tests.bot.test_cli import callsheet, home

__all__ = ["home"]


def test_the_list_says_how_good_each_version_was_found_and_since_when_it_serves(home: Path) -> None:
    head, *rows = callsheet(home, "models").stdout.splitlines()
    for column in ("version", "as of", "calibration error", "serves since"):
        assert column in head
    (ranking,) = [row for row in rows if row.startswith("ranking")]
    assert "AUC 0." in ranking
    assert "points" in ranking
    assert ranking.rstrip().endswith("2026-03-18 15:30")


def test_the_json_keeps_every_field_of_a_version(home: Path) -> None:
    for card in json.loads(callsheet(home, "models", "--json").stdout):
        wanted = {"model", "version", "trained_at", "as_of", "fingerprint", "features", "report", "serves"}
        assert wanted <= set(card)


def test_a_card_is_printed_or_written_to_a_file(home: Path) -> None:
    printed = callsheet(home, "models", "card", "ranking").stdout
    assert printed.startswith("# ranking 1\n")
    run = callsheet(home, "models", "card", "ranking", "1", "--out", str(home / "card.html"))
    assert "card.html" in run.stdout
    assert "<svg" in (home / "card.html").read_text("utf-8")
    callsheet(home, "models", "card", "ranking", "--out", str(home / "card.md"))
    assert (home / "card.md").read_text("utf-8") == printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ranking", "9"], "no ranking 9"),
        (["ranking", "--out", "nowhere/card.md"], "no folder"),
    ],
)
def test_what_there_is_no_card_of_is_said_in_one_sentence(home: Path, arguments: list[str], said: str) -> None:
    run = callsheet(home, "models", "card", *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.splitlines()) == 1


def test_a_version_that_can_no_longer_be_read_is_not_let_to_serve(home: Path) -> None:
    db = Database(f"sqlite:///{home / 'callsheet.db'}")
    held = models.serving(db, "reach")
    assert held is not None
    like_it = {"as_of": held.as_of, "fingerprint": "f", "features": held.features, "report": held.report}
    broken = models.save(db, "reach", b"of another age", trained_at=held.trained_at, serve=False, **like_it)
    run = callsheet(home, "models", "promote", "reach", str(broken))
    assert run.returncode == 2
    assert run.stderr == f"reach {broken} cannot be read any more; run `callsheet train reach` for one that can.\n"
    assert models.serving_number(db, "reach") == held.version
