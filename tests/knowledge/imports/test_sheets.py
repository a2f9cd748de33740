"""Files as streams of text: what they hold, and what is said of a broken one."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.errors import BadFile
from knowledge.imports.sheets import Sheet, open_sheet

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=12)


def read(sheet: Sheet) -> list[list[str]]:
    return [list(row.values()) for batch in sheet.batches() for row in batch.columns.to_pylist()]


def numbers(sheet: Sheet) -> list[int]:
    return [row for batch in sheet.batches() for row in batch.rows.tolist()]


@given(rows=st.lists(st.tuples(CELLS.filter(bool), CELLS), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_the_csv_module_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    (tmp_path / "x.csv").write_bytes(text.getvalue().encode())
    assert read(open_sheet(tmp_path / "x.csv")) == [list(row) for row in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "x.csv").write_text(delimiter.join(["id", "name"]) + "\n" + delimiter.join(["1", "Ana"]) + "\n")
    assert read(open_sheet(tmp_path / "x.csv")) == [["1", "Ana"]]


def test_a_gzipped_file_and_a_byte_order_mark_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress("\ufeffid,name\n1,Zoë\n".encode()))
    sheet = open_sheet(tmp_path / "x.csv.gz")
    assert (sheet.header, read(sheet)) == (("id", "name"), [["1", "Zoë"]])


def test_rows_with_too_few_or_many_cells_are_set_aside_by_their_number(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,name\n1,a\n2\n3,c\n4,d,e\n5,f\n")
    sheet = open_sheet(tmp_path / "x.csv")
    assert numbers(sheet) == [2, 4, 6]
    assert sheet.ragged == {3: ["2"], 5: ["4", "d", "e"]}


def test_row_numbers_stay_right_across_blocks(tmp_path: Path) -> None:
    lines = [f"{row},{'x' * 90}" if row % 1000 else str(row) for row in range(2, 200_002)]
    (tmp_path / "x.csv").write_text("id,text\n" + "\n".join(lines) + "\n")
    sheet = open_sheet(tmp_path / "x.csv")
    assert [int(row[0]) for row in read(sheet)] == numbers(sheet)
    assert sorted(sheet.ragged) == list(range(1000, 200_002, 1000))


def test_a_repeated_or_blank_column_name_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,name,name,\n1,a,b,c\n")
    assert open_sheet(tmp_path / "x.csv").header == ("id", "name", "name (2)", "column 4")


def test_parquet_reads_like_the_csv_of_the_same_table(tmp_path: Path) -> None:
    table = pa.table(
        {"id": [13085.0, None], "on": pa.array([0, 86_400_000_000], pa.timestamp("us")), "b": [True, None]}
    )
    pq.write_table(table, tmp_path / "x.parquet")
    assert read(open_sheet(tmp_path / "x.parquet")) == [
        ["13085", "1970-01-01 00:00:00.000000", "true"],
        ["", "1970-01-02 00:00:00.000000", ""],
    ]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", b"", "is empty"),
        ("x.csv", b"\n\n", "is empty"),
        ("x.csv", "id,name\n1,Zoë\n".encode("latin-1"), "not text in UTF-8"),
        ("x.csv", "id,name\n1,a\n".encode("utf-16"), "not text in UTF-8"),
        ("x.csv", b"PK\x03\x04rest", "a spreadsheet"),
        ("x.csv.gz", b"id,name\n1,a\n", "not a whole gzip"),
        ("x.csv.gz", gzip.compress(b"id,name\n" + bytes(range(48, 58)) * 99999)[:-30], "not a whole gzip"),
        ("x.csv", b'id,name\n1,"a\n2,b\n3,c\n', "quotation mark"),
        ("x.csv", b'id,name\n"1,a\n2,b\n3,c\n', "quotation mark"),
        ("x.csv.gz", gzip.compress(b'id,name\n1,"a\n' + b"2,b\n" * 3_000_000), "quotation mark"),
        ("x.parquet", b"no parquet", "not a Parquet file"),
        ("x.xlsx", b"PK", "ends in neither"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFile, match=words) as caught:
        read(open_sheet(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_last_cell_may_have_lines_if_it_is_closed(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('id,name\n1,"a\nb"\n')
    assert read(open_sheet(tmp_path / "x.csv")) == [["1", "a\nb"]]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="There is no file"):
        open_sheet(tmp_path / "absent.csv")
