"""The arguments of a tool, filled by what a question names, counts, dates and says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.reading import habits, numbers, periods, remarks
from bot.reading.text import Phrase, Text, phrase
from tools.base import Tool
from tools.outcome_words import CAME_OF_IT, REACHED
from tools.snoozes import said_until

# Which argument each kind of name fills, in the order in which a tool is asked for it.
_FILLS: dict[str, tuple[str, ...]] = {
    "lead": ("lead", "record"),
    "deal": ("deal", "record"),
    "account": ("account", "record"),
    "rep": ("rep", "owner"),
    "team": ("team",),
}
# What records are picked by.
PICKED = ("source", "industry", "segment")
_TEAM = re.compile(r"\b(?:teams?|we|our|us|everyone|all reps|company)\b", re.IGNORECASE)
# Whoever says "show me" says nothing of whose it is.
_MINE = re.compile(
    r"\b(?:my|mine|i(?! mean)|i'm|i've|(?:for|of|about|by|with|just|only|and|or|from|to) me)\b", re.IGNORECASE
)


def arguments(tool: Tool, text: Text) -> dict[str, Any]:
    """What a question says for the arguments of a tool."""
    fields = fields_of(tool)
    found: dict[str, Any] = {}
    for argument, said in tool.words.items():
        if meant := _meant(text.masked, said):
            found[argument] = meant.value
    for subject in _FILLS:
        name, filled = text.named(subject), filled_by(subject, tool)
        if name and filled:
            found.setdefault(filled, name)
    if "question" in fields:
        found["question"] = text.plain
    found |= _picked(fields, text, found.get("by"))
    if "period" in fields and (spans := [span for span in text.periods if not _is_start(span, text)]):
        found["period"] = spans[0]
    if "until" in fields and (until := said_until(text.clear)):
        found["until"] = until
    if "note" in fields and (note := _remark(tool, text)):
        found["note"] = note
    if "since" in fields and text.periods:
        found["since"] = text.periods[0]
    if "periods" in fields and (many := numbers.spans(text.clear, "quarter") or next(iter(text.numbers), None)):
        found["periods"] = many
    if "months" in fields and (many := numbers.spans(text.clear, "month") or _months(text)):
        found["months"] = many
    if "max_per_rep" in fields:
        found |= numbers.per_rep(text.clear)
    if "quiet_from" in fields:
        found |= habits.wished(text.clear, next(iter(text.numbers), None))
    if "limit" in fields and text.numbers:
        found["limit"] = text.numbers[0]
    if "owner" in fields and "owner" not in found:
        found |= {"owner": "team"} if _TEAM.search(text.clear) else {"owner": "me"} if _MINE.search(text.clear) else {}
    return found


def _picked(fields: Mapping[str, Any], text: Text, by: str | None) -> dict[str, Any]:
    """What records are picked by; who names two of a kind compares them."""
    named = {facet: names for facet in PICKED if (names := text.names(facet))}
    named |= {"source": [text.unknown_source]} if text.unknown_source else {}
    found: dict[str, Any] = {facet: names[0] for facet, names in named.items() if facet in fields}
    if "where" in fields:
        compared = [facet for facet, names in named.items() if len(names) > 1]
        where = {facet: names[0] for facet, names in named.items() if facet not in compared}
        found |= ({"by": by or compared[0]} if compared else {}) | ({"where": where} if where else {})
    return found


def _meant(text: str, said: Mapping[str, Sequence[str]]) -> Phrase | None:
    """What is said for an argument; whoever reached somebody and says what came of it means what came of it."""
    meant = phrase(text, said)
    if meant is None or meant.value != REACHED:
        return meant
    return phrase(text, {value: words for value, words in said.items() if value in CAME_OF_IT}) or meant


def fields_of(tool: Tool) -> Mapping[str, Any]:
    """The arguments of a tool by name."""
    return tool.arguments.model_fields


def filled_by(subject: str, tool: Tool) -> str | None:
    """The argument of a tool that a name of that kind fills."""
    return next((each for each in _FILLS[subject] if each in fields_of(tool)), None)


def said_for(tool: Tool) -> set[str]:
    """The words that are said for the arguments of a tool."""
    return {
        word for values in tool.words.values() for many in values.values() for each in many for word in each.split()
    }


def _is_start(span: str, text: Text) -> bool:
    """Whether a period is only what something is compared with, as in "since last week"."""
    return " to " not in span and bool(
        re.search(
            rf"\b(?:since|than|(?<!come )(?<!coming )(?<!came )from|vs\.?|versus)(?: the)? {re.escape(span)}\b",
            text.clear,
            re.IGNORECASE,
        )
    )


def _months(text: Text) -> int | None:
    return next(filter(None, map(periods.months, text.periods)), None)


def _remark(tool: Tool, text: Text) -> str | None:
    """What is added to an outcome, after it and after the record's name."""
    said = phrase(text.bare, tool.words["outcome"])
    ends = [mention.end for mention in text.mentions if mention.subject in ("lead", "deal")]
    # What was said in other words has no end to look behind.
    return remarks.note(text.plain, max([*ends, said.end]) if said else len(text.plain))
