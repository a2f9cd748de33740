"""Questions that only make sense after an answer: "why her?", "the second one", "and next month?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.reading import numbers
from bot.reading.calls import Call
from bot.reading.text import PRONOUN, UNIT, Text

_JUST_WHY = re.compile(
    rf"(?:(?:but|and|so) )?why(?:,? (?:{numbers.POSITION.pattern}|{PRONOUN.pattern}))?\W*", re.IGNORECASE
)
_SAME = re.compile(r"^(?:and|what about|how about|same|the same|now|only|just|for|in|by|per)\b", re.IGNORECASE)
# Tools whose answers show deals; others show leads.
OF_DEALS = ("deals_at_risk", "explain_deal")


def subject_of(call: Call) -> str:
    """What kind of record an answer shows."""
    return "deal" if call.tool in OF_DEALS else "lead"


def is_just_why(text: Text) -> bool:
    """Whether a question asks for reasons and for nothing else."""
    return bool(_JUST_WHY.fullmatch(text.plain))


def is_same_again(text: Text) -> bool:
    """Whether a question may ask the last one again with something changed."""
    return bool(_SAME.match(text.plain)) or len(text.plain.split()) <= 3


def pointed(text: Text, last: Call) -> str | None:
    """The record that a question points at by its place in the last answer, or by "her", "it", "that one"."""
    if not last.names or text.named("lead") or text.named("deal"):
        return None
    if match := numbers.POSITION.search(text.plain):
        if re.search(rf"\b(?:last|next)\s+{UNIT}", text.plain[match.start() :], re.IGNORECASE):
            return None
        place = numbers.place(match, len(last.names))
        return last.names[place - 1] if 0 < place <= len(last.names) else None
    return last.names[0] if PRONOUN.search(text.plain) else None


def only_one(past: Sequence[Call], argument: str) -> str | None:
    """The record that a thread was about last, if it was one of the kind that an argument takes."""
    if not past or len(past[-1].names) != 1:
        return None
    return past[-1].names[0] if argument in ("record", subject_of(past[-1])) else None
