"""Whether it pays to follow a plan: leads that went by it against those that were left to today's rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from knowledge import calendar, trials
from knowledge.citations import record
from scoring.lift import Arm, Lift, lift
from scoring.ranking import Ranking
from tools import wording
from tools.base import PeriodWords, Result, ToolContext, tool

# The usual share of leads won, where no model has measured it.
USUAL = 0.05
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class LiftReport(Result):
    """The effect of plans: leads and wins in both arms, the difference with its 95 % interval, leads still needed.

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


@tool(
    roles=("manager", "admin"),
    examples="""
        do the nudges work / does the matching work / what is the lift / lift report / lift report {period} / lift of
        the nudges / lift of the matching / lift of the plans / effect of the nudges / effect of the plans / effect of
        the matching {period} / do the plans help / do your plans bring anything / does the plan pay off / did the plan
        work / did the redistribution work / did the redistribution help {period} / did moving the leads help / did
        reassigning the leads pay off / was it worth moving the leads / does your assignment beat ours / does assigning
        by the plan win more / are we winning more because of the plan / are the nudges any use / are the nudges worth
        it / do nudges make a difference / do the reminders help / prove that the plans work / proof that the matching
        works / evidence that the nudges work / how much do the nudges bring / how much does the matching bring / how
        much more do we win by the plans / hold-out results / results of the hold-out / how is the hold-out doing /
        control group results / compare with the control group / plan against control / on off test of the matching /
        A/B test of the plans / A/B test results / experiment results / result of the experiment {period} / what does
        the experiment say / is the difference significant / how sure are you that the plans help / how many more leads
        until we know / how long until we know whether it works / what is the uplift / uplift of the matching {period}
        / incremental wins from the plans / incremental effect of the nudges / causal effect of the assignment / with
        and without the plan / leads by the plan against leads by the old rule / measure the matching / measure the
        effect of the nudges {period} / has callsheet increased our wins / does it work at all / what have the plans
        brought {period} / impact of the plans / impact of nudges {period} / impact of the matching / did sharing out
        leads pay / did sharing out the leads pay off / has sharing out leads paid / was sharing out the leads worth it
        / did it pay to share out the leads / did handing out the leads by plan pay
        """,
)
def lift_report(ctx: ToolContext, *, period: PeriodWords | None = None) -> LiftReport:
    """Whether following plans wins more leads than today's rule, by a hold-out: effect, interval, leads still needed.

    Use for "does the matching work", "what is the lift", "prove that your plans help".
    """
    span = calendar.period(period, ctx.now, ctx.zone) if period else None
    since, until = (span.start, min(span.end, ctx.now)) if span else (BEGINNING, ctx.now)
    found = trials.outcomes(ctx.db, since=since, until=until)
    measured = lift(_arm(found, "plan"), _arm(found, "today"), share=ctx.policy.hold_out, usual=_usual(ctx))
    known = bool(measured.new.n and measured.old.n)
    return LiftReport(
        text="\n".join(_lines(measured, known, period)),
        citations=(
            record("holdouts", "plan", "leads that went by a plan", f"{measured.new.n:,}"),
            record("holdouts", "today", "leads left to today's rule", f"{measured.old.n:,}"),
        ),
        covers=f"every lead that took part in a plan{f', {period}' if period else ''}, in totals",
        as_of=ctx.now,
        plan_leads=measured.new.n,
        plan_won=measured.new.won,
        today_leads=measured.old.n,
        today_won=measured.old.won,
        effect=measured.effect if known else None,
        low=measured.low if known else None,
        high=measured.high if known else None,
        needed=measured.missing,
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
        return [f"There is nothing to measure{when}: no plan has been approved.", share, *_nudges()]
    told = [
        f"Won so far: {_rate(found.new)} of the leads that went by a plan, {_rate(found.old)} of those left to "
        "today's rule."
    ]
    if known:
        told.insert(0, _verdict(found))
    else:
        told.insert(0, "One arm is still empty, so nothing can be said of the effect.")
    return [*told, _needed(found), *_nudges()]


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
    return f"{wording.count(found.missing, 'more lead')} are needed to show a difference of a fifth four times in five."


def _nudges() -> list[str]:
    return ["Nudges are not measured: none are sent yet."]
