"""How many: records shown, lines of lists, or what a sentence itself names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from bot.lock.agreement import Figure
from bot.lock.attribution import Saying
from bot.lock.facts import Facts
from bot.lock.numerals import number

# What stands around a number of the records shown.
_COUNTED = re.compile(
    r"\b(?:of(?: the| your| our)?(?: last| past)?|all|top|best|first|next|last|these|those|other|remaining|come) $",
    re.I,
)
_COUNTED_AFTER = re.compile(
    r" (?:others?|more|of the \w+ (?:have|has|are|were)|are|follow|of them|on (?:the|your) list|for you"
    r"|\w+ are (?:listed|shown))\b",
    re.I,
)
_TOP = re.compile(r"\b(?:top|best|first|last|bottom) $", re.I)
# A number of those shown that are picked out, which no tool need have counted.
_PICKED = re.compile(
    r" (?:(?:out )?of (?:the|these|those|them|your|our|my|all)|have|has|are|were|need"
    r"|largest|biggest|smallest|lowest|highest|likeliest|strongest|weakest)\b",
    re.I,
)
_OF = re.compile(r"(\w+) out of (\w+)")
# What a sentence lists behind a number of it: "two rules (room for each, a fair share)".
_LISTED = re.compile(r"[^.:;(–]*(?: –|:(?!\d)| \() ?(?P<items>(?:[^–():;]|:(?=\d))+)(?:$|[–):;])")
_THE_ONLY = re.compile(r"\bthe only $", re.I)
_AND = re.compile(r",? (?:and|or) |, ")
_RECORDS = ("lead", "deal", "account", "customer", "rep")
EVENTS = {
    "call": re.compile(r"\b(?:calls?|called|phoned?|rang|rung|tried|dial\w+)\b", re.I),
    "email": re.compile(r"\b(?:wrote|written|e-?mail\w*)\b", re.I),
    "meeting": re.compile(r"\b(?:met|meetings?)\b", re.I),
}


def is_counted(saying: Saying, figure: Figure, names: frozenset[str], facts: Facts) -> bool:
    """Whether a figure is how many there are of something that was told, or that its sentence lists."""
    if figure.unit == "part":
        return _is_of(saying, figure, facts)
    if figure.kind != "number" or figure.unit in ("hours", "rank", "ratio"):
        return False
    if figure.unit == "times":
        return _is_of_events(saying, figure, facts)
    return _is_of_events(saying, figure, facts) or _is_of_shown(saying, figure, names, facts)


def _is_of_shown(saying: Saying, figure: Figure, names: frozenset[str], facts: Facts) -> bool:
    return (
        _is_of_records(saying, figure, names, facts)
        or _is_tally(saying, figure, facts)
        or _is_of_named(saying, figure)
        or _is_of_listed(saying, figure)
    )


def _is_of(saying: Saying, part: Figure, facts: Facts) -> bool:
    """Whether a tool told so many of so many: "103 out of 756"."""
    found = _OF.fullmatch(saying.text[part.start : part.end])
    return found is not None and facts.lines.tells(*(f"{number(found[i]):.0f}" for i in (1, 2)))


def _is_of_records(saying: Saying, count: Figure, names: frozenset[str], facts: Facts) -> bool:
    """Whether it is how many records are shown, or how many others: "all five", "the other four"."""
    if (_PICKED.match(saying.text, count.end) or _TOP.search(saying.text, 0, count.start)) and facts.counts(
        replace(count, unit="others"), 0
    ):
        return True
    if count.value == 1 and count.unit in _RECORDS and not saying.names.named(saying.text[: count.start]):
        return not saying.text[count.start].isdigit()  # "One deal stands out: that of Ada"
    is_said = _COUNTED.search(saying.text, 0, count.start) or _COUNTED_AFTER.match(saying.text, count.end)
    if not names or is_said:
        return facts.counts(count, len(saying.named))
    is_of_all = count.unit in _RECORDS and not saying.names.named(saying.until_clause_ends(count))
    return is_of_all and facts.counts(count, 0)


def _is_tally(saying: Saying, count: Figure, facts: Facts) -> bool:
    """Whether as many lines of lists name what its clause does: "three belong to Ellie"."""
    after = saying.until_clause_ends(count)[count.end :]
    words = re.findall(r"\b[A-Z][\w’'-]{2,}", after)
    return count.value >= 1 and any(facts.lines.tally(word) == count.value for word in words)


def _is_of_named(saying: Saying, count: Figure) -> bool:
    """Whether as many records are named after it, and none before ("three won deals: …"), or are "the only two"."""
    ahead = saying.names.named(saying.text[: count.start])
    if _THE_ONLY.search(saying.text, 0, count.start):
        return len(ahead) == count.value
    return count.value > 1 and not ahead and len(saying.names.named(saying.text[count.end :])) == count.value


def _is_of_listed(saying: Saying, count: Figure) -> bool:
    """Whether its sentence lists as many things behind it."""
    found = _LISTED.match(saying.names.masked(saying.text), count.end)
    if found is None or len(_AND.split(found["items"].strip())) != count.value:
        return False
    inside = Counter(each.kind for each in saying.figures if found.start("items") <= each.start < found.end())
    return count.value > 1 and (not inside or count.value in inside.values())


def _is_of_events(saying: Saying, count: Figure, facts: Facts) -> bool:
    """Whether as many lines tell of what it counts: "two e-mails", "you called her twice"."""
    nouns = [count.unit] if count.unit != "times" else [n for n, words in EVENTS.items() if words.search(saying.text)]
    return any(noun in EVENTS and facts.lines.events(noun) == count.value > 0 for noun in nouns)
