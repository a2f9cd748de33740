"""What is said of all the records shown, of none of them, or of several at once, by what was told of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.lock.agreement import SAME, Figure
from bot.lock.attribution import Saying
from bot.lock.counting import EVENTS
from bot.lock.facts import Facts
from bot.lock.figures import plain
from bot.lock.measures import called
from bot.lock.words import HELPING

# Who is left out of what is said of all.
_OTHERS = re.compile(
    r"\b(?:(?:(?:every|each|any) \w+|\w*one|\w*body|all) but|except|besides|apart from|other than|else|others?|rest"
    r"|remaining)\b",
    re.I,
)
_ONLY = re.compile(r"\bonly\b", re.I)
_WORDS = re.compile(r"\w+(?: [\w'’-]+){3}")
_PICKED = re.compile(r" of (?:the|these|those|them|your|our|my)\b", re.I)
_DENIES = re.compile(r"\b(?:not|no|never|without|cannot)\b|n['’]t\b", re.I)
# "For the same reason" says of nobody what it is.
_SAME = re.compile(r"\b(?:for|in|at|by|on|from|with|of) the same \w+", re.I)


def is_bound(saying: Saying, figure: Figure) -> bool:
    """Whether it is said of what all, none or so many of them lie beyond."""
    is_picked = figure.kind == "number" and _PICKED.match(saying.text, figure.end)
    return (figure.kind == "share" or bool(is_picked)) and _bound(saying, figure) is not None


def is_bounded(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether as many as are said to lie beyond a bound do: all ("each below $250"), none, or "three of the five".

    The bound may be said of those shown, of all others, or of several by name.
    """
    bound = figure if figure.side else _bound(saying, figure)
    if bound is None or bound.unit == "part":
        return False
    how_many = next((each for each in saying.figures if _is_count_of(saying, each, bound)), None)
    columns = facts.columns(bound.kind, bound.unit, called(bound, saying.names.masked(saying.text)))
    return any(
        _are_beyond(saying, column, bound, how_many) for column in (columns if bound.kind == "number" else columns[:1])
    )


def _are_beyond(saying: Saying, column: Mapping[str, float], bound: Figure, how_many: Figure | None) -> bool:
    """Whether those that a bound is said of lie beyond it, or at it, by what was told of each."""
    named = _named(saying, bound, column)
    for least in (SAME, -SAME):
        beyond = {name for name, value in column.items() if (value - bound.value) * bound.side > least}
        if named and _ONLY.search(saying.text, 0, bound.start):
            if beyond == named and len(column) > 1:
                return True
        elif any(len(of & beyond) == _counted(how_many, len(of)) for of in _groups(saying, bound, column, how_many)):
            return True
    return False


def _is_count_of(saying: Saying, count: Figure, bound: Figure) -> bool:
    """Whether it says how many lie beyond a bound."""
    is_count = count.kind == "number" and not count.side and count.unit not in ("hours", "rank", "times", "ratio")
    is_of_nobody = is_count and not saying.names.named(saying.text[: count.start])
    return (count.kind == "share" or is_of_nobody) and count.start < bound.start and _bound(saying, count) is bound


def _counted(how_many: Figure | None, everybody: int) -> float:
    """How many of them are meant."""
    if how_many is None:
        return everybody
    return everybody * how_many.value / 100 if how_many.kind == "share" else how_many.value


def _bound(saying: Saying, share: Figure) -> Figure | None:
    """The bound that all or none are said to lie beyond."""
    end = len(saying.until_clause_ends(share))
    return next((each for each in saying.figures if share.start < each.start < end and each.side), None)


def _named(saying: Saying, bound: Figure, column: Mapping[str, float]) -> set[str]:
    """Whom of a column a sentence names ahead of a bound."""
    ahead = saying.text[: bound.start]
    return set(saying.names.named(ahead) & column.keys()) | {name for name in column if f" {name} " in f" {ahead}"}


