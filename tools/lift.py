"""Whether plans and nudges pay: leads that went by a plan, and kinds of nudges that people get, against those that a
lottery left as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
from pydantic import BaseModel, ConfigDict

from knowledge import calendar, followups, nudges, trials
from knowledge.citations import record
from scoring import nudge_lift
from scoring.lift import Arm, Lift, lift
from scoring.ranking import Ranking
from tools import nudging, wording
from tools.base import PeriodWords, Result, ToolContext, tool
from tools.moments import MOMENTS

# The usual share of leads won, where no model has measured it.
USUAL = 0.05
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
ACTED_WITHIN = timedelta(days=2)


class NudgeEffect(BaseModel):
    """The effect of nudges on what is done about occasions within two days, as `scoring.nudge_lift` has it.

    `won` and `won_apart` are the occasions of either arm whose lead or deal was won since.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    nudged: int
    acted: int
    won: int
    apart: int
    acted_apart: int
    won_apart: int
    effect: float | None
    low: float | None
    high: float | None
    needed: int


class LiftReport(Result):
    """The effect of plans: leads and wins in both arms, the difference with its 95 % interval, leads still needed; and
    that of nudges.

    `effect` and its ends are None while an arm is empty.
    """

    plan_leads: int
    plan_won: int
    today_leads: int
    today_won: int
    effect: float | None
    low: float | None
    high: float | None
    needed: int
    nudges: NudgeEffect


@tool(
    roles=("manager", "admin"),
)
def lift_report(ctx: ToolContext, *, period: PeriodWords | None = None) -> LiftReport:
    """Whether plans win more leads than today's rule, and whether nudges are acted on, by hold-outs: effect, interval,
    sample still needed. Use for "does the matching work", "do the nudges help", "what is the lift".
    """
    span = calendar.period(period, ctx.now, ctx.zone) if period else None
    since, until = (span.start, min(span.end, ctx.now)) if span else (BEGINNING, ctx.now)
    found = trials.outcomes(ctx.db, since=since, until=until)
    measured = lift(_arm(found, "plan"), _arm(found, "today"), share=ctx.policy.hold_out, usual=_usual(ctx))
    known = bool(measured.new.n and measured.old.n)
    nudged = _nudge_effect(ctx, since, until)
    return LiftReport(
        text="\n".join([*_lines(measured, known, period), nudged.text]),
        citations=(
            record("holdouts", "plan", "leads that went by a plan", f"{measured.new.n:,}"),
            record("holdouts", "today", "leads left to today's rule", f"{measured.old.n:,}"),
            record("nudges", "nudged", "occasions of kinds that people are nudged to", f"{nudged.nudged:,}"),
            record("nudges", "apart", "occasions of kinds left out for people", f"{nudged.apart:,}"),
        ),
        covers=f"every lead of a plan and every occasion for a nudge{f', {period}' if period else ''}, in totals",
        as_of=ctx.now,
        plan_leads=measured.new.n,
        plan_won=measured.new.won,
        today_leads=measured.old.n,
        today_won=measured.old.won,
        effect=measured.effect if known else None,
        low=measured.low if known else None,
        high=measured.high if known else None,
        needed=measured.missing,
        nudges=nudged,
    )


def _arm(found: pd.DataFrame, name: str) -> Arm:
    won = found.loc[found["arm"] == name, "won"]
    return Arm(len(won), int(won.sum()))


def _usual(ctx: ToolContext) -> float:
    served = ctx.models.serving(Ranking)
    return float(served.card.report.get("base_rate") or USUAL) if served else USUAL


def _lines(found: Lift, known: bool, period: str | None) -> list[str]:
    when = f" {period}" if period else " yet"
    share = f"A share of each plan's leads goes on by today's rule, to measure this. {_needed(found)}"
    if not found.new.n + found.old.n:
        return [f"There is nothing to measure{when}: no plan that was approved is in force.", share]
    told = [
        f"Won so far: {_rate(found.new)} of the leads that went by a plan, {_rate(found.old)} of those left to "
        "today's rule."
    ]
    if known:
        told.insert(0, _verdict(found))
    else:
        told.insert(0, "One arm is still empty, so nothing can be said of the effect.")
    return [*told, _needed(found)]


