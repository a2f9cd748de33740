"""Edits of leads and deals, so that what was known at any instant can be rebuilt."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import numpy as np

from knowledge.connectors.demo.draw import instants


class Edits:
    """Edits noted in any order; `apply` carries them out in order of time and writes down what was there before."""

    def __init__(self) -> None:
        self._noted: list[tuple[int, int, str, Any]] = []

    def note(self, row: int, at: int, field: str, new: Any) -> None:
        self._noted.append((row, at, field, new))

    def apply(self, rows: list[dict[str, Any]], key: str, prefix: str, until: int) -> list[dict[str, Any]]:
        """Brings `rows` to their last state and gives the rows of their change table, up to `until`."""
        due = sorted((edit for edit in self._noted if edit[1] <= until), key=itemgetter(0, 1))
        times = instants(np.array([edit[1] for edit in due], np.int64))
        changes: list[dict[str, Any]] = []
        for (row, _, field, new), at in zip(due, times, strict=True):
            record, name = _holder(rows[row], field)
            old = record.get(name)
            if old == new:
                continue
            record[name] = new
            changes.append({"id": f"{prefix}{len(changes) + 1:06d}", key: rows[row]["id"], "at": at,
                            "field": field.removesuffix("_id") if key == "deal_id" else field,
                            "old": as_text(old), "new": as_text(new)})  # fmt: skip
        return changes


def _holder(row: dict[str, Any], field: str) -> tuple[dict[str, Any], str]:
    if field.startswith("attributes."):
        return row["attributes"], field.removeprefix("attributes.")
    return row, field


def as_text(value: Any) -> str | None:
    """A value as change tables hold it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return f"{value:.2f}"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
