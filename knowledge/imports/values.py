"""Text into the values of a field: what each kind of field accepts, and how it is stored.

Everything works on whole columns of distinct texts; what cannot be read comes back as null. The stored form is the
same for SQLite and PostgreSQL: instants, days and JSON as text, money and numbers as numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, Float, Integer

from knowledge.crm import OUTCOMES, ROLES
from knowledge.database import Instant, Money
from knowledge.imports.forms import DATES, NUMBERS, Form, dates_by

YES = ("yes", "y", "true", "t", "1", "1.0", "on", "x")
NO = ("no", "n", "false", "f", "0", "0.0", "off")
CHOICES: dict[str, tuple[str, ...]] = {"outcome": OUTCOMES, "role": ROLES}
# Numeric(18, 2) holds less than this.
MOST_MONEY = 1e16


@dataclass(frozen=True)
class Reader:
    """How the texts of a column become values.

    `noun` ends the sentence "'x' is not …"; of several `forms` the one is taken that reads the most.
    """

    noun: str
    forms: tuple[Form, ...]
    store: Callable[[pa.Array], pa.Array]

    def by(self, form: Form) -> Reader:
        return replace(self, forms=(form,))

    def read(self, distinct: pa.Array) -> pa.Array:
        """The stored values of distinct texts, by the first form; null where one cannot be read."""
        return self.store(self.forms[0].read(distinct))


def reader_for(column: Column[Any], *, format_: str | None = None, people: Mapping[str, str] | None = None) -> Reader:
    """How a column of the books is read from text; `people` are ids by id, e-mail and name for a column of people."""
    if people is not None:
        # Teams name their manager before people are known, so there an unknown name stays as it is.
        known = bool(column.foreign_keys)
        return _lookup(
            "a known person", lambda text: people.get(text) or people.get(text.casefold(), None if known else text)
        )
    if column.name in CHOICES:
        choices = {choice: choice for choice in CHOICES[column.name]}
        return _lookup(f"one of {', '.join(choices)}", lambda text: choices.get(text.casefold()))
    if isinstance(column.type, (Instant, Date)):
        return _dates(isinstance(column.type, Date), format_)
    if isinstance(column.type, Money):
        return Reader("an amount", NUMBERS, _cents)
    if isinstance(column.type, Integer):
        most = 2**53 if isinstance(column.type, BigInteger) else 2**31
        return Reader("a whole number", NUMBERS, lambda numbers: _whole(numbers, most))
    return _reader_of_others(column)


def _reader_of_others(column: Column[Any]) -> Reader:
    if isinstance(column.type, Boolean):
        return Reader("yes or no", (Form("yes or no", _yes_or_no),), _as_is)
    if isinstance(column.type, Float):
        return Reader("a number", NUMBERS, _as_is)
    if column.name == "segments":
        return _lookup("a JSON list of segments, each with a text", _segments)
    if column.name in ("attributes", "working_hours"):
        return _lookup("a JSON object", _object)
    if isinstance(column.type, JSON):
        return _lookup("a list", _list)
    return Reader("text", (Form("text", _as_is),), _as_is)


def as_json(texts: pa.Array) -> pa.Array:
    """Each text as a JSON string."""
    special = pc.match_substring_regex(texts, r"[^ !#-\[\]-~]")
    quoted = pc.binary_join_element_wise('"', texts, '"', "")
    if not pc.any(special).as_py():
        return quoted
    escaped = pa.array([json.dumps(text) for text in texts.filter(special).to_pylist()], pa.string())
    return pc.replace_with_mask(quoted, special, escaped)


def _dates(day: bool, format_: str | None) -> Reader:
    forms = (dates_by(format_),) if format_ else DATES
    noun = f"a date like {format_}" if format_ else "a date"
    kind = pa.date32() if day else pa.timestamp("us")
    return Reader(
        noun, forms, lambda instants: instants.cast(pa.timestamp("us")).cast(kind, safe=False).cast(pa.string())
    )


def _lookup(noun: str, find: Callable[[str], str | None]) -> Reader:
    def read(texts: pa.Array) -> pa.Array:
        return pa.array([None if text is None else find(text) for text in texts.to_pylist()], pa.string())

    return Reader(noun, (Form(noun, read),), _as_is)


def _as_is(values: pa.Array) -> pa.Array:
    return values


def _cents(numbers: pa.Array) -> pa.Array:
    return pc.if_else(pc.less(pc.abs(numbers), MOST_MONEY), pc.round(numbers, ndigits=2), None)


def _whole(numbers: pa.Array, most: int) -> pa.Array:
    fits = pc.and_(pc.equal(pc.floor(numbers), numbers), pc.less(pc.abs(numbers), most))
    return pc.if_else(fits, numbers, None).cast(pa.int64())


def _yes_or_no(texts: pa.Array) -> pa.Array:
    low = pc.utf8_lower(texts)
    yes, no = (pc.is_in(low, pa.array(words)) for words in (YES, NO))
    return pc.if_else(pc.or_(yes, no), yes, None)


def _json(text: str, kind: type) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError:
        return None
    # PostgreSQL keeps no NUL in a text.
    return value if isinstance(value, kind) and "\\u0000" not in text else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _object(text: str) -> str | None:
    value = _json(text, dict)
    return None if value is None else json.dumps(value)


def _list(text: str) -> str | None:
    if text.startswith("["):
        value = _json(text, list)
        return None if value is None else json.dumps(value)
    return json.dumps([part.strip() for part in text.split(";") if part.strip()])


def _segments(text: str) -> str | None:
    segments = _json(text, list)
    if segments is None or not all(isinstance(each, dict) and isinstance(each.get("text"), str) for each in segments):
        return None
    return json.dumps(segments)
