"""The shape of the house, as the build checks it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "tools", "scoring", "knowledge")
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "versions" not in path.parts)


def test_imports_go_down_only() -> None:
    # In a process of its own: the linter silences every logger that there is.
    linter = Path(sys.executable).with_name("lint-imports")
    checked = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_catalogue_holds_every_tool_that_is_written() -> None:
    from tools.base import Tool
    from tools.catalog import TOOLS

    written = set()
    for path in (ROOT / "tools").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any("tool" in ast.unparse(each) for each in node.decorator_list):
                written.add(node.name)
    assert {tool.name for tool in TOOLS} == written
    assert all(isinstance(tool, Tool) for tool in TOOLS)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_no_download_host_and_no_range_stands_in_the_lock() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    assert all(re.match(r"^[A-Za-z0-9_.-]+==[^ ;]+( ; .+)?$", line) for line in lines)
