"""Instants to come, as people say them: "tomorrow", "next monday", "in two weeks", "15 April at 14:00".

A day without a time means its morning. "Monday" is the next one, "next Monday" that of the next calendar week. A date
that could be read in two ways, such as 3/4, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.calendar import MONTHS, back, month, unit_start
from knowledge.errors import BadInput

# Before the day's calls are shared out.
MORNING, AFTERNOON, EVENING = time(8), time(13), time(17)
EARLIEST = 7
LATER_TODAY = timedelta(hours=3)
FRIDAY, SATURDAY = 4, 5

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_FEW = {"a": 1, "an": 1, "another": 1, "a couple of": 2, "couple of": 2, "a few": 3}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_N = rf"(?:an?|another|(?:a )?couple of|a few|\d{{1,3}}|{'|'.join(_NUMBERS)})"
_LENGTH = r"(?:minute|hour|day|(?:working|business|work) day|week|fortnight|month|quarter|year)s?"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = rf"(?:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)}|sept)"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_SPAN = r"(?:week|month|quarter|year)"
_CLOCK = r"\d{1,2}(?::\d{2})? ?(?:am|pm)|\d{1,2}:\d{2}"
_TIME = rf"{_CLOCK}|(?<=at )\d{{1,2}}\b|noon|morning|afternoon|evening|(?:close|end) of (?:business|day)"
_AT = rf"(?:(?:at|around|by|in the|first thing in the)? ?(?:{_TIME}))"
_DAY = "|".join(
    (
        r"\d{4}-\d{2}-\d{2}",
        r"\d{1,2}\.\d{1,2}\.\d{4}",
        r"(?:the )?day after tomorrow|tomorrow|today|tonight|later today|later on today",
        rf"(?:(?:the )?(?:start|beginning|end) of )(?:the |this |next ){_SPAN}",
        rf"(?:on )?(?:(?:this|next|the coming|coming|the following) )?{_WEEKDAY}(?: (?:(?:of )?next|this) week)?\b",
        rf"(?:the )?{_NTH}(?: of)? {_MONTH}(?:,? \d{{4}})?",
        rf"{_MONTH} (?:the )?{_NTH}(?:,? \d{{4}})?\b",
        rf"(?:(?:in|until|till|by) ){_MONTH}(?: \d{{4}})?\b",
        r"(?:on )?the \d{1,2}(?:st|nd|rd|th)",
        rf"(?:the )?(?:next|coming|following) {_SPAN}(?: on {_WEEKDAY}|,? {_WEEKDAY}\b)?",
        rf"(?:(?:in|for|after) )?{_N} {_LENGTH}(?: from (?:now|today)|'? time)?",
        r"this (?:morning|afternoon|evening)|after the weekend",
    )
)
# A stretch of a text that says when: a day, a time or both.
SAID = re.compile(rf"\b(?:(?:{_DAY})(?:(?:,| on)? {_AT})?|(?:at )?(?:{_CLOCK}) (?:{_DAY}))(?!\w)", re.IGNORECASE)
_UNKNOWN = 'I cannot read "{}" as a day; say for example “tomorrow”, “next Monday”, “in two weeks” or “15 April”.'
_FIRST = re.compile(r"(?:until|till|til|for|by|on|at|the|back|from)\s+")


def instant(words: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The instant to come, in UTC, that `words` mean on the wall clock of `zone`.

    Raises
    ------
    BadInput
        When the words are no day or time, or one that is past.
    """
    today = now.astimezone(zone)
    try:
        found = _read(" ".join(words.lower().split()).strip(" .!?,"), today)
    except (ValueError, OverflowError):  # a date that no calendar has
        found = None
    if found is None:
        raise BadInput(_UNKNOWN.format(words.strip()[:80]))
    if found <= now:
        raise BadInput(f'"{words.strip()[:80]}" is past; say a day that is still to come.')
    return found.astimezone(UTC)


def said(text: str) -> str | None:
    """The longest stretch of a text that says when; None where nothing does."""
    return max((match[0] for match in SAID.finditer(text)), key=len, default=None)


def _read(words: str, today: datetime) -> datetime | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}t\d{2}:\d{2}.*", words):
        exact = datetime.fromisoformat(words.upper())
        return exact if exact.tzinfo else exact.replace(tzinfo=today.tzinfo)
    if soon := _from_now(words, today):
        return soon
    day, clock = _parted(words)
    found = _day(day, today.date()) if day else None
    if found is None:
        return None
    if clock is None and day in ("today", "this"):
        return None
    return datetime.combine(found, clock or (EVENING if day == "tonight" else MORNING), today.tzinfo)


def _from_now(words: str, today: datetime) -> datetime | None:
    """Hours and minutes from now on."""
    if words in ("later today", "later on today"):
        return today.astimezone(UTC) + LATER_TODAY
    if match := re.fullmatch(rf"(?:in |for |after )?({_N}) (hour|minute)s?(?: from now)?", words):
        return today.astimezone(UTC) + timedelta(**{f"{match[2]}s": _count(match[1])})
    return None


