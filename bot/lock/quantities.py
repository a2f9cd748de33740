"""How amounts, shares, counts and durations are read."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.lock.agreement import Figure, Kind
from bot.lock.numerals import NUMBER, SAID, SIGN, SIZE, SIZES, WORDS, decimals, exactness, number, spelled
from bot.lock.numerals import value as value_of

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
# Those that name a stretch of time up to now: "the last month".
LONG = {span: _HOURS[span] for span in ("week", "month", "quarter", "year")}
_CURRENCIES = {"usd": ("$", "usd", "dollar"), "eur": ("€", "eur"), "gbp": ("£", "gbp", "pound"), "jpy": ("¥",)}
_CURRENCY = r"(?:dollars?|euros?|pounds?|usd|eur|gbp)\b"
_NOUN = re.compile(
    r"\s*-?(?P<noun>(?:full |whole )?(?:minutes?|mins?|hours?|hrs?|h|(?:working |business )?days?|weeks?|months?"
    r"|quarters?|years?|seconds?)"
    r"|past (?:weeks|months|quarters|years)"
    r"|(?:(?:open|new|untouched|hot|late|own|more|other|of the|of your|of my|of our|won|lost) )*"
    r"(?:leads?|deals?|calls?|meetings?|accounts?|customers?|reps?|people|e-?mails?|sites?|wins?|times?)(?: won\b)?)\b",
    re.I,
)
_AGO, _AHEAD = re.compile(r"\s(?:ago|earlier)\b", re.I), re.compile(r"\s(?:from now|from today|away|left)\b", re.I)
_SPANS = "minute|hour|day|week|month|quarter|year"
_ONE = "win|lead|deal|call|meeting"
PARTS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
# What follows a figure that it is set against, and has its unit: "4 days ago, against a typical 47".
AGAINST = re.compile(
    r"(?: ago| earlier)?(?:,|;| –)?"
    r" (?:against|versus|vs\.?|compared (?:with|to)|instead of|rather than|down from|up from)"
    r"(?: (?:a|an|the|its|our|usual|usually|typical|typically|average|normal))* $"
    r"|(?: in the (?:last|past) \d+ \w+| so far)?; typical is $",
    re.I,
)
_FEW = {"few": 4.0, "several": 6.0}
_OTHERS = re.compile(r"\b(?:other|another|remaining) $", re.I)
# What a number is a part of: "36 of the 197".
_WHOLE = re.compile(r"\bof (?:the|all|all the|your|our) $", re.I)
# "Nothing was heard in 5 days" is of the past.
_NOT = re.compile(r"\b(?:not|no|nothing|nobody|never)\b|n['’]t\b", re.I)
_TO = re.compile(r"\s?(?:–|-|to|and|or)\s?\d")
_IN = re.compile(r"\bin (?:about |around |roughly |just |only )?$", re.I)
# Words that say of a bare number what it measures; nothing but words stands between.
_OF_CHANCE = re.compile(r"\b(?:chances?|probability|likelihood|odds)\b(?: \w+)?[^\d\n;,.|]*$", re.I)
_OF_MONEY = re.compile(r"\b(?:worth|valued?|amount)\b[^\d\n;,.|]{0,24}$", re.I)

# What follows a multiple of something else, and not a number of times.
THAN = re.compile(
    r" (?:as|what|that(?! same)|more|bigger|larger|higher|the (?:size|value|chances?|odds|amount|average))\b"
    r"| [\w.-]+(?: [\w.-]+){0,2}['’]s\b",
    re.I,
)
_CHANGE = re.compile(r"\s*• [+-]\d")
# The name of what is measured, where its value stands behind it: "meter age years 10; sites 8", "employees is 19".
_LABEL = re.compile(r"(?:^|[;:,.•▲▼] )(?!\d)[^;:,.\d]*?(\b[a-z]+)(?: is)? $", re.I)
_LABELLED = re.compile(r"\s*(?:[;,.]|$)")
# What is counted of one's own words is no figure of anybody.
_OF_SPEECH = re.compile(
    r"(?: \w+)? (?:reason|thing|point|way|step|option|idea|note|caveat|question|tip|name|fact|sentence|line)s?\b", re.I
)


def counted(value: float, step: float, start: int, end: int, text: str, places: int = 0) -> Figure:
    """A bare number, or a number of what the noun behind it says."""
    noun = _NOUN.match(text, end)
    unit, scale = _unit(noun["noun"]) if noun else ("", 1.0)
    if not noun and not places:
        ahead = text[max(0, start - 20) : start]
        unit = "others" if _OTHERS.search(ahead) else "whole" if _WHOLE.search(ahead) else ""
    if noun and unit == "times" and THAN.match(text, noun.end()):
        unit = "ratio"
    if noun and unit == "hours":
        ahead = text[max(0, start - 60) : start]
        is_in = bool(_IN.search(ahead)) and not _NOT.search(ahead)
        unit += " ago" if _AGO.match(text, noun.end()) else " ahead" if is_in and not places else ""
    if not unit and not noun and not _TO.match(text, end) and _OF_CHANCE.search(text, max(0, start - 60), start):
        scale = 100.0 if value <= 1 and places else 1.0
        places = max(places - 2, 0) if scale > 1 else places
        return Figure("percent", value * scale, "", step * scale, False, start, end, places)
    if not noun and _OF_MONEY.search(text, max(0, start - 40), start):
        return Figure("money", value, "", step, False, start, end, places)
    return Figure("number", value * scale, unit, step * scale, False, start, end, places)


def with_unit(figure: Figure, text: str) -> int:
    """Where a figure ends with what it counts: "5 days" of "5 days ago"."""
    noun = _NOUN.match(text, figure.end) if figure.kind == "number" else None
    return noun.end() if noun else figure.end


def in_points(figure: Figure, line: str) -> Figure | None:
    """A change at the head of an item of a list, which is one in points: "• -1.2: no contact for 26 hours"."""
    is_change = _CHANGE.match(line) and line[: figure.start].strip() == "•"
    return replace(figure, kind="percent", unit="") if is_change else None


def labelled(figure: Figure, text: str) -> str:
    """The word that names what a bare number measures, where it stands right before it; empty where none does."""
    if figure.kind != "number" or figure.unit or not _LABELLED.match(text, figure.end):
        return ""
    return label[1] if (label := _LABEL.search(text, 0, figure.start)) else ""


def in_span(figure: Figure, label: str) -> Figure | None:
    """A bare number as one of the hours, days or years that its label names."""
    scale = _HOURS.get(label.lower().rstrip("s"), 0.0) if label.endswith("s") else 0.0
    return replace(figure, unit="hours", value=figure.value * scale, step=figure.step * scale) if scale else None


def nouns(text: str) -> str:
    """What may be counted, of all that a text speaks of, with "|" between."""
    won = {"win"} if re.search(r"\bwon\b", text, re.I) else set()
    return "|".join(sorted({_unit(each["noun"])[0] for each in _NOUN.finditer(text)} - {"hours", "times"} | won))


def _unit(noun: str) -> tuple[str, float]:
    words = noun.lower().split()
    last = next(word for word in reversed(words) if word != "won").rstrip("s")
    if "won" in words:
        return f"{last}|win", 1.0
    if last in _HOURS:
        return "hours", _HOURS[last]
    return {"people": "rep|?", "e-mail": "email", "time": "times"}.get(last, last), 1.0


def _money(match: re.Match[str], text: str) -> Figure:
    digits, size = match["num"] or match["num2"], (match["size"] or match["size2"] or "").lower()
    scale = SIZES.get(size, 1.0) * (-1 if "-" in match[0].split(digits)[0] else 1)
    step = (10.0 ** -decimals(digits) if size else exactness(digits)) * abs(scale)
    places = 0 if size else decimals(digits)
    return Figure("money", value_of(digits) * scale, _currency(match[0]), step, bool(size), *match.span(), places)


def _currency(text: str) -> str:
    low = text.lower()
    return next((code for code, marks in _CURRENCIES.items() if any(mark in low for mark in marks)), "")


def _half_size(match: re.Match[str], text: str) -> Figure:
    """ "half a million", of money unless it counts something."""
    size = SIZES[match["size"].lower()]
    kind: Kind = "number" if _NOUN.match(text, match.end()) else "money"
    return Figure(kind, size / 2, "", size / 10, False, *match.span())


def _percent(match: re.Match[str], text: str) -> Figure:
    digits = match["num"]
    value = value_of(digits) * (-1 if match[0].startswith("-") else 1)
    return Figure("percent", value, "", exactness(digits), False, *match.span(), decimals(digits))


def _plain(match: re.Match[str], text: str) -> Figure | None:
    digits = match["num"]
    if _is_item(match, text) or _OF_SPEECH.match(text, match.end()):
        return None
    value, step = value_of(digits) * (-1 if match[0].startswith("-") else 1), exactness(digits)
    size = re.compile(rf"\s?(?P<size>{SIZE})", re.I).match(text, match.end())
    if size:
        scale = SIZES[size["size"].lower()]
        return Figure("number", value * scale, "", 10.0 ** -decimals(digits) * scale, True, match.start(), size.end())
    return counted(value, step, match.start(), match.end(), text, decimals(digits))


def _is_item(match: re.Match[str], text: str) -> bool:
    """Whether a number is that of an item of a list."""
    ahead = text[text.rfind("\n", 0, match.start()) + 1 : match.end()]
    return bool(re.match(r"^\s*\d{1,2}$", ahead)) and text[match.end() : match.end() + 2] in (". ", ") ")


def _worded(match: re.Match[str], text: str) -> Figure | None:
    value = spelled(match["said"])
    step = exactness(f"{value:.0f}")
    if match["percent"] or match["money"]:
        kind: Kind = "percent" if match["percent"] else "money"
        unit = _currency(match["money"] or "")
        return Figure(kind, value, unit, 1.0 if match["percent"] else step, False, *match.span())
    if _is_of_speech(match, text) or (value == 1 and not _NOUN.match(text, match.end())):
        return None  # "the one to call"
    return counted(value, step, match.start(), match.end(), text)


def _is_of_speech(match: re.Match[str], text: str) -> bool:
    """Whether it counts one's own words, or goes on with them: "three things speak for it and three against"."""
    goes_on = spelled(match["said"]) <= 10 and re.search(
        _OF_SPEECH.pattern + r"[^.;]* and $", text[: match.start()], re.I
    )
    return bool(_OF_SPEECH.match(text, match.end()) or (goes_on and not _NOUN.match(text, match.end())))


