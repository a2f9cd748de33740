"""Periods on the wall calendar, and whom one may call at what hour."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import calendar
from knowledge.calendar import CallZone, call_zone, calling_opens, is_calling_hour, period, zones_of_country
from knowledge.errors import BadPeriod

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
ZONES = sorted(name for name in available_timezones() if name != "localtime" and not name.startswith("right/"))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
RELATIVE = st.one_of(
    st.sampled_from(("today", "yesterday", "tomorrow")),
    st.builds("{} {}".format, st.sampled_from(("this", "last", "next")), st.sampled_from(("week", "month", "year"))),
    st.builds("{} quarter".format, st.sampled_from(("this", "last", "next"))),
    st.builds("last {} {}s".format, st.integers(1, 99), st.sampled_from(("day", "week", "month", "quarter", "year"))),
    st.builds("q{}".format, st.integers(1, 4)),
    st.sampled_from(("january", "feb", "December")),
)


def days(words: str, today: date, zone: ZoneInfo = BERLIN) -> tuple[date, date]:
    """The first and the last day of a period, asked at noon."""
    span = period(words, datetime.combine(today, time(12), zone), zone)
    return span.start.astimezone(zone).date(), (span.end - timedelta(seconds=1)).astimezone(zone).date()


@pytest.mark.parametrize(("words", "today", "first", "last"), [
    ("today", "2026-03-18", "2026-03-18", "2026-03-18"),
    ("yesterday", "2026-03-01", "2026-02-28", "2026-02-28"),
    ("tomorrow", "2026-12-31", "2027-01-01", "2027-01-01"),
    ("this week", "2026-03-22", "2026-03-16", "2026-03-22"),  # asked on a Sunday
    ("next week", "2026-03-22", "2026-03-23", "2026-03-29"),
    ("last week", "2026-03-16", "2026-03-09", "2026-03-15"),
    ("last month", "2026-03-31", "2026-02-01", "2026-02-28"),
    ("last month", "2028-03-31", "2028-02-01", "2028-02-29"),
    ("next month", "2026-01-31", "2026-02-01", "2026-02-28"),
    ("this quarter", "2026-03-31", "2026-01-01", "2026-03-31"),
    ("this quarter", "2026-04-01", "2026-04-01", "2026-06-30"),
    ("last quarter", "2026-01-01", "2025-10-01", "2025-12-31"),
    ("next quarter", "2026-12-31", "2027-01-01", "2027-03-31"),
    ("last year", "2026-01-01", "2025-01-01", "2025-12-31"),
    ("last 7 days", "2026-03-18", "2026-03-12", "2026-03-18"),
    ("past 2 weeks", "2026-03-18", "2026-03-05", "2026-03-18"),
    ("last 3 months", "2026-05-31", "2026-03-01", "2026-05-31"),
    ("last 3 months", "2026-08-31", "2026-06-01", "2026-08-31"),
    ("last 1 month", "2026-03-30", "2026-02-28", "2026-03-30"),
    ("last 3 months", "2026-01-15", "2025-10-16", "2026-01-15"),
    ("the last 2 quarters", "2026-06-30", "2026-01-01", "2026-06-30"),
    ("last 1 year", "2028-02-29", "2027-03-01", "2028-02-29"),
    ("2026-Q3", "2026-03-18", "2026-07-01", "2026-09-30"),
    ("Q4 2025", "2026-03-18", "2025-10-01", "2025-12-31"),
    ("q1", "2026-03-18", "2026-01-01", "2026-03-31"),
    ("q2", "2026-03-18", "2025-04-01", "2025-06-30"),  # the latest that has begun
    ("in March", "2026-03-18", "2026-03-01", "2026-03-31"),
    ("apr", "2026-03-18", "2025-04-01", "2025-04-30"),
    ("February 2028", "2026-03-18", "2028-02-01", "2028-02-29"),
    ("2026-12", "2026-03-18", "2026-12-01", "2026-12-31"),
    ("2026-02-28", "2026-03-18", "2026-02-28", "2026-02-28"),
    ("2026-01-01..2026-03-31", "2026-03-18", "2026-01-01", "2026-03-31"),
    ("january to march", "2026-03-18", "2026-01-01", "2026-03-31"),
    ("last month to this week", "2026-03-18", "2026-02-01", "2026-03-22"),
    ("  THE   previous   Quarter ", "2026-03-18", "2025-10-01", "2025-12-31"),
    ("current month", "2026-03-18", "2026-03-01", "2026-03-31"),
])  # fmt: skip
def test_words_mean_the_days_that_people_mean(words, today, first, last):
    assert days(words, date.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("words", [
    "", "soon", "this fortnight", "last 0 days", "last 1000 days", "2026-13", "2026-00", "2026-02-30", "2026-Q5",
    "mayday", "2026-03-31..2026-01-01", "0000-01-01", "0001-01-01", "9999-12-31", "9999-12", "last 999 quarters ago",
    "march to january", "to",
])  # fmt: skip
def test_words_that_are_no_period_are_refused_in_a_sentence(words):
    with pytest.raises(BadPeriod, match=r"\w+.*[.\"]$"):
        period(words, datetime(2026, 3, 18, 12, tzinfo=UTC), BERLIN)


@given(RELATIVE, INSTANTS, st.sampled_from(ZONES))
def test_a_period_is_never_empty_and_its_edges_are_midnights(words, now, zone):
    span = period(words, now, ZoneInfo(zone))
    assert span.start < span.end
    assert span.start.tzinfo is UTC
    assert span.end.tzinfo is UTC
    for edge in (span.start, span.end):
        before = (edge - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert before.date() < edge.astimezone(ZoneInfo(zone)).date()


@given(st.sampled_from(("week", "month", "quarter", "year")), INSTANTS, st.sampled_from(ZONES))
def test_last_this_and_next_meet_without_gap_or_overlap(unit, now, zone):
    last, this, coming = (period(f"{which} {unit}", now, ZoneInfo(zone)) for which in ("last", "this", "next"))
    assert last.end == this.start <= now < this.end == coming.start


@given(st.integers(1, 99), st.sampled_from(("day", "week", "month", "quarter", "year")), INSTANTS)
def test_the_last_so_many_units_end_today(n, unit, now):
    span = period(f"last {n} {unit}s", now, BERLIN)
    assert span.end == period("today", now, BERLIN).end
    assert span.start < period(f"last {n + 1} {unit}s", now, BERLIN).end
    assert period(f"last {n + 1} {unit}s", now, BERLIN).start < span.start


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("today", "2026-03-11", "2026-03-11"),  # a Wednesday is held against a Wednesday
        ("this week", "2026-03-09", "2026-03-15"),
        ("this month", "2026-02-01", "2026-02-28"),
        ("last quarter", "2025-07-01", "2025-09-30"),
        ("this year", "2025-01-01", "2025-12-31"),
        ("2026-01-01..2026-02-28", "2025-11-01", "2025-12-31"),
        ("last 10 days", "2026-02-27", "2026-03-08"),
    ],
)
def test_the_period_before_is_as_long_in_the_calendar_s_own_units(words, first, last):
    now = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
    assert calendar.before(period(words, now, BERLIN), BERLIN).words == f"{first}..{last}"


@given(words=st.sampled_from(["today", "this week", "this month", "this quarter"]), now=INSTANTS)
def test_the_same_point_is_as_far_on_the_wall_clock_and_never_beyond_the_end(words, now):
    span = period(words, now, BERLIN)
    earlier = calendar.before(span, BERLIN)
    point = calendar.same_point(span, earlier, now, BERLIN)
    assert earlier.start <= point <= earlier.end <= span.start + timedelta(days=1)
    assert calendar.same_point(span, earlier, span.end, BERLIN) == earlier.end
    local, then = now.astimezone(BERLIN), point.astimezone(BERLIN)
    if point < earlier.end and then.fold == local.fold == 0:
        gone = local.date() - span.start.astimezone(BERLIN).date()
        assert then.date() - earlier.start.astimezone(BERLIN).date() == gone
        assert abs(then.replace(tzinfo=None) - datetime.combine(then.date(), local.time())) <= timedelta(hours=1)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)])
def test_a_day_is_as_long_as_the_clock_makes_it(day, hours):
    span = period(day, datetime(2026, 1, 1, tzinfo=UTC), BERLIN)
    assert span.end - span.start == timedelta(hours=hours)


def test_a_period_is_called_what_it_was_asked_as():
    assert str(period("Last Quarter", datetime(2026, 3, 18, tzinfo=UTC), BERLIN)) == "Last Quarter"


def test_today_is_the_asker_s_day():
    late = datetime(2026, 3, 18, 23, 30, tzinfo=UTC)
    assert period("today", late, BERLIN).start == datetime(2026, 3, 18, 23, tzinfo=UTC)
    assert period("today", late, NEW_YORK).start == datetime(2026, 3, 18, 4, tzinfo=UTC)


@pytest.mark.parametrize(("local", "open_"), [
    ("2026-03-18 07:59:59", False), ("2026-03-18 08:00:00", True), ("2026-03-18 20:59:59", True),
    ("2026-03-18 21:00:00", False), ("2026-03-21 12:00:00", True), ("2026-03-22 12:00:00", False),
    ("2026-03-30 08:00:00", True),  # the first working day of summer time
])  # fmt: skip
def test_people_are_called_from_eight_to_nine_monday_to_saturday(local, open_):
    assert is_calling_hour(datetime.fromisoformat(local).replace(tzinfo=NEW_YORK), "America/New_York") is open_


def test_nobody_anywhere_is_called_outside_eight_to_nine_or_on_a_sunday():
    pick = random.Random(7)
    for _ in range(10_000):
        zone = pick.choice(ZONES)
        now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=pick.randrange(15 * 365 * 86_400))
        local = now.astimezone(ZoneInfo(zone))
        assert is_calling_hour(now, zone) is (8 <= local.hour < 21 and local.isoweekday() != 7)


@given(INSTANTS, st.sampled_from(ZONES))
def test_calling_opens_at_the_first_instant_at_which_one_may_call(now, zone):
    opens = calling_opens(now, zone)
    assert is_calling_hour(opens, zone)
    if opens != now:
        assert now < opens <= now + timedelta(hours=40)
        assert opens.astimezone(ZoneInfo(zone)).time() == time(8)
        quarters = range(1, int((opens - now) / timedelta(minutes=15)) + 1)
        assert not any(is_calling_hour(opens - n * timedelta(minutes=15), zone) for n in quarters)


@pytest.mark.parametrize(("timezone", "phone", "country", "zone", "assumed"), [
    ("Asia/Tokyo", "+49 30 1234567", "US", "Asia/Tokyo", False),  # what the record says comes first
    ("CET or so", "+49 30 1234567", None, "Europe/Berlin", False),
    (None, "+49 30 1234567", None, "Europe/Berlin", False),
    (None, "+1 212 555 0100", "US", "America/New_York", False),
    (None, "no number", "Germany", "Europe/Berlin", False),
    (None, None, "de", "Europe/Berlin", False),
    (None, None, "uk", "Europe/London", False),
    (None, None, "United States", "America/New_York", True),
    (None, None, None, "Europe/London", True),
    ("", "", "", "Europe/London", True),
    (None, None, "Atlantis", "Europe/London", True),
])  # fmt: skip
def test_the_zone_to_call_comes_from_record_phone_then_country_and_else_is_marked(
    timezone, phone, country, zone, assumed
):
    assert call_zone(timezone, phone, country, "Europe/London") == CallZone(zone, assumed)


def test_a_default_that_fits_the_country_is_taken_before_the_country_s_first_zone():
    assert call_zone(None, None, "US", "America/Denver") == CallZone("America/Denver", assumed=True)


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_whatever_a_record_holds_there_is_a_clock_to_go_by(timezone, phone, country):
    assert calendar.is_zone(call_zone(timezone, phone, country, "Europe/London").zone)


def test_every_country_of_the_zone_table_has_a_clock():
    assert len(zones_of_country("US")) > 3
    assert zones_of_country("Germany") == zones_of_country(" de ") == ("Europe/Berlin",)
    assert zones_of_country("Nowhere") == ()
