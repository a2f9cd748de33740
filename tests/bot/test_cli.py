"""The command line as people meet it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from knowledge import spendings
from scoring.registry import CATALOG
from tests import commandline
from tests.company import NOW, Books

ROOT = Path(__file__).parents[2]
HEAVY = ("sklearn", "pandas", "langchain", "sqlalchemy", "slack_bolt")


def callsheet(home: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    known = {
        name: value for name, value in os.environ.items() if not name.startswith(("CALLSHEET_", "SLACK_", "OPENAI_"))
    }
    settings = {"CALLSHEET_HOME": str(home), "CALLSHEET_NOW": NOW.isoformat()} | environment
    return commandline.run(*arguments, environment=known | settings, stdin=stdin)


@pytest.fixture
def home(books: Books) -> Path:
    """The home folder of the demo company."""
    assert books.db.path is not None
    return books.db.path.parent


def test_ask_prints_what_the_contract_names(home: Path, books: Books) -> None:
    run = callsheet(home, "ask", "which leads should I call now", "--as", books.person("rep").name, "--json")
    said = json.loads(run.stdout)
    assert set(said) == {"text", "tool_calls", "results", "citations", "planner", "audit_id", "elapsed_ms"}
    assert said["tool_calls"] == [{"name": "leads_to_call", "args": {"owner": "me"}}]
    assert said["planner"] == "offline"
    assert {citation["kind"] for citation in said["citations"]} == {"crm", "model"}


def test_ask_reads_one_question_a_line_and_never_stops_at_a_bad_one(home: Path, books: Books) -> None:
    lines = ["which leads should I call now", "", "x" * 10_000, "thanks", "why should I call Xyzzy Plugh"]
    run = callsheet(home, "ask", "--stdin", "--as", books.person("rep").id, "--json", stdin="\n".join(lines) + "\n")
    said = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0
    assert len(said) == len(lines)
    assert [bool(each.get("error")) for each in said] == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "hello", "--as", "nobody at all"), "Nobody called"),
        (("ask", "", "--as", "P-01"), "Ask something"),
        (("ask", "x" * 10_000, "--as", "P-01"), "10,000 characters"),
        (("import", "no-such-file.csv", "--as", "leads"), "no-such-file.csv"),
        (("evaluate", "horoscope"), "There is no"),
        (("evaluate", "agent", "--questions", "no-such-file.jsonl"), "no-such-file.jsonl"),
        (("score", "ranking", "--out", "/no/such/folder/x.csv"), "/no/such/folder"),
        (("train", "--as-of", "yesterday"), "--as-of"),
        (("frobnicate",), "frobnicate"),
        (("models", "promote", "ranking", "99"), "no version 99"),
        (("run",), "SLACK_BOT_TOKEN"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_bad_input_ends_in_one_clear_sentence_and_exit_code_2(
    home: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = callsheet(home, *arguments)
    assert run.returncode == 2
    assert said in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    assert "Traceback" not in run.stderr + run.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CALLSHEET_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
        ("CALLSHEET_DATABASE_URL", "carrier-pigeon"),
        ("CALLSHEET_NOW", "noon"),
        ("CALLSHEET_TIMEZONE", "Mars/Olympus"),
        ("CALLSHEET_MODEL", "nosuchprovider:nothing"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(home: Path, name: str, value: str) -> None:
    run = callsheet(home, "ask", "which leads should I call now", "--as", "P-01", **{name: value})
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
    assert name in run.stderr or value in run.stderr


def test_slack_refusing_the_token_is_one_clear_sentence(home: Path) -> None:
    from bot.workspace import LocalSlack, Member

    with LocalSlack(people=[Member("U1", "Ana", "ana@example.com")], clock=lambda: NOW) as slack:
        tokens = {"SLACK_API_URL": slack.api_url, "SLACK_APP_TOKEN": slack.app_token}
        run = callsheet(home, "run", SLACK_BOT_TOKEN="xoxb-wrong", **tokens)
        assert (run.returncode, run.stderr.count("\n")) == (2, 1)
        assert "SLACK_BOT_TOKEN" in run.stderr
        run = callsheet(
            home, "run", SLACK_BOT_TOKEN=slack.bot_token, SLACK_API_URL=slack.api_url, SLACK_APP_TOKEN="xapp-wrong"
        )
        assert (run.returncode, run.stderr.count("\n")) == (2, 1)
        assert "SLACK_APP_TOKEN" in run.stderr


def test_what_a_language_model_took_of_whom_is_told_beside_the_cap(home: Path, books: Books) -> None:
    rep, took = books.person("rep"), {"input_tokens": 900, "output_tokens": 100, "usd": 0.5}
    spendings.add(books.db, audit_id="A-1", at=NOW, person_id=rep.id, model="m", since=NOW, **took)
    (day,) = json.loads(callsheet(home, "spending", "--json").stdout)
    assert (
        day == {"day": f"{NOW:%Y-%m-%d}", "person_id": rep.id, "person": rep.name, "answers": 1, "cap": 500_000} | took
    )
    told = callsheet(home, "spending", CALLSHEET_DAILY_TOKENS="2000").stdout
    assert f"{rep.name}  1        900          100      $0.5000  50%" in told


def test_people_tools_models_and_status_report_as_json(home: Path) -> None:
    people = json.loads(callsheet(home, "people", "--json").stdout)
    assert {"id", "name", "role", "team"} <= set(people[0])
    tools = json.loads(callsheet(home, "tools", "--json").stdout)
    assert {"name", "arguments", "roles"} <= set(tools[0])
    models = json.loads(callsheet(home, "models", "--json").stdout)
    # So small a company tells nothing sure of its reps, its deals and what contact adds, so that none may be there.
    of_deals = {name for name, kind in CATALOG.items() if kind.entity == "deals"}
    assert {each["model"] for each in models} | {"matching", "uplift"} | of_deals == set(CATALOG)
    status = json.loads(callsheet(home, "status", "--json").stdout)
    assert "ranking" in status["serving"]


def test_scores_are_written_for_every_open_lead(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    run = callsheet(home, "score", "ranking", "--out", str(out))
    lines = out.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "id,score,low,high,model_version,as_of"
    assert f"{len(lines) - 1:,} records scored" in run.stdout


def test_what_fails_before_the_log_is_open_is_one_sentence_and_stands_in_the_log(tmp_path: Path) -> None:
    code = "import sys; sys.modules['scoring.training'] = None; from bot.cli import main; main()"
    environment = os.environ | {"CALLSHEET_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code, "train"], capture_output=True, text=True, env=environment, cwd=ROOT, check=False
    )
    assert (run.returncode, run.stderr.count("\n")) == (1, 1)
    error_id = run.stderr.split()[-1].rstrip(".")
    assert error_id in (tmp_path / "callsheet.log").read_text(encoding="utf-8")


def test_help_opens_without_the_heavy_parts() -> None:
    code = f"import sys, bot.cli; print([name for name in {HEAVY} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"