def _few(match: re.Match[str], text: str) -> Figure:
    """ "a few days": from half as many as are meant to half as many more."""
    figure = counted(_FEW[match["few"].lower()], 1.0, *match.span(), text)
    return replace(figure, is_about=True, step=figure.value)


def _and_half(match: re.Match[str], text: str) -> Figure:
    """ "a year and a half", "half a day", "one and a half wins"."""
    count = 0.0 if match["half"] else spelled(match["many"]) if match["many"].lower() in WORDS else 1.0
    noun = (match["half"] or match["span"] or match["spans"]).lower().rstrip("s")
    if noun == "point":
        return Figure("percent", count + 0.5, "", 0.1, False, *match.span(), 1)
    scale = _HOURS.get(noun, 1.0)
    unit = f"hours{' ago' if _AGO.match(text, match.end()) else ''}" if noun in _HOURS else noun
    return Figure("number", (count + 0.5) * scale, unit, scale / 2, False, *match.span(), 1)


def _compound(match: re.Match[str], text: str) -> Figure:
    """ "two minutes and 40 seconds"."""
    long, short = _HOURS[match["of"].lower()], _HOURS[match["and"].lower()]
    value = number(match["long"]) * long + number(match["short"]) * short
    return Figure("number", value, "hours", short, False, *match.span())


