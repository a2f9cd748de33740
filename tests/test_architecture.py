"""The shape of the house, as the build checks it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "tools", "scoring", "knowledge")
MODULES = sorted(path for floor in FLOORS for path in (ROOT / floor).rglob("*.py") if "versions" not in path.parts)


def test_imports_go_down_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


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
