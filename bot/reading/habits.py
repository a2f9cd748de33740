"""What a text wishes of nudges: how many, when, and until when none; the arguments of `nudge_settings`."""

from __future__ import annotations

import re
from collections.abc import Callable

_CLOCK = r"(?:\d{1,2}(?:[:.h]\d{2})?\s?(?:am\b|pm\b|a\.m\.|p\.m\.)?|noon|midnight)"
_UNIT = r"(?:day|week|month|quarter|year)"
_FROM_TO = re.compile(
    rf"\b(?:from|between)?\s*({_CLOCK})\s*(?:to|until|till|and|-|–)\s*({_CLOCK})(?!\w)", re.IGNORECASE
)
_QUIET = re.compile(r"\b(?:quiet|silent|silence|disturb|no nudges|don't nudge|do not nudge)\b", re.IGNORECASE)
_AFTER = re.compile(rf"\bafter ({_CLOCK})(?!\w)", re.IGNORECASE)
_BEFORE = re.compile(rf"\bbefore ({_CLOCK})(?!\w)", re.IGNORECASE)
_BRIEF = re.compile(rf"\bbrief(?:ing|ed)?\b.*?\b(?:at|to|for|by) ({_CLOCK})(?!\w)", re.IGNORECASE)
_END = re.compile(r"\b(?:unmute|unpause|resume|turn .*back on|nudges back|nudge me again)\b", re.IGNORECASE)
_MUTE = re.compile(
    r"\b(?:mute|pause|stop|leave me alone|no nudges|don't (?:nudge|send)|do not (?:nudge|send)|silence)\b",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    rf"\b(?:until|till|til|before)\s+(?:the\s+)?(.+?)[\s.!?]*$|\b(?:for)\s+(.+?)[\s.!?]*$"
    rf"|\b((?:this|next) {_UNIT}|today|tomorrow)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\bno (?:more )?nudges(?: at all)?\W*$|\bnever nudge me\b|\bturn (?:off )?(?:my )?nudges(?: off)?\W*$", re.I
)
# Said of a span, it means until that is over.
_SPANS = {"today": "tomorrow", "this week": "next monday", "this month": "next month", "this quarter": "next quarter"}


def wished(text: str, number: Callable[[], int | None]) -> dict[str, str | int]:
    """What a text wishes, by the name of the argument; `number` is the first number that it says."""
    text = re.sub(r",?\s*\b(?:please|thanks|thank you)\b", "", text, flags=re.IGNORECASE)
    if hours := _quiet(text):
        return dict(hours)
    if match := _BRIEF.search(text):
        return {"daily_at": match[1].strip()}
    if _END.search(text):
        return {"mute_until": "off"}
    if _MUTE.search(text) and (until := _UNTIL.search(text)):
        said = next(group for group in until.groups() if group).strip()
        return {"mute_until": _SPANS.get(said.casefold(), said)}
    if _NONE.search(text):
        return {"max_per_day": 0}
    most = number() if re.search(r"\bnudges?\b", text, re.IGNORECASE) else None
    return {} if most is None else {"max_per_day": most}


def _quiet(text: str) -> dict[str, str]:
    """Quiet hours, as far as the text says any."""
    if not _QUIET.search(text):
        return {}
    if match := _FROM_TO.search(text):
        return {"quiet_from": match[1].strip(), "quiet_to": match[2].strip()}
    after, before = _AFTER.search(text), _BEFORE.search(text)
    found = {"quiet_from": after[1].strip()} if after else {}
    return found | ({"quiet_to": before[1].strip()} if before else {})
