"""One lead and the reps: who fits it best, and why it went to whom it went."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from knowledge import languages, metrics, ownership, proposals
from knowledge.citations import Citation, record
from knowledge.ownership import Tenure
from knowledge.records import Named
from scoring import fits
from scoring.fits import Candidate, Fit
from scoring.outcomes import Interval
from tools import access, names, plan_words, wording
from tools.base import Column, LeadName, Result, ToolContext, tool
from tools.decisions import cite
from tools.plans import NAMED_AT_LEAST, cite_models

REPS_SHOWN = 5
OTHERS_SHOWN = 2


class RepFit(BaseModel):
    """A rep who may have a lead; to a rep who asks, no chance and no load of anybody else is told."""

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    is_owner: bool
    chance: Interval | None
    leads: int | None
    room: int | None
    reasons: tuple[str, ...]


class BestRep(Result):
    """The reps who may have a lead, the best first; in no order where too few may, or none is known to be better."""

    lead_id: str
    name: str
    reps: tuple[RepFit, ...]
    is_ranked: bool
    addable = (Column("reps", "leads", noun="open lead"),)


class Beside(BaseModel):
    """What a lead would be worth with somebody who does not have it; a rep hears it only of themselves.

    Attributes
    ----------
    value : what is expected of it there, if the worth of a win is known
    more : how much that is more than where it is, in money, or in chance where the worth is not known
    price : what one more place with them is worth to other leads, by the last plan
    why_not : what rules them out, if anything does
    """

    model_config = ConfigDict(frozen=True)

    person_id: str
    name: str
    chance: float
    leads: int
    value: float | None
    more: Interval
    price: float | None
    why_not: str | None


class Assigned(Result):
    """Why a lead is where it is: the rule that put it there, and what it would be worth with others."""

    lead_id: str
    name: str
    owner: str | None
    rule: str
    compared: tuple[Beside, ...]
    may_appeal: bool


@tool()
def best_rep(ctx: ToolContext, *, lead: LeadName) -> BestRep:
    """The reps who fit a lead best, in order, with reasons and load. Use for "who should take this lead"."""
    found = names.lead(ctx, lead)
    fit = fits.fit(ctx.db, ctx.models, found.id, now=ctx.now)
    seen = _seen(ctx, fit)
    reps = tuple(_rep(ctx, fit, each) for each in seen)
    is_ranked = len(reps) >= NAMED_AT_LEAST and len({each.chance for each in seen}) > 1
    shown = reps[:REPS_SHOWN] if is_ranked else tuple(sorted(reps, key=lambda each: each.name))
    return BestRep(
        text="\n".join(_fit_lines(ctx, found, fit, shown, is_ranked)),
        citations=(record("leads", found.id, found.name), *cite_models(ctx)),
        covers=f"{wording.count(len(reps), 'rep')} who may have {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id, *(each.person_id for each in shown)),
        names=(found.name,),
        lead_id=found.id,
        name=found.name,
        reps=shown,
        is_ranked=is_ranked,
    )


@tool()
def explain_assignment(ctx: ToolContext, *, lead: LeadName) -> Assigned:
    """Why a lead went to this rep and not to another: the rule, the difference it makes, and how to appeal.

    Use for "why did I not get it", "why did it go to her", "who decided that".
    """
    found = names.heard(ctx, lead)
    past = ownership.history(ctx.db, found.id, until=ctx.now)
    rule, by_plan = _rule(ctx, found, past)
    fit = fits.fit(ctx.db, ctx.models, found.id, now=ctx.now)
    compared = _compared(ctx, fit)
    sees_all = access.sight(ctx.asker, ctx.roster, found.owner_id) == "all"
    return Assigned(
        text="\n".join(filter(None, [rule, *_why_lines(ctx, found, fit, compared), _appeal_line(ctx, found)])),
        citations=(
            record("leads", found.id, found.name) if sees_all else record("assignments", found.id, found.name),
            *([by_plan] if by_plan else []),
            *cite_models(ctx),
        ),
        covers=f"one lead, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id, ctx.asker.id),
        names=(found.name,) if sees_all else (),
        lead_id=found.id,
        name=found.name,
        owner=ctx.roster.name(found.owner_id) if found.owner_id else None,
        rule=rule,
        compared=compared,
        may_appeal=_may_appeal(ctx, found),
    )


def _seen(ctx: ToolContext, fit: Fit) -> list[Candidate]:
    """The reps who may have the lead, and whoever has it, of the asker's teams; the likeliest to win it first."""
    teams = None if ctx.asker.role == "admin" else ctx.roster.teams_of(ctx.asker)
    seen = [each for each in fit.candidates.values() if each.may or each.id == fit.owner_id]
    mine = [each for each in seen if teams is None or each.team_id in teams]
    return sorted(mine, key=lambda each: -each.chance.value)


