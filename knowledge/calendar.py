"""Periods, zones and calling hours; pure functions of the instants they are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from phonenumbers import timezone as phone_zones

from knowledge.errors import BadPeriod

CALLING_OPENS = time(8)
CALLING_CLOSES = time(21)
SUNDAY = 6
# The shortest that tells the end of a period from the start of the next.
INSTANT = timedelta(microseconds=1)

_LAST_N = re.compile(r"(?:the )?(?:last|past) ([1-9]\d{0,2}) (day|week|month|quarter|year)s?")
_NEXT_N = re.compile(r"(?:the )?(?:next|coming) ([1-9]\d{0,2}) (day|week|month|quarter|year)s?")
_BEFORE_LAST = re.compile(r"(week|month|quarter|year) before last")
_QUARTER = re.compile(r"(?:(?P<year>\d{4})[- ])?q(?P<q>[1-4])(?: (?P<late_year>\d{4}))?")
_NAMED_MONTH = re.compile(r"([a-z]{3,9})(?: (\d{4}))?")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_UNKNOWN = '"{}" is not a period I know; say for example "this month", "last quarter" or "2026-01-01..2026-03-31".'
_DAY = r"(\d{4}-\d{2}-\d{2})"


@dataclass(frozen=True)
class Period:
    """A span of whole days in one zone: `start` is inside, `end` is the first instant after it."""

    words: str
    start: datetime
    end: datetime

    def __str__(self) -> str:
        return self.words


def period(words: str, now: datetime, zone: ZoneInfo) -> Period:
    """The period that `words` mean on the wall calendar of `zone`.

    Raises
    ------
    BadPeriod
        When the words are no period.
    """
    plain = " ".join(words.lower().split()).replace("current ", "this ").replace("previous ", "last ")
    try:
        first, after = _days(plain.removeprefix("the ").removeprefix("in "), now.astimezone(zone).date())
        return Period(words, _midnight(first, zone), _midnight(after, zone))
    except (ValueError, OverflowError):  # a date that no calendar has
        raise BadPeriod(_UNKNOWN.format(words)) from None


def before(span: Period, zone: ZoneInfo) -> Period:
    """The period before one: whole months for whole months, of a day the same day a week earlier, else as many days.

    A Monday is held against a Monday: the day before it is one on which nobody sells.
    """
    first, after = (at.astimezone(zone).date() for at in (span.start, span.end))
    months = (after.year - first.year) * 12 + after.month - first.month
    if first.day == after.day == 1:
        start, end = unit_start(first, "month", -months), first
    else:
        days = max((after - first).days, 7)
        start, end = first - timedelta(days), after - timedelta(days)
    return Period(f"{start}..{end - timedelta(1)}", _midnight(start, zone), _midnight(end, zone))


def same_point(span: Period, earlier: Period, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant as far into an earlier period as `now` is into `span`, on the wall clock; its end at the latest."""
    if now >= span.end:
        return earlier.end
    first, local = span.start.astimezone(zone).date(), now.astimezone(zone)
    day = earlier.start.astimezone(zone).date() + (local.date() - first)
    return min(datetime.combine(day, local.time(), zone).astimezone(UTC), earlier.end)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _days(words: str, today: date) -> tuple[date, date]:
    if words in ("today", "yesterday", "tomorrow"):
        day = today + timedelta(("yesterday", "today", "tomorrow").index(words) - 1)
        return day, day + timedelta(1)
    if match := re.fullmatch(r"(this|last|next) (week|month|quarter|year)", words):
        start = unit_start(today, match[2], ("last", "this", "next").index(match[1]) - 1)
        return start, unit_start(start, match[2], 1)
    if match := _LAST_N.fullmatch(words):
        after = today + timedelta(1)
        return back(after, match[2], int(match[1])), after
    if match := _NEXT_N.fullmatch(words):
        return today, back(today, match[2], -int(match[1]))
    if match := _BEFORE_LAST.fullmatch(words):
        start = unit_start(today, match[1], -2)
        return start, unit_start(start, match[1], 1)
    if match := _QUARTER.fullmatch(words):
        year = int(match["year"] or match["late_year"] or 0)
        start = _latest(year, 3 * int(match["q"]) - 2, today)
        return start, unit_start(start, "quarter", 1)
    if (match := _NAMED_MONTH.fullmatch(words)) and (number := month(match[1])):
        start = _latest(int(match[2] or 0), number, today)
        return start, unit_start(start, "month", 1)
    if re.fullmatch(r"20\d\d", words):
        return date(int(words), 1, 1), date(int(words) + 1, 1, 1)
    if match := _MONTH.fullmatch(words):
        start = date(int(match[1]), int(match[2]), 1)
        return start, unit_start(start, "month", 1)
    if match := re.fullmatch(r"(.+) to (.+)", words):
        return _in_order(words, _days(match[1], today)[0], _days(match[2], today)[1])
    if match := re.fullmatch(rf"{_DAY}(?:\.\.{_DAY})?", words):
        start, last = date.fromisoformat(match[1]), date.fromisoformat(match[2] or match[1])
        return _in_order(words, start, last + timedelta(1))
    raise ValueError(words)


