"""Nudges as people meet them: what one says when it is delivered, the clicks that answer it, what was held back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import nudges, rotas, wishes
from knowledge.citations import record
from knowledge.errors import BadInput, NotAllowed, Over
from knowledge.nudges import BRIEF, Nudge
from tools import access, deal_cards, wording
from tools.base import Column, Result, ToolContext, tool
from tools.moments import MOMENTS
from tools.nudge_settings import changed
from tools.stakes import stakes
from tools.subjects import Subject, subject

NudgeId = Annotated[str, Field(min_length=1, max_length=64, description="the nudge's id")]
Words = Annotated[str, Field(min_length=1, max_length=1_000)]
HELD_SHOWN = 10
# As many are told in words; the card shows the rest.
HELD_TOLD = 5


class NudgeTold(Result):
    """A nudge: what to do, why, and which record it is about.

    Attributes
    ----------
    standing : what is known of the record, and what is at stake, in money or in wins
    """

    nudge: str
    kind: str
    title: str
    do: str
    why: str
    standing: str
    lead_id: str | None
    deal_id: str | None
    proposal: str | None
    appeal: str | None


class NudgeSettled(Result):
    """What a click on a nudge came to."""

    nudge: str


class Held(BaseModel):
    """A nudge that was held back, and why."""

    model_config = ConfigDict(frozen=True)

    title: str
    name: str
    gain: str
    stake: float | None
    why: str
    lead_id: str | None
    deal_id: str | None


class HeldNudges(Result):
    """What was held back from the asker today, the most worthy first; `count` counts all of them."""

    held: tuple[Held, ...]
    count: int
    sent: int
    currency: str | None
    addable = (Column("held", "stake", of="count"),)


@tool(offered=False)
def nudge(ctx: ToolContext, *, nudge: NudgeId) -> NudgeTold:
    """A nudge in the words that are true now: what to do, why, and on what evidence. Only for its person."""
    held = _own(ctx, nudge)
    moment, facts = MOMENTS[held.kind], held.facts
    _, _, id_ = held.record.partition("/")
    now = [
        each
        for each in moment.find(ctx.db, ctx.now, rotas.everyone(ctx.db, ctx.policy.default_zone), [id_])
        if each.person_id == ctx.asker.id and each.record == held.record
    ]
    if not now:
        raise Over
    found, facts = subject(ctx, held.record), now[0].facts
    told, gain = moment.tell(ctx, found.name, facts), _gain(ctx, held)
    standing = " ".join(filter(None, [found.standing, f"At stake: {gain}." if gain else ""]))
    return NudgeTold(
        text="\n".join(filter(None, [told.do, told.why, standing])),
        citations=found.citations,
        covers=f"one record, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id, ctx.asker.id),
        names=(found.name.split(" (")[0],) if found.lead_id or found.deal_id else (),
        nudge=held.id,
        kind=held.kind,
        title=moment.title,
        do=told.do,
        why=told.why,
        standing=standing,
        lead_id=found.lead_id,
        deal_id=found.deal_id,
        proposal=found.proposal,
        appeal=found.appeal,
    )


@tool(offered=False)
def done_nudge(ctx: ToolContext, *, nudge: NudgeId) -> NudgeSettled:
    """Says that what a nudge asked for is done. Only by a click."""
    held = nudges.respond(ctx.db, _own(ctx, nudge).id, "acted", at=ctx.now)
    return _settled(ctx, held, "Done, thank you. More of this kind will come before others.")


@tool(offered=False)
def dismiss_nudge(ctx: ToolContext, *, nudge: NudgeId, reason: Words) -> NudgeSettled:
    """Says that a nudge was not useful, and why. Only by a click."""
    held = nudges.respond(ctx.db, _own(ctx, nudge).id, "useless", at=ctx.now, words=reason)
    return _settled(ctx, held, f"Noted: “{reason}”. Fewer of this kind will come.")


@tool(offered=False)
def mute_nudge(ctx: ToolContext, *, nudge: NudgeId) -> NudgeSettled:
    """Stops nudges of a kind for the asker, until it is allowed again in the settings. Only by a click."""
    held = nudges.respond(ctx.db, _own(ctx, nudge).id, "muted", at=ctx.now)
    wished = wishes.read(ctx.db, ctx.asker.id)
    wishes.keep(ctx.db, ctx.asker.id, changed(wished, muted=wished.muted | {held.kind}), at=ctx.now)
    title = MOMENTS[held.kind].title.lower()
    return _settled(ctx, held, f"No more nudges of this kind ({title}); “my nudge settings” brings them back.")


@tool()
def held_nudges(ctx: ToolContext) -> HeldNudges:
    """What was worth a nudge today but was held back from the asker, and why. Use for "what did you not tell me"."""
    zone = ctx.zone
    midnight = ctx.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = [each for each in nudges.history(ctx.db, midnight, [ctx.asker.id]) if each.kind != BRIEF]
    back = sorted((each for each in today if each.verdict != "sent"), key=lambda each: -each.gain * each.chance)
    about = [(each, subject(ctx, each.record)) for each in back[:HELD_SHOWN]]
    about = [each for each in about if access.sight(ctx.asker, ctx.roster, each[1].owner_id) == "all"]
    held = [_held(ctx, *each) for each in about]
    sent = sum(each.verdict == "sent" for each in today)
    return HeldNudges(
        text="\n".join([_head(len(back), sent, back), *_lines(held, back)]),
        citations=(
            record("nudges", ctx.asker.id, "nudges considered today", f"{len(today):,}"),
            *(found.citations[0] for _, found in about),
        ),
        covers="what was worth a nudge to you today",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        names=tuple(each.name.split(" (")[0] for each in held if each.lead_id or each.deal_id),
        held=tuple(held),
        count=len(back),
        sent=sent,
        currency=deal_cards.currency_of(ctx),
    )


def _own(ctx: ToolContext, id_: str) -> Nudge:
    held = nudges.read(ctx.db, id_)
    if held.person_id != ctx.asker.id:
        raise NotAllowed("That nudge is somebody else's.")
    if held.kind not in MOMENTS:
        raise BadInput("That is no nudge of a kind that there still is.")
    return held


def _gain(ctx: ToolContext, held: Nudge) -> str:
    """What is at stake, as it is told; empty where nothing is known to be."""
    if held.gain <= 0:
        return ""
    if _in_money(ctx, held):
        return wording.money(held.gain, deal_cards.currency_of(ctx))
    return f"{held.gain:.2f} wins"


def _in_money(ctx: ToolContext, held: Nudge) -> bool:
    return held.gain > 0 and stakes(ctx.db, ctx.models, [held.record]).in_money


def _settled(ctx: ToolContext, held: Nudge, text: str) -> NudgeSettled:
    return NudgeSettled(
        text=text,
        citations=(record("nudges", held.id, MOMENTS[held.kind].title, held.response or ""),),
        covers="one nudge",
        as_of=ctx.now,
        owners=(ctx.asker.id,),
        nudge=held.id,
    )


def _held(ctx: ToolContext, each: Nudge, found: Subject) -> Held:
    return Held(
        title=MOMENTS[each.kind].title,
        name=found.name,
        gain=_gain(ctx, each),
        stake=round(each.gain) if _in_money(ctx, each) else None,
        why=each.why if each.verdict != "skipped" else "it came too late",
        lead_id=found.lead_id,
        deal_id=found.deal_id,
    )


def _lines(held: Sequence[Held], back: Sequence[Nudge]) -> list[str]:
    """The most worthy of them, each with its reason where it is not the one that is told of all."""
    usual = _usual_reason(back)[0] if back else ""
    told = [f"• {_line(each, usual)}" for each in held[:HELD_TOLD]]
    more = len(back) - len(told)
    return [*told, *([f"And {more:,} more."] if more > 0 else [])]


def _line(held: Held, usual: str) -> str:
    at_stake = f", {held.gain} at stake" if held.gain else ""
    why = "" if held.why == usual else f" Held back: {held.why}."
    return f"{held.title}: {held.name}{at_stake}.{why}"


def _usual_reason(back: Sequence[Nudge]) -> tuple[str, int]:
    """The reason for which most were held back, and how many were."""
    (found,) = Counter(each.why for each in back).most_common(1)
    return found


def _head(count: int, sent: int, back: list[Nudge]) -> str:
    told = f"You had {wording.count(sent, 'nudge') if sent else 'no nudge'} today"
    if not count:
        return f"{told}, and nothing was held back."
    reason, most = _usual_reason(back)
    main = f", {most} of them because {reason}" if most < count else f": {reason}"
    return f"{told}; {count} {'was' if count == 1 else 'were'} held back{main}."
