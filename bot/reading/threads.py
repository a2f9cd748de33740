"""Questions that only make sense after an answer: "why her?", "the second one", "and next month?"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from bot.reading import numbers, periods
from bot.reading.arguments import arguments, fields_of, said_for
from bot.reading.calls import Call
from bot.reading.periods import UNIT
from bot.reading.text import PRONOUN, RECORDS, TOKENS, Text
from tools.base import Tool

# How somebody starts who asks the same again with something changed, and what else such a question is made of.
_AGAIN = re.compile(
    r"^(?:ok(?:ay)?,? |hm+,? |so |now |great,? |thanks,? |no,? )?"
    r"(?:and|but|or|what about|how about|what if|same|the same|now|only|just|for|in|by|per|from|with|since|instead"
    r"|rather|compared|split|make (?:it|that)|change (?:it|that) to|i mean[t]?|no|not)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:her|hers|his|him|he|she|their|they)\b", re.IGNORECASE)
_NTH_UNIT = re.compile(rf"(?:the )?(?:last|next|(?:fir|1)st|second|third|fourth)\s+{UNIT}", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_BESIDE = re.compile(rf"\b(?:the )?(?:{UNIT}|one) (before|after)(?: that)?\b", re.IGNORECASE)
# How more of a list is asked for.
_NUMBER = TOKENS["number"]
_MORE = re.compile(
    rf"\b(?:(?:{_NUMBER}|some|any)? ?more\b(?! (?:than|about|on|of|details?|info))|(?:the )?next {_NUMBER}"
    rf"|another(?: {_NUMBER})?|(?:who|anyone|anybody|someone|somebody) else|the (?:others|rest)"
    r"|go on|keep going|continue|who(?:'s| is| comes)? (?:next|then)"
    r"|(?:who(?:'s| is| comes)? )?after (?:that|those|them|these|her|him))\b(?! (?:like|such)\b)",
    re.IGNORECASE,
)
# Of two that were shown the one that was not spoken of, or the second.
_OTHER = re.compile(r"\bthe other(?: one| lead| deal)?\b(?! \w+s\b)", re.IGNORECASE)
# A list shows so many at most.
_LONGEST = 25
# Words that say nothing by themselves.
SMALL = frozenset((files(__package__) / "small.txt").read_text(encoding="utf-8").split())
# Tools whose answers show deals; others show leads.
OF_DEALS = ("deals_at_risk", "explain_deal")


def subject_of(call: Call) -> str:
    """What kind of record an answer shows."""
    return "deal" if call.tool in OF_DEALS else "lead"


def asked_about(call: Call) -> tuple[str, ...]:
    """The record that a call asks about, as an answer would show it."""
    return tuple(str(call.args[field]) for field in (*RECORDS, "record") if field in call.args)[:1]


def is_just_why(text: Text) -> bool:
    """Whether a question asks for reasons and for nothing else."""
    pointing = PRONOUN.sub(" ", numbers.POSITION.sub(" ", text.masked)).lower()
    return set(_WORD.findall(pointing)) - SMALL == {"why"}


def pointed(text: Text, past: Sequence[Call]) -> tuple[str, str] | None:
    """What a question points at, a kind of record and its name: by "her", "it", "that one" or by a place.

    A place is one in the latest answer that showed several.
    """
    if any(text.named(subject) for subject in RECORDS):
        return None
    if _OTHER.search(text.clear) and (
        two := next((call for call in reversed(past[-3:]) if len(call.names) == 2), None)
    ):
        return _shown(two, 1 if list(past[-1].names) == [two.names[1]] else 2)
    if (match := position(text)) is None:
        return _shown(_latest(past), 1) if PRONOUN.search(text.clear) else None
    listed = next((call for call in reversed(past) if len(call.names) > 1), past[-1])
    return _shown(listed, numbers.place(match, len(listed.names)))


def _latest(past: Sequence[Call]) -> Call:
    """The latest of the last calls that showed a record."""
    return next((call for call in reversed(past[-3:]) if call.names), past[-1])


def _shown(call: Call, place: int) -> tuple[str, str] | None:
    return (subject_of(call), call.names[place - 1]) if 0 < place <= len(call.names) else None


def position(text: Text) -> re.Match[str] | None:
    """Where a question names a place in a list; "the first week" and "when did we last speak" name none."""
    match = numbers.POSITION.search(text.clear)
    if match is None or match[0].lower() == "last" or _NTH_UNIT.match(text.clear, match.start()):
        return None
    return match


def whose(text: Text, past: Sequence[Call]) -> str | None:
    """The person that the last answer was about, if a question speaks of "her" or "them" and names nobody."""
    owner = past[-1].args.get("owner") if past and not text.named("rep") else None
    return owner if owner not in ("me", "team") and _PERSON.search(text.clear) else None


def only_one(text: Text, past: Sequence[Call], argument: str) -> str | None:
    """The record that a thread was about last, if it was one of the kind that an argument takes; a place is another."""
    if not past or len(past[-1].names) != 1 or position(text):
        return None
    return past[-1].names[0] if argument in ("record", subject_of(past[-1])) else None


def again(text: Text, past: Sequence[Call], tools: Mapping[str, Tool], *, is_sure: bool) -> Call | None:
    """The last call with what a question changes of it, if the question says nothing beyond that.

    Whoever was asked which record is meant may only name one. A question that `is_sure` to ask for itself is the
    same again only if it starts like one.
    """
    for call in reversed(past[-3:]):
        if call.tool not in tools or not (is_unresolved(call) or not is_sure or _AGAIN.match(text.clear)):
            continue
        changed = changes(text, call, tools[call.tool])
        if "where" in changed:
            changed["where"] = {**call.args.get("where", {}), **changed["where"]}
        if changed and not says(text) - said_for(tools[call.tool]):
            # What is asked anew may show again what was shown.
            return Call(call.tool, {name: call.args[name] for name in call.args if name != "besides"} | changed)
    return None


def is_unresolved(call: Call) -> bool:
    """Whether a call named a record that several may be: its answer showed those, not that one."""
    return len(call.names) > 1 and any(
        call.args.get(field) not in (None, *call.names) for field in (*RECORDS, "record")
    )


def more(text: Text, past: Sequence[Call], tools: Mapping[str, Tool], kind: str) -> Call | None:
    """The next of the latest list, if a question of that `kind` asks for more of it and for nothing else.

    A list that cannot go on where it stopped is asked for again, and longer.
    """
    listed = next((call for call in reversed(past[-3:]) if len(call.names) > 1 and call.tool in tools), None)
    if listed is None or "limit" not in fields_of(tools[listed.tool]) or not _MORE.search(text.masked):
        return None
    rest = replace(text, masked=_MORE.sub(" ", text.masked), numbers=())
    if kind != listed.tool and says(rest):
        return None
    many = next(iter(text.numbers), len(listed.names))
    args = {**listed.args, **arguments(tools[listed.tool], rest)}
    if "besides" in fields_of(tools[listed.tool]):
        shown = [*listed.args.get("besides", ()), *listed.names]
        return Call(listed.tool, args | ({"limit": many} if text.numbers else {}) | {"besides": shown})
    return Call(listed.tool, args | {"limit": min(len(listed.names) + many, _LONGEST)})


def changes(text: Text, call: Call, tool: Tool) -> dict[str, Any]:
    """What a question changes of the arguments of a call."""
    found = arguments(tool, text)
    found.pop("question", None)
    if "period" in fields_of(tool) and not text.periods:
        found |= _shifted(text, str(call.args.get("period") or fields_of(tool)["period"].default))
    if is_unresolved(call) and (meant := pointed(text, [call])):
        found |= {field: meant[1] for field in (*RECORDS, "record") if field in call.args}
    return {name: value for name, value in found.items() if call.args.get(name) != value}


def _shifted(text: Text, period: str) -> dict[str, str]:
    """The period before or after one, if a question asks for it."""
    if (match := _BESIDE.search(text.clear)) is None:
        return {}
    meant = periods.before(period) if match[1].lower() == "before" else periods.after(period)
    return {"period": meant} if meant else {}


def is_short(text: Text) -> bool:
    """Whether a question is of a word or two, so that what it leaves out is as it was."""
    return len(_WORD.findall(text.masked)) <= 2


def says(text: Text) -> set[str]:
    """The words of a question that are neither names, periods, numbers nor small words."""
    masked = _BESIDE.sub(" ", numbers.POSITION.sub(" ", text.masked)).lower()
    words = set(_WORD.findall(masked))
    return (
        words
        - SMALL
        - text.plainly_named
        - {*TOKENS.values(), "sometime"}
        - {"team", "everyone", "company", "mine", "him", "her"}
    )