def _in_order(words: str, start: date, after: date) -> tuple[date, date]:
    if after <= start:
        raise BadPeriod(f'"{words}" ends before it starts; swap the two dates.')
    return start, after


def month(name: str) -> int | None:
    """The number of a month called by its name or its first three letters."""
    return next((i for i, month in enumerate(MONTHS, 1) if name in (month, month[:3])), None)


def _latest(year: int, month: int, today: date) -> date:
    """The first of a month in `year`, or without a year the latest one that has begun."""
    return date(year or today.year - (month > today.month), month, 1)


def unit_start(day: date, unit: str, shift: int) -> date:
    """The first day of the week, month, quarter or year around `day`, `shift` units on."""
    if unit == "week":
        return day - timedelta(day.weekday()) + timedelta(weeks=shift)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (day.year * 12 + day.month - 1) // months * months + shift * months
    return date(index // 12, index % 12 + 1, 1)


def back(day: date, unit: str, n: int) -> date:
    """The day `n` units before `day`, or after it for `n` below 0; in a shorter month, that month's last day."""
    if unit in ("day", "week"):
        return day - timedelta(n * {"day": 1, "week": 7}[unit])
    first = unit_start(day.replace(day=1), "month", -n * {"month": 1, "quarter": 3, "year": 12}[unit])
    last = unit_start(first, "month", 1) - timedelta(1)
    return first.replace(day=min(day.day, last.day))


def zone(name: str) -> ZoneInfo:
    """The zone of that IANA name."""
    return ZoneInfo(name)


def is_calling_hour(now: datetime, zone: str) -> bool:
    """Whether a person in `zone` may be called at `now`: 8:00 to 21:00, Monday to Saturday, on their own clock."""
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() != SUNDAY and CALLING_OPENS <= local.time() < CALLING_CLOSES


def calling_opens(now: datetime, zone: str) -> datetime:
    """The next instant, in UTC, at which a person in `zone` may be called; `now` itself while calling is open."""
    if is_calling_hour(now, zone):
        return now
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() if local.time() < CALLING_OPENS else local.date() + timedelta(1)
    if day.weekday() == SUNDAY:
        day += timedelta(1)
    return datetime.combine(day, CALLING_OPENS, ZoneInfo(zone)).astimezone(UTC)


@cache
def zones_of_country(country: str) -> tuple[str, ...]:
    """IANA zones of a country given by ISO code or English name; none if the country is unknown.

    Source: `zone.tab` and `iso3166.tab` of the IANA time zone database, from the tzdata package.
    """
    code = country_code(country)
    return _clocks(tuple(zone for iso, zone in _zone_table() if iso == code))


def country_code(country: str) -> str:
    """The ISO code of a country given by that or by its English name."""
    code = country.strip().upper()
    return _country_codes().get(code.casefold(), code)


@cache
def _clocks(zones: tuple[str, ...]) -> tuple[str, ...]:
    """One zone for each different clock: Berlin and Büsingen always show the same time."""
    seasons = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC))
    by_clock = {tuple(at.astimezone(ZoneInfo(zone)).utcoffset() for at in seasons): zone for zone in reversed(zones)}
    return tuple(zone for zone in zones if zone in by_clock.values())


@cache
def _zone_table() -> tuple[tuple[str, str], ...]:
    lines = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines()
    return tuple((row[0], row[2]) for row in (line.split("\t") for line in lines if not line.startswith("#")))


@cache
def _country_codes() -> dict[str, str]:
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    names = dict(line.split("\t")[:2][::-1] for line in lines if line and not line.startswith("#"))
    common = {"united states": "US", "united states of america": "US", "usa": "US", "uk": "GB", "united kingdom": "GB"}
    return {name.casefold(): code for name, code in names.items()} | common


@dataclass(frozen=True)
class CallZone:
    """Where to call: the zone, and whether it was only assumed."""

    zone: str
    assumed: bool


@lru_cache(maxsize=65_536)
def call_zone(timezone: str | None, phone: str | None, country: str | None, default: str) -> CallZone:
    """The zone whose clock decides whether a lead may be called.

    What the record says comes first, then the phone number's area, then a country with a single zone;
    everything else is an assumption and is marked as such.
    """
    if timezone and is_zone(timezone):
        return CallZone(timezone, assumed=False)
    by_phone = _zones_of_phone(phone) if phone else ()
    if len(by_phone) == 1:
        return CallZone(by_phone[0], assumed=False)
    by_country = zones_of_country(country) if country else ()
    if len(by_country) == 1:
        return CallZone(by_country[0], assumed=False)
    candidates = [zone for zone in by_phone if zone in by_country] or [*by_phone, *by_country]
    return CallZone(default if default in candidates or not candidates else candidates[0], assumed=True)


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA time zone."""
    return name in _zone_names()


@cache
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def _zones_of_phone(phone: str) -> tuple[str, ...]:
    try:
        zones = phone_zones.time_zones_for_number(phonenumbers.parse(phone, None))
    except phonenumbers.NumberParseException:
        return ()
    return _clocks(tuple(zone for zone in zones if is_zone(zone)))