def _verdict(found: Lift) -> str:
    ends = f"95 % interval {_points(found.low)} to {_points(found.high)}"
    if not found.is_sure:
        return f"It cannot be told yet whether plans help: the difference is {_points(found.effect)} ({ends})."
    return f"Plans {'help' if found.effect > 0 else 'do harm'}: they won {_points(found.effect)} ({ends})."


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"


def _rate(arm: Arm) -> str:
    return f"{arm.won} of {arm.n:,} ({wording.percent(arm.rate)})" if arm.n else "none"


def _needed(found: Lift) -> str:
    if not found.missing:
        return "There are enough leads in it to show a difference of a fifth."
    more = wording.count(found.missing, "more lead")
    return f"It takes {more} to show a difference of a fifth, if there is one, with a chance of 80 %."


def _nudge_effect(ctx: ToolContext, since: datetime, until: datetime) -> NudgeEffect:
    """What was done within two days about everything that came up in a period, in both arms alike."""
    settled = min(until, ctx.now - ACTED_WITHIN)
    share, measured = ctx.policy.hold_out, {name for name, moment in MOMENTS.items() if moment.measured}
    rows = [
        each
        for each in nudges.history(ctx.db, since)
        if each.kind in measured and since <= each.at <= settled and each.verdict != "skipped"
    ]
    won = followups.won(ctx.db, {each.record for each in rows})
    frame = pd.DataFrame(
        {
            "person": [each.person_id for each in rows],
            "kind": [each.kind for each in rows],
            "apart": [nudging.is_held_out(each.person_id, each.kind, share) for each in rows],
            "acted": [each.followed_at is not None and each.followed_at - each.at <= ACTED_WITHIN for each in rows],
            "won": [won.get(each.record, each.at) > each.at for each in rows],
        }
    ).astype({"apart": bool, "acted": bool, "won": bool})
    found = nudge_lift.lift(frame)
    wins = {apart: int(frame.loc[frame["apart"] == apart, "won"].sum()) for apart in (False, True)}
    made = NudgeEffect(
        text="",
        nudged=found.nudged,
        acted=found.acted,
        won=wins[False],
        apart=found.apart,
        acted_apart=found.acted_apart,
        won_apart=wins[True],
        effect=found.effect,
        low=found.low,
        high=found.high,
        needed=found.missing,
    )
    return made.model_copy(update={"text": "\n".join(_nudges(made))})


def _nudges(found: NudgeEffect) -> list[str]:
    if not found.nudged + found.apart:
        return ["Of nudges there is nothing to measure yet: nothing that came up is two days old."]
    arms = (
        f"Of what came up, {_part(found.acted, found.nudged)} was acted on within two days where people are nudged to "
        f"it (won since: {found.won}), {_part(found.acted_apart, found.apart)} where a lottery leaves the kind out for "
        f"them (won since: {found.won_apart})."
    )
    return [_nudge_verdict(found), arms, *([_nudges_needed(found)] if found.effect is not None else [])]


def _nudge_verdict(found: NudgeEffect) -> str:
    if found.effect is None or found.low is None or found.high is None:
        return "Of nudges nothing can be said yet: no kind is left out for some people and not for others."
    ends = f"95 % interval {_points(found.low)} to {_points(found.high)}"
    if found.low <= 0 <= found.high:
        return f"It cannot be told yet whether nudges help: the difference is {_points(found.effect)} ({ends})."
    what = "Nudges help: more" if found.effect > 0 else "Nudges do harm: less"
    return f"{what} is acted on, by {_points(found.effect)} ({ends})."


def _nudges_needed(found: NudgeEffect) -> str:
    if not found.needed:
        return "There is enough of it to show a difference of a fifth."
    more = wording.count(found.needed, "more nudge")
    return f"It takes {more} to show a difference of a fifth, if there is one, with a chance of 80 %."


def _part(acted: int, n: int) -> str:
    return f"{acted:,} of {n:,} ({wording.percent(acted / n)})" if n else "none"
