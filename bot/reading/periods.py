"""The periods of a text, in words that the tools' calendar knows."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.reading.numbers import COUNT, value

UNIT = r"(?:day|week|month|quarter|year)"
# What periods are made of, beside the names of months and days.
WORDS = frozenset({"today", "yesterday", "tomorrow", "day", "week", "month", "quarter", "year", "last", "next"})
_FULL = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH = rf"(?:{_FULL}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
# Months that are no other word.
_PLAIN_MONTH = rf"(?:{_FULL.replace('march|', '').replace('may|', '')}|oct|nov|dec)"
_OF = r"(?:(?<=\bin )|(?<=\bof )|(?<=\bfor )|(?<=\bsince ))"
# What may be the first or the last of a longer period.
_NAMED = rf"((?:{_MONTH}|q[1-4])(?: \d{{4}})?)"
_YEAR = re.compile(r" \d{4}$")
_MONTHS_BY_NUMBER = _FULL.split("|")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PAST = {"week": "last 7 days", "month": "last 30 days", "quarter": "last 90 days", "year": "last 12 months"}
_TO_DATE = {"w": "week", "m": "month", "q": "quarter", "y": "year"}


def _through(first: str, last: str) -> str:
    """A period from one to another, whose year is that of both."""
    year = _YEAR.search(last)
    return f"{first}{year[0] if year and not _YEAR.search(first) else ''} to {last}"


# Each way to say a period, and what the calendar calls it; of two that overlap the first counts.
_WAYS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"between {_NAMED} and {_NAMED}", lambda way: _through(way[1], way[2])),
    (rf"(?:from )?{_NAMED} ?(?:to|until|through|-|–) ?{_NAMED}", lambda way: _through(way[1], way[2])),
    (r"\d{4}-\d{2}-\d{2}(?:\.\.\d{4}-\d{2}-\d{2})?|\d{4}-q[1-4]|q[1-4](?: \d{4})?", lambda way: way[0]),
    (r"(20\d\d)-(0[1-9]|1[0-2])(?!-)", lambda way: f"{_MONTHS_BY_NUMBER[int(way[2]) - 1]} {way[1]}"),
    (rf"(?:the )?(?:last|past) ({COUNT})(?: of)? ({UNIT})s?", lambda way: f"last {value(way[1])} {way[2]}s"),
    (rf"(?:the )?({UNIT}) before last", lambda way: f"{way[1]} before last"),
    (rf"(?:the )?({UNIT}) before this(?: one)?", lambda way: f"last {way[1]}"),
    (rf"(?:the )?({UNIT}) after this(?: one)?", lambda way: f"next {way[1]}"),
    (rf"({UNIT})[ -]to[ -]date", lambda way: f"this {way[1]}"),
    (r"([wmqy])td", lambda way: f"this {_TO_DATE[way[1].lower()]}"),
    (rf"(?:the )?({'|'.join(_NTH)}) quarter(?: of)? (\d{{4}})", lambda way: f"q{_NTH[way[1].lower()]} {way[2]}"),
    (rf"(?:the )?({'|'.join(_NTH)}) quarter", lambda way: f"q{_NTH[way[1].lower()]}"),
    (rf"(?:(?:the )?(?:rest|end) of )?(?:the |this )?({UNIT})(?:'s)?[ -]end", lambda way: f"this {way[1]}"),
    (rf"(?:the )?(?:rest|end) of (?:(?:the|this) )?({UNIT})", lambda way: f"this {way[1]}"),
    (rf"(?:the )?past ({UNIT})", lambda way: _PAST.get(way[1].lower(), "yesterday")),
    (rf"(?:the )?(?:coming|upcoming|following) ({UNIT})", lambda way: f"next {way[1]}"),
    (rf"(?:the )?((?:this|last|next|current|previous) {UNIT})", lambda way: way[1]),
    (r"today|yesterday|tomorrow", lambda way: way[0]),
    (rf"{_OF}(?:the )?{_MONTH}(?: \d{{4}})?|{_MONTH} \d{{4}}|{_PLAIN_MONTH}(?! \d)", lambda way: way[0]),
    (rf"(?:the )?(?:next|coming) ({COUNT}) ({UNIT})s?", lambda way: f"next {value(way[1])} {way[2]}s"),
    (rf"{_OF}20\d\d|20\d\d(?= (?:by|per)\b)|(?:(?<=month )|(?<=quarter )|(?<=week ))20\d\d", lambda way: way[0]),
)
_PATTERNS = [(re.compile(rf"\b(?:{way})\b", re.IGNORECASE), words) for way, words in _WAYS]
# Most texts have nothing of a period: one look instead of one for each way.
_CUE = re.compile(rf"\d|{UNIT}|{_MONTH}|td\b|tomorrow", re.IGNORECASE)
_WHICH = re.compile(rf"(this|current|last|previous|next) ({UNIT})", re.IGNORECASE)
# What "the one before" is to a period, and "the one after".
_EARLIER = {"this": "last", "current": "last", "next": "this"}
_LATER = {"last": "this", "previous": "this", "this": "next", "current": "next"}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def found(text: str, token: str) -> tuple[str, list[str]]:
    """The text with a token for each period, and the periods in its order."""
    if not _CUE.search(text):
        return text, []
    taken: list[tuple[re.Match[str], str]] = []
    for pattern, words in _PATTERNS:
        for match in pattern.finditer(text):
            if all(match.start() >= other.end() or match.end() <= other.start() for other, _ in taken):
                taken.append((match, words(match)))
    taken.sort(key=lambda each: each[0].start())
    for match, _ in reversed(taken):
        text = f"{text[: match.start()]}{token}{text[match.end() :]}"
    return text, [words for _, words in taken]


def before(period: str) -> str | None:
    """The period before one, as far as there are words for it."""
    match = _WHICH.fullmatch(period)
    if match is None:
        return None
    which = _EARLIER.get(match[1].lower())
    return f"{which} {match[2]}" if which else f"{match[2]} before last"


def after(period: str) -> str | None:
    """The period after one, as far as there are words for it."""
    match = _WHICH.fullmatch(period)
    which = _LATER.get(match[1].lower()) if match else None
    return f"{which} {match[2]}" if match and which else None


def months(period: str) -> int | None:
    """How many months a past period of whole ones has, such as "last 12 months" or "last quarter"."""
    match = re.fullmatch(r"(?:last|past|previous) (?:(\d+) )?(month|quarter|year)s?", period, re.IGNORECASE)
    return int(match[1] or 1) * _MONTHS[match[2].lower()] if match else None
