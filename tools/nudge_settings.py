"""How many nudges a person wants, and when: shown, proposed in words, and kept by a click."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time
from typing import Annotated, Any

from pydantic import Field

from knowledge import instants, wishes
from knowledge.citations import record
from knowledge.errors import BadInput
from knowledge.wishes import Wishes
from tools import wording
from tools.base import Result, ToolContext, tool
from tools.moments import MOMENTS

MOST = 20
OFF = ("off", "never", "none", "now", "no")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?(?:\s*o'clock)?", re.IGNORECASE)
_NAMED = {"noon": time(12), "midnight": time(0)}

PerDay = Annotated[int, Field(ge=0, le=MOST, description=f"nudges a day at most, 0 to {MOST}")]
TimeOfDay = Annotated[str, Field(min_length=1, max_length=20, description='a time of day such as "7:45" or "6pm"')]
Until = Annotated[
    str, Field(max_length=80, description='until when nothing comes: "tomorrow", "monday"; "off" to end it')
]


class NudgeSettings(Result):
    """What the asker wishes of nudges.

    `proposed` says that it is not so yet, and that a click would make it so; `changed` that a click just has.
    """

    max_per_day: int
    daily_at: str
    quiet_from: str
    quiet_to: str
    mute_until: datetime | None
    muted: tuple[str, ...]
    proposed: bool
    changed: bool = False


@tool()
def nudge_settings(
    ctx: ToolContext,
    *,
    max_per_day: PerDay | None = None,
    daily_at: TimeOfDay | None = None,
    quiet_from: TimeOfDay | None = None,
    quiet_to: TimeOfDay | None = None,
    mute_until: Until | None = None,
) -> NudgeSettings:
    """Shows how many nudges the asker gets and when, or proposes to change that. Use for "only 3 nudges a day",
    "mute nudges until monday", "brief me at 7:45".

    Nothing is changed before the asker clicks.
    """
    now = wishes.read(ctx.db, ctx.asker.id)
    asked = {
        "max_per_day": max_per_day,
        "daily_at": None if daily_at is None else time_of_day(daily_at),
        "quiet_from": None if quiet_from is None else time_of_day(quiet_from),
        "quiet_to": None if quiet_to is None else time_of_day(quiet_to),
    }
    wanted = changed(now, **{name: value for name, value in asked.items() if value is not None})
    if mute_until is not None:
        off = mute_until.strip().casefold() in OFF
        wanted = replace(wanted, mute_until=None if off else instants.instant(mute_until, ctx.now, ctx.zone))
    if wanted == now:
        return _view(ctx, now, "\n".join(told(ctx, now)), proposed=False)
    fresh = [line for line, before in zip(told(ctx, wanted), told(ctx, now), strict=True) if line != before]
    return _view(ctx, wanted, "\n".join(["Shall I change your nudges to this?", *fresh]), proposed=True)


@tool(offered=False)
def keep_nudge_settings(
    ctx: ToolContext,
    *,
    max_per_day: PerDay = Wishes.max_per_day,
    daily_at: TimeOfDay = f"{Wishes.daily_at:%H:%M}",
    quiet_from: TimeOfDay = f"{Wishes.quiet_from:%H:%M}",
    quiet_to: TimeOfDay = f"{Wishes.quiet_to:%H:%M}",
    mute_until: Annotated[str, Field(max_length=40)] | None = None,
    muted: tuple[str, ...] = (),
) -> NudgeSettings:
    """Keeps what the asker wishes of nudges; what is left out is as for everyone. Only by a click."""
    brief, quiet, loud = (time_of_day(each) for each in (daily_at, quiet_from, quiet_to))
    until = None if mute_until is None else _instant(ctx, mute_until)
    wanted = Wishes(max_per_day, brief, quiet, loud, until, frozenset(muted) & frozenset(MOMENTS))
    wishes.keep(ctx.db, ctx.asker.id, wanted, at=ctx.now)
    done = _view(ctx, wanted, "\n".join(["Done.", *told(ctx, wanted)]), proposed=False)
    return done.model_copy(update={"changed": True})


def changed(wished: Wishes, **facts: Any) -> Wishes:
    """What a person wishes, with some of it changed."""
    return replace(wished, **facts)


def most(number: int | str) -> int:
    """A number of nudges a day that there may be.

    Raises
    ------
    BadInput
        When it is too high.
    """
    if not 0 <= int(number) <= MOST:
        raise BadInput(f"Give a number from 0 to {MOST}.")
    return int(number)


def time_of_day(text: str) -> time:
    """The time of day that a text says, such as `7:45`, `18:00`, `6pm` or `noon`.

    Raises
    ------
    BadInput
        When it is none.
    """
    plain = text.strip().casefold()
    if plain in _NAMED:
        return _NAMED[plain]
    if match := _TIME.fullmatch(plain):
        hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").replace(".", "")
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour == 24 and minute == 0:
            hour = 0
        if hour < 24 and minute < 60 and not (half and hour > 23):
            return time(hour, minute)
    raise BadInput(f'"{text[:20]}" is no time of day; say for example 7:45 or 6pm.')


def told(ctx: ToolContext, wished: Wishes) -> list[str]:
    """What a person wishes of nudges, a sentence for each setting."""
    titles = sorted(MOMENTS[kind].title.lower() for kind in wished.muted if kind in MOMENTS)
    quiet = (
        "Nothing is quiet: nudges may come at any hour."
        if wished.quiet_from == wished.quiet_to
        else f"Quiet from {wished.quiet_from:%H:%M} to {wished.quiet_to:%H:%M}."
    )
    is_muted = wished.is_muted(ctx.now) and wished.mute_until
    return [
        f"At most {wording.count(wished.max_per_day, 'nudge')} a day." if wished.max_per_day else "No nudges.",
        f"Your brief comes at {wished.daily_at:%H:%M} on working days.",
        quiet,
        f"Muted until {wording.clock(wished.mute_until, ctx.zone)} ({wording.day(wished.mute_until, ctx.zone)})."
        if is_muted and wished.mute_until
        else "Not muted.",
        f"Kinds that never come: {wording.listing(titles)}." if titles else "Every kind may come.",
    ]


def _view(ctx: ToolContext, wished: Wishes, text: str, *, proposed: bool) -> NudgeSettings:
    return NudgeSettings(
        text=text,
        citations=(record("nudge_settings", ctx.asker.id, "nudge settings", "proposed" if proposed else "as kept"),),
        covers="your own nudges",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        max_per_day=wished.max_per_day,
        daily_at=f"{wished.daily_at:%H:%M}",
        quiet_from=f"{wished.quiet_from:%H:%M}",
        quiet_to=f"{wished.quiet_to:%H:%M}",
        mute_until=wished.mute_until,
        muted=tuple(sorted(wished.muted)),
        proposed=proposed,
    )


def _instant(ctx: ToolContext, text: str) -> datetime:
    """An instant in ISO format, or the start of a day of the asker's."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f'"{text[:40]}" is no day.') from None
    return found if found.tzinfo else found.replace(tzinfo=ctx.zone)
