"""What a person does with a record, as blocks: the buttons that log an outcome or put a lead aside, and what came of
them.

`act` is the row that goes with every lead worth a call; `log` is its first button, for deals as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.views import blocks, buttons, forms
from bot.views.blocks import Block
from bot.views.forms import Form
from tools.base import Result
from tools.leads import OneLead
from tools.outcomes import (
    MESSAGE_LIMIT,
    NOTE_LIMIT,
    Logged,
    OneRecord,
    OutcomeProposal,
    TakenBack,
    log_message,
    log_outcome,
    undo_outcome,
    write_outcome,
)
from tools.snoozes import Snoozed, SnoozeProposal, Unsnoozed, end_snooze, snooze_lead, write_snooze

if TYPE_CHECKING:
    from knowledge.records import Named

# The argument that a record is looked up for while somebody types.
RECORD = "record"
# Slack takes no longer value of an option.
KEY_LIMIT = 150
OUTCOMES = {
    "reached": "Call: reached",
    "no_answer": "Call: no answer",
    "voicemail": "Call: left a voicemail",
    "busy": "Call: busy",
    "callback": "Call: wants to be called back",
    "meeting_booked": "Call: meeting booked",
    "not_interested": "Call: not interested",
    "wrong_number": "Call: wrong number",
    "replied": "E-mail: they replied",
    "emailed": "E-mail: sent",
    "met": "Meeting held",
    "won": "Won, close it",
    "lost": "Lost, close it",
}
KINDS = {"message": "Message", "email": "E-mail", "call": "Call", "meeting": "Meeting", "note": "Note"}
UNTIL = {
    "tomorrow": "Tomorrow",
    "in 3 days": "In three days",
    "next monday": "Next Monday",
    "in 2 weeks": "In two weeks",
    "in 1 month": "In a month",
}


def act(lead_id: str, *first: Block) -> list[Block]:
    """The row of buttons that do something with a lead, after others: log what came of a call, put it aside."""
    lead = f"leads/{lead_id}"
    return [buttons.row(*first, log(lead), forms.opens("Snooze…", SNOOZE, lead=lead))]


def log(record: str) -> Block:
    """A button that opens the form for what came of a call or a meeting; `record` is a key, such as `deals/7`."""
    return forms.opens("Log outcome…", LOG, record=record)


def options(found: Sequence[Named]) -> list[Block]:
    """Leads and deals to choose from, each by its key."""
    told = {f"{one.kind}s/{one.id}": " · ".join(filter(None, (one.name, one.company))) for one in found}
    return [forms.option(key, text) for key, text in told.items() if len(key) <= KEY_LIMIT]


@blocks.drawn.register
def proposed_outcome(found: OutcomeProposal) -> list[Block]:
    """What would be written, with the button that writes it and the form to say it otherwise."""
    if found.outcome is None:
        return [blocks.section(found.text), buttons.row(log(found.record))]
    said = {"note": found.note} if found.note else {}
    write = buttons.renews(
        "Log it", write_outcome, record=found.record, outcome=found.outcome, entry=found.entry, **said
    )
    change = forms.opens("Something else…", LOG, record=found.record)
    return [blocks.section(found.text), buttons.row(write, change)]


@blocks.drawn.register
def logged(found: Logged) -> list[Block]:
    """What was written, and the button that takes it back."""
    return [blocks.section(found.text, buttons.decides("Undo", undo_outcome, entry=found.entry))]


@blocks.drawn.register
def taken_back(found: TakenBack) -> list[Block]:
    """That it is so no more."""
    return [blocks.section(found.text, log(found.record))]


@blocks.drawn.register
def proposed_snooze(found: SnoozeProposal) -> list[Block]:
    """Until when the lead would be put aside, with the button that does it and the form for another day."""
    lead = f"leads/{found.lead_id}"
    if found.until is None:
        return [blocks.section(found.text), buttons.row(forms.opens("Choose a day…", SNOOZE, lead=lead))]
    until = found.until.isoformat(timespec="minutes")
    snooze = buttons.renews("Snooze", write_snooze, lead=lead, until=until, entry=found.entry)
    return [blocks.section(found.text), buttons.row(snooze, forms.opens("Another day…", SNOOZE, lead=lead))]


@blocks.drawn.register
def snoozed(found: Snoozed) -> list[Block]:
    """Until when it is put aside, and the button that takes it up again."""
    return [blocks.section(found.text, buttons.decides("Take it back", end_snooze, entry=found.entry))]


@blocks.drawn.register
def unsnoozed(found: Unsnoozed) -> list[Block]:
    """That it is back."""
    return [blocks.section(found.text), *act(found.lead_id)]


def _outcome(shown: Result | None) -> list[Block]:
    return [
        *_whose(shown),
        forms.choice("outcome", "What came of it?", OUTCOMES),
        forms.words("note", "Note", hint="What else there is to remember.", limit=NOTE_LIMIT, optional=True),
    ]


def _until(shown: Result | None) -> list[Block]:
    return [
        *_whose(shown),
        forms.quick("until", "Until when?", UNTIL),
        forms.day("day", "Or until this day", hint="It comes back on that morning, by your clock."),
    ]


def _whose(shown: Result | None) -> list[Block]:
    """Which record a form is about."""
    return [blocks.markdown(blocks.bold(shown.name))] if isinstance(shown, OneRecord | OneLead) else []


def _message(shown: Result | None) -> list[Block]:
    return [
        forms.search(RECORD, "Lead or deal", "Type a part of its name"),
        forms.choice("kind", "What was it?", KINDS, initial="message"),
        forms.words("note", "Text", initial=shown.text if shown else "", limit=MESSAGE_LIMIT),
    ]


LOG = Form("log_outcome", write_outcome, "Log outcome", "Log it", "decides", _outcome, log_outcome, once="entry")
SNOOZE = Form("snooze", write_snooze, "Snooze", "Snooze", "decides", _until, snooze_lead, once="entry")
MESSAGE = Form("log_message", log_message, "Log to lead or deal", "Log it", "asks", _message, once="entry")