def _rep(ctx: ToolContext, fit: Fit, candidate: Candidate) -> RepFit:
    is_told = access.sight(ctx.asker, ctx.roster, candidate.id) == "all"
    return RepFit(
        person_id=candidate.id,
        name=ctx.roster.name(candidate.id),
        is_owner=candidate.id == fit.owner_id,
        chance=candidate.chance if is_told else None,
        leads=candidate.leads if is_told else None,
        room=candidate.room if is_told else None,
        reasons=_reasons(fit, candidate, is_told),
    )


def _reasons(fit: Fit, candidate: Candidate, is_told: bool) -> tuple[str, ...]:
    """What speaks for or against a rep; nothing on how the rep does, where that is not the asker's to know."""
    speaks = fit.language is not None and fit.language in candidate.languages
    told = [f"speaks {languages.ENGLISH.languages[fit.language]}"] if speaks and fit.language else []
    if is_told:
        told += [reason.text for reason in candidate.reasons if reason.feature not in ("language", "open_leads")]
    return tuple(told)


def _fit_lines(ctx: ToolContext, found: Named, fit: Fit, shown: Sequence[RepFit], is_ranked: bool) -> list[str]:
    if not shown:
        return [f"No rep whose leads you may see can be given {found.name}."]
    lines = [f"{'•' if not is_ranked else f'{place}.'} {_rep_line(each)}" for place, each in enumerate(shown, 1)]
    if not is_ranked:
        few = "too few may have it to be compared by name"
        why = few if len(shown) < NAMED_AT_LEAST else "nobody is known to win it more often than another"
        return [f"Give {found.name} to whoever has most room: {why}.", *lines]
    return [_head(ctx, found, fit, shown), *lines]


def _head(ctx: ToolContext, found: Named, fit: Fit, shown: Sequence[RepFit]) -> str:
    best = shown[0]
    if best.is_owner:
        return f"{found.name} is in the best hands already: {best.name} has it."
    if fit.owner is None or best.chance is None:
        return f"Give {found.name} to {best.name}, who fits best."
    ahead = fit.ahead_of_owner(fit.candidates[best.person_id])
    sure = "" if ahead.low > 0 else ", which may be nothing"
    has = ctx.roster.name(fit.owner_id)
    return f"Give {found.name} to {best.name}: {_points(ahead)} more than with {has}, who has it{sure}."


def _rep_line(each: RepFit) -> str:
    between = "" if each.chance is None else wording.interval(each.chance.low, each.chance.high)
    chance = "" if each.chance is None else f" {wording.percent(each.chance.value)} ({between})"
    load = [] if each.leads is None else [f"{wording.count(each.leads, 'open lead')}, room for {each.room:,}"]
    told = "; ".join([*(["has it now"] if each.is_owner else []), *each.reasons, *load])
    return f"{each.name}{chance}{f': {told}' if told else ''}"


def _points(ahead: Interval) -> str:
    return f"{100 * ahead.value:.1f} points ({100 * ahead.low:.1f} to {100 * ahead.high:.1f}, 90 % sure)"


def _rule(ctx: ToolContext, found: Named, past: Sequence[Tenure]) -> tuple[str, Citation | None]:
    """Who has a lead, since when and by which rule, and the plan that it came by, if it did."""
    if found.owner_id is None:
        said = proposals.decisions(ctx.db, subject="lead", ids=[found.id])
        why = f" {wording.sentence(said[-1].reason)}" if said and said[-1].reason else ""
        return f"Nobody has {found.name}; everyone may call it.{why}", None
    who = "You have" if found.owner_id == ctx.asker.id else f"{ctx.roster.name(found.owner_id)} has"
    last = next((each for each in past if each.person_id == found.owner_id and each.until is None), None)
    if last is None:
        return f"{who} {found.name}; how it came about is not on record.", None
    planned = proposals.last_move(ctx.db, found.id)
    since = f"{who} had {found.name} since {wording.day(last.since, ctx.zone)}"
    hand = ctx.roster.get(last.by)
    by = f", by {hand.name}'s hand" if hand else ", by a rule" if last.by else ""
    if planned and planned[0].decided_at == last.since and planned[1].to_id == found.owner_id:
        return f"{since}, by a plan{f' that {hand.name} approved' if hand else ''}. {planned[1].why}", cite(planned[0])
    return f"{since}{by}{f': {last.reason}' if last.reason else ''}.", None


