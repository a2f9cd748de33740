"""How dates, days of the week, months, quarters and times of day are read."""

from __future__ import annotations

import re

from bot.lock.agreement import Figure
from bot.lock.bounds import just_beyond

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tue|wed|thu|fri|sat|sun)\b"
# Days by their names, in days from today.
_DAYS = {
    "the day after tomorrow": 2.0,
    "the day before yesterday": -2.0,
    "tomorrow": 1.0,
    "yesterday": -1.0,
    "last night": -1.0,
    "tonight": 0.0,
    "this morning": 0.0,
    "today": 0.0,
}
# Days that everybody knows by a name, by month and day.
_FEASTS = {"christmas eve": 1224, "christmas day": 1225, "new year's eve": 1231, "new year's day": 101}
_HOURS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MINUTES = {"five": 5, "ten": 10, "quarter": 15, "a quarter": 15, "twenty": 20, "twenty-five": 25, "half": 30}
# How many minutes a spoken time may be off, and one that is said to be near.
_SPOKEN, _NEAR = 2, 15
# Today may be named of anything to be done, and of nothing that is said to have been.
_PAST = re.compile(
    r"\b(?:was|were|been|got|came|called|spoke|met|replied|answered|touched|reached|wrote|visited|opened)\b[^.;,:–]*$",
    re.I,
)


def _date(match: re.Match[str], text: str) -> Figure | None:
    groups = match.groupdict()
    if groups.get("iso"):
        year, month, day = (int(part) for part in groups["iso"].split("-"))
    elif groups.get("slashed"):
        month, day, year = (int(part) for part in groups["slashed"].split("/"))
    else:
        month = MONTHS.index(groups["month"][:3].lower()) + 1
        day, year = int(groups["day"]), int(groups["year"] or 0)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Figure("date", float(year * 10_000 + month * 100 + day), "", 0.0, False, *match.span())


def _day_of_month(match: re.Match[str], text: str) -> Figure | None:
    return Figure("monthday", float(match["day"]), "", 0.0, False, *match.span())


def _feast(match: re.Match[str], text: str) -> Figure:
    name = match["feast"].lower().replace("’", "'")
    return Figure("date", float(_FEASTS[name]), "", 0.0, False, *match.span())


def _day(match: re.Match[str], text: str) -> Figure:
    offset = _DAYS[match["day"].lower()]
    is_past = offset == 0 and _PAST.search(text, max(0, match.start() - 50), match.start())
    return Figure("relative", offset, "past" if is_past else "day", 0.0, False, *match.span())


def _noon(match: re.Match[str], text: str) -> Figure:
    return Figure("time", 720.0 if match[0].lower().endswith("noon") else 0.0, "", 0.0, False, *match.span())


def _span(match: re.Match[str], text: str) -> Figure:
    offset = {"this": 0.0, "current": 0.0, "next": 1.0, "coming": 1.0}.get(match["which"].lower(), -1.0)
    return Figure("relative", offset, match["span"].lower(), 0.0, False, *match.span())


def _month(match: re.Match[str], text: str) -> Figure | None:
    word = match["month"]
    if word.lower() == "may" and not re.match(r"May\b", word):
        return None
    if (
        word in ("May", "Mar", "March")
        and not match["year"]
        and not re.search(r"\b(?:in|of|since|until|by|for|last|this|next) $", text[: match.start()], re.I)
    ):
        return None
    month = MONTHS.index(word[:3].lower()) + 1
    return Figure("month", float(int(match["year"] or 0) * 100 + month), "", 0.0, False, *match.span())


def _weekday(match: re.Match[str], text: str) -> Figure:
    return Figure("weekday", float(WEEKDAYS.index(match[0][:3].lower())), "", 0.0, False, *match.span())


def _time(match: re.Match[str], text: str) -> Figure:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    side = just_beyond(text, match.start())
    unit = "clock" if not half and 0 < hour < 12 and match["hour"][0] != "0" else ""
    return Figure("time", float(hour * 60 + minute), unit, 2.0 * _NEAR * abs(side), side != 0, *match.span(), 0, side)


def _spoken(match: re.Match[str], text: str) -> Figure:
    """ "half past nine", of the morning or the evening."""
    minutes = _MINUTES[match["minutes"].lower()] * (1 if match["way"].lower() == "past" else -1)
    value = (_HOURS.index(match["hour"].lower()) + 1) * 60 + minutes
    return Figure("time", float(value % 720), "clock", 2.0 * _SPOKEN, True, *match.span())


def _period(match: re.Match[str], text: str) -> Figure:
    year = int(match["year"] or match["year2"] or 0)
    return Figure("period", float(year * 10 + int(match["quarter"])), "", 0.0, False, *match.span())


def _year(match: re.Match[str], text: str) -> Figure:
    return Figure("year", float(match["year"] or match["year2"]), "", 0.0, False, *match.span())


PATTERNS = (
    (r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b", _date),
    (rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?\b", _date),
    (rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?\b", _date),
    (r"\b(?:(?P<year>\d{4})[- ])?Q(?P<quarter>[1-4])(?:[- ](?P<year2>\d{4}))?\b", _period),
    (r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>[ap]\.?m\b\.?))?", _time),
    (r"\b(?P<hour>\d{1,2})(?P<minute>) ?(?P<half>[ap]\.?m\b\.?)", _time),
    (
        # "Five to ten" is a range more often than a time.
        rf"\b(?P<minutes>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}) (?P<way>past|(?<=quarter )to)"
        rf" (?P<hour>{'|'.join(_HOURS)})\b",
        _spoken,
    ),
    (r"\b(?:at (?:noon|midnight)|midday)\b", _noon),
    (r"\b(?P<slashed>\d{1,2}/\d{1,2}/\d{4})\b", _date),
    (r"\b(?:on|by|until|before|after|since|due|from) the (?P<day>\d{1,2})(?:st|nd|rd|th)\b", _day_of_month),
    (rf"\b(?P<day>{'|'.join(_DAYS)})\b", _day),
    (r"\b(?P<which>this|last|next|previous|coming|past|current) (?P<span>week|month|quarter|year)\b", _span),
    (rf"\b(?P<weekday>{_WEEKDAY})\b", _weekday),
    (rf"\b(?P<month>{_MONTH})(?:,? (?P<year>\d{{4}})\b)?(?!\w)", _month),
    (
        r"\b(?<=in |of )(?P<year>20\d\d)\b(?! \w+s\b)"
        r"|\b(?P<year2>20\d\d)(?= (?:quarters|months|results|deals|bookings)\b)",
        _year,
    ),
    (rf"\b(?P<feast>{'|'.join(_FEASTS).replace(chr(39), '[’' + chr(39) + ']')})\b", _feast),
)
