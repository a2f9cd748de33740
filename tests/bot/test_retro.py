"""`callsheet retro`, and the report as Slack shows it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.blockkit import problems
from bot.reading import Reader
from bot.views import blocks
from tests.bot.test_cli import callsheet
from tests.company import Books
from tools.retro import retro_report


@pytest.fixture
def home(books: Books) -> Path:
    assert books.db.path is not None
    return books.db.path.parent


def test_a_report_is_written_whole_and_its_figures_are_printed(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("an earlier report", encoding="utf-8")
    run = callsheet(home, "retro", "--months", "1", "--out", str(out), "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert figures["headline"] in out.read_text(encoding="utf-8").replace("&#39;", "'")
    assert {"keep", "curves", "left", "by_month", "by_source", "by_rep", "reliability"} <= set(figures)
    assert sorted(path.name for path in tmp_path.iterdir() if "report" in path.name) == ["report.html"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--months", "0"), "1 to 36 months"),
        (("--months", "100"), "1 to 36 months"),
        (("--months", "half a year"), "--months"),
        (("--out", "/no/such/folder/report.html"), "/no/such/folder"),
        (("--out", "/"), "is a folder"),
    ],
)
def test_bad_input_ends_in_one_clear_sentence(home: Path, arguments: tuple[str, ...], said: str) -> None:
    run = callsheet(home, "retro", *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


def test_empty_books_are_refused_in_one_clear_sentence(tmp_path: Path) -> None:
    run = callsheet(tmp_path, "retro")
    assert (run.returncode, run.stdout) == (2, "")
    assert "no leads yet" in run.stderr


def test_the_report_fits_slack_and_starts_with_its_finding(replayed: Books) -> None:
    found = retro_report(replayed.ctx(replayed.person("manager")), months=3)
    drawn = blocks.drawn(found)
    assert not problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": drawn})
    assert "90 % of the wins" in drawn[0]["text"]["text"]


@pytest.mark.parametrize(
    ("question", "months"),
    [
        ("what did we miss in the last 3 months", 3),
        ("replay the past twelve months", 12),
        ("which deals did we leave on the table", None),
        ("would the ranking have saved us calls", None),
    ],
)
def test_the_planner_knows_what_is_asked(reader: Reader, question: str, months: int | None) -> None:
    (call,) = reader.read(question, lambda _: ()).calls
    assert (call.tool, call.args.get("months")) == ("retro_report", months)
