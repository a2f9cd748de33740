"""The figures of a text: amounts, shares, counts, durations, dates and times, with unit and precision."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["money", "percent", "number", "time", "date", "month", "weekday", "period"]

# Values that differ by less are the same; floats of hours are not exact.
SAME = 1e-6
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|tue|wed|thu|fri|sat|sun)\b"
_NUM = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_SIGN = r"(?:(?<![\w.,)–-])[-−])?"
_SIZE = r"(?:k|m|mn|bn|thousand|million|billion)\b"
_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
# "First" and "second" are said of much else.
_RANKS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_TENS = "|".join(word for word, value in _WORDS.items() if value >= 20)
_SAID = rf"(?:{_TENS})[ -](?:one|two|three|four|five|six|seven|eight|nine)\b|(?:{'|'.join(_WORDS)})\b"
_MORE = r"(?:hundred|thousand|million|dozen)"
# Words that make a figure of nothing else; "one" is mostly none.
_ALONE = {
    "dozen": 12.0,
    "half": 50.0,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "thrice": 3.0,
    "quadruple": 4.0,
    "quadrupled": 4.0,
    "triple": 3.0,
    "tripled": 3.0,
}
_NO_FIGURE = re.compile(
    r"\b(?:(?:this|that|the|which|each|every|no|any|some|other|another|first|last|next|right|good|best) )one\b"
    r"|\bone (?:of|by|more thing|another)\b",
    re.I,
)
_ROUNDED = r"about|around|roughly|approximately|approx\.?|some|nearly|almost|circa|close to"
_ABOUT = re.compile(rf"(?:\b(?:{_ROUNDED})|[~≈])\s*(?:a |an )?[$€£¥]?$", re.I)
_SIZES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_HOURS = {
    "minute": 1 / 60,
    "min": 1 / 60,
    "hour": 1.0,
    "hr": 1.0,
    "h": 1.0,
    "day": 24.0,
    "week": 168.0,
    "month": 730.0,
    "quarter": 2190.0,
    "year": 8760.0,
    "second": 1 / 3600,
}
_CURRENCIES = {"usd": ("$", "usd", "dollar"), "eur": ("€", "eur"), "gbp": ("£", "gbp", "pound"), "jpy": ("¥",)}
_NOUN = re.compile(
    r"\s*-?(?P<noun>minutes?|mins?|hours?|hrs?|h|(?:working |business )?days?|weeks?|months?|quarters?|years?|seconds?"
    r"|(?:(?:open|new|untouched|hot|late|own|more|other|of the|of your|of my|of our|won|lost) )*"
    r"(?:leads?|deals?|calls?|meetings?|accounts?|customers?|reps?|people|e-?mails?|sites?|wins?|times?))\b",
    re.I,
)
_ZERO_WIDTH = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_MARK_IN_NUMBER = re.compile(r"(?<=[\d$€£.,])[*_~`\\]+(?=[\d.,%])")


@dataclass(frozen=True)
class Figure:
    """A figure as it stands in a text.

    Attributes
    ----------
    value : in its unit's smallest sense: dollars, per cent, hours, minutes of a day, an ordinal day, or itself
    unit : what is counted or measured; "" where it is not said
    step : how far apart neighbours of the value are, as exactly as it is said; 0 for what is never rounded
    is_about : whether it is said to be rounded
    """

    kind: Kind
    value: float
    unit: str
    step: float
    is_about: bool
    start: int
    end: int


def plain(text: str) -> str:
    """The text with every digit a plain one, and nothing in it that no reader sees."""
    return _MARK_IN_NUMBER.sub("", _ZERO_WIDTH.sub("", unicodedata.normalize("NFKC", text.replace("\u2212", "-"))))


def figures(text: str) -> list[Figure]:
    """Every figure of a `plain` text, in its order."""
    taken = [False] * (len(text) + 1)
    found: list[Figure] = []
    for match in _NO_FIGURE.finditer(text):
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]) or (figure := read(match, text)) is None:
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            found.append(figure)
    return sorted(_ranged(found, text), key=lambda figure: figure.start)


def agrees(said: Figure, known: Figure) -> bool:
    """Whether what is said is what is known, or a rounding of it that is said to be one."""
    if said.kind != known.kind:
        return _as_date(said, known)
    if said.kind in ("time", "period", "month", "weekday"):
        return said.value == known.value
    if said.kind == "date":
        # A year that either leaves out is the other's.
        return said.value == known.value or (
            said.value % 10_000 == known.value % 10_000 and min(said.value, known.value) < 10_000
        )
    if said.unit and known.unit and said.unit != known.unit:
        return False
    # A duration, a place in a list or a number of times is neither a bare number nor of anything else.
    if any((said.unit == unit) != (known.unit == unit) for unit in ("hours", "rank", "times")):
        return False
    if abs(said.value - known.value) < SAME:
        return True
    return said.is_about and said.step > known.step and abs(said.value - known.value) <= said.step / 2 * (1 + 1e-9)


def _as_date(said: Figure, known: Figure) -> bool:
    """Whether a weekday or a month is that of a date."""
    if known.kind != "date":
        return False
    month, day = divmod(int(known.value) % 10_000, 100)
    year = int(known.value) // 10_000
    if said.kind == "month":
        return said.value == month
    return said.kind == "weekday" and year > 0 and said.value == date(year, month, day).weekday()


def _ranged(found: list[Figure], text: str) -> Iterator[Figure]:
    """The figures, where the first of a range has the unit of the second: "1.0–20 %"."""
    by_start = {figure.start: figure for figure in found}
    for figure in found:
        gap = re.compile(r"\s?(?:–|-|to|and)\s?[$€£¥]?").match(text, figure.end)
        after = by_start.get(gap.end()) or by_start.get(gap.end() - 1) if gap else None
        if figure.kind == "number" and not figure.unit and after and (after.kind in ("percent", "money") or after.unit):
            scale = (
                1.0
                if after.kind != "number" or after.unit != "hours"
                else after.step / 10 ** -_decimals(text[after.start : after.end])
            )
            yield Figure(
                after.kind,
                figure.value * scale,
                after.unit,
                figure.step * scale,
                figure.is_about or after.is_about,
                figure.start,
                figure.end,
            )
        else:
            yield figure


def _number(text: str) -> float:
    return float(re.sub(r"[,\u00a0\u202f]", "", text))


def _decimals(text: str) -> int:
    return len(text.partition(".")[2]) if re.fullmatch(r"[\d,.\u00a0\u202f]+", text) else 0


def _step(number: str) -> float:
    """How exactly a number is said; trailing zeros of a whole one may be rounding."""
    if "." in number:
        return float(10 ** -len(number.partition(".")[2]))
    digits = re.sub(r"\D", "", number)
    return float(10 ** (len(digits) - len(digits.rstrip("0")))) if digits.rstrip("0") else 1.0


def _is_about(text: str, start: int) -> bool:
    return bool(_ABOUT.search(text, max(0, start - 24), start))


def _money(match: re.Match[str], text: str) -> Figure:
    number, size = match["num"] or match["num2"], (match["size"] or match["size2"] or "").lower()
    scale = _SIZES.get(size, 1.0) * (-1 if "-" in match[0].split(number)[0] else 1)
    step = 10.0 ** -len(number.partition(".")[2]) if size else _step(number)
    return Figure(
        "money",
        _number(number) * scale,
        _currency(match[0]),
        step * abs(scale),
        bool(size) or _is_about(text, match.start()),
        *match.span(),
    )


def _currency(text: str) -> str:
    low = text.lower()
    return next((code for code, marks in _CURRENCIES.items() if any(mark in low for mark in marks)), "")


def _percent(match: re.Match[str], text: str) -> Figure:
    number = match["num"]
    value = _number(number) * (-1 if match[0].startswith("-") else 1)
    return Figure("percent", value, "", _step(number), _is_about(text, match.start()), *match.span())


def _percent_said(match: re.Match[str], text: str) -> Figure:
    return Figure("percent", _said(match["said"]), "", 1.0, _is_about(text, match.start()), *match.span())


def _plain(match: re.Match[str], text: str) -> Figure | None:
    number = match["num"]
    if re.match(r"^\s*\d{1,2}$", text[text.rfind("\n", 0, match.start()) + 1 : match.end()]) and text[
        match.end() : match.end() + 2
    ] in (". ", ") "):
        return None  # the number of an item
    value, step = _number(number) * (-1 if match[0].startswith("-") else 1), _step(number)
    size = re.compile(rf"\s?(?P<size>{_SIZE})", re.I).match(text, match.end())
    if size:
        scale = _SIZES[size["size"].lower()]
        return Figure(
            "number", value * scale, "", 10.0 ** -len(number.partition(".")[2]) * scale, True, match.start(), size.end()
        )
    return _counted(value, step, match.start(), match.end(), text)


def _worded(match: re.Match[str], text: str) -> Figure | None:
    value = _said(match["said"])
    return _counted(value, 1.0, match.start(), match.end(), text)


def _alone(match: re.Match[str], text: str) -> Figure:
    word = match["word"].lower()
    kind: Kind = "percent" if word == "half" else "number"
    unit = "" if kind == "percent" else "times"
    return Figure(kind, _ALONE[word], unit, 1.0, _is_about(text, match.start()), *match.span())


def _part(match: re.Match[str], text: str) -> Figure:
    share = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}[match["part"].lower()]
    many = _WORDS.get(match[0].split()[0].lower(), 1)
    return Figure("percent", share * many, "", 1.0, _is_about(text, match.start()), *match.span())


def _rank(match: re.Match[str], text: str) -> Figure:
    return Figure("number", float(_RANKS.index(match["rank"].lower()) + 3), "rank", 0.0, False, *match.span())


def _counted(value: float, step: float, start: int, end: int, text: str) -> Figure:
    noun = _NOUN.match(text, end)
    unit, scale = _unit(noun["noun"]) if noun else ("", 1.0)
    return Figure("number", value * scale, unit, step * scale, _is_about(text, start), start, end)


def _unit(noun: str) -> tuple[str, float]:
    last = noun.lower().split()[-1].rstrip("s")
    if last in _HOURS:
        return "hours", _HOURS[last]
    return {"people": "rep", "e-mail": "email", "time": "times"}.get(last, last), 1.0


def _said(words: str) -> float:
    parts = re.split(r"[ -]+", words.lower())
    value = float(sum(_WORDS.get(part, 0) for part in parts) or 1)
    for part in parts:
        value *= {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "dozen": 12}.get(part, 1)
    return value


def _date(match: re.Match[str], text: str) -> Figure | None:
    groups = match.groupdict()
    if groups.get("iso"):
        year, month, day = (int(part) for part in groups["iso"].split("-"))
    else:
        month = MONTHS.index(groups["month"][:3].lower()) + 1
        day, year = int(groups["day"]), int(groups["year"] or 0)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return Figure("date", float(year * 10_000 + month * 100 + day), "", 0.0, False, *match.span())


def _month(match: re.Match[str], text: str) -> Figure | None:
    word = match["month"]
    if word.lower() == "may" and not re.match(r"May\b", word):
        return None
    if word in ("May", "Mar", "March") and not re.search(
        r"\b(?:in|of|since|until|by|for|last|this|next) $", text[: match.start()], re.I
    ):
        return None
    return Figure("month", float(MONTHS.index(word[:3].lower()) + 1), "", 0.0, False, *match.span())


def _weekday(match: re.Match[str], text: str) -> Figure:
    return Figure("weekday", float(WEEKDAYS.index(match[0][:3].lower())), "", 0.0, False, *match.span())


def _time(match: re.Match[str], text: str) -> Figure:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").lower().replace(".", "")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return Figure("time", float(hour * 60 + minute), "", 0.0, False, *match.span())


def _period(match: re.Match[str], text: str) -> Figure:
    year = int(match["year"] or match["year2"] or 0)
    return Figure("period", float(year * 10 + int(match["quarter"])), "", 0.0, False, *match.span())


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Figure | None]], ...] = tuple(
    (re.compile(pattern, re.I), read)
    for pattern, read in (
        (r"\b(?P<iso>\d{4}-\d{2}-\d{2})\b", _date),
        (rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})(?:,? (?P<year>\d{{4}}))?\b", _date),
        (rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}}))?\b", _date),
        (r"\b(?:(?P<year>\d{4})[- ])?Q(?P<quarter>[1-4])(?:[- ](?P<year2>\d{4}))?\b", _period),
        (r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>[ap]\.?m\b\.?))?", _time),
        (r"\b(?P<hour>\d{1,2})(?P<minute>) ?(?P<half>[ap]\.?m\b\.?)", _time),
        (
            rf"{_SIGN}(?:[$€£¥]|\b(?:usd|eur|gbp) ?)\s?(?P<num>{_NUM})(?:\s?(?P<size>{_SIZE}))?"
            rf"|\b(?P<num2>{_NUM})(?:\s?(?P<size2>{_SIZE}))?\s(?:dollars?|euros?|pounds?|usd|eur|gbp)\b",
            _money,
        ),
        (rf"{_SIGN}(?P<num>{_NUM})(?:\s?(?:%|percentage points?|percent\b|per cent\b|pct\b|points?\b))", _percent),
        (rf"\b(?P<said>{_SAID})(?:\s|-)(?:percent|per cent)\b", _percent_said),
        (rf"{_SIGN}(?P<num>{_NUM})", _plain),
        (rf"\b(?P<said>(?:(?:{_SAID})|a)[ -]{_MORE}|{_SAID})", _worded),
        (rf"\b(?P<word>{'|'.join(_ALONE)})\b", _alone),
        (r"\b(?:a|one|two|three) (?P<part>third|quarter|fifth|tenth)s? of\b", _part),
        (rf"\b(?P<rank>{'|'.join(_RANKS)})\b(?! (?:time|quarter|week|month|half|party|step|name|call|touch))", _rank),
        (rf"\b(?P<weekday>{_WEEKDAY})\b", _weekday),
        (rf"\b(?P<month>{_MONTH})(?!\w)", _month),
    )
)
