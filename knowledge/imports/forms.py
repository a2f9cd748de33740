"""The ways in which people write dates and numbers; a column is read in the one that all its values allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from knowledge.errors import BadMapping

Reading = Callable[[pa.Array], pa.Array]
INSTANT = pa.timestamp("us", tz="UTC")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
CURRENCIES = "USD|EUR|GBP|JPY|CHF|CAD|AUD|NZD|CNY|INR|BRL|MXN|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|SGD|HKD|KRW|TRY|AED|ILS"
# One number with an optional sign, brackets for minus, and a currency on either side.
AMOUNT = (
    rf"^(?P<sign>[-+]?\(?)\s*(?:{CURRENCIES}|[A-Z]{{0,3}}[$€£¥₹])?\s*(?P<sign2>-?)"
    rf"(?P<digits>\d[\d.,'\s\x{{00a0}}\x{{202f}}]*|[.,]\d+)\s*(?:{CURRENCIES}|[$€£¥₹])?\)?$"
)
GROUPED = r"^(\d{{1,3}}([{group}'\s\x{{00a0}}\x{{202f}}]\d{{3}})+|\d*)([{point}]\d*)?$"
# As JSON writes it, so that the text itself can be kept.
PLAIN = r"^-?(0|[1-9]\d{0,17})(\.\d{1,18})?([eE][-+]?\d{1,2})?$"
# Post codes and telephone numbers are not quantities.
CODE_LIKE = r"^(0\d|\+)"


@dataclass(frozen=True)
class Form:
    """One way to write a value; `read` gives null for what is not written so."""

    name: str
    read: Reading


def dates_by(format_: str) -> Form:
    """Dates in a format of `strptime`."""
    try:
        pd.to_datetime(pd.Series(["x"]), format=format_, errors="coerce", utc=True)
    except ValueError as error:
        raise BadMapping(f'The mapping\'s format "{format_}" is not a date format: {error}.') from error
    if "%" not in format_:
        raise BadMapping(f'The mapping\'s format "{format_}" is not a date format; write it like "%d/%m/%Y %H:%M".')
    return Form(format_, partial(_parse, shape="", formats=(format_,)))


def is_number(texts: pa.Array) -> pa.Array:
    """Whether each text is a number as JSON writes it."""
    return pc.match_substring_regex(texts, PLAIN)


def is_code(texts: pa.Array) -> pa.Array:
    """Whether each text looks like a code made of digits rather than a quantity."""
    return pc.match_substring_regex(texts, CODE_LIKE)


def _parse(texts: pa.Array, *, shape: str, formats: Sequence[str], rewrite: tuple[str, str] | None = None) -> pa.Array:
    fits = pc.match_substring_regex(texts, shape)
    if not pc.any(fits).as_py():
        return pa.nulls(len(texts), INSTANT)
    if rewrite:
        texts = pc.replace_substring_regex(texts, *rewrite)
    left: pd.Series[Any] = pc.if_else(fits, texts, None).to_pandas()
    found = pd.Series(pd.NaT, index=left.index, dtype="datetime64[us, UTC]")
    for format_ in formats:
        parsed = pd.to_datetime(left, format=format_, errors="coerce", utc=True).astype(found.dtype)
        found = found.fillna(parsed)
        left = left[found[left.index].isna() & left.notna()]
        if left.empty:
            break
    return pa.Array.from_pandas(found, type=INSTANT)


def _timed(*days: str) -> tuple[str, ...]:
    return tuple(day + clock for clock in CLOCKS for day in days)


def _epoch(texts: pa.Array) -> pa.Array:
    fits = pc.match_substring_regex(texts, r"^\d{10}(\d{3})?$")
    number = pc.if_else(fits, texts, None).cast(pa.int64())
    micros = pc.if_else(pc.equal(pc.utf8_length(texts), 13), pc.multiply(number, 1_000), pc.multiply(number, 1_000_000))
    return micros.cast(INSTANT)


def _amount(texts: pa.Array, *, point: str, group: str) -> pa.Array:
    plain = is_number(texts)
    if point == "." and pc.all(plain).as_py():
        return texts.cast(pa.float64())
    parts = pc.extract_regex(texts, AMOUNT)
    digits = pc.struct_field(parts, "digits")
    digits = pc.utf8_trim_whitespace(digits)
    fits = pc.match_substring_regex(digits, GROUPED.format(point=point, group=group))
    bare = pc.replace_substring_regex(digits, rf"[{group}'\s\x{{00a0}}\x{{202f}}]", "")
    number = pc.if_else(fits, pc.replace_substring(bare, point, "."), None).cast(pa.float64())
    if point == ".":
        number = pc.coalesce(number, pc.if_else(plain, texts, None).cast(pa.float64()))
    signs = pc.binary_join_element_wise(pc.struct_field(parts, "sign"), pc.struct_field(parts, "sign2"), "")
    minus = pc.match_substring_regex(signs, r"[-(]").fill_null(False)
    return pc.if_else(minus, pc.negate(number), number)


ISO = Form("year-month-day", partial(_parse, shape=r"^\d{4}-?\d\d-?\d\d", formats=("ISO8601",)))
SLASHED = {"shape": r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", "rewrite": (r"^(\d+)[./-](\d+)[./-](\d+),?", r"\1/\2/\3")}
DAY_FIRST = Form("day/month/year", partial(_parse, formats=_timed("%d/%m/%Y", "%d/%m/%y"), **SLASHED))  # type: ignore[arg-type]
MONTH_FIRST = Form("month/day/year", partial(_parse, formats=_timed("%m/%d/%Y", "%m/%d/%y"), **SLASHED))  # type: ignore[arg-type]
YEAR_FIRST = Form(
    "year/month/day",
    partial(
        _parse, shape=r"^\d{4}[./]\d", formats=_timed("%Y/%m/%d"), rewrite=(r"^(\d+)[./](\d+)[./](\d+)", r"\1/\2/\3")
    ),
)
NAMED = Form(
    "day month year",
    partial(
        _parse,
        shape=r"^(\d{1,2}[ ./-])?[A-Za-z]{3}",
        formats=_timed("%d %b %Y", "%d %b %y", "%b %d %Y", "%d %B %Y", "%B %d %Y"),
        rewrite=(r"^(\w+)[ ./-]+(\w+)\.?,?[ ./-]+(\d+),?", r"\1 \2 \3"),
    ),
)
EPOCH = Form("seconds since 1970", _epoch)
DATES = (ISO, DAY_FIRST, MONTH_FIRST, YEAR_FIRST, NAMED, EPOCH)
POINT = Form("1,234.56", partial(_amount, point=".", group=","))
COMMA = Form("1.234,56", partial(_amount, point=",", group="."))
NUMBERS = (POINT, COMMA)
