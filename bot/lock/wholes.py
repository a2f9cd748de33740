"""How parts and multiples of a whole are read, places in a list, and what is said of all or of none."""

from __future__ import annotations

import math
import re

from bot.lock.agreement import Figure
from bot.lock.numerals import NUMBER, WORDS, number
from bot.lock.quantities import THAN, beyond, rounded
from bot.lock.words import HELPING

_RANKS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_PLACED = "|".join(_RANKS)
_COUNT = rf"\d{{1,3}}(?:\.\d+)?|{'|'.join(WORDS)}"
# Words that make a figure of nothing else.
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "thrice": 3.0,
    "triple": 3.0,
    "tripled": 3.0,
    "quadruple": 4.0,
    "quadrupled": 4.0,
}
_PARTS = {"third": 100 / 3, "quarter": 25.0, "fifth": 20.0, "tenth": 10.0}
# A part of a whole is a stated rounding to about a seventh of it.
_PART_STEP, _MOST_PART_STEP = 0.27, 9.0
# How far beyond a part a share may be, twice: "more than half" of it.
_PART_BEYOND = 0.6
_VERB = (
    r"(?:is|are|was|were|has|have|had|will|would|can|did|does|do|won|lost|came|comes?|waits?|needs?|wants?|stands?"
    r"|agreed|got|gets|heard|owns?|knows?|spoke|took|went|gave|said|\w{3,}ed)\b"
)
_ALL = (
    r"everyone|everybody|every (?:single )?(?:one|lead|deal|rep|account|customer)|each (?:one|lead|deal|rep)"
    rf"|(?:every|each)(?: one)? of (?:them|these|those|your \w+|our \w+)"
    rf"|all(?: of)?(?: (?:{_COUNT}|them|these|those|the|your|our|open|new|leads|deals|reps|accounts|people))+"
    r"|all(?= (?:are|were|have|had)\b)|most of (?:them|these|those|the \w+|your \w+|our \w+)|the (?:whole|entire) \w+"
)
_NONE = (
    r"nobody|no one|no-one|neither(?: of (?:them|these|those))?|not a single \w+|not one(?: of (?:them|these|those))?"
    r"|none(?: of (?:them|these|those|the \w+|your \w+|our \w+))?"
    r"|no (?:open |new |other )?(?:lead|deal|rep|account|customer|call|meeting)s?"
)

_BOUND = re.compile(
    r"(?: \w+)?? (?:(?P<below>below|less than|under|lower than|at most|up to)"
    r"|above|over|more than|higher than|beyond|at least|better than)\s[$€£]?(?=\d)",
    re.I,
)
# All of them are without what none of them has.
_HAVE_NO = re.compile(r" (?:no|without)\b", re.I)
_CHANCES = ("chance", "chances", "odds", "probability", "likelihood")
_LEAST = ("lowest", "smallest", "worst", "weakest", "least valuable")
_MOST = rf"best|highest|strongest|biggest|largest|greatest|most valuable|{'|'.join(_LEAST)}"
_SPAN = r"(?:minute|hour|day|week|month|year|call)s"
_PUT = r"(?:is|are|was|be|comes?|came|ranks?|ranked|stands?|stood|follows|goes|in|placed|'s)"
# What may stand behind a place in a list; "first contacted" is none.
_END = r"(?=\s*(?:[.,;:!?)*–|\n]|$|and\b|on\b|in line|in the\b|place\b|at\b|with\b|among\b|of\b))"


def _part(match: re.Match[str], text: str) -> Figure:
    """ "one in three", "two thirds", "64 out of 100"."""
    if match["part"]:
        share = _PARTS[match["part"].lower()] * WORDS.get(match["many"].lower(), 1)
    else:
        share = 100 * number(match["of"]) / (number(match["whole"]) or 1)
    is_about, side = rounded(text, match.start())
    if bound := beyond(text, match.start()):
        return Figure("percent", share, "part", share * _PART_BEYOND, True, *match.span(), 0, bound)
    step = min(share * _PART_STEP, _MOST_PART_STEP) if is_about else 1.0
    return Figure("percent", share, "part", step, True, *match.span(), 0, side)


def _half(match: re.Match[str], text: str) -> Figure:
    is_about, side = rounded(text, match.start())
    if bound := beyond(text, match.start()):
        return Figure("percent", 50.0, "part", 50.0 * _PART_BEYOND, True, *match.span(), 0, bound)
    return Figure("percent", 50.0, "part", _MOST_PART_STEP if is_about else 1.0, is_about, *match.span(), 0, side)


