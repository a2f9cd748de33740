"""Files as streams of text columns: CSV (also gzipped) and Parquet."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from knowledge.errors import BadFile

# Large enough for any honest row, small enough that a few of them fit anywhere.
BLOCK_BYTES = 8 << 20
PARQUET_ROWS = 40_000
REPEATING = pa.dictionary(pa.int32(), pa.string())
DELIMITERS = ",;\t|"
KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".parquet": "parquet", ".pq": "parquet"}
SIGNATURES = {b"PK": "a spreadsheet or archive", b"%PDF": "a PDF", b"PAR1": "Parquet under another name",
              b"\xd0\xcf\x11\xe0": "an old spreadsheet", b"SQLite": "a database"}  # fmt: skip
# The header is the first row, as a spreadsheet counts.
FIRST_ROW = 2


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: columns of repeating texts, the number of each row, the share of the file read so far."""

    columns: pa.RecordBatch
    rows: np.ndarray[Any, np.dtype[np.int64]]
    share: float

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Sheet:
    """A file that looks like a table.

    `ragged` holds the rows with too few or too many cells that were met so far, by number, as written.
    """

    path: Path
    header: tuple[str, ...]
    delimiter: str = ","
    header_lines: int = 1
    is_parquet: bool = False
    ragged: dict[int, list[str]] = field(default_factory=dict)

    def batches(self) -> Iterator[Batch]:
        """The rows in order, from the first one, however often it is asked."""
        self.ragged.clear()
        try:
            yield from self._parquet() if self.is_parquet else self._csv()
        except (pa.ArrowInvalid, OSError, EOFError) as error:
            raise BadFile(_complaint(self.path, str(error))) from error

    def _csv(self) -> Iterator[Batch]:
        with pa.OSFile(str(self.path)) as file:
            stream = pa.CompressedInputStream(file, "gzip") if self.path.suffix.lower() == ".gz" else file
            reader = pa.csv.open_csv(
                stream,
                pa.csv.ReadOptions(
                    column_names=self.header,
                    skip_rows=self.header_lines,
                    block_size=BLOCK_BYTES,
                    use_threads=False,  # else ragged rows have no number
                ),
                pa.csv.ParseOptions(
                    delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=self._set_aside
                ),
                pa.csv.ConvertOptions(column_types=dict.fromkeys(self.header, REPEATING), strings_can_be_null=False),
            )
            batch = None
            for batch in self._numbered((block, file.tell() / file.size()) for block in reader):
                yield batch
        self._check_closed(batch)

    def _check_closed(self, last: Batch | None) -> None:
        """An open quotation mark swallows all that follows, and the reader does not mind."""
        number = max(self.ragged, default=0)
        cells = self.ragged.get(number, [])
        if last is not None and len(last) and last.rows[-1] > number:
            cells = [last.columns.column(last.columns.num_columns - 1)[-1].as_py()]
        if any("\n" in cell for cell in cells[-1:]) and not _tail(self.path).rstrip().endswith(b'"'):
            raise BadFile(f'"{self.path.name}" has a quotation mark that is never closed; it swallows the last rows.')

    def _set_aside(self, row: Any) -> str:
        number = row.number - self.header_lines + 1
        self.ragged[number] = next(csv.reader([row.text], delimiter=self.delimiter), [])
        return "skip"

    def _parquet(self) -> Iterator[Batch]:
        with pq.ParquetFile(self.path) as file:
            total, done = max(file.metadata.num_rows, 1), 0
            for block in file.iter_batches(PARQUET_ROWS):
                texts = [_as_text(column).dictionary_encode() for column in block.columns]
                rows = np.arange(done, done + len(block)) + FIRST_ROW
                done += len(block)
                yield Batch(pa.RecordBatch.from_arrays(texts, names=list(self.header)), rows, done / total)

    def _numbered(self, blocks: Iterator[tuple[pa.RecordBatch, float]]) -> Iterator[Batch]:
        following = FIRST_ROW
        for block, share in blocks:
            rows = self._rows(following, len(block))
            following = int(rows[-1]) + 1 if len(rows) else following
            yield Batch(block, rows, share)

    def _rows(self, first: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        numbers = np.arange(first, first + count + len(self.ragged))
        return numbers[~np.isin(numbers, list(self.ragged))][:count]


def open_sheet(path: Path) -> Sheet:
    """The file as a table.

    Raises
    ------
    BadFile
        When it is not there, not CSV or Parquet, not UTF-8, or has no header.
    """
    if not path.is_file():
        raise BadFile(f'There is no file "{path}".')
    name = Path(path.stem) if path.suffix.lower() == ".gz" else path
    kind = KINDS.get(name.suffix.lower())
    if kind is None:
        raise BadFile(f'"{path.name}" ends in neither .csv, .csv.gz nor .parquet; save it as one of them.')
    if kind == "parquet":
        return _open_parquet(path)
    head = _head(path)
    delimiter = "\t" if name.suffix.lower() == ".tsv" else _delimiter(head)
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    header = next(reader, [])
    if not any(cell.strip() for cell in header):
        raise BadFile(f'"{path.name}" is empty.')
    return Sheet(path, _distinct(header), delimiter, reader.line_num)


def _open_parquet(path: Path) -> Sheet:
    try:
        with pq.ParquetFile(path) as file:
            return Sheet(path, _distinct(file.schema_arrow.names), is_parquet=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadFile(f'"{path.name}" is not a Parquet file.') from error


def _head(path: Path) -> str:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            start = file.read(1 << 18)
    except (OSError, EOFError) as error:
        raise BadFile(f'"{path.name}" is not a whole gzip file; compress or fetch it again.') from error
    looks_like = next((what for sign, what in SIGNATURES.items() if start.startswith(sign)), None)
    if looks_like:
        raise BadFile(f'"{path.name}" is {looks_like}, not a CSV file; save it as CSV (UTF-8).')
    if b"\0" in start:
        raise BadFile(f'"{path.name}" is not text in UTF-8; save it as CSV (UTF-8).')
    # The cut may fall inside a character, so the last few bytes are forgiven here; the readers see them whole.
    return start.decode("utf-8-sig", errors="ignore")


def _tail(path: Path) -> bytes:
    before = last = b""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        while chunk := file.read(1 << 20):
            before, last = last, chunk
    return before + last


def _delimiter(head: str) -> str:
    line = head.split("\n", 1)[0]
    return max(DELIMITERS, key=lambda delimiter: len(next(csv.reader([line], delimiter=delimiter), [])))


def _distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Column names without blanks and repeats: `Name`, `Name (2)`, `column 3`."""
    names: list[str] = []
    for place, cell in enumerate(header, 1):
        name = base = cell.strip() or f"column {place}"
        repeat = 1
        while name in names:
            repeat += 1
            name = f"{base} ({repeat})"
        names.append(name)
    return tuple(names)


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_nested(kind):
        return pa.array([None if cell is None else json.dumps(cell, default=str) for cell in column.to_pylist()])
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_timestamp(kind) and kind.tz:
        column = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.timestamp("us"))
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us"), safe=False)
    return column.cast(pa.string()).fill_null("")


def _complaint(path: Path, error: str) -> str:
    name = f'"{path.name}"'
    if "UTF8" in error:
        return f"{name} is not text in UTF-8; save it as CSV (UTF-8)."
    if "straddling" in error or "block" in error:
        return f"{name} has a row longer than {BLOCK_BYTES >> 20} MB; most likely a quotation mark is not closed."
    if "compress" in error or "inflate" in error:
        return f"{name} is not a whole gzip file; compress or fetch it again."
    return f"{name} cannot be read as a table; save it as CSV (UTF-8) or Parquet and try again."