def _part_of_one(match: re.Match[str], text: str) -> Figure:
    """ "a tenth of a win"."""
    one = match["one"].lower()
    value = PARTS[match["part"].lower()] * WORDS.get(match["many"].lower(), 1) / 100 * _HOURS.get(one, 1.0)
    return Figure("number", value, "hours" if one in _HOURS else one, value / 10, True, *match.span())


def _single(match: re.Match[str], text: str) -> Figure:
    """ "a week ago" and "a couple of deals"."""
    return counted(2.0 if "couple" in match[0].lower() or "pair" in match[0].lower() else 1.0, 1.0, *match.span(), text)


PATTERNS = (
    (r"\bhalf an? (?P<size>thousand|million|billion)\b", _half_size),
    (
        rf"\bhalf (?:of )?an? (?P<half>point|{_ONE}|{_SPANS})\b"
        rf"|\b(?P<many>an?|{'|'.join(WORDS)})"
        rf" (?:(?P<span>(?:{_SPANS})s?) and a half\b|and a half (?P<spans>(?:point|{_ONE}|{_SPANS})s)\b)",
        _and_half,
    ),
    (
        rf"\b(?P<long>{NUMBER}|{SAID}) (?P<of>{_SPANS})s? and (?P<short>{NUMBER}|{SAID}) (?P<and>{_SPANS}|second)s?\b",
        _compound,
    ),
    (
        rf"\b(?P<many>a|one|two|three|four)[ -](?P<part>{'|'.join(PARTS)})s? of an? (?P<one>{_ONE}|{_SPANS})\b",
        _part_of_one,
    ),
    (
        rf"{SIGN}(?:[$€£¥]|\b(?:usd|eur|gbp) ?)\s?(?P<num>{NUMBER})(?:\s?(?P<size>{SIZE}))?"
        rf"|\b(?P<num2>{NUMBER})(?:\s?(?P<size2>{SIZE}))?\s{_CURRENCY}",
        _money,
    ),
    (rf"{SIGN}(?P<num>{NUMBER})(?:[\s-]?(?:%|percentage points?|percent\b|per cent\b|pct\b|points?\b))", _percent),
    (rf"{SIGN}(?P<num>{NUMBER})", _plain),
    (r"\ban? (?=(?:minute|hour|day|week|month|quarter|year) (?:ago|earlier|away|from now)\b)", _single),
    (r"(?<=\bin )an? (?=(?:minute|hour|day|week|month|quarter|year)\b)", _single),
    (rf"\b(?:a )?(?P<few>few|several)(?= (?:{_SPANS})s (?:ago|earlier|away|from now)\b)", _few),
    (rf"(?<=\bin )(?:a )?(?P<few>few|several)(?= (?:{_SPANS})s\b)", _few),
    (r"\b(?:a|the last|the next) (?:couple|pair)(?: of)?\b", _single),
    (
        rf"\b(?P<said>{SAID})(?:[ -](?P<percent>per ?cent\b|(?:percentage )?points?\b)|\s(?P<money>{_CURRENCY}))?",
        _worded,
    ),
)