def _parted(words: str) -> tuple[str, time | None]:
    """A day in words and the time that goes with it, wherever it stands."""
    while shorter := _FIRST.match(words):
        words = words[shorter.end() :]
    for pattern in (rf"(?P<day>.*?)(?:,| on)? ?\b{_AT}$", rf"(?:at )?{_AT}(?:,| on)? (?P<day>.+)"):
        if (match := re.fullmatch(pattern, words)) and (clock := _clock(words.replace(match["day"], "", 1))):
            return match["day"].strip(), clock
    return words, None


def _clock(words: str) -> time | None:
    if match := re.search(r"(\d{1,2})(?::(\d{2}))? ?(am|pm)?\b", words):
        hour, is_bare = int(match[1]), not (match[2] or match[3])
        # "At 3" is said of the working day.
        is_late = match[3] == "pm" or (is_bare and hour < EARLIEST)
        return time(hour % 12 + 12 * is_late if match[3] or is_late else hour, int(match[2] or 0))
    named = {"morning": MORNING, "afternoon": AFTERNOON, "noon": time(12)}
    named |= dict.fromkeys(("evening", "of business", "of day"), EVENING)
    return next((at for name, at in named.items() if name in words), None)


def _day(words: str, today: date) -> date | None:
    readers: tuple[Callable[[str, date], date | None], ...] = (_near, _weekday, _ahead, _edge, _dated)
    return next((day for day in (reader(words, today) for reader in readers) if day), None)


def _near(words: str, today: date) -> date | None:
    near = {"today": 0, "tonight": 0, "this": 0, "tomorrow": 1, "day after tomorrow": 2}
    near["after the weekend"] = 7 - today.weekday()
    return today + timedelta(near[words]) if words in near else None


def _weekday(words: str, today: date) -> date | None:
    pattern = rf"(this |next |coming |following )?(?:week,? )?(?:on )?({_WEEKDAY})(?: (?:of )?(next|this) week)?"
    match = re.fullmatch(pattern, words)
    if match is None:
        return None
    wanted = next(place for place, name in enumerate(_DAYS) if name.startswith(match[2][:3]))
    if "next" in [*(match[1] or "").split(), match[3]]:
        return today + timedelta(7 - today.weekday() + wanted)
    return today + timedelta((wanted - today.weekday() - 1) % 7 + 1)


def _ahead(words: str, today: date) -> date | None:
    """So many days, weeks or months from today on."""
    pattern = rf"(?:in |after )?({_N}) ({_LENGTH})(?: from (?:now|today)|'? time)?"
    if not (match := re.fullmatch(pattern, words)):
        return None
    count, unit = _count(match[1]), match[2].removesuffix("s")
    if unit in ("working day", "business day", "work day"):
        return _working_days(today, count)
    if unit == "fortnight":
        count, unit = 2 * count, "week"
    return back(today, unit, -count)


def _edge(words: str, today: date) -> date | None:
    """The first day of the next week, month, quarter or year; or its end, which of a week is its Friday."""
    match = re.fullmatch(rf"(?:(start|beginning|end) of (?:the |this )?)?(next |coming |following )?({_SPAN})", words)
    if match is None or not (match[1] or match[2]):
        return None
    begins = unit_start(today, match[3], 1 if match[2] else 0)
    if match[1] != "end":
        return begins
    return begins + timedelta(FRIDAY) if match[3] == "week" else unit_start(begins, match[3], 1) - timedelta(1)


def _dated(words: str, today: date) -> date | None:
    """A date; without a year, the next that is to come."""
    if match := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.(\d{1,2})\.(\d{4})", words):
        return date(*(int(part) for part in (match.groups()[:3] if match[1] else match.groups()[:2:-1])))
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", words):
        starts = (unit_start(today, "month", n) for n in range(3))
        return next((day for start in starts if (day := _in_month(start, int(match[1]))) and day > today), None)
    day_first = re.fullmatch(rf"({_NTH})(?: of)? ({_MONTH})(?:,? (\d{{4}}))?", words)
    month_first = re.fullmatch(rf"(?:in )?({_MONTH})(?: (?:the )?({_NTH}))?(?:,? (\d{{4}}))?", words)
    if day_first:
        return _latest(day_first[1], day_first[2], day_first[3], today)
    return _latest(month_first[2] or "1", month_first[1], month_first[3], today) if month_first else None


def _latest(day: str, name: str, year: str | None, today: date) -> date:
    number = month(name[:3]) or 0
    of_month = int(day.rstrip("stndrh"))
    if year:
        return date(int(year), number, of_month)
    # 29 February may be four years off, which is further than anybody means: it is refused as no date.
    this = date(today.year, number, of_month)
    return this if this > today else date(today.year + 1, number, of_month)


def _in_month(start: date, day: int) -> date | None:
    found = start + timedelta(day - 1)
    return found if day and found.month == start.month else None


def _working_days(day: date, count: int) -> date:
    for _ in range(count):
        day += timedelta({FRIDAY: 3, SATURDAY: 2}.get(day.weekday(), 1))
    return day


def _count(words: str) -> int:
    if words.isdigit():
        return int(words)
    return _FEW.get(words) or _NUMBERS.index(words) + 1
