"""Mapping files: where the fields of a table come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy import Table

from knowledge.crm import BOOKS
from knowledge.errors import BadMapping


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Origin(BaseModel):
    """Where one field comes from: a column, a constant, or the number of the row."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    column: str | None = Field(default=None, validation_alias="from", serialization_alias="from")
    values: dict[str, str] = {}
    format: str | None = None
    value: str | None = None
    row: bool = False

    @model_validator(mode="before")
    @classmethod
    def _plain_name(cls, data: object) -> object:
        return {"from": data} if isinstance(data, str) else data


class Mapping(BaseModel):
    """What a mapping file says; every column it neither names nor ignores becomes an attribute."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str | None = None
    columns: dict[str, Origin] = {}
    missing: Names = ()
    ignore: Names = ()
    order: str | None = None
    sensitive: Names = ()
    keep: Names = ()
    drop: Names = ()

    @property
    def rules(self) -> dict[str, str]:
        """The rule on each column that has one."""
        return {name: rule for rule in ("keep", "drop", "sensitive") for name in getattr(self, rule)}

    @property
    def speaks_of_rules(self) -> bool:
        return bool({"sensitive", "keep", "drop"} & self.model_fields_set)

    @property
    def used(self) -> set[str]:
        """The columns that do not become attributes."""
        named = {origin.column for origin in self.columns.values() if origin.column is not None}
        return named | set(self.ignore) | ({self.order} if self.order not in (None, "file") else set())

    def render(self) -> dict[str, Any]:
        """The mapping as it would stand in a file."""
        written = self.model_dump(by_alias=True, exclude_defaults=True)
        for field, origin in self.columns.items():
            if origin.model_fields_set == {"column"}:
                written["columns"][field] = origin.column
        return {key: list(value) if isinstance(value, tuple) else value for key, value in written.items()}


def read_mapping(path: Path, table: str, header: Sequence[str]) -> Mapping:
    """The mapping in a file, checked against the table and the columns there are.

    Raises
    ------
    BadMapping
        With one sentence that names the culprit and what was probably meant.
    """
    mapping = _parse(path)
    if mapping.table not in (None, table):
        raise BadMapping(f"The mapping is for {mapping.table}, but the import is for {table}.")
    for field, origin in mapping.columns.items():
        _check_origin(table, field, origin, header)
    for key in ("ignore", "sensitive", "keep", "drop"):
        for name in getattr(mapping, key):
            _check_column(name, header, key)
    if mapping.order is not None:
        _check_order(table, mapping.order, header)
    return mapping.model_copy(update={"table": table})


def match_names(table: str, header: Sequence[str]) -> Mapping:
    """The mapping by name: case, spaces and punctuation do not count."""
    fields = {plain(field): field for field in fields_of(table)}
    columns: dict[str, Origin] = {}
    for name in header:
        field = fields.get(plain(name))
        if field and field not in columns:
            columns[field] = Origin(column=name)
    return Mapping(table=table, columns=columns)


def fields_of(table: str) -> list[str]:
    """The columns of a table that a file can fill."""
    return [column.name for column in table_of(table).columns]


def table_of(name: str) -> Table:
    """The SQL table of one of the books."""
    table = BOOKS[name].__table__
    assert isinstance(table, Table)
    return table


def plain(name: str) -> str:
    """A name without case, spaces and punctuation."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def hint(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` when something near is known, else nothing."""
    near = {plain(each): each for each in known}
    found = get_close_matches(plain(name), near, n=1, cutoff=0.6)
    return f'; did you mean "{near[found[0]]}"?' if found else "."


def _parse(path: Path) -> Mapping:
    try:
        # Text as written: no dates, no yes that turns into True, no objects made from tags.
        data = yaml.load(path.read_text("utf-8-sig"), Loader=yaml.BaseLoader)
    except OSError as error:
        raise BadMapping(f'The mapping file "{path}" cannot be read.') from error
    except UnicodeDecodeError as error:
        raise BadMapping(f'The mapping file "{path.name}" is not text in UTF-8.') from error
    except yaml.YAMLError as error:
        raise BadMapping(f'The mapping file "{path.name}" is not valid YAML{_place(error)}.') from error
    if not isinstance(data, dict):
        raise BadMapping(f'The mapping file "{path.name}" has no keys; it needs at least "columns:".')
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise BadMapping(_sentence(error)) from error


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f": look at line {mark.line + 1}" if mark else ""


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    if first["type"] == "extra_forbidden":
        origin = len(where) > 1
        known = ["from", "values", "format", "value", "row"] if origin else list(Mapping.model_fields)
        place = f' under "{where[1]}"' if origin else ""
        return f'The mapping has an unknown key "{where[-1]}"{place}{hint(where[-1], known)}'
    return f'The mapping\'s "{".".join(where)}" is not as it should be: {first["msg"].lower()}.'


def _check_origin(table: str, field: str, origin: Origin, header: Sequence[str]) -> None:
    known = fields_of(table)
    if field not in known:
        raise BadMapping(f'{table} have no field "{field}"{hint(field, known)}')
    if sum((origin.column is not None, origin.value is not None, origin.row)) != 1:
        raise BadMapping(f'The mapping of "{field}" needs one of from, value or row.')
    if origin.row and field != "id":
        raise BadMapping(f'Only an id can be the number of the row, "{field}" cannot.')
    if origin.column is not None:
        _check_column(origin.column, header, field)


def _check_column(name: str, header: Sequence[str], key: str) -> None:
    if name not in header:
        raise BadMapping(f'The mapping of "{key}" names a column "{name}" that is not in the file{hint(name, header)}')


def _check_order(table: str, order: str, header: Sequence[str]) -> None:
    if "sequence" not in fields_of(table):
        raise BadMapping(f'Only leads can be put in order; leave "order" out for {table}.')
    if order != "file":
        _check_column(order, header, "order")
