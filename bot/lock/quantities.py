"""How amounts, shares, counts, durations and places in a list are read."""

from __future__ import annotations

import re

from bot.lock.agreement import Figure, Kind
from bot.lock.numerals import NUMBER, SAID, SAID_MORE, SIGN, SIZE, SIZES, WORDS, exactness, spelled
from bot.lock.numerals import value as value_of

# "First" and "second" are said of much else.
_RANKS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
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
_ROUNDED = r"about|around|roughly|approximately|approx\.?|some|nearly|almost|circa|close to"
_ABOUT = re.compile(rf"(?:\b(?:{_ROUNDED})|[~≈])\s*(?:a |an )?[$€£¥]?$", re.I)
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


def _is_about(text: str, start: int) -> bool:
    return bool(_ABOUT.search(text, max(0, start - 24), start))


def _money(match: re.Match[str], text: str) -> Figure:
    number, size = match["num"] or match["num2"], (match["size"] or match["size2"] or "").lower()
    scale = SIZES.get(size, 1.0) * (-1 if "-" in match[0].split(number)[0] else 1)
    step = 10.0 ** -len(number.partition(".")[2]) if size else exactness(number)
    return Figure(
        "money",
        value_of(number) * scale,
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
    value = value_of(number) * (-1 if match[0].startswith("-") else 1)
    return Figure("percent", value, "", exactness(number), _is_about(text, match.start()), *match.span())


def _percent_said(match: re.Match[str], text: str) -> Figure:
    return Figure("percent", spelled(match["said"]), "", 1.0, _is_about(text, match.start()), *match.span())


def _plain(match: re.Match[str], text: str) -> Figure | None:
    number = match["num"]
    if re.match(r"^\s*\d{1,2}$", text[text.rfind("\n", 0, match.start()) + 1 : match.end()]) and text[
        match.end() : match.end() + 2
    ] in (". ", ") "):
        return None  # the number of an item
    value, step = value_of(number) * (-1 if match[0].startswith("-") else 1), exactness(number)
    size = re.compile(rf"\s?(?P<size>{SIZE})", re.I).match(text, match.end())
    if size:
        scale = SIZES[size["size"].lower()]
        return Figure(
            "number", value * scale, "", 10.0 ** -len(number.partition(".")[2]) * scale, True, match.start(), size.end()
        )
    return _counted(value, step, match.start(), match.end(), text)


def _worded(match: re.Match[str], text: str) -> Figure | None:
    value = spelled(match["said"])
    return _counted(value, 1.0, match.start(), match.end(), text)


def _alone(match: re.Match[str], text: str) -> Figure:
    word = match["word"].lower()
    kind: Kind = "percent" if word == "half" else "number"
    unit = "" if kind == "percent" else "times"
    return Figure(kind, _ALONE[word], unit, 1.0, _is_about(text, match.start()), *match.span())


def _part(match: re.Match[str], text: str) -> Figure:
    share = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}[match["part"].lower()]
    many = WORDS.get(match[0].split()[0].lower(), 1)
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


PATTERNS = (
    (
        rf"{SIGN}(?:[$€£¥]|\b(?:usd|eur|gbp) ?)\s?(?P<num>{NUMBER})(?:\s?(?P<size>{SIZE}))?"
        rf"|\b(?P<num2>{NUMBER})(?:\s?(?P<size2>{SIZE}))?\s(?:dollars?|euros?|pounds?|usd|eur|gbp)\b",
        _money,
    ),
    (rf"{SIGN}(?P<num>{NUMBER})(?:\s?(?:%|percentage points?|percent\b|per cent\b|pct\b|points?\b))", _percent),
    (rf"\b(?P<said>{SAID})(?:\s|-)(?:percent|per cent)\b", _percent_said),
    (rf"{SIGN}(?P<num>{NUMBER})", _plain),
    (rf"\b(?P<said>{SAID_MORE}|{SAID})", _worded),
    (rf"\b(?P<word>{'|'.join(_ALONE)})\b", _alone),
    (r"\b(?:a|one|two|three) (?P<part>third|quarter|fifth|tenth)s? of\b", _part),
    (rf"\b(?P<rank>{'|'.join(_RANKS)})\b(?! (?:time|quarter|week|month|half|party|step|name|call|touch))", _rank),
)
