"""The arguments of a tool, filled by what a question names, counts, dates and says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.reading import habits, numbers, remarks
from bot.reading.text import PRONOUN, Text, phrase
from tools.base import Tool
from tools.snoozes import said_until

# Which argument each kind of name fills, in the order in which a tool is asked for it.
_FILLS: dict[str, tuple[str, ...]] = {
    "lead": ("lead", "record"),
    "deal": ("deal", "record"),
    "account": ("account", "record"),
    "rep": ("rep", "owner"),
    "source": ("source",),
    "team": ("team",),
}
_TEAM = re.compile(r"\b(?:team|we|our|us|everyone|all reps|company)\b", re.IGNORECASE)
_MINE = re.compile(r"\b(?:my|me|mine|i|i'm|i've)\b", re.IGNORECASE)
# Words around a name that no example has to have.
_SMALL = {"the", "a", "lead", "please", "of", "for", "to", "about", "me", "is", "my", "on", "this", "that", "now"}


def arguments(tool: Tool, text: Text) -> dict[str, Any]:
    """What a question says for the arguments of a tool."""
    fields = fields_of(tool)
    found: dict[str, Any] = {}
    for argument, said in tool.words.items():
        if meant := phrase(text.masked, said):
            found[argument] = meant.value
    for subject in _FILLS:
        name, filled = text.named(subject), filled_by(subject, tool)
        if name and filled:
            found.setdefault(filled, name)
    if "question" in fields:
        found["question"] = text.plain
    if "where" in fields and (source := text.named("source")):
        found["where"] = {"source": source}
    if "period" in fields and (spans := [span for span in text.periods if not _is_start(span, text.plain)]):
        found["period"] = spans[0]
    if "until" in fields and (until := said_until(text.bare)):
        found["until"] = until
    if "note" in fields and (note := _remark(tool, text)):
        found["note"] = note
    if "since" in fields and text.periods:
        found["since"] = text.periods[0]
    if "periods" in fields and (quarters := numbers.spans(text.plain, "quarter")):
        found["periods"] = quarters
    if "months" in fields and (months := numbers.spans(text.plain, "month")):
        found["months"] = months
    if "max_per_rep" in fields:
        found |= numbers.per_rep(text.plain)
    if "quiet_from" in fields:
        found |= habits.wished(text.plain, lambda: next(iter(text.numbers), None))
    if "limit" in fields and text.numbers:
        found["limit"] = text.numbers[0]
    if "owner" in fields and "owner" not in found:
        found |= {"owner": "team"} if _TEAM.search(text.plain) else {"owner": "me"} if _MINE.search(text.plain) else {}
    return found


def left_over(tool: Tool, text: Text) -> str | None:
    """What is left of a question when the words of the tool's own examples are taken away: a name nobody has."""
    usual = {word for example in tool.examples for word in re.findall(r"[\w']+", example.lower())} | _SMALL
    words = [word for word in re.findall(r"[\w'’.&-]+", text.plain) if word.lower().removesuffix("'s") not in usual]
    left = re.sub(r"['’]s$", "", " ".join(words))
    return left if left and not PRONOUN.fullmatch(left) else None


def fields_of(tool: Tool) -> Mapping[str, Any]:
    """The arguments of a tool by name."""
    return tool.arguments.model_fields


def filled_by(subject: str, tool: Tool) -> str | None:
    """The argument of a tool that a name of that kind fills."""
    return next((each for each in _FILLS[subject] if each in fields_of(tool)), None)


def _is_start(span: str, text: str) -> bool:
    """Whether a period is only what something is compared with, as in "since last week"."""
    return bool(re.search(rf"\b(?:since|than|from)(?: the)? {re.escape(span)}\b", text, re.IGNORECASE))


def _remark(tool: Tool, text: Text) -> str | None:
    """What is added to an outcome, after it and after the record's name."""
    said = phrase(text.bare, tool.words["outcome"])
    ends = [mention.end for mention in text.mentions if mention.subject in ("lead", "deal")]
    return remarks.note(text.plain, max([*ends, said.end])) if said else None
