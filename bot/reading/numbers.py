"""Counts, places and times of day as people say them: "a dozen", "at most 15 each", "the 2nd one", "half past 8"."""

from __future__ import annotations

import re

_COUNTED = (
    "one|two|three|four|five|six|seven|eight|nine|ten"
    "|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
)
_PLACED = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_WORDS = {word: count for count, word in enumerate(_COUNTED.split("|"), 1)}
_FEW = {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "half a dozen": 6,
    "a dozen": 12,
    "dozen": 12,
    "a couple": 2,
    "a few": 3,
}
_VALUES = _FEW | _WORDS
_ORDINALS = _PLACED.split("|")
COUNT = rf"\d{{1,6}}|{'|'.join(_VALUES)}"
CLOCK = r"(?:\d{1,2}(?:[:.h]\d{2})?\s?(?:am\b|pm\b|a\.m\.|p\.m\.)|\d{1,2}[:h]\d{2}|noon|midnight)"
NUMBER = re.compile(rf"\b({COUNT})\b(?! ?%)", re.IGNORECASE)
AMOUNT = re.compile(
    r"[$€£] ?\d[\d,.]*(?: ?[km])?\b|\b\d[\d,.]* ?(?:k|m|usd|eur|gbp|dollars?|euros?|pounds?|%|percent)(?!\w)",
    re.IGNORECASE,
)
# What counts no records: amounts of money, shares, lengths of time, and "one" for something that was spoken of.
_UNCOUNTED = re.compile(
    rf"{AMOUNT.pattern}|\b(?:{COUNT}|an?) ?(?:min(?:ute)?|hour|day|week|month|quarter|year)s?\b|\b{CLOCK}"
    r"|\b(?:this|that|which|the|no|any|every|each|right|best|good|hot|next|other) one\b|\bone (?:of|to)\b",
    re.IGNORECASE,
)
_SPAN = {unit: re.compile(rf"\b({COUNT}) {unit}s?\b", re.IGNORECASE) for unit in ("month", "quarter")}
# How many leads each is to get, at the least or at the most.
_AT_LEAST = re.compile(rf"\b(?:at least|min(?:imum)?(?: of)?|no fewer than|not less than) ({COUNT})\b", re.IGNORECASE)
_AT_MOST = re.compile(
    r"\b(?:at most|no more than|not more than|(?:no|none)\b(?: \w+){1,3} more than"
    r"|max(?:imum)?\.?(?: of)?|up to|limit(?:ed)? (?:to|of)"
    rf"|cap(?:ped)?(?: it)? at) ({COUNT})\b"
    rf"|\b({COUNT}) (?:(?:new |old |aged )?leads )?"
    r"(?:each|apiece|a head|per (?:rep|person|head|colleague)|max(?:imum)?)\b",
    re.IGNORECASE,
)
POSITION = re.compile(
    rf"\b(?:the )?(?:({_PLACED}|last)(?: (?:one|lead|deal|name))?"
    rf"|(?:number |no\.? ?|#|(?<=\bwhy ))(\d{{1,2}}|{_COUNTED})"
    r"|(\d{1,2})(?:st|nd|rd|th)(?: (?:one|lead|deal|name))?)(?=\W|$)",
    re.IGNORECASE,
)
_HOUR = rf"(\d{{1,2}}|{_COUNTED})"
_MINUTES = {"quarter": 15, "half": 30, "five": 5, "ten": 10, "twenty": 20, "5": 5, "10": 10, "20": 20, "25": 25}
_SPOKEN = re.compile(
    rf"\b(?:a )?({'|'.join(_MINUTES)})(?: minutes?)? (past|to|before|after) {_HOUR}(?!\w|:)( ?[ap]m\b)?"
    rf"|\b{_HOUR} ?o'?clock\b(?: (in the (?:morning|afternoon|evening)))?",
    re.IGNORECASE,
)


def value(said: str) -> int:
    """The number that digits or a word say."""
    return int(said) if said.isdigit() else _VALUES[said.lower()]


def counts(text: str) -> list[int]:
    """The numbers of a text in order that may count records."""
    return [value(match[1]) for match in NUMBER.finditer(_UNCOUNTED.sub(" ", POSITION.sub(" ", text)))]


def place(match: re.Match[str], shown: int) -> int:
    """Which of so many that were shown a match of `POSITION` points at, from 1."""
    word = (match[1] or "").lower()
    return shown if word == "last" else _ORDINALS.index(word) + 1 if word else value(match[2] or match[3])


def spans(text: str, unit: str) -> int | None:
    """How many months or quarters a text speaks of."""
    match = _SPAN[unit].search(text)
    return value(match[1]) if match else None


def per_rep(text: str) -> dict[str, int]:
    """How many leads each is to get, as far as it is said."""
    least = _AT_LEAST.search(text)
    most = _AT_MOST.search(text if least is None else text.replace(least[0], ""))
    found = {"min_per_rep": value(least[1])} if least else {}
    return found | ({"max_per_rep": value(most[1] or most[2])} if most else {})


def clocked(text: str) -> str:
    """The text with the times of day that are said in words as figures: "half past 8" is 8:30."""
    return _SPOKEN.sub(_clock, text)


def _clock(found: re.Match[str]) -> str:
    if found[5]:
        late = " pm" if found[6] and "morning" not in found[6].lower() else ""
        return f"{value(found[5])}:00{late}"
    minutes, hour = _MINUTES[found[1].lower()], value(found[3])
    if found[2].lower() in ("to", "before"):
        hour, minutes = (hour - 2) % 12 + 1, 60 - minutes
    return f"{hour}:{minutes:02d}{found[4] or ''}"
