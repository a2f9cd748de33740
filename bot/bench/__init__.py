"""The project's own benchmarks, each a ratio against a baseline that runs beside it on the same machine.

`BENCHMARKS` names them; each is a function without arguments that returns plain figures. They work in a temporary
folder, on as many leads as CALLSHEET_BENCH_ROWS says (a million by default), and import what they measure only when
they run. To add one, write a module with a `measure` and name it here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

ROWS = 1_000_000


def rows() -> int:
    """How many open leads the benchmarks work on."""
    return int(os.environ.get("CALLSHEET_BENCH_ROWS") or ROWS)


def say(text: str) -> None:
    """Tells whoever waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def _imports() -> dict[str, Any]:
    from bot.bench import imports

    return imports.compare()


def _book() -> dict[str, Any]:
    from bot.bench import book

    return book.measure()


def _ask() -> dict[str, Any]:
    from bot.bench import ask

    return ask.measure()


BENCHMARKS: dict[str, Callable[[], dict[str, Any]]] = {"imports": _imports, "book": _book, "ask": _ask}
