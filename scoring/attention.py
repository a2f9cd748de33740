"""Which nudges are worth an interruption now: candidates compete for a person's attention, which is scarce.

A nudge is worth what is at stake times the chance that it is acted on. The best goes first, if its person may be
interrupted, has not just been, was told nothing of the kind of late, and the day is not likely to bring as many better
ones as there is room for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

# Between two nudges to one person.
PACE = timedelta(minutes=20)
# Nothing is said twice about a record, whatever the reason, within a day.
RECORD_RESTS = timedelta(days=1)
# A kind that was just told of rests, so that nobody hears the same reason again and again.
KIND_RESTS = timedelta(hours=1)


@dataclass(frozen=True)
class Candidate:
    """A nudge that could be sent.

    Attributes
    ----------
    about : the record, and others that are the same thing to its person, such as the lead a deal grew out of
    gain : what is at stake, in money or wins
    chance : that it is acted on
    """

    key: str
    kind: str
    about: frozenset[str]
    gain: float
    chance: float

    @property
    def worth(self) -> float:
        """What an interruption for it is expected to bring."""
        return self.gain * self.chance


@dataclass(frozen=True)
class Told:
    """A nudge that a person had."""

    kind: str
    about: frozenset[str]
    at: datetime


@dataclass(frozen=True)
class Seen:
    """A nudge that was considered on an earlier day: at what time of it, and what it was worth."""

    at: time
    worth: float


@dataclass(frozen=True)
class Attention:
    """A person's attention at an instant.

    Attributes
    ----------
    now : the instant, on the person's own clock
    closed : why nothing may come now, such as "quiet hours"; None while something may
    most : nudges a day at most
    muted : kinds that never come
    told : what the person had in the last days
    seen, days : what was considered on earlier working days, and how many days these were
    """

    now: datetime
    closed: str | None
    most: int
    muted: frozenset[str] = frozenset()
    told: Sequence[Told] = ()
    seen: Sequence[Seen] = ()
    days: int = 0

    @property
    def left(self) -> int:
        """How many more nudges may come today."""
        return self.most - sum(told.at.astimezone(self.now.tzinfo).date() == self.now.date() for told in self.told)


@dataclass(frozen=True)
class Decision:
    """What was decided of a candidate; `why` says why it is held back, and is empty where it is sent."""

    candidate: Candidate
    why: str = ""

    @property
    def is_sent(self) -> bool:
        return not self.why


def decide(candidates: Sequence[Candidate], attention: Attention) -> list[Decision]:
    """One decision for each candidate, the most worthy first; one is sent at most, since the next has to wait."""
    at = attention.now.time()
    later = sorted(seen.worth for seen in attention.seen if seen.at > at)
    decided: list[Decision] = []
    sent = False
    for each in sorted(candidates, key=lambda each: (-each.worth, each.key)):
        why = "something better went first" if sent else _against(each, attention, later)
        sent = sent or not why
        decided.append(Decision(each, why))
    return decided


def _against(each: Candidate, attention: Attention, later: Sequence[float]) -> str:
    """Why a candidate is not sent now, given what earlier days brought after this hour; empty if it is."""
    if each.kind in attention.muted:
        return "you muted this kind"
    if attention.closed:
        return attention.closed
    now = attention.now
    if any(told.about & each.about and told.at > now - RECORD_RESTS for told in attention.told):
        return "you were told about it within a day"
    if attention.left <= 0:
        return "your nudges of the day were used up"
    if any(told.kind == each.kind and told.at > now - KIND_RESTS for told in attention.told):
        return "you had one for the same reason within the hour"
    if any(told.at > now - PACE for told in attention.told):
        return "you had another a few minutes before"
    if each.worth <= 0:
        return "nothing is known to be at stake"
    # As many better ones as the rest of such a day usually brings.
    better = len(later) - bisect_right(later, each.worth)
    if attention.days and better / attention.days >= attention.left:
        return "better ones are likely to come today"
    return ""
