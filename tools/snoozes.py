"""Leads put aside until a day: proposed in words, done by a click; then they come back by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from knowledge import instants, records, snoozes
from knowledge.citations import record
from knowledge.errors import BadInput
from knowledge.ledger import new_id
from knowledge.records import Named
from tools import names, wording
from tools.base import LeadName, ToolContext, tool
from tools.leads import OneLead, about
from tools.outcomes import EntryId

Until = Annotated[
    str, Field(max_length=80, description='when it comes back: "tomorrow", "next monday", "in two weeks", "15 April"')
]
Day = Annotated[str, Field(pattern=r"\d{4}-\d{2}-\d{2}")]
LONGEST = timedelta(days=366)
UNTIL_WHEN = "Until when should {} be put aside? Say for example “until next Monday” or “for two weeks”."


class SnoozeProposal(OneLead):
    """A lead that a click would put aside until an instant; without one, the question until when."""

    awaits_click: ClassVar[bool] = True
    until: datetime | None
    entry: str


class Snoozed(OneLead):
    """A lead that is put aside."""

    until: datetime
    entry: str


class Unsnoozed(OneLead):
    """A lead that is back on the list."""


@tool()
def snooze_lead(ctx: ToolContext, *, lead: LeadName, until: Until | None = None) -> SnoozeProposal:
    """Proposes to take a lead off the call list until a day. Use for "remind me of … next Monday", "snooze …".

    Nothing is written before the asker clicks. Without a day the asker is asked for it.
    """
    found = _open(ctx, lead)
    at = _instant(ctx, until) if until else None
    asked = UNTIL_WHEN.format(found.name)
    if at is not None:
        asked = f"Put {found.name} aside until {_day(ctx, at)}? Nothing is changed before you click."
    return SnoozeProposal(
        text=asked, citations=(record("leads", found.id, found.name),), **about(ctx, found), until=at, entry=new_id()
    )


@tool(offered=False)
def write_snooze(
    ctx: ToolContext, *, lead: LeadName, entry: EntryId, until: Until | None = None, day: Day | None = None
) -> Snoozed:
    """Takes a lead off the call list until a day, once for each `entry`. Only by a click.

    A day that was picked goes before one that was said.
    """
    found = _open(ctx, lead)
    if not (said := day or until):
        raise BadInput("Choose until when, or pick a day.")
    put = snoozes.put(ctx.db, entry, found.id, ctx.asker.id, until=_instant(ctx, said), at=ctx.now)
    return Snoozed(
        text=f"{found.name} is put aside until {_day(ctx, put.until)}.",
        citations=(record("leads", found.id, found.name),),
        **about(ctx, found),
        until=put.until,
        entry=put.id,
    )


@tool(offered=False)
def end_snooze(ctx: ToolContext, *, entry: EntryId) -> Unsnoozed:
    """Puts a lead that was put aside back on the list. Only by a click."""
    held = snoozes.read(ctx.db, entry)
    if held is None:
        raise BadInput("That lead is back on the list already.")
    found = names.lead(ctx, f"leads/{held.lead_id}")
    snoozes.end(ctx.db, entry)
    return Unsnoozed(
        text=f"{found.name} is back on the list.",
        citations=(record("leads", found.id, found.name),),
        **about(ctx, found),
    )


def _open(ctx: ToolContext, lead: str) -> Named:
    found = names.lead(ctx, lead)
    if (outcome := records.leads(ctx.db, [found.id])[found.id].outcome) != "open":
        raise BadInput(f"{found.name} is {outcome} already, so there is no call to put off.")
    return found


def _instant(ctx: ToolContext, words: str) -> datetime:
    until = instants.instant(words, ctx.now, ctx.zone)
    if until > ctx.now + LONGEST:
        raise BadInput("A lead can be put aside for a year at most; choose an earlier day.")
    return until


def _day(ctx: ToolContext, at: datetime) -> str:
    """`Mon 23 Mar 2026, 08:00` on the asker's clock."""
    return f"{at.astimezone(ctx.zone):%a} {wording.day(at, ctx.zone)}, {at.astimezone(ctx.zone):%H:%M}"


def said_until(text: str) -> str | None:
    """The words of a text that say when; None where none do."""
    return instants.said(text)
