"""What a text wishes of nudges: how many, when, and until when none; the arguments of `nudge_settings`."""

from __future__ import annotations

import re

from bot.reading.numbers import CLOCK
from bot.reading.periods import UNIT

# A bare number is a time unless a month stands behind it.
_TIME = rf"(?:{CLOCK}|\d{{1,2}}(?! ?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))(?!\w)"
_FROM_TO = re.compile(rf"\b(?:from|between)?\s*({_TIME})\s*(?:to|until|and|-|–)\s*({_TIME})", re.IGNORECASE)
_AFTER = re.compile(rf"\b(?:after|from) ({_TIME})", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?:before|until) ({_TIME})", re.IGNORECASE)
_BRIEF = re.compile(r"\bbrief", re.IGNORECASE)
_AT = re.compile(rf"\b(?:at|to|for|by) ({_TIME})|\b({CLOCK})", re.IGNORECASE)
_END = re.compile(
    r"\b(?:unmute|unpause|resume|(?:turn|switch)\b.*\bon|(?:nudges|messages) (?:back|on)"
    r"|(?:nudge|write to) me again)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    rf"\b(?:until|before)\s+(?:the\s+)?(.+?)[\s.!?]*$|\bfor\s+((?:an?|the|\d+|\w+) {UNIT}s?)\b"
    rf"|\b((?:this|next) {UNIT}|today|tomorrow)\b",
    re.IGNORECASE,
)
_PLEASE = re.compile(r",?\s*\b(?:please|thanks|thank you)\b", re.IGNORECASE)
_NONE = re.compile(
    r"\b(?:no|zero) (?:more )?(?:nudges|messages|reminders)\b|\bnever (?:nudge|write|message)\b"
    r"|\b(?:turn|switch)\b.*\boff\b"
    r"|\bnudges off\b|\b(?:don't|do not) want (?:any )?(?:nudges|messages|reminders)\b",
    re.IGNORECASE,
)
# Said of a span, it means until that is over.
_SPANS = {"today": "tomorrow", "this week": "next monday", "this month": "next month", "this quarter": "next quarter"}


def wished(text: str, number: int | None) -> dict[str, str | int]:
    """What a text wishes, by the name of the argument; `number` is how many it speaks of."""
    text = _PLEASE.sub("", text)
    if _BRIEF.search(text):
        at = _AT.search(text)
        return {"daily_at": (at[1] or at[2]).strip()} if at else {}
    if match := _FROM_TO.search(text):
        return {"quiet_from": match[1].strip(), "quiet_to": match[2].strip()}
    if _END.search(text):
        return {"mute_until": "off"}
    if hours := _quiet(text):
        return hours
    if until := _UNTIL.search(text):
        said = next(group for group in until.groups() if group).strip()
        return {"mute_until": _SPANS.get(said.casefold(), said)}
    if number is not None:
        return {"max_per_day": number}
    if _NONE.search(text):
        return {"max_per_day": 0}
    at = _AT.search(text)
    return {"daily_at": (at[1] or at[2]).strip()} if at else {}


def _quiet(text: str) -> dict[str, str | int]:
    """From when or until when nothing is to come, as far as the text says any."""
    after, before = _AFTER.search(text), _BEFORE.search(text)
    found: dict[str, str | int] = {"quiet_from": after[1].strip()} if after else {}
    return found | ({"quiet_to": before[1].strip()} if before else {})
