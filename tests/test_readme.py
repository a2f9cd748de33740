"""The README stays true: its commands exist, its example loads, its settings are read."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest
from typer.testing import CliRunner

from bot.cli.commands import app
from knowledge.imports.mapping import read_mapping
from knowledge.playbook import documents, readers

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [(kind, dedent(block)) for kind, block in re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)]
COMMANDS = sorted({
    line.split("#")[0].strip() for _, block in BLOCKS for line in block.splitlines() if line.startswith("callsheet ")
})  # fmt: skip

GROUPED = [["models", "card"], ["models", "rollback"], ["models", "promote"], ["people", "link"]]
GROUPED += [["playbook", word] for word in ("add", "sync", "list", "check")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_exists_with_its_options(line: str) -> None:
    words = shlex.split(line)
    command = words[1:3] if words[1:3] in GROUPED else words[1:2]
    shown = CliRunner().invoke(app, [*command, "--help"])
    assert shown.exit_code == 0
    for option in (word for word in words if word.startswith("--")):
        assert option in shown.stdout


def test_the_mapping_example_is_a_mapping(tmp_path: Path) -> None:
    (example,) = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("table:")]
    (tmp_path / "leads.yaml").write_text(example, encoding="utf-8")
    header = ["Lead Number", "Converted", "Lead Source", "Created", "Prospect ID", "Age", "Tags", "Budget"]
    read = read_mapping(tmp_path / "leads.yaml", "leads", header)
    assert set(read.columns) == {"id", "outcome", "source", "created_at"}


def test_the_example_of_a_documents_head_is_understood(tmp_path: Path) -> None:
    (example,) = [block for kind, block in BLOCKS if kind == "yaml" and block.startswith("---")]
    (tmp_path / "discounts.md").write_text(f"{example}\nUp to 5 % is yours to give.", encoding="utf-8")
    draft = readers.read(tmp_path / "discounts.md")
    about = documents.described("discounts.md", draft.facts, documents.EVERYONE)
    assert about["owner"] == "Mia Castellan"
    assert about["url"] == "https://wiki.example.com/discounts"
    assert len(about["asked"]) == 2
    assert {*about} == {*draft.facts}


def test_every_setting_of_the_table_is_read_and_every_one_read_is_told() -> None:
    read = set(re.findall(r'"((?:CALLSHEET|SLACK|OPENAI)_[A-Z_]+)"', (ROOT / "bot" / "settings.py").read_text("utf-8")))
    told = set(re.findall(r"\b((?:CALLSHEET|SLACK|OPENAI)_[A-Z_]+)\b", README))
    assert told <= read
    assert read - told <= {"SLACK_API_URL"}


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_two_commands_are_make_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert f"\n{target}:" in makefile
