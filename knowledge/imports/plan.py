"""How a file will be read: decided on a first pass over all of it, before anything is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column

from knowledge.crm import NATURAL_KEYS
from knowledge.errors import BadFile
from knowledge.imports import mapping as maps
from knowledge.imports.forms import DAY_FIRST, MONTH_FIRST, NUMBERS, Form, is_code, is_number
from knowledge.imports.mapping import Origin
from knowledge.imports.sheets import Sheet
from knowledge.imports.texts import texts_of
from knowledge.imports.values import Reader, reader_for

PLAIN_NUMBER = Form("number", lambda texts: pc.if_else(is_number(texts), texts, None))
# Attributes are numbers only if every value is one; which of these reads them all is tried in this order.
QUANTITIES = (PLAIN_NUMBER, *NUMBERS)


@dataclass(frozen=True)
class Field:
    """One field of the table: where it comes from, how it is read, what stands for a blank."""

    column: Column[Any]
    origin: Origin
    reader: Reader
    default: object = None

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def is_required(self) -> bool:
        return not self.column.nullable and self.default is None


@dataclass(frozen=True)
class Plan:
    """All that was decided about a file.

    Attributes
    ----------
    attributes : the columns that become attributes, each with the form of its numbers, None for text
    key : the fields that stand in for an id, empty when the file has one
    lacking : required fields that the file does not have, so that it can only change rows that are there
    """

    table: str
    mapping: maps.Mapping
    fields: tuple[Field, ...]
    attributes: dict[str, Form | None]
    key: tuple[str, ...]
    lacking: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The columns of the table that are written."""
        names = [field.name for field in self.fields]
        names += ["id"] if "id" not in names else []
        return names + (["attributes"] if self.attributes and "attributes" not in names else [])


class Poll:
    """Counts what each form cannot read of a column."""

    def __init__(self, forms: Sequence[Form]) -> None:
        self.missed = dict.fromkeys(forms, 0)

    def add(self, distinct: pa.Array) -> None:
        missed = {form: form.read(distinct).null_count for form in self.missed}
        for form, count in missed.items():
            self.missed[form] += count
        # A form that fits nothing at all is not tried on the next million.
        useful = {form: self.missed[form] for form, count in missed.items() if count < len(distinct)}
        self.missed = useful or self.missed

    @property
    def best(self) -> Form:
        return min(self.missed, key=lambda form: self.missed[form])

    @property
    def is_torn(self) -> bool:
        """Whether day and month could be either way round."""
        return self.best is DAY_FIRST and self.missed.get(MONTH_FIRST) == self.missed[DAY_FIRST]


class Quantity:
    """Finds out whether all values of an attribute are numbers, and in which form."""

    def __init__(self) -> None:
        self.forms = list(QUANTITIES)
        self.has_values = False

    def add(self, distinct: pa.Array) -> None:
        self.has_values = True
        if pc.any(is_code(distinct)).as_py():
            self.forms = []
        self.forms = [form for form in self.forms if not form.read(distinct).null_count]

    @property
    def best(self) -> Form | None:
        return self.forms[0] if self.forms and self.has_values else None


def survey(
    sheet: Sheet, mapping: maps.Mapping, table: str, people: Mapping[str, str], progress: Callable[[str, float], None]
) -> Plan:
    """How to read the file, after one look at all of its rows.

    Raises
    ------
    BadFile
        When it is broken anywhere, empty, or without what tells its rows apart.
    """
    fields = _fields(table, mapping, people)
    key = _key(sheet, table, fields)
    others = [name for name in sheet.header if name not in mapping.used]
    has_attributes = "attributes" in maps.fields_of(table)
    polls = {field.name: Poll(field.reader.forms) for field in fields if len(field.reader.forms) > 1}
    quantities = {name: Quantity() for name in others if has_attributes}
    rows = _look(sheet, mapping, fields, polls, quantities, progress)
    columns = maps.table_of(table).c
    settled = tuple(_settle(field, polls) for field in fields)
    given = {field.name for field in fields} | ({"id"} if key else set())
    return Plan(
        table,
        mapping,
        settled,
        {name: quantity.best for name, quantity in quantities.items()},
        key,
        tuple(name for name, column in columns.items() if name not in given and _is_needed(column)),
        rows,
        tuple(_notes(table, given, [] if has_attributes else others, polls)),
    )


