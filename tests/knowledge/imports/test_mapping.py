"""Mapping files: what they say, and the one sentence when they cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from knowledge.errors import BadMapping
from knowledge.imports.mapping import Mapping, match_names, read_mapping

HEADER = ("Lead Number", "Converted", "Lead Source", "Age")


def mapping(tmp_path: Path, text: str, table: str = "leads") -> Mapping:
    file = tmp_path / "map.yaml"
    file.write_text(text, "utf-8")
    return read_mapping(file, table, HEADER)


def test_values_are_kept_as_they_are_written(tmp_path: Path) -> None:
    read = mapping(tmp_path, 'columns: {outcome: {from: Converted, values: {yes: won, 0: lost, "": open}}}')
    assert read.columns["outcome"].values == {"yes": "won", "0": "lost", "": "open"}


def test_a_single_name_stands_for_a_list_of_one(tmp_path: Path) -> None:
    assert mapping(tmp_path, "ignore: Age").ignore == ("Age",)


def test_a_rendered_mapping_reads_back_as_itself(tmp_path: Path) -> None:
    read = mapping(
        tmp_path,
        "table: leads\ncolumns: {id: Lead Number, outcome: {from: Converted, values: {'1': won}}}\nsensitive: [Age]",
    )
    assert mapping(tmp_path, yaml.safe_dump(read.render())) == read


def test_names_match_without_case_spaces_and_punctuation() -> None:
    matched = match_names("leads", ("ID", "Do Not_Call", "E-mail", "Created At", "Shoe size"))
    assert {field: origin.column for field, origin in matched.columns.items()} == {
        "id": "ID",
        "do_not_call": "Do Not_Call",
        "email": "E-mail",
        "created_at": "Created At",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colums: {}", ['"colums"', 'did you mean "columns"?']),
        ("columns: {outcme: Converted}", ['no field "outcme"', 'did you mean "outcome"?']),
        ("columns: {id: Lead Numbr}", ['"Lead Numbr"', "not in the file", 'did you mean "Lead Number"?']),
        ("columns: {id: {form: Lead Number}}", ['"form"', 'under "id"', "did you mean"]),
        ("columns: {id: {row: true, from: Age}}", ["one of from, value or row"]),
        ("columns: {source: {row: true}}", ["Only an id"]),
        ("table: deals", ["for deals", "for leads"]),
        ("ignore: [Agee]", ['"Agee"', 'did you mean "Age"?']),
        ("sensitive: [Gender]", ['"Gender"']),
        ("order: Numbr", ['"Numbr"']),
        ("columns: [a, b", ["not valid YAML"]),
        ("just words", ["no keys"]),
        ("columns: {id: [a]}", ["columns.id"]),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why_in_one_sentence(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(BadMapping) as caught:
        mapping(tmp_path, text)
    assert all(word in str(caught.value) for word in words), caught.value
    assert "\n" not in str(caught.value)


def test_only_leads_have_an_order(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match="Only leads"):
        mapping(tmp_path, "order: file", "deals")


def test_a_mapping_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadMapping, match=r"absent\.yaml"):
        read_mapping(tmp_path / "absent.yaml", "leads", HEADER)
