"""The daily brief: the calls worth making, promises due, deals that slipped, and one thing learned since yesterday."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from knowledge import deals, nudges, occasions, promises, rotas
from knowledge.citations import Citation, record
from knowledge.errors import CallsheetError, NotAllowed, Over
from knowledge.nudges import BRIEF
from knowledge.promises import Promise
from tools import access, calls, deal_cards, movement, wording
from tools.base import Result, ToolContext, tool
from tools.calls import CallList
from tools.movement import ScoreChange
from tools.nudges import NudgeId

CALLS, PROMISES, DEALS = 3, 8, 5
# A chance that moved by less is no news.
WORTH_TELLING = 0.01


class Due(BaseModel):
    """A promise, as it is told."""

    model_config = ConfigDict(frozen=True)

    text: str
    name: str | None
    lead_id: str | None
    deal_id: str | None
    when: str


class Late(BaseModel):
    """A deal that is past its close date, or was put off since yesterday."""

    model_config = ConfigDict(frozen=True)

    deal_id: str
    name: str
    what: str


class Brief(Result):
    """A person's day.

    Attributes
    ----------
    calls : the calls worth making; None where there are none
    waiting : what waits for a manager's click
    learned : one thing that the models learnt since yesterday, in words
    skipped : what was not told because it would have come too late, in words
    """

    greeting: str
    calls: CallList | None
    due: tuple[Due, ...]
    late: tuple[Late, ...]
    waiting: str
    learned: str
    skipped: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that would be worth an interruption."""
        has_calls = self.calls is not None and bool(self.calls.cards)
        return not (has_calls or self.due or self.late or self.waiting or self.skipped)


@tool()
def daily_brief(ctx: ToolContext) -> Brief:
    """The asker's day: calls worth making, promises due, deals that slipped, one thing learned. Use for "brief me",
    "what's my day", "what is due today"."""
    return _brief(ctx, since=ctx.now - timedelta(days=1), skipped="")


@tool(offered=False)
def morning_brief(ctx: ToolContext, *, nudge: NudgeId) -> Brief:
    """The brief of a day as it is sent; nothing is, where there is nothing to do. Only for its person."""
    held = nudges.read(ctx.db, nudge)
    if held.person_id != ctx.asker.id:
        raise NotAllowed("That brief is somebody else's.")
    earlier = [
        each for each in nudges.history(ctx.db, held.at - timedelta(days=14), [ctx.asker.id]) if each.kind == BRIEF
    ]
    since = max((each.at for each in earlier if each.at < held.at), default=held.at - timedelta(days=1))
    made = _brief(ctx, since=since, skipped=_skipped(ctx, since, held.id))
    if made.is_empty:
        raise Over
    return made


def _brief(ctx: ToolContext, *, since: datetime, skipped: str) -> Brief:
    local = ctx.now.astimezone(ctx.zone)
    tonight = local.replace(hour=23, minute=59, second=59)
    listed = _calls(ctx)
    due = promises.due(ctx.db, ctx.asker.id, since=since, by=tonight)[:PROMISES]
    late, late_citations = _late(ctx, since)
    waiting, waiting_citations = _waiting(ctx)
    learned = _learned(ctx, since)
    told = [_due(ctx, each) for each in due]
    greeting = f"Your day, {local:%A} {local.day} {local:%B}"
    learned_text = _learned_text(learned)
    lines = [
        *([listed.text.split("\nHeld back")[0]] if listed else []),
        *([f"Due today: {'; '.join(_due_text(each) for each in told)}."] if told else []),
        *(f"{each.name} {each.what}." for each in late),
        *filter(None, [waiting, learned_text, skipped]),
    ]
    return Brief(
        text="\n".join([f"{greeting}.", *(lines or ["Nothing is due, and nothing has slipped."])]),
        citations=(
            *(listed.citations if listed else ()),
            *(Citation(kind="crm", key=each.key, label=each.text) for each in due),
            *late_citations,
            *waiting_citations,
            *(learned.citations if learned else ()),
            record("people", ctx.asker.id, "your day", f"{local:%Y-%m-%d}"),
        ),
        covers="your own day",
        as_of=ctx.now,
        owners=tuple(dict.fromkeys([*(listed.owners if listed else ()), ctx.asker.id])),
        names=(*(listed.names if listed else ()), *(each.name for each in late)),
        greeting=greeting,
        calls=listed,
        due=tuple(told),
        late=tuple(late),
        waiting=waiting,
        learned=learned_text,
        skipped=skipped,
    )