def _fields(table: str, mapping: maps.Mapping, people: Mapping[str, str]) -> list[Field]:
    origins = dict(mapping.columns)
    if mapping.order is not None:
        origins["sequence"] = Origin(row=True) if mapping.order == "file" else Origin(column=mapping.order)
    columns = maps.table_of(table).c
    return [
        Field(
            columns[name],
            origin,
            reader_for(columns[name], format_=origin.format, people=people if _is_person(columns[name]) else None),
            _default(columns[name]),
        )
        for name, origin in origins.items()
    ]


def _is_person(column: Column[Any]) -> bool:
    return column.name == "manager_id" or any(key.column.table.name == "people" for key in column.foreign_keys)


def _default(column: Column[Any]) -> object:
    default: Any = column.default
    if default is None:
        return None
    return default.arg if default.is_scalar else json.dumps(default.arg(None))


def _is_needed(column: Column[Any]) -> bool:
    return not column.nullable and column.default is None


def _key(sheet: Sheet, table: str, fields: Sequence[Field]) -> tuple[str, ...]:
    names = {field.name for field in fields}
    if "id" in names:
        return ()
    key = NATURAL_KEYS.get(table)
    if key is None:
        raise BadFile(
            f'"{sheet.path.name}" has no column "id"{maps.hint("id", sheet.header)} Name the column that tells '
            f"its rows apart in a mapping file (id: …), or number the rows with id: {{row: true}}."
        )
    absent = [name for name in key if name not in names]
    if absent:
        raise BadFile(f'"{sheet.path.name}" needs the columns {", ".join(key)} or an id; "{absent[0]}" is missing.')
    return key


def _look(
    sheet: Sheet,
    mapping: maps.Mapping,
    fields: Sequence[Field],
    polls: Mapping[str, Poll],
    quantities: Mapping[str, Quantity],
    progress: Callable[[str, float], None],
) -> int:
    rows = 0
    undecided: list[tuple[Origin, Poll | Quantity]] = [
        (field.origin, polls[field.name]) for field in fields if field.name in polls
    ]
    for batch in sheet.batches():
        rows += len(batch)
        still = [(Origin(column=name), each) for name, each in quantities.items() if each.forms]
        for origin, poll in (*undecided, *still):
            distinct = texts_of(batch, origin, mapping.missing).distinct.drop_null()
            if len(distinct):
                poll.add(distinct)
        progress("reading", batch.share)
    if not rows and sheet.ragged:
        raise BadFile(f'No row of "{sheet.path.name}" has as many cells as its first line; it is not a table.')
    if not rows:
        raise BadFile(f'"{sheet.path.name}" has a header and no rows.')
    return rows + len(sheet.ragged)


def _settle(field: Field, polls: Mapping[str, Poll]) -> Field:
    if field.name not in polls:
        return field
    return Field(field.column, field.origin, field.reader.by(polls[field.name].best), field.default)


def _notes(table: str, given: set[str], ignored: Sequence[str], polls: Mapping[str, Poll]) -> list[str]:
    notes = []
    if ignored:
        notes.append(f"{table} keep no custom columns, so these were left out: {', '.join(ignored)}.")
    notes += [
        f"{name} could be read as day/month or month/day; it was read as day/month. "
        f'If that is wrong, map it with format: "%m/%d/%Y".'
        for name, poll in polls.items()
        if poll.is_torn
    ]
    if table == "leads" and "outcome" in given and "created_at" not in given:
        notes.append('Without created_at a lead\'s label is "ever won", and nothing is derived from its age.')
    return notes
