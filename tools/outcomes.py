"""What came of a call, a mail or a meeting, and that a record is won or lost: proposed in words, written by a click."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar, TypedDict

from pydantic import AwareDatetime, Field

from knowledge import deals, entries, records
from knowledge.citations import Citation
from knowledge.citations import record as cite
from knowledge.entries import CLOSING, UNDO_WITHIN, Entry
from knowledge.errors import AlreadyDecided, BadInput, NotAllowed
from knowledge.ledger import new_id
from knowledge.records import Named
from tools import names, wording
from tools.base import RecordName, Result, ToolContext, tool
from tools.leads import opening
from tools.outcome_words import SAID, WAYS, WORDS, Kind, Outcome

# A button holds what it is to write, and Slack gives it 2,000 characters.
NOTE_LIMIT, MESSAGE_LIMIT = 700, 3_000
Note = Annotated[str, Field(max_length=NOTE_LIMIT, description="what else there is to remember, in the asker's words")]
Message = Annotated[str, Field(min_length=1, max_length=MESSAGE_LIMIT)]
EntryId = Annotated[str, Field(min_length=1, max_length=64, description="of what is written, so that it is once")]

KINDS: tuple[records.Kind, ...] = ("deal", "lead")


class About(TypedDict):
    """What every answer about one lead or deal says of it."""

    citations: tuple[Citation, ...]
    covers: str
    as_of: datetime
    owners: tuple[str | None, ...]
    names: tuple[str, ...]
    record: str
    name: str


class OneRecord(Result):
    """An answer about one lead or deal; `record` is its key, such as `leads/7`."""

    record: str
    name: str


class OutcomeProposal(OneRecord):
    """What would be written by a click; without an outcome, the question what to write."""

    awaits_click: ClassVar[bool] = True
    outcome: Outcome | None
    note: str | None
    entry: str


class Logged(OneRecord):
    """What was written, and until when it can be taken back."""

    entry: str
    undo_until: datetime


class TakenBack(OneRecord):
    """What was written and is so no more."""


@tool(
    words={"outcome": SAID},
)
def log_outcome(
    ctx: ToolContext, *, record: RecordName, outcome: Outcome | None = None, note: Note | None = None
) -> OutcomeProposal:
    """Proposes to log what came of a call, a reply or a meeting with a lead or deal, or that it is won or lost.

    Use for "just spoke to …, meeting booked", "… did not pick up", "mark … as won". Nothing is written before the
    asker clicks. Without an outcome the asker is asked for it.
    """
    found, said = names.one_of(ctx, KINDS, record), _plain(note)
    decided = _decided(ctx, found)
    if outcome in CLOSING and decided:
        raise BadInput(f"{found.name} is {decided} already, so there is nothing left to close.")
    return OutcomeProposal(
        text=_asked(ctx, found, outcome, decided, said),
        **_about(ctx, found),
        outcome=outcome,
        note=said,
        entry=new_id(),
    )


@tool(offered=False)
def write_outcome(
    ctx: ToolContext, *, record: RecordName, outcome: Outcome, entry: EntryId, note: Note | None = None
) -> Logged:
    """Writes what came of it, once for each `entry`; won and lost close the record. Only by a click."""
    found, way = names.one_of(ctx, KINDS, record), WAYS[outcome]
    disposition = outcome if way.has_disposition else None
    closed = _write(ctx, found, entry, way.kind, way.direction, disposition, _plain(note))
    told = f"{found.name} is closed as {outcome}{_and(closed)}" if outcome in CLOSING else _logged(found, way.told)
    return _told(ctx, found, f"{told}.{_noted(_plain(note))}", entry)


@tool(offered=False)
def log_message(
    ctx: ToolContext, *, record: RecordName, kind: Kind, note: Message, said_at: AwareDatetime, entry: EntryId
) -> Logged:
    """Keeps a message with a lead or deal, once for each `entry`, as of when it was said. Only by a click."""
    found = names.one_of(ctx, KINDS, record)
    _write(ctx, found, entry, kind, "outbound", None, note, min(said_at, ctx.now))
    return _told(ctx, found, f"{_logged(found, WORDS[kind])}, {opening(note)}.", entry)


@tool(offered=False)
def undo_outcome(ctx: ToolContext, *, entry: EntryId) -> TakenBack:
    """Takes back what the asker wrote within the hour; what that closed is open again. Only by a click."""
    held = entries.read(ctx.db, entry)
    if held is None:
        raise AlreadyDecided("That was taken back already.")
    if held.person_id != ctx.asker.id:
        raise NotAllowed("Only who logged that can take it back.")
    found = names.one_of(ctx, KINDS, f"deals/{held.deal_id}" if held.deal_id else f"leads/{held.lead_id}")
    entries.take_back(ctx.db, entry, at=ctx.now)
    again = f" {found.name} is open again." if held.disposition in CLOSING else ""
    return TakenBack(text=f"Taken back; nothing is logged for {found.name}.{again}", **_about(ctx, found))


def _write(
    ctx: ToolContext,
    found: Named,
    entry: str,
    kind: Kind,
    direction: str,
    disposition: str | None,
    body: str | None,
    at: datetime | None = None,
) -> list[Named]:
    """Writes what was done with a record, now or at an instant; what else that closed."""
    what, ids = (kind, direction, disposition, body), _ids(ctx, found)
    made = Entry(entry, at or ctx.now, ctx.now, ctx.asker.id, *what, *ids)
    try:
        return entries.write(ctx.db, made)
    except AlreadyDecided:
        raise AlreadyDecided(f"{found.name} is {_decided(ctx, found)} already; nothing was written.") from None


def _ids(ctx: ToolContext, found: Named) -> tuple[str | None, str | None, str | None]:
    """The lead, the deal and the account that something done with a record belongs to."""
    if found.kind == "lead":
        return found.id, None, None
    deal = deals.by_id(ctx.db, [found.id])[found.id]
    return deal.lead_id, deal.id, deal.account_id


def _decided(ctx: ToolContext, found: Named) -> str:
    """How a record was decided and when; empty while it is open."""
    if found.kind == "lead":
        lead = records.leads(ctx.db, [found.id])[found.id]
        outcome, at = lead.outcome, lead.outcome_at
    else:
        deal = deals.by_id(ctx.db, [found.id])[found.id]
        outcome, at = deal.outcome, deal.closed_at
    since = f" since {wording.day(at, ctx.zone)}" if at else ""
    return "" if outcome == "open" else f"{outcome}{since}"


def _asked(ctx: ToolContext, found: Named, outcome: Outcome | None, decided: str, note: str | None) -> str:
    if outcome is None:
        return f"What came of it with {found.name}? Choose what to log; nothing is written before you send it."
    if outcome in CLOSING:
        lead_id, deal_id, _ = _ids(ctx, found)
        together = entries.closed_with(ctx.db, lead_id=lead_id, deal_id=deal_id)
        asked = f"Close {found.name} as {outcome}{_and(together)}?"
    else:
        asked = f"Log this for {found.name}: {WAYS[outcome].told}?"
    stands = f" It is {decided}." if decided else ""
    return f"{asked}{_noted(note)}{stands} Nothing is written before you click."


def _told(ctx: ToolContext, found: Named, text: str, entry: str) -> Logged:
    until = ctx.now + UNDO_WITHIN
    return Logged(text=text, **_about(ctx, found), entry=entry, undo_until=until)


def _logged(found: Named, told: str) -> str:
    return f"Logged for {found.name}: {told}"


def _and(closed: Sequence[Named]) -> str:
    return "".join(f", together with {each.name}" for each in closed)


def _noted(note: str | None) -> str:
    return f" Note: “{note}”." if note else ""


def _plain(note: str | None) -> str | None:
    """A note on one line, as a button can hold it."""
    words = " ".join((note or "").split())
    return "".join(letter for letter in words if letter.isprintable()) or None


def _about(ctx: ToolContext, found: Named) -> About:
    return {
        "citations": (cite(f"{found.kind}s", found.id, found.name),),
        "covers": f"one {found.kind}, {found.name}",
        "as_of": ctx.now,
        "owners": (found.owner_id,),
        "names": (found.name,),
        "record": f"{found.kind}s/{found.id}",
        "name": found.name,
    }
