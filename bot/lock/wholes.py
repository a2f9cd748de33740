"""How parts and multiples of a whole are read, places in a list, and who has the most."""

from __future__ import annotations

import math
import re

from bot.lock.agreement import Figure
from bot.lock.numerals import NUMBER, WORDS, number
from bot.lock.quantities import PARTS, THAN, nouns

_RANKS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_PLACED = "|".join(_RANKS)
_COUNT = rf"\d{{1,3}}(?:\.\d+)?|{'|'.join(WORDS)}"
# Words that make a figure of nothing else.
_TIMES = {
    "once": 1.0,
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "thrice": 3.0,
    "triple": 3.0,
    "tripled": 3.0,
    "quadruple": 4.0,
    "quadrupled": 4.0,
}
_CHANCES = ("chance", "chances", "odds", "probability", "likelihood")
_NOUNS = r"(?:leads|deals|calls|meetings|wins|e-?mails)\b"
_LEAST = ("fewest", "lowest", "smallest", "worst", "weakest", "least valuable")
_MOST = rf"best|highest|strongest|biggest|largest|greatest|most valuable|{'|'.join(_LEAST)}"
_SPAN = r"(?:minute|hour|day|week|month|year)s"
_PUT = r"(?:is|are|was|be|comes?|came|ranks?|ranked|stands?|stood|follows|goes|in|placed|'s)"
# What may stand behind a place in a list; "first contacted" is none.
_END = r"(?=\s*(?:[.,;:!?)*–|\n]|$|and\b|on\b|in line|in the\b|place\b|at\b|with\b|among\b|of\b))"


def _part(match: re.Match[str], text: str) -> Figure:
    """ "one in three", "two thirds", "64 out of 100"."""
    if match["part"]:
        share = PARTS[match["part"].lower()] * WORDS.get(match["many"].lower(), 1)
    else:
        share = 100 * number(match["of"]) / (number(match["whole"]) or 1)
    return Figure("percent", share, "part", 1.0, False, *match.span())


def _half(match: re.Match[str], text: str) -> Figure:
    return Figure("percent", 50.0, "part", 1.0, False, *match.span())


def _times(match: re.Match[str], text: str) -> Figure:
    word = match[0].lower()
    value = _TIMES[word] if word in _TIMES else number(match["num"])
    unit = "ratio" if THAN.match(text, match.end()) else "times"
    return Figure("number", value, unit, 1.0, False, *match.span())


def _dozens(match: re.Match[str], text: str) -> Figure:
    """Too many to be any number that a tool tells."""
    return Figure("number", math.inf, "", 1.0, False, *match.span())


def _dozen(match: re.Match[str], text: str) -> Figure:
    return Figure("number", 12.0, "", 1.0, False, *match.span())


def _rank(match: re.Match[str], text: str) -> Figure:
    place = match["rank"].lower()
    value = _RANKS.index(place) + 1.0 if place in _RANKS else number(place)
    return Figure("number", value, "rank", 0.0, False, *match.span("rank"))


def _most(match: re.Match[str], text: str) -> Figure:
    word = next(name for name in ("most", "many", "biggest") if match[name])
    kind = (
        "percent"
        if (match["of"] or "").lower() in _CHANCES
        else f"number {nouns(match['noun'])}"
        if match["noun"]
        else "money"
    )
    value = -1.0 if match[word].lower() in _LEAST else 1.0
    return Figure("most", value, kind, 0.0, False, *match.span(word))


BEFORE = (
    (r"\b(?P<rank>\d{1,3})(?:st|nd|rd|th)\b", _rank),
    (
        r"(?:#|\bno\. ?|\b(?:number|spot|position|place) |\brank(?:s|ed)? (?:as )?(?:number )?)"
        rf"(?P<rank>{_COUNT})\b(?! of (?:them|the)\b)",
        _rank,
    ),
    (r"(?<![^\n])\|\s*(?P<rank>\d{1,2})(?=\s*\|)", _rank),
    (rf"\b{_PUT}(?: (?:only|now|the|in))* (?P<rank>{_PLACED}){_END}", _rank),
    (r"(?<!\bthe )\b(?P<rank>first|second)(?=,? (?:is|comes|up|in line|place)\b|:)", _rank),
    (r"(?<!\bat)(?<!\bthe) (?P<rank>first|second)(?=\s*(?:[.,;:!?)*\n]|$|and\b|then\b))", _rank),
    (r"(?<![^\n]) ?(?P<rank>first|second)(?=,)", _rank),
    (r"\b(?P<rank>second)(?= only to\b)", _rank),
    (
        rf"(?<![\d.,])\b(?P<of>{_COUNT})(?:[ -]in[ -]| out of (?:every )?)(?:a )?(?P<whole>hundred|{_COUNT})\b"
        rf"(?! {_SPAN}\b)"
        r"(?P<part>)(?P<many>)",
        _part,
    ),
    (
        r"\b(?<!\bthe )(?!two quarters|four quarters)(?P<many>a|one|two|three|four)[ -]"
        r"(?P<part>third|quarter|fifth|tenth)s?(?:(?<=s)\b(?! of an? )|(?= and \d)"
        r"| of\b(?! an? (?:win|lead|deal|call|meeting|hour|day|week|month|year)\b)"
        r"|(?<=third|fifth|tenth)(?=\s*(?:[–—,.;)\n]|$)))"
        r"(?P<of>)(?P<whole>)",
        _part,
    ),
    (
        rf"\b(?P<of>{_COUNT}) (?:times|chances|cases|deals|leads) (?:in|out of)(?: every)?"
        rf" (?P<whole>hundred|{_COUNT})\b(?! {_SPAN}\b)(?P<part>)(?P<many>)",
        _part,
    ),
    (
        rf"(?<![\d.,])\b(?P<of>{_COUNT}) of (?:every )?(?P<whole>ten|10|a hundred|100)\b(?P<part>)(?P<many>)",
        _part,
    ),
    (rf"\b(?P<num>{NUMBER})\s?[x×](?![\w×])", _times),
)
AFTER = (
    (rf"\b(?!once\b(?! so far\b| in the (?:last|past)\b))(?:{'|'.join(_TIMES)})\b(?P<num>)", _times),
    (r"\bhalf\b(?! past| an? (?:thousand|million|billion))", _half),
    (
        rf"(?<!\bof )(?<!\bamong )\bthe (?:(?P<most>{_MOST}) (?P<of>{'|'.join(_CHANCES)}|value|amount|deal)\b"
        rf"|(?P<many>most|fewest) (?P<noun>(?:open |new |won )*{_NOUNS})"
        r"|(?P<biggest>biggest|largest|most valuable|smallest)(?=,| at\b| with\b|\.|$))",
        _most,
    ),
    (r"\bdozen\b", _dozen),
    (r"\b(?:dozens|hundreds|thousands|millions)\b", _dozens),
    (
        rf"\b(?P<rank>{'|'.join(_RANKS[2:])})\b"
        r"(?! (?:time|quarter|week|month|half|party|step|name|call|touch)|[ -](?:\w+est|most)\b)",
        _rank,
    ),
)
