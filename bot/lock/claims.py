"""What is said without a figure and can still be checked: what somebody did, and in which order records are told."""

from __future__ import annotations

import re

from bot.lock.agreement import agrees
from bot.lock.attribution import Saying
from bot.lock.facts import Facts
from bot.lock.figures import plain
from bot.lock.moves import moves

# What buyers do, as a text says it, and what a tool's text has in it where they did.
_DEEDS = {
    r"repl(?:ied|ies)|answered|responded|wrote back|got back to (?:us|you)": r"repl|(?<!no )answer|respon|wrote back",
    r"(?:counter)?signed": r"\bsigned|contract|(?<!be )\bwon\b",
    r"agreed|accepted|approved|confirmed|promised|committed": r"agree|accept|approv|confirm|promis|commit",
    r"declined|refused|rejected|turned (?:us|you|it) down|cancell?ed": r"declin|refus|reject|cancel|turned|not.inter",
    r"complained": r"complain",
    # A lead that came through a content download is not told to have taken anything else.
    r"downloaded": r"(?<!through content )download",
    r"attended|joined|showed up": r"attend|join|webinar|show|meeting",
    r"paid|ordered": r"\bpaid|order|\bwon\b|customer",
    r"unsubscribed|opted out": r"unsubscrib|\bopt|not to be called",
}
# What makes of a deed none, or one that may be.
_NOT = re.compile(
    r"(?:\b(?:not|never|nobody|none|no one|nothing|neither|if|once|when|until|unless|whether|after|before|as soon as"
    r"|who(?:ever)?|what|be|should|could|would|will|might|may|must|gets?|getting|is|are)\b|n['’]t\b)[^.;]*$",
    re.I,
)
_CLAIMS = [(re.compile(rf"\b(?:{said})\b", re.I), re.compile(told, re.I)) for said, told in _DEEDS.items()]
_SORTED = re.compile(
    r"\b(?:in (?:descending )?order of|sorted by|ordered by|ranked by) (?:their |the )?(?P<of>\w+(?: \w+)?)", re.I
)
_BY = {
    "percent": re.compile(r"chances?|odds|likelihood|probabilit", re.I),
    "money": re.compile(r"value|worth|size|amount", re.I),
}
_PLACED = re.compile(
    r"\b(?:ranks?|is|comes?|stands?|sits) (?:just |right |well )?(?:(?P<above>above|ahead of|higher than)"
    r"|below|behind|lower than)(?= \w)",
    re.I,
)


def is_untold(saying: Saying, facts: Facts) -> bool:
    """Whether somebody is said to have done what no tool says of them."""
    told, text = facts.lines.about(frozenset(saying.named)), saying.names.masked(saying.text)
    return any(
        not _NOT.search(text, 0, found.start()) and not known.search(told)
        for said, known in _CLAIMS
        for found in said.finditer(text)
    )


def is_disordered(saying: Saying, facts: Facts) -> bool:
    """Whether records are said to be in an order that they are not told in, or one to be above another that is not."""
    return _is_sorted_otherwise(saying, facts) or _is_misplaced(saying, facts)


def is_reversed(saying: Saying, facts: Facts) -> bool:
    """Whether something is said to have gone from one figure to another, and went the other way."""
    return any(
        any(agrees(before, b) and agrees(after, a) for a, b in facts.moves)
        and not any(agrees(before, a) and agrees(after, b) for a, b in facts.moves)
        for before, after in moves(saying.text, saying.figures)
    )


def _is_sorted_otherwise(saying: Saying, facts: Facts) -> bool:
    found = _SORTED.search(saying.text)
    kind = next((kind for kind, words in _BY.items() if found and words.search(found["of"])), None)
    if kind is None:
        return False
    names = saying.named if len(saying.named) > 1 else _listed(saying)
    values = [each.value for name in names for each in facts.first(name) if each.kind == kind]
    return len(values) == len(names) > 1 and values not in (sorted(values), sorted(values, reverse=True))


def _is_misplaced(saying: Saying, facts: Facts) -> bool:
    found = _PLACED.search(saying.text)
    order = _listed(saying) or facts.numbered
    if not found or len(saying.named) != 2 or any(name not in order for name in saying.named):
        return False
    one, other = (order.index(name) for name in saying.named)
    is_between = saying.names.place(saying.named[0], saying.text) < found.start()
    return is_between and (one < other) != bool(found["above"])


def _listed(saying: Saying) -> list[str]:
    """The records of the one list that was told, in its order; none where there are several."""
    lists = [result.names for result in saying.names.results if len(result.names) > 1]
    return [plain(name) for name in lists[0]] if len(lists) == 1 else []
