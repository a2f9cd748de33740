"""Text into values, and the form that a whole column is written in."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import BadMapping
from knowledge.imports.forms import COMMA, DAY_FIRST, ISO, MONTH_FIRST, NUMBERS, POINT, dates_by
from knowledge.imports.mapping import table_of
from knowledge.imports.plan import Poll, Quantity
from knowledge.imports.values import as_json, reader_for

LEADS = table_of("leads").c
DAYS = st.dates(date(1970, 1, 1), date(2068, 12, 31))
MOMENTS = st.datetimes(
    datetime(1900, 1, 1),
    datetime(2200, 1, 1),
    timezones=st.builds(timezone, st.integers(-720, 720).map(lambda minutes: timedelta(minutes=minutes))),
)
AMOUNTS = st.decimals(Decimal("-999999999"), Decimal("999999999"), places=2)


def read(field: str, *texts: str, table: str = "leads") -> list[Any]:
    return list(reader_for(table_of(table).c[field]).read(pa.array(texts, pa.string())).to_pylist())


@given(moment=MOMENTS)
def test_an_iso_instant_is_stored_in_utc(moment: datetime) -> None:
    stored = read("created_at", moment.isoformat())[0]
    assert datetime.fromisoformat(stored).replace(tzinfo=UTC) == moment


@given(day=DAYS)
@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        (ISO, "%Y-%m-%d"),
        (ISO, "%Y%m%d"),
        (DAY_FIRST, "%d/%m/%Y"),
        (DAY_FIRST, "%d.%m.%y"),
        (MONTH_FIRST, "%m/%d/%Y"),
        (MONTH_FIRST, "%m-%d-%Y 00:00"),
    ],
)
def test_a_day_reads_back_from_how_people_write_it(form: Any, pattern: str, day: date) -> None:
    if "%y" in pattern and day.year > 2068:
        return
    assert form.read(pa.array([day.strftime(pattern)])).to_pylist()[0].date() == day


@pytest.mark.parametrize("text", ["19-Apr-11", "April 19, 2011", "19 April 2011", "Apr 19 2011 00:00", "2011/4/19"])
def test_a_month_may_be_a_word(text: str) -> None:
    column = reader_for(table_of("deals").c.expected_close)
    poll = Poll(column.forms)
    poll.add(pa.array([text]))
    assert column.by(poll.best).read(pa.array([text])).to_pylist() == ["2011-04-19"]


@pytest.mark.parametrize("text", ["2025", "2025-02-30", "31/31/2025", "soon", "12", "2025-13-01"])
def test_what_is_no_date_is_not_guessed_at(text: str) -> None:
    assert all(form.read(pa.array([text])).null_count for form in reader_for(LEADS.created_at).forms)


def test_one_value_decides_whether_the_day_or_the_month_comes_first() -> None:
    torn, american = Poll((DAY_FIRST, MONTH_FIRST)), Poll((DAY_FIRST, MONTH_FIRST))
    torn.add(pa.array(["03/04/2025", "05/06/2025"]))
    american.add(pa.array(["03/04/2025", "05/26/2025"]))
    assert (torn.best, torn.is_torn) == (DAY_FIRST, True)
    assert (american.best, american.is_torn) == (MONTH_FIRST, False)


@given(amount=AMOUNTS)
@pytest.mark.parametrize("pattern", ["{:.2f}", "{:,.2f}", "${:,.2f}", "{:,.2f} EUR", "USD {:,.2f}"])
def test_an_amount_reads_back_whatever_its_currency_and_separators(pattern: str, amount: Decimal) -> None:
    assert read("value", pattern.format(amount)) == [float(amount)]


@given(amount=AMOUNTS)
def test_a_comma_may_be_the_decimal_point(amount: Decimal) -> None:
    european = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert COMMA.read(pa.array([european])).to_pylist() == [float(amount)]


def test_the_decimal_sign_is_decided_by_the_whole_column() -> None:
    poll = Poll(NUMBERS)
    poll.add(pa.array(["1.500", "2.250,75"]))
    assert poll.best is COMMA
    poll = Poll(NUMBERS)
    poll.add(pa.array(["1.500", "2.25"]))
    assert poll.best is POINT


def test_brackets_mean_minus() -> None:
    assert read("value", "(1,200.50)", "-$5", "1,23,4", "five") == [-1200.5, -5, None, None]


def test_yes_and_no_are_read_in_many_words() -> None:
    assert read("do_not_call", "Yes", "TRUE", "1", "no", "f", "maybe") == [True, True, True, False, False, None]


def test_a_whole_number_has_no_fraction_and_fits() -> None:
    assert read("duration_s", "90", "1,200", "3.0", "3.5", "99999999999", table="activities") == [
        90,
        1200,
        3,
        None,
        None,
    ]


def test_a_list_is_json_or_parted_by_semicolons() -> None:
    assert read("other_phones", "+1; +2", '["+3"]', "[+4") == ['["+1", "+2"]', '["+3"]', None]


def test_a_transcript_is_a_list_of_segments_with_texts() -> None:
    good = '[{"speaker": "Ana", "text": "Hello; hi"}]'
    assert read("segments", good, "Hello", "[1]", '[{"text": NaN}]', table="conversations") == [good, None, None, None]


def test_an_outcome_is_one_of_three() -> None:
    assert read("outcome", "Won", "LOST", "open", "almost") == ["won", "lost", "open", None]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_any_text_becomes_json(text: str) -> None:
    assert json.loads(as_json(pa.array([text])).to_pylist()[0]) == text


@pytest.mark.parametrize(
    ("texts", "is_number"),
    [
        (["1", "2.5", "-3e2"], True),
        (["1", "n/a"], False),
        (["1,200", "$3"], True),
        (["01234", "99999"], False),
        (["+15550001", "15550002"], False),
    ],
)
def test_an_attribute_is_a_number_only_if_every_value_is(texts: list[str], is_number: bool) -> None:
    quantity = Quantity()
    quantity.add(pa.array(texts))
    assert (quantity.best is not None) == is_number


@pytest.mark.parametrize("format_", ["dd/mm/yyyy", "%Q"])
def test_a_format_that_is_none_is_refused(format_: str) -> None:
    with pytest.raises(BadMapping, match="not a date format"):
        dates_by(format_)
