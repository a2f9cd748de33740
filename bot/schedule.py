"""When nudges come: pure functions of instants and of people's hours, and one tick that does what is due.

A tick may come at any time, from any number of replicas, twice or not at all for a while: each nudge is claimed once in
the books, and what a late wake-up would tell too late is skipped and said in the next brief.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tools.nudging import GOOD_FOR, PACE

if TYPE_CHECKING:
    from tools.nudging import Hours, Nudger

MUTED, DAY_OFF, QUIET = "you muted nudges", "it was no working day of yours", "it was in your quiet hours"
BRIEFED = "your brief had just come"


@dataclass(frozen=True)
class Slot:
    """A person's brief whose time has come: the day it is for, until when it may be told, and whether that is over."""

    day: str
    good_until: datetime
    is_late: bool


def brief(hours: Hours, now: datetime) -> Slot | None:
    """The brief that is due on a person's own clock; None before its time, on days off and while nudges are muted."""
    day = hours.rota.today(now)
    due = hours.rota.at(day, hours.wishes.daily_at)
    if now < due or hours.wishes.is_muted(due) or not hours.rota.works_on(day):
        return None
    return Slot(day.isoformat(), due + GOOD_FOR, now > due + GOOD_FOR)


def closed(hours: Hours, now: datetime) -> str | None:
    """Why no nudge may come to a person now; None if one may."""
    local = now.astimezone(hours.rota.zone)
    if hours.wishes.is_muted(now):
        return MUTED
    if not hours.rota.works_on(local.date()):
        return DAY_OFF
    if hours.wishes.is_quiet(local.time()):
        return QUIET
    due = hours.rota.at(local.date(), hours.wishes.daily_at)
    return BRIEFED if due <= now < due + PACE else None


def tick(nudger: Nudger, now: datetime, done: set[tuple[str, str]]) -> int:
    """Sends the briefs that are due and what is worth a nudge now; how many were sent.

    `done` remembers whose brief of which day was seen to, so that the books are not asked again each time.
    """
    people = nudger.hours()
    briefed = {id_ for id_, hours in people.items() if _brief(nudger, id_, hours, now, done)}
    done -= {each for each in done if each[1] < (now - timedelta(days=2)).date().isoformat()}
    reasons = {id_: why for id_, hours in people.items() if (why := closed(hours, now))}
    return len(briefed) + nudger.look(now, people, dict.fromkeys(briefed, BRIEFED) | reasons)


def _brief(nudger: Nudger, id_: str, hours: Hours, now: datetime, done: set[tuple[str, str]]) -> bool:
    """Sees to somebody's brief if its time has come; whether it went out."""
    slot = brief(hours, now)
    if slot is None or (id_, slot.day) in done:
        return False
    went = nudger.brief(id_, slot.day, now=now, good_until=slot.good_until, late=slot.is_late)
    done.add((id_, slot.day))
    return went and not slot.is_late
