"""What to do next with a deal or a lead, and what that rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import deals, frames, pipeline
from knowledge.citations import Citation, record
from knowledge.deals import DealRecord
from knowledge.errors import NotTrained
from knowledge.pipeline import DealSnapshot
from knowledge.records import Named
from scoring.advice import steps
from scoring.advice.decisions import HORIZON
from scoring.advice.effects import ALL_STAGES, Effect
from scoring.advice.model import Advice, NextStep, NextTouch
from scoring.registry import Served
from tools import access, names, playbook, wording
from tools.base import RecordName, Result, ToolContext, tool
from tools.deal_cards import outlook_on
from tools.playbook import Quote
from tools.untrained import untrained

# Won deals that are searched for similar ones: the latest.
MOST_SEARCHED, ALIKE_SHOWN = 200, 3
# A deal as likely as this to slip or be lost does not belong into a forecast.
OUT_OF_FORECAST = 0.85
OTHERS_SHOWN = 2
NOTHING_LEARNT = "Nothing has been learnt yet of which step helps"


class Gain(BaseModel):
    """What a step adds to the chance to be won, in points of a hundred, with its 90 % interval."""

    model_config = ConfigDict(frozen=True)

    step: str
    points: float
    low: float
    high: float
    taken: int
    decisions: int


class NextStepAdvice(Result):
    """The step to take next, what it adds, and what is usual."""

    kind: Literal["deal", "lead"]
    record_id: str
    name: str
    stage: str
    step: str
    gain: Gain | None
    others: tuple[Gain, ...]
    alike: tuple[str, ...]
    passage: Quote | None = None


@tool()
def next_step(ctx: ToolContext, *, record: RecordName) -> NextStepAdvice:
    """The step that best raises the chance of a deal or lead from here, with the evidence.

    Use for "next step for the deal", "what do I do with this lead now", "how do I move it forward".
    """
    found = names.one_of(ctx, ("deal", "lead"), record)
    if found.kind == "lead" and (of_lead := deals.open_of_lead(ctx.db, found.id)):
        found = names.deal(ctx, of_lead.name)
    return _for_deal(ctx, found) if found.kind == "deal" else _for_lead(ctx, found)


def _for_deal(ctx: ToolContext, found: Named) -> NextStepAdvice:
    served = ctx.models.serving(NextStep)
    if served is None:
        raise untrained(ctx, NextStep, NOTHING_LEARNT)
    snapshot = pipeline.load(ctx.db, until=ctx.now, ids=[found.id]).at(ctx.now)
    if found.id not in snapshot.open_ids:
        raise NotTrained(f"{found.name} is decided already, so there is no next step to take.")
    advice = served.model.advise(snapshot, [found.id])[found.id]
    alike = _alike(ctx, snapshot, found.id, advice.step) if advice.effect else ()
    return _told(ctx, found, advice, served, alike, _warning(ctx, snapshot, found.id))


def _for_lead(ctx: ToolContext, found: Named) -> NextStepAdvice:
    served = ctx.models.serving(NextTouch)
    if served is None:
        raise untrained(ctx, NextTouch, NOTHING_LEARNT)
    snapshot = frames.load(ctx.db, until=ctx.now, ids=[found.id]).at(ctx.now)
    if found.id not in snapshot.open_ids:
        raise NotTrained(f"{found.name} is decided already, so there is no next step to take.")
    return _told(ctx, found, served.model.advise(snapshot, [found.id])[found.id], served, (), None)


def _told(
    ctx: ToolContext,
    found: Named,
    advice: Advice,
    served: Served[Any],
    alike: Sequence[DealRecord],
    warning: str | None,
) -> NextStepAdvice:
    passage = _passage(ctx, advice)
    name, similar = f"{served.card.model.replace('_', ' ')} {served.card.version}", [each.name for each in alike]
    others = tuple(_gain(each) for each in advice.others if each.is_sure)[:OTHERS_SHOWN]
    told = [
        f"Next with {found.name}: {steps.told(advice.step)}. {_why(advice)}",
        f"Also of help: {wording.listing([f'{steps.told(each.step)}, {_points(each)}' for each in others])}."
        if others
        else None,
        f"Won deals of the kind that had it: {wording.listing([each.name for each in alike])}." if alike else None,
        f"How, by the playbook ({playbook.where(passage)}): “{playbook.one_line(passage.text)}”" if passage else None,
        warning,
    ]
    return NextStepAdvice(
        text="\n".join(each for each in told if each),
        citations=(
            record(f"{found.kind}s", found.id, found.name, advice.stage),
            Citation(
                kind="model",
                key=f"model:{served.card.model}@{served.card.version}#{advice.stage}/{advice.step}",
                label=f"{name}: {steps.told(advice.step)}",
                value=_points(_gain(advice.effect)) if advice.effect else "what is usual",
            ),
            *(record("deals", each.id, each.name) for each in alike),
            *([playbook.cite(passage)] if passage else []),
        ),
        covers=f"one {found.kind}, {found.name}",
        as_of=ctx.now,
        owners=(found.owner_id, *(each.owner_id for each in alike)),
        audiences=(passage.audience,) if passage else (),
        names=(found.name,),
        kind="deal" if found.kind == "deal" else "lead",
        record_id=found.id,
        name=found.name,
        stage=advice.stage,
        step=advice.step,
        gain=_gain(advice.effect) if advice.effect else None,
        others=others,
        alike=tuple(similar),
        passage=passage,
    )


def _passage(ctx: ToolContext, advice: Advice) -> Quote | None:
    """What the playbook says of how to take the step, where it surely does."""
    # A call is a call in every stage; what it is to bring differs.
    where = "" if ":" in advice.step else f" in {advice.stage}"
    found = playbook.unasked(ctx, f"how to {steps.told(advice.step)}{where}")
    return playbook.quote(ctx, found.hits[0], found) if found else None


def _why(advice: Advice) -> str:
    """What the step adds, or that it is no more than usual."""
    usual = advice.usual
    if advice.effect is None:
        return f"That is what usually comes next{_how_often(advice)}; no step was found that surely helps more."
    effect = advice.effect
    where = "whatever the stage" if effect.stage == ALL_STAGES else f"in {effect.stage}"
    usually = f", which is to {steps.told(usual.step)}" if usual and usual.step != effect.step else ""
    return (
        f"Within {HORIZON.days} days it adds {_points(_gain(effect))} to the chance to win, {where}, compared with "
        f"what is usually done{usually}; it was done in {effect.taken:,} of {effect.decisions:,} such moments."
    )


def _how_often(advice: Advice) -> str:
    if advice.coming is not None:
        within = wording.count(max(1, round(advice.coming.days)), "day")
        return f" ({wording.percent(advice.coming.share)} of the time, within about {within})"
    return f" (in {wording.percent(advice.usual.share)} of weeks)" if advice.usual else ""


def _points(gain: Gain) -> str:
    """`5.1 points (3.8–6.4)`."""
    return f"{gain.points:.1f} points ({gain.low:.1f}–{gain.high:.1f})"


def _gain(effect: Effect) -> Gain:
    return Gain(
        step=effect.step,
        points=100 * effect.value,
        low=100 * effect.low,
        high=100 * effect.high,
        taken=effect.taken,
        decisions=effect.decisions,
    )


def _warning(ctx: ToolContext, snapshot: DealSnapshot, deal_id: str) -> str | None:
    """That a deal should not be counted on, where it will hardly come in time."""
    slips = outlook_on(ctx, snapshot).slips
    chance = float(slips["value"].get(deal_id, np.nan)) if len(slips) else np.nan
    if not chance >= OUT_OF_FORECAST:
        return None
    return f"Take it out of the forecast: {wording.percent(chance)} chance to slip past its close date or be lost."


def _alike(ctx: ToolContext, snapshot: DealSnapshot, deal_id: str, step: str) -> tuple[DealRecord, ...]:
    """Won deals that the asker may see, that saw the step and are nearest in size."""
    owners, (kind, _, marks) = access.visible(ctx.asker, ctx.roster), step.partition(": ")
    won = deals.won_after(ctx.db, owners, kind=kind, marks=marks, before=ctx.now, limit=MOST_SEARCHED)
    if not won:
        return ()
    amount = float(snapshot.deals["amount"][deal_id])
    apart = _apart(deals.amounts(ctx.db, won), amount).sort_values(kind="stable")
    by_id = {each.id: each for each in won}
    return tuple(by_id[str(id_)] for id_ in apart.index[:ALIKE_SHOWN])


def _apart(amounts: pd.Series, amount: float) -> pd.Series:
    """How far amounts are from one, in times; those that are not known come last."""
    with np.errstate(divide="ignore", invalid="ignore"):
        distance: pd.Series = np.abs(np.log(amounts.clip(lower=1.0)) - np.log(max(amount, 1.0)))
    return distance.fillna(np.inf)
