"""Answers that somebody found bad: an admin looks into them and takes them off the list."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import reviews
from knowledge.citations import record
from knowledge.reviews import Complaint
from tools import wording
from tools.base import Result, ToolContext, tool

SHOWN, MOST = 5, 50
AnswerId = Annotated[str, Field(min_length=1, max_length=64, description="the audit id of an answer")]


class BadAnswer(BaseModel):
    """A thumb down: who gave it when, what was asked, why it was bad, and what answered."""

    model_config = ConfigDict(frozen=True)

    audit_id: str
    person: str
    at: datetime
    question: str | None
    reason: str | None
    tools: tuple[str, ...]


class BadAnswers(Result):
    """The answers that wait for a review, those with a reason first; `count` is how many there are, shown or not."""

    for_one: bool = True
    items: tuple[BadAnswer, ...]
    count: int


class Reviewed(Result):
    """An answer that is off the list."""

    for_one: bool = True


@tool(roles=("admin",), offered=False)
def bad_answers(ctx: ToolContext) -> BadAnswers:
    """What got a thumb down and waits to be looked into, the newest with a reason first."""
    found = reviews.waiting(ctx.db, limit=MOST)
    items = tuple(_told(ctx, each) for each in found[:SHOWN])
    many = f"at least {MOST} bad answers" if len(found) == MOST else wording.count(len(found), "bad answer")
    head = f"Look into {many}." if found else "No answer was found bad."
    return BadAnswers(
        text="\n".join([head, *(f"• {_line(ctx, each)}" for each in items)]),
        citations=(record("feedback", "", "thumbs down that wait", f"{len(found):,}"),),
        covers="answers that got a thumb down",
        as_of=ctx.now,
        owners=tuple({each.person_id for each in found}),
        items=items,
        count=len(found),
    )


@tool(roles=("admin",), offered=False)
def settle_answer(ctx: ToolContext, *, answer: AnswerId) -> Reviewed:
    """Takes an answer off the list of those to be looked into. Only by a click."""
    reviews.settle(ctx.db, answer, by=ctx.asker.id, at=ctx.now)
    return Reviewed(
        text="Looked into; it is off the list.",
        citations=(record("feedback", answer, "thumb down settled"),),
        covers="one answer",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
    )


def _told(ctx: ToolContext, found: Complaint) -> BadAnswer:
    return BadAnswer(
        audit_id=found.audit_id,
        person=ctx.roster.name(found.person_id),
        at=found.at,
        question=found.question,
        reason=found.reason,
        tools=found.tools,
    )


def _line(ctx: ToolContext, each: BadAnswer) -> str:
    asked = f"“{each.question}”" if each.question else "a question that is not kept"
    why = f"“{each.reason}”" if each.reason else "no reason given"
    by = ", ".join(each.tools) or "no tool"
    return f"{each.person}, {wording.ago(ctx.now, each.at)}: {asked}. Why it was bad: {why} (answered by {by})."
