"""Why a score moved between two instants: an exact split of the change of its log-odds.

Let A be the model that served then and B the one that serves now; facts(t) what was known of the lead at t. Then

- passing time is A on facts(then), read by today's clock, less A on facts(then) by the clock of then;
- new facts are A on facts(now) less A on facts(then), both by today's clock, subject by subject;
- the model's change is B less A, both on facts(now);
- the override is what people's word adds now, less what it added then.

Each step starts where the one before ended, so the parts sum to the change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import fsum

import pandas as pd

from knowledge.frames import History, Snapshot
from scoring.base import Scorer
from scoring.explanations import Explanation, Reason
from scoring.features import UNKNOWN, Feature, is_known


@dataclass(frozen=True)
class Part:
    """What one subject did to the log-odds, and how it is told; told as nothing where it stayed as it was."""

    subject: str
    effect: float
    text: str


@dataclass(frozen=True)
class Movement:
    """Log-odds at two instants and what lies between them; `time` and `facts` by subject, the strongest first."""

    before: float
    after: float
    time: tuple[Part, ...]
    facts: tuple[Part, ...]
    model: float
    override: float

    @property
    def total(self) -> float:
        return fsum((*(part.effect for part in (*self.time, *self.facts)), self.model, self.override))


@dataclass(frozen=True)
class _Reading:
    """What a model reads of one lead, and what it makes of it."""

    values: pd.Series
    explained: Explanation

    @property
    def log_odds(self) -> float:
        return fsum((self.explained.base, *(reason.effect for reason in self.explained.reasons)))


def movement(
    history: History,
    lead_id: str,
    *,
    since: datetime,
    then: Scorer[History, Snapshot],
    now: Scorer[History, Snapshot],
    shifts: tuple[float, float] = (0.0, 0.0),
) -> Movement:
    """Why a lead's log-odds are not what they were at `since`.

    Parameters
    ----------
    history : what is known of the lead up to the instant that counts as now
    then, now : the models that served at both instants
    shifts : what people's word added at both instants, in log-odds
    """
    was, known = history.at(since), history.at(history.until)
    first = _read(then, was, lead_id)
    aged = _read(then, replace(was, as_of=history.until), lead_id)
    informed = _read(then, known, lead_id)
    last = informed if now is then else _read(now, known, lead_id)
    return Movement(
        before=first.log_odds + shifts[0],
        after=last.log_odds + shifts[1],
        time=_parts(first, aged),
        facts=_parts(aged, informed),
        model=last.log_odds - informed.log_odds,
        override=shifts[1] - shifts[0],
    )


def _read(model: Scorer[History, Snapshot], snapshot: Snapshot, lead_id: str) -> _Reading:
    return _Reading(model.features(snapshot, [lead_id]).iloc[0], model.explain(snapshot, [lead_id])[lead_id])


def _parts(before: _Reading, after: _Reading) -> tuple[Part, ...]:
    """How each subject's contribution changed, the strongest first."""
    old, new = _by_subject(before.explained), _by_subject(after.explained)
    changed = [name for name in after.values.index if _differs(before.values[name], after.values[name])]
    parts = [
        Part(
            subject,
            reason.effect - old[subject].effect,
            _told(reason, before.values, after.values, [name for name in changed if _subject(name) == subject]),
        )
        for subject, reason in new.items()
    ]
    return tuple(sorted((part for part in parts if part.effect), key=lambda part: -abs(part.effect)))


def _by_subject(explained: Explanation) -> dict[str, Reason]:
    return {_subject(reason.feature): reason for reason in explained.reasons}


def _subject(name: str) -> str:
    return Feature(name, "number").subject


def _told(reason: Reason, before: pd.Series, after: pd.Series, changed: list[str]) -> str:
    """The subject as it stands after, and what was read before; nothing if it is what it was.

    A subject that stayed may still count otherwise, because what is beside it did not stay.
    """
    if not changed:
        return ""
    speaks = reason.feature in changed
    name = reason.feature if speaks else changed[0]
    text = reason.text if speaks else f"{Feature(name, 'number').named} is now {_shown(name, after[name])}"
    return f"{text} (before: {_shown(name, before[name])})" if is_known(before[name]) else text


def _shown(name: str, value: object) -> str:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Feature(name, "number" if is_number else "category").show(value) if is_known(value) else UNKNOWN


def _differs(old: object, new: object) -> bool:
    return old != new and (old == old or new == new)
