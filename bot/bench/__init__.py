"""The project's own benchmarks, each a ratio against a baseline that runs beside it on the same machine.

`BENCHMARKS` names them; each is a function without arguments that returns plain figures. They work in a temporary
folder, on as many leads as CALLSHEET_BENCH_ROWS says (a million by default), and import what they measure only when
they run. To add one, write a module with a `measure` and name it here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

ROWS = 1_000_000


def rows() -> int:
    """How many open leads the benchmarks work on."""
    return int(os.environ.get("CALLSHEET_BENCH_ROWS") or ROWS)


def say(text: str) -> None:
    """Tells whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def table(found: Mapping[str, Any]) -> str:
    """Figures for people: a line each, and a table where there is a row for each size or case."""
    return "\n".join(
        _rows(name, value) if _is_table(value) else f"{name.replace('_', ' ')}: {_cell(value)}"
        for name, value in found.items()
    )


def _is_table(value: object) -> bool:
    rows = list(value.values()) if isinstance(value, Mapping) else []
    return bool(rows) and all(isinstance(row, Mapping) and row.keys() == rows[0].keys() for row in rows)


def _rows(name: str, found: Mapping[Any, Mapping[str, Any]]) -> str:
    first = next(iter(found.values()))
    head = [name.replace("_", " "), *(column.replace("_", " ") for column in first)]
    lines = [head, *([_cell(key), *map(_cell, row.values())] for key, row in found.items())]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.rjust, line, widths)) for line in lines)


def _cell(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(each)}" for key, each in value.items())
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _imports() -> dict[str, Any]:
    from bot.bench import imports

    return imports.compare()


def _book() -> dict[str, Any]:
    from bot.bench import book

    return book.measure()


def _ask() -> dict[str, Any]:
    from bot.bench import ask

    return ask.measure()


def _ranking() -> dict[str, Any]:
    from bot.bench import ranking

    return ranking.measure()


def _calls() -> dict[str, Any]:
    from bot.bench import calls

    return calls.measure()


def _plans() -> dict[str, Any]:
    from bot.bench import plans

    return plans.measure()


def _pipeline() -> dict[str, Any]:
    from bot.bench import pipeline

    return pipeline.measure()


def _allocation() -> dict[str, Any]:
    from bot.bench import allocation

    return allocation.measure()


def _playbook() -> dict[str, Any]:
    from bot.bench import playbook

    return playbook.measure()


def _intents() -> dict[str, Any]:
    from bot.bench import intents

    return intents.measure()


def _slack() -> dict[str, Any]:
    from bot.bench import slack

    return slack.measure()


BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {
    "imports": _imports,
    "book": _book,
    "ask": _ask,
    "ranking": _ranking,
    "calls": _calls,
    "plans": _plans,
    "pipeline": _pipeline,
    "allocation": _allocation,
    "playbook": _playbook,
    "intents": _intents,
    "slack": _slack,
}
