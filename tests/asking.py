"""Something sensible for every argument that a tool needs, from the demo company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from sqlalchemy import update

from knowledge import entries, nudges, proposals, snoozes, team_posts
from knowledge.crm import Deal
from knowledge.entries import Entry
from knowledge.memory import Memory
from knowledge.nudges import Draft
from knowledge.people import Person
from knowledge.proposals import Move
from tests.company import NOW, Books
from tools.base import Tool

TERMS: dict[str, Any] = {"pool": "new", "max_per_rep": None, "min_per_rep": None, "exclude": [], "pin": {}}
# Given though the tool could do without.
SAID = ("months", "until", "outcome")
DECISIONS = {"decide_proposal": "approve", "decide_appeal": "grant"}


def arguments(tool: Tool, books: Books, asker: Person) -> dict[str, Any]:
    """What a tool has to be given by this asker, and what keeps it quick."""
    rep = asker if asker.role == "rep" else books.person("rep")
    known: dict[str, Callable[[], Any]] = {
        "lead": lambda: books.lead_of(books.rival(rep, same_team=True) if "appeal" in tool.name else rep).name,
        "deal": lambda: books.deal_of(rep).name,
        "record": lambda: books.deal_of(rep).name,
        "metric": lambda: "leads",
        # Three months are replayed already.
        "months": lambda: 3,
        "view": lambda: "higher",
        "column": lambda: books.doubt("Tags"),
        "known": lambda: "after",
        "proposal": lambda: proposed(books, rep),
        "appeal": lambda: appealed(books, rep),
        "decision": lambda: DECISIONS[tool.name],
        "kind": lambda: "note" if tool.name == "log_message" else "assign",
        "on": lambda: True,
        "text": lambda: "I know their buyer",
        "question": lambda: "who approves a discount",
        "passage": lambda: books.passage_of(asker),
        "verdict": lambda: "outdated",
        "by": lambda: rep.id,
        "outcome": lambda: "meeting_booked",
        "note": lambda: "They read every site by hand",
        "said_at": lambda: NOW.isoformat(),
        "until": lambda: "next monday",
        "entry": lambda: entered(tool, books, asker),
        "answer": lambda: complained(books, rep),
        "nudge": lambda: nudged(books, asker, "brief" if tool.name == "morning_brief" else "overdue"),
        "reason": lambda: "They left",
        "cadence": lambda: "daily",
        "post": lambda: posted(books, asker if asker.role != "rep" else books.person("manager")),
    }
    fields = tool.arguments.model_fields.items()
    return {name: known[name]() for name, info in fields if info.is_required() or name in SAID}


def complained(books: Books, rep: Person) -> str:
    """An answer that a rep found bad."""
    Memory(books.db).rate("A-bad", rep.id, NOW, good=False, reason="That lead left")
    return "A-bad"


def proposed(books: Books, rep: Person) -> str:
    """A proposal that would give a rep a lead that nobody has."""
    move = Move(books.lead_of(None).id, None, rep.id, 0.0, 100.0, None, 0.1, "Nobody had it.")
    made = proposals.create(
        books.db,
        kind="plan",
        by=books.person("manager").id,
        at=NOW,
        team_ids=[rep.team_id],
        arguments=TERMS,
        figures={},
        moves=[move],
    )
    return made.id


def posted(books: Books, person: Person) -> str:
    """A summary of the first team that somebody has posted to a channel."""
    made = team_posts.switch_on(
        books.db,
        person_id=person.id,
        team_id=books.person("rep").team_id,
        cadence="weekly",
        time=time(8, 30),
        to="C0SALES",
        at=NOW,
    )
    return made.id


def appealed(books: Books, rep: Person) -> str:
    """A rep's appeal for a lead of a colleague's that waits for its answer."""
    if waiting := [each.id for each in proposals.appeals(books.db, status="pending") if each.by == rep.id]:
        return waiting[0]
    lead = books.lead_of(books.rival(rep, same_team=True))
    return proposals.appeal(books.db, lead.id, by=rep.id, at=NOW, text="I know their buyer").id


def nudged(books: Books, asker: Person, kind: str) -> str:
    """A nudge that the asker had, about a deal that is past its close date if it is no brief."""
    deal = books.deal_of(asker if asker.role == "rep" else books.person("rep"))
    with books.db.write() as session:
        overdue = {"expected_close": NOW.date() - timedelta(days=2), "owner_id": asker.id}
        session.execute(update(Deal).where(Deal.id == deal.id).values(overdue))
    record, until = "brief/2026-03-18" if kind == "brief" else f"deals/{deal.id}", NOW + timedelta(minutes=30)
    draft = Draft(asker.id, kind, record, {}, 100.0, 0.3, "sent", "")
    nudges.send(books.db, kind, draft, at=NOW, tool="nudge", good_until=until, since=NOW, most=5)
    return next(each.id for each in nudges.history(books.db, NOW, [asker.id]) if each.kind == kind)


def entered(tool: Tool, books: Books, asker: Person) -> str:
    """What a tool that takes something back is asked to take back; for others an id of something to come."""
    lead_id = books.lead_of(asker if asker.role == "rep" else books.person("rep")).id
    if tool.name == "undo_outcome":
        entries.write(books.db, Entry("E-1", NOW, NOW, asker.id, "call", "outbound", "reached", None, lead_id))
    if tool.name == "end_snooze":
        snoozes.put(books.db, "E-1", lead_id, asker.id, until=NOW + timedelta(days=7), at=NOW)
    return "E-1"
