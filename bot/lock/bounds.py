"""What says that a figure is rounded, or that the true one lies beyond it, and how far that may be.

What is about so much may be off by half of its last digit, an amount by half a per cent at least. What is just beyond
it lies on that side, by that half too; an amount by all of its last digit, and by 6 % at most.

A bound ("under $50,000", "more than twenty calls", "within 40 minutes") is a rounding as well, where the true figure
lies on its side and near it: by 15 % of a round bound (one digit of it counts, or a second one that is 5), and by less
than the last digit of any other. A multiple of five per cent may be off by three of them, another share by one, a time
by less than one more of its unit. What is "at most" so much is so much.

A part ("a third") is said of what is off by 1.5 % of it or half a point, "about" a third by a seventh of it, "more
than" a third by three tenths.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.lock.agreement import Figure
from bot.lock.numerals import roundness

_JUST, _NEAR, _LESS_THAN_ONE, _POINTS = 0.06, 0.15, 0.99, 3.0
# How far what is about an amount may be, as a share of it, where its digits are finer.
_ROUGH = 0.005
# How far a share may be from a part: as a share of it, and in points, at least and at most.
_PART, _ABOUT_PART, _BEYOND_PART = (0.015, 0.5, 1.0), (0.135, 0.0, 4.5), (0.3, 0.0, 30.0)

_SLIGHTLY = "(?:just|a little|slightly|a bit|a touch|a shade|a hair|marginally|barely|shortly)"
_MORE, _LESS = "(?:more|better|higher|larger|greater|longer) than", "(?:less|lower|fewer|smaller|shorter) than"
_WORDS = {
    "about": "about|around|roughly|approximately|approx\\.?|some|circa|closer? to|or so|somewhere (?:around|near)"
    "|in the region of",
    "just_above": f"{_SLIGHTLY} (?:over|above|after|past|beyond|{_MORE})",
    "just_below": f"nearly|almost|not quite|{_SLIGHTLY} (?:under|below|before|short of|shy of|{_LESS})",
    "above": f"over|above|beyond|at least|upwards of|{_MORE}",
    "below": f"under|below|within|short of|{_LESS}",
    "at_most": "at most|up to|no later than",
    "reached": "reach(?:ed|es)?|passed|exceed(?:ed|s)?|tops|topped|hits?|beats?",
}
_SIDES = {"just_above": 1, "just_below": -1, "above": 1, "below": -1, "at_most": -1, "reached": 1}
_BEYOND = ("above", "below", "reached")
_AHEAD = re.compile(
    rf"(?:\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _WORDS.items())})|(?P<near>[~≈]))"
    r"\s*(?:an? )?[$€£¥]?$",
    re.I,
)
_BEHIND = re.compile(r"\S+(?: (?:%|percent|\w+s))? (?:or so|roughly|approximately|give or take)\b", re.I)
_DENIED = re.compile(r"(?:\b(?:no|not|never)|n['’]t)(?: \w+)?? $", re.I)


def just_beyond(text: str, start: int) -> int:
    """1 where what begins there is said to be just past, -1 where just ahead, else 0."""
    found = _AHEAD.search(text, max(0, start - 40), start)
    return _SIDES[str(found.lastgroup)] if found and str(found.lastgroup).startswith("just") else 0


def stated(figure: Figure, text: str) -> Figure:
    """A figure with what its text says of how exact it is."""
    if figure.kind not in ("money", "percent", "number") or figure.unit == "rank":
        return figure
    found = _AHEAD.search(text, max(0, figure.start - 40), figure.start)
    word = str(found.lastgroup) if found else "about" if _BEHIND.match(text, figure.start) else ""
    if word == "reached" and figure.unit.startswith("hours"):
        return figure  # "reached 3 days ago"
    side = _SIDES.get(word, 0)
    return _said(figure, word, -side if found and _DENIED.search(text, 0, found.start()) else side)


def _said(figure: Figure, word: str, side: int) -> Figure:
    """A figure of which a word says how exact it is, and on which side of it the true one lies."""
    if figure.unit == "part":
        share, least, most = _BEYOND_PART if side else _ABOUT_PART if word else _PART
        return replace(figure, step=2 * min(max(figure.value * share, least), most), is_about=True, side=side)
    if word in ("", "at_most"):
        return replace(figure, side=side)
    if figure.kind == "money":
        figure = replace(figure, step=max(figure.step, roundness(figure.value)))
    step = figure.step
    if word in _BEYOND:
        step = 2 * _reach(figure)
    elif side and figure.kind == "money":
        step = 2 * min(step, _JUST * abs(figure.value))
    elif figure.kind == "money":
        step = max(step, 2 * _ROUGH * abs(figure.value))
    return replace(figure, step=step, is_about=True, side=side)


def _reach(bound: Figure) -> float:
    """How far from a bound the true figure may lie."""
    digits, last = round(abs(bound.value) / bound.step), bound.step * _LESS_THAN_ONE
    near = _NEAR * abs(bound.value) if digits < 10 or (digits < 100 and digits % 5 == 0) else last
    if bound.unit.startswith("hours"):
        return max(near, last)
    if bound.kind == "percent":
        return max(near, _POINTS if bound.value % 5 == 0 else 1.0)
    return near
