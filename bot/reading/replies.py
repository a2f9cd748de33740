"""What is said instead of an answer, or beside it: a question lacks something, or wants more than its tool can do."""

from __future__ import annotations

import re

from bot import smalltalk
from bot.reading import numbers
from bot.reading.arguments import PICKED, fields_of
from bot.reading.calls import Call
from bot.reading.periods import UNIT
from bot.reading.text import TOKENS, Text
from tools.base import Tool

# A word that a figure is to be split by, at the end of a question or before its period; what times are told by is none.
_SPLIT = re.compile(
    rf"\b(?:by|per) (?:each |the )?(?!{'|'.join(TOKENS.values())}|sometime|{UNIT}|(?:mon|tues|wednes|thurs|fri)day)"
    rf"(?P<by>[a-z]{{4,}})(?=\W*$| (?:in|for|over) |,? {TOKENS['period']})",
    re.IGNORECASE,
)
# What is asked back where a question names no record.
_ASKED = {"deal": "deal", "lead": "lead", "record": "deal or lead"}
_FIGURE = "Which figure do you mean? Say for example leads, calls, win rate, bookings or pipeline value."


def asked_back(tool: Tool) -> str:
    """What is asked where a question lacks something that its tool needs."""
    record = next((each for each in _ASKED if each in fields_of(tool)), None)
    return f"Which {_ASKED[record]} do you mean? Give me the name." if record else _FIGURE


def left_out(tool: Tool, text: Text, call: Call) -> str:
    """What is said where an answer is to less than was asked: no list picks by money, no figure splits by anything."""
    if "by" in fields_of(tool) and "by" not in call.args and (split := _SPLIT.search(text.masked)):
        return smalltalk.WHOLE.format(split["by"].lower())
    if "limit" not in fields_of(tool):
        return ""
    by = [smalltalk.AMOUNT] if numbers.AMOUNT.search(text.clear) else []
    by += [facet for facet in PICKED if text.named(facet) and facet not in fields_of(tool)]
    return smalltalk.ANY.format(" or ".join(by)) if by else ""