def _calls(ctx: ToolContext) -> CallList | None:
    """The calls worth making; whoever leads a team is not told whom their reps should call."""
    if ctx.asker.role != "rep":
        return None
    found = calls.leads_to_call.run(ctx, limit=CALLS, owner="me")
    return found if isinstance(found, CallList) and found.cards else None


def _due(ctx: ToolContext, each: Promise) -> Due:
    table, _, id_ = (each.record or "").partition("/")
    late = each.due_at.astimezone(ctx.zone).date() < ctx.now.astimezone(ctx.zone).date()
    return Due(
        text=each.text,
        name=each.name,
        lead_id=id_ if table == "leads" else None,
        deal_id=id_ if table == "deals" else None,
        when=f"due {wording.ago(ctx.now, each.due_at)}" if late else "today",
    )


def _due_text(each: Due) -> str:
    about = f" ({each.name})" if each.name else ""
    return f"{each.text}{about}{f', {each.when}' if each.when != 'today' else ''}"


def _late(ctx: ToolContext, since: datetime) -> tuple[list[Late], list[Citation]]:
    """The asker's deals, or the team's, that are past their close date or were put off since."""
    owners = access.scope(ctx, "me").owner_ids
    today = ctx.now.astimezone(ctx.zone).date()
    past = deals.due(ctx.db, owners, today - timedelta(days=1))
    past = past[past["expected_close"].notna()].sort_values("amount", ascending=False, na_position="last")
    put_off = deals.put_off(ctx.db, owners, since, ctx.now)
    ids = [*dict.fromkeys([*put_off, *map(str, past.index)])][:DEALS]
    held = deals.by_id(ctx.db, ids)
    currency = deal_cards.currency_of(ctx)
    found = []
    for id_ in ids:
        deal, worth = held[id_], ""
        if deal.amount is not None:
            worth = f", {wording.money(deal.amount, deal.currency or currency)}"
        if id_ in put_off:
            before, after = put_off[id_]
            what = f"was put off from {wording.on(before)} to {wording.on(after)}{worth}"
        else:
            assert deal.expected_close is not None
            what = f"is past its close date, {wording.on(deal.expected_close)}{worth}"
        found.append(Late(deal_id=id_, name=deal.name, what=what))
    return found, [record("deals", each.deal_id, each.name, each.what) for each in found]


def _waiting(ctx: ToolContext) -> tuple[str, list[Citation]]:
    """What waits for the asker's click."""
    if ctx.asker.role == "rep":
        return "", []
    clocks = rotas.everyone(ctx.db, ctx.policy.default_zone)
    found = [each.record for each in occasions.waiting(ctx.db, ctx.now, clocks) if each.person_id == ctx.asker.id]
    if not found:
        return "", []
    text = f"{wording.count(len(found), 'decision')} {'waits' if len(found) == 1 else 'wait'} for your click."
    return text, [Citation(kind="crm", key=each, label="waits for a click") for each in found]


def _learned(ctx: ToolContext, since: datetime) -> ScoreChange | None:
    """How the chance moved of the asker's lead that came back to us most often of late, if it did."""
    clocks = rotas.everyone(ctx.db, ctx.policy.default_zone)
    found = [each for each in occasions.momentum(ctx.db, ctx.now, clocks) if each.person_id == ctx.asker.id]
    if not found:
        return None
    most = max(found, key=lambda each: (each.facts["touches"], each.record))
    try:
        days = max(1, (ctx.now - since).days)
        moved = movement.score_change.run(ctx, lead=most.record.split("/", 1)[1], since=f"last {days + 1} days")
    except CallsheetError:  # too young, or no model serves: then there is nothing to have learnt
        return None
    is_news = isinstance(moved, ScoreChange) and abs(moved.chance_now - moved.chance_then) >= WORTH_TELLING
    return moved if isinstance(moved, ScoreChange) and is_news else None


def _learned_text(moved: ScoreChange | None) -> str:
    if moved is None:
        return ""
    then, now = wording.percent(moved.chance_then), wording.percent(moved.chance_now)
    why = max(moved.shares, key=lambda share: abs(share.points)).text
    return f"Learned since: {moved.name}'s chance went from {then} to {now}. {wording.sentence(why)}"


def _skipped(ctx: ToolContext, since: datetime, own: str) -> str:
    late = [each for each in nudges.skipped(ctx.db, ctx.asker.id, since) if each.id != own]
    briefs = [each for each in late if each.kind == BRIEF]
    told = [
        *([f"the brief of {each.record.partition('/')[2]}" for each in briefs]),
        *([wording.count(len(late) - len(briefs), "nudge")] if len(late) > len(briefs) else []),
    ]
    if not told:
        return ""
    return f"Not told, because it would have come more than 30 minutes late: {wording.listing(told)}."
