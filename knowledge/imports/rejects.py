"""Rows that could not be loaded, as they stood in the file, each with the reason."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from knowledge.errors import BadInput
from knowledge.imports.rows import Reasons
from knowledge.imports.sheets import Sheet


def write_rejects(sheet: Sheet, reasons: Reasons, path: Path | None) -> Path:
    """The file with the rejected rows: the columns of the original, then the number of the row and the reason.

    Raises
    ------
    BadInput
        When the file cannot be written.
    """
    path = path or _beside(sheet.path)
    rows = sorted(_rejected(sheet, reasons), key=lambda row: row[-2])
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*sheet.header, "row", "reason"])
            writer.writerows(rows)
    except OSError as error:
        raise BadInput(f'The rejected rows cannot be written to "{path}"; name another file for them.') from error
    return path


def _rejected(sheet: Sheet, reasons: Mapping[int, list[str]]) -> Iterator[list[str | int]]:
    width = len(sheet.header)
    for batch in sheet.batches():
        places = [place for place, row in enumerate(batch.rows.tolist()) if row in reasons]
        for place, cells in zip(places, batch.columns.take(pa.array(places, pa.int32())).to_pylist(), strict=True):
            row = int(batch.rows[place])
            yield [*cells.values(), row, "; ".join(reasons[row])]
    for row, cells in sheet.ragged.items():
        yield [*(cells + [""] * width)[:width], row, "; ".join(reasons[row])]


def _beside(path: Path) -> Path:
    name = path.name.removesuffix(".gz").rsplit(".", 1)[0] + ".rejects.csv"
    folder = path.parent if os.access(path.parent, os.W_OK) else Path.cwd()
    return folder / name