def _compared(ctx: ToolContext, fit: Fit) -> tuple[Beside, ...]:
    """What the lead would be worth with others: with the best of them, or with a rep who asks."""
    if ctx.asker.role == "rep":
        me = fit.candidates.get(ctx.asker.id)
        others = [me] if me and me.id != fit.owner_id else []
    else:
        seen = _seen(ctx, fit)
        others = [each for each in seen if each.id != fit.owner_id][:OTHERS_SHOWN]
        others = others if len(seen) >= NAMED_AT_LEAST else []
    return tuple(_beside(ctx, fit, each) for each in others)


def _beside(ctx: ToolContext, fit: Fit, candidate: Candidate) -> Beside:
    worth, ahead = 1.0 if fit.worth is None else fit.worth, fit.ahead_of_owner(candidate)
    return Beside(
        person_id=candidate.id,
        name=ctx.roster.name(candidate.id),
        chance=candidate.chance.value,
        leads=candidate.leads,
        value=None if fit.worth is None else candidate.chance.value * fit.worth,
        more=Interval(*(worth * end for end in (ahead.value, ahead.low, ahead.high))),
        price=proposals.prices(ctx.db, candidate.team_id, ctx.now).get(candidate.id),
        why_not=fit.ruled_out(candidate),
    )


def _why_lines(ctx: ToolContext, found: Named, fit: Fit, compared: Sequence[Beside]) -> list[str]:
    if ctx.asker.role == "rep":
        return [line for each in compared for line in _own_lines(ctx, found, fit, each)]
    told = []
    if fit.owner is not None:
        chance = wording.percent(fit.owner.chance.value)
        told.append(f"With {ctx.roster.name(fit.owner_id)} it is won with a chance of {chance}.")
    return [*told, *(_other_line(ctx, fit, each) for each in compared)]


def _own_lines(ctx: ToolContext, found: Named, fit: Fit, mine: Beside) -> list[str]:
    """What a rep may know of why somebody else has a lead: nothing of how that colleague does."""
    worth = f", worth {amount(ctx, fit, mine.value)}" if mine.value is not None else ""
    chance = wording.percent(mine.chance)
    told = [f"With you it would stand at a chance of {chance}{worth}; {_difference(ctx, fit, mine)}."]
    if mine.why_not:
        told.append(f"It could not go to you: {mine.why_not}.")
    if mine.price:
        told.append(
            f"One more place with you is worth {amount(ctx, fit, mine.price)} to other leads, by the last plan."
        )
    return told


def _difference(ctx: ToolContext, fit: Fit, each: Beside) -> str:
    if each.more.value == 0:
        return "nobody is known to do better with it than another"
    more, low, high = "more", each.more.low, each.more.high
    if each.more.value < 0:
        more, low, high = "less", -high, -low
    ends = f"{amount(ctx, fit, low)} to {amount(ctx, fit, high)}, 90 % sure"
    sure = "" if each.more.low > 0 or each.more.high < 0 else ", so it may be nothing"
    return f"that is {amount(ctx, fit, abs(each.more.value))} {more} than where it is ({ends}{sure})"


def _other_line(ctx: ToolContext, fit: Fit, each: Beside) -> str:
    price = f"; a place there is worth {amount(ctx, fit, each.price)} to other leads" if each.price else ""
    ruled_out = f"; {each.why_not}" if each.why_not else ""
    return f"• {each.name}: {wording.percent(each.chance)} chance, {_difference(ctx, fit, each)}{price}{ruled_out}."


def _appeal_line(ctx: ToolContext, found: Named) -> str:
    return "You can appeal; your manager then decides." if _may_appeal(ctx, found) else ""


def _may_appeal(ctx: ToolContext, found: Named) -> bool:
    return ctx.asker.role == "rep" and found.owner_id != ctx.asker.id


def amount(ctx: ToolContext, fit: Fit, value: float) -> str:
    """An amount of money; points of the chance where nobody knows what the lead is worth."""
    if fit.worth is None:
        return f"{100 * value:.1f} points"
    return plan_words.amount(value, ctx.keep("currency", lambda: metrics.currency(ctx.db)))