def _times(match: re.Match[str], text: str) -> Figure:
    word = match[0].lower()
    value = _TIMES[word] if word in _TIMES else number(match["num"])
    is_about, side = rounded(text, match.start())
    unit = "ratio" if THAN.match(text, match.end()) else "times"
    return Figure("number", value, unit, 1.0, is_about, *match.span(), 0, side)


def _dozens(match: re.Match[str], text: str) -> Figure:
    """Too many to be any number that a tool tells."""
    return Figure("number", math.inf, "", 1.0, False, *match.span())


def _dozen(match: re.Match[str], text: str) -> Figure:
    return Figure("number", 12.0, "", 1.0, rounded(text, match.start())[0], *match.span())


def _rank(match: re.Match[str], text: str) -> Figure:
    place = match["rank"].lower()
    value = _RANKS.index(place) + 1.0 if place in _RANKS else number(place)
    return Figure("number", value, "rank", 0.0, False, *match.span("rank"))


def _most(match: re.Match[str], text: str) -> Figure:
    kind = "percent" if (match["of"] or "").lower() in _CHANCES else "money"
    word = "most" if match["most"] else "biggest"
    value = -1.0 if match[word].lower() in _LEAST else 1.0
    return Figure("most", value, kind, 0.0, False, *match.span(word))


def _all(match: re.Match[str], text: str) -> Figure:
    share = 0.0 if _HAVE_NO.match(text, match.end()) else 100.0
    return Figure("share", share, _done(match, text), 0.0, False, *_first_word(match), side=-_bound(match, text))


def _none(match: re.Match[str], text: str) -> Figure:
    return Figure("share", 0.0, _done(match, text), 0.0, False, *_first_word(match), side=_bound(match, text))


def _done(match: re.Match[str], text: str) -> str:
    """What all or none are said to do, by the beginning of the word that says it."""
    words = re.findall(r"[^\W\d_]+", text[match.end("who") : match.end() + 40].lower())
    return next((word[:4] for word in words if word not in HELPING and word not in ("no", "without")), "")


def _first_word(match: re.Match[str]) -> tuple[int, int]:
    """Where it begins, so that what is said of "all five" is two figures."""
    start = match.start("who")
    return start, start + len(match["who"].split()[0])


def _bound(match: re.Match[str], text: str) -> int:
    """1 where it is said of what lies above the figure that follows, -1 of what lies below it, 0 of anything else."""
    found = _BOUND.match(text, match.end())
    return 0 if not found else -1 if found["below"] else 1


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
    (
        rf"(?<![\d.,])\b(?P<of>{_COUNT})(?:[ -]in[ -]| out of (?:every )?)(?:a )?(?P<whole>hundred|{_COUNT})\b"
        rf"(?! {_SPAN}\b)"
        r"(?P<part>)(?P<many>)",
        _part,
    ),
    (
        r"\b(?!two quarters|four quarters)(?P<many>a|one|two|three|four)[ -]"
        r"(?P<part>third|quarter|fifth|tenth)s?(?: of\b|(?<=s)\b|(?<=third|fifth|tenth)(?=\s*(?:[–—,.;)\n]|$)))"
        r"(?P<of>)(?P<whole>)",
        _part,
    ),
    (
        rf"\b(?P<of>{_COUNT}) times (?:in|out of)(?: every)? (?P<whole>hundred|{_COUNT})\b(?P<part>)(?P<many>)",
        _part,
    ),
    (rf"\b(?P<num>{NUMBER})\s?[x×](?![\w×])", _times),
)
AFTER = (
    (rf"\b(?:{'|'.join(_TIMES)})\b(?P<num>)", _times),
    (r"\bhalf\b(?! past| an? (?:thousand|million|billion))", _half),
    (
        rf"(?<!\bof )(?<!\bamong )\bthe (?:(?P<most>{_MOST}) (?P<of>{'|'.join(_CHANCES)}|value|amount|deal)\b"
        r"|(?P<biggest>biggest|largest|most valuable|smallest)(?=,| at\b| with\b|\.|$))",
        _most,
    ),
    (r"\bdozen\b", _dozen),
    (r"\b(?:dozens|hundreds|thousands|millions)\b", _dozens),
    (rf"\b(?P<who>{_ALL})(?! (?:together|combined)\b)(?: \w+){{0,2}}? {_VERB}(?! (?:listed|shown|below|here)\b)", _all),
    (rf"\b(?P<who>{_NONE})(?: \w+){{0,2}}? {_VERB}", _none),
    (
        rf"\b(?P<rank>{'|'.join(_RANKS[2:])})\b"
        r"(?! (?:time|quarter|week|month|half|party|step|name|call|touch)|[ -](?:\w+est|most)\b)",
        _rank,
    ),
)