def _groups(saying: Saying, bound: Figure, column: Mapping[str, float], how_many: Figure | None) -> Iterator[set[str]]:
    """Whom a bound may be said of, two at least; with nobody named, "nobody else" leaves out who was named before."""
    everybody, named = set(column), _named(saying, bound, column)
    groups = [named]
    if _OTHERS.search(saying.text, 0, bound.start):
        before = [frozenset(), saying.last_named, *(frozenset({name}) for name in saying.names.named(saying.before))]
        groups = [everybody - others for others in ([named] if named else before)]
    elif how_many:
        groups = [everybody]
    yield from (group for group in groups if len(group) > 1)


def is_thought(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether it is only thought of them, in words that no tool has: "neither is large", not "nobody needs help"."""
    words = re.findall(r"[^\W\d_]{4,}", saying.until_clause_ends(figure)[figure.end :].lower())
    return figure.unit == "thought" and not any(word in facts.lines.told for word in words if word not in HELPING)


def is_told(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether a tool says so of all or of none in the same words: "every customer of that size"."""
    words = _WORDS.match(saying.text, figure.start)
    return figure.kind == "share" and words is not None and words[0].lower() in facts.lines.told


def is_absent(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether there was no such event where all are listed: "no call is on her timeline", "nobody has called her"."""
    if (figure.kind, figure.value) != ("share", 0.0) or not facts.lines.is_timeline:
        return False
    said = saying.until_clause_ends(figure)[figure.start :]
    nouns = [noun for noun, words in EVENTS.items() if words.search(said)]
    return bool(nouns) and not any(facts.lines.events(noun) for noun in nouns)


def is_common(saying: Saying, figure: Figure, facts: Facts) -> bool:
    """Whether what all are said to be stands in what was told of each: "all were in quiet hours"."""
    records = _records(saying)
    if figure.kind != "share" or figure.value != 100 or len(records) < 2:
        return False
    count = next((each.value for each in saying.figures if _is_count(each, figure)), len(records))
    return _shown(saying, figure, facts) >= min(count, len(records))


def is_miscounted(saying: Saying, facts: Facts) -> bool:
    """Whether what is said of "three of the four" stands in what was told of another number of them."""
    picked = [each for each in saying.figures if each.kind == "number" and _PICKED.match(saying.text, each.end)]
    return any(0 < _shown(saying, each, facts) != each.value for each in picked if not _told_of(saying, each))


def _shown(saying: Saying, figure: Figure, facts: Facts) -> int:
    """Of how many records what follows a figure in its clause was told."""
    said, told = _said_of(saying, figure), _told_of(saying, figure)
    if not (said or told) or _DENIES.search(saying.until_clause_ends(figure)):
        return 0
    return sum(
        all(facts.holds(each, frozenset({name})) for each in told)
        and bool(told or all(word in facts.lines.beside(name) for word in said))
        for name in _records(saying)
    )


def _records(saying: Saying) -> set[str]:
    return {plain(name) for result in saying.names.results for name in result.names}


def _is_count(count: Figure, figure: Figure) -> bool:
    """Whether it says how many all are: "all five"."""
    return count.kind == "number" and 0 <= count.start - figure.end <= 2


def _told_of(saying: Saying, figure: Figure) -> list[Figure]:
    """The figures that all are said to have."""
    end = len(saying.until_clause_ends(figure))
    kinds = ("time", "date", "percent", "money")
    return [each for each in saying.figures if figure.end < each.start < end and each.kind in kinds]


def _said_of(saying: Saying, figure: Figure) -> set[str]:
    """The beginnings of the words that follow a figure in its clause, without other figures and helping words."""
    text = saying.until_clause_ends(figure)
    for each in saying.figures:
        text = text[: each.start] + " " * (each.end - each.start) + text[each.end :]
    words = re.findall(r"[^\W\d_]{3,}", _SAME.sub("", text[figure.end :]).lower())
    return {word[:5] for word in words if word not in HELPING}
