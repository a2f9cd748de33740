"""Counts and places as people say them: "ten", "at most 15 each", "the second one", "last 6 quarters"."""

from __future__ import annotations

import re

_COUNTED = (
    "one|two|three|four|five|six|seven|eight|nine|ten"
    "|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty"
)
_PLACED = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_WORDS, _ORDINALS = _COUNTED.split("|"), _PLACED.split("|")
_COUNT = rf"\d{{1,4}}|{_COUNTED}"
NUMBER = re.compile(rf"\b(\d{{1,6}}|{_COUNTED})\b", re.IGNORECASE)
_SPAN = {unit: re.compile(rf"\b(\d{{1,3}}|{_COUNTED}) {unit}s?\b", re.IGNORECASE) for unit in ("month", "quarter")}
# How many leads each is to get, at the least or at the most.
_AT_LEAST = re.compile(rf"\b(?:at least|minimum(?: of)?|no fewer than|not less than) ({_COUNT})\b", re.IGNORECASE)
_AT_MOST = re.compile(
    r"\b(?:at most|no more than|not more than|max(?:imum)?\.?(?: of)?|up to|limit(?:ed)? (?:to|of)|capped at)"
    rf" ({_COUNT})\b"
    rf"|\b({_COUNT}) (?:leads )?(?:each|apiece|a head|per (?:rep|person|head|colleague))\b",
    re.IGNORECASE,
)
POSITION = re.compile(
    rf"\b(?:the )?(?:({_PLACED}|last)(?: (?:one|lead|deal))?|(?:number|no\.?|#) ?(\d{{1,2}})"
    r"|(\d{1,2})(?:st|nd|rd|th)(?: (?:one|lead|deal))?)(?=\W|$)",
    re.IGNORECASE,
)


def value(said: str) -> int:
    """The number that digits or a word say."""
    return int(said) if said.isdigit() else _WORDS.index(said.lower()) + 1


def counts(text: str) -> list[int]:
    """All numbers of a text in order, places in a list ("the second one") apart."""
    return [value(match[1]) for match in NUMBER.finditer(POSITION.sub(" ", text))]


def place(match: re.Match[str], shown: int) -> int:
    """Which of so many that were shown a match of `POSITION` points at, from 1."""
    word = (match[1] or "").lower()
    return shown if word == "last" else _ORDINALS.index(word) + 1 if word else int(match[2] or match[3])


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
