"""Who should have which lead: a plan for a whole pool, proposed to whoever may decide it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from knowledge import proposals, records
from knowledge.citations import Citation, record
from knowledge.proposals import Move, Proposal
from knowledge.stock import Pool
from scoring import plans
from scoring.cases import Terms
from scoring.layout import Layout, Wanted, lay_out
from scoring.matching import Matching
from scoring.plans import Plan, Rival
from scoring.ranking import Ranking
from scoring.ways import Way
from tools import access, charts, plan_words, queue
from tools.base import Attachment, ToolContext, tool
from tools.planned import AllocationPlan, Comparison, PlannedMove, RepLoad, RuleCost

__all__ = ["AllocationPlan", "Asked", "PlannedMove", "RepLoad", "plan_allocation", "propose"]

MOVES_SHOWN = 5
# With fewer people than this a table of who is expected to win how much compares two colleagues by name.
NAMED_AT_LEAST = 3

PerRep = Annotated[int, Field(ge=0, le=10_000)]


@dataclass(frozen=True)
class Asked:
    """What a plan is asked for: `exclude` are ids of reps, `pin` the rep of each lead by id, `teams` all if None."""

    pool: Pool = "new"
    max_per_rep: int | None = None
    min_per_rep: int | None = None
    exclude: Sequence[str] = ()
    pin: Mapping[str, str] = field(default_factory=dict)
    teams: Collection[str | None] | None = None


@tool(
    roles=("manager", "admin"),
    words={
        "pool": {
            "new": """
                new / fresh / unassigned / unowned / without an owner / without owner / no owner / nobody owns /
                incoming / today's leads / need owners / nobody has / nobody owns yet / new ones / came in / without rep
                / ownerless / orphaned / leftover / unclaimed / unallocated
                """,
            "aged": """
                old / aged / stale / cold / untouched / dormant / neglected / forgotten / idle / aging / ageing / nobody
                has touched / not been touched / nobody touched / old ones / lying around / lie around / nobody works on
                / nobody worked / not touched / dead leads / sleeping / inactive / nobody called / nobody is calling /
                left alone / dusty / gathering dust / rotting / lying about / gone quiet / unworked
                """,
            "all": """
                all / all leads / every lead / everything / the whole / entire / whole book / all of them / all open /
                book / complete / whole / entire book / rebalance / all our leads / workload / load
                """,
        }
    },
)
def plan_allocation(
    ctx: ToolContext,
    *,
    pool: Annotated[
        Literal["new", "aged", "all"],
        Field(description="new: unowned or not touched yet; aged: untouched for 14 days; all open leads"),
    ] = "new",
    max_per_rep: Annotated[PerRep | None, Field(description="nobody is given more leads than this")] = None,
    min_per_rep: Annotated[PerRep | None, Field(description="everyone gets at least so many of them")] = None,
) -> AllocationPlan:
    """Who should get which lead: a proposal to approve, its gain against today's rule, and what each rule costs.

    Use for "share out the new leads", "redistribute the old leads", "what is the best way to assign leads".
    """
    return propose(ctx, Asked(pool, max_per_rep, min_per_rep))


def propose(ctx: ToolContext, asked: Asked, replaces: str | None = None) -> AllocationPlan:
    """A fresh plan, kept as a proposal where it changes anything; it takes the place of one that waits, if given."""
    laid = _laid_out(ctx, asked)
    made = plans.plan(laid.case)
    moves = _moves(ctx, laid, made)
    moved = [move for move in moves if move.changes_owner]
    kept = _kept(ctx, asked, laid, made, moves, replaces) if moved else None
    return _told(ctx, asked, laid, made, moved, kept)


def _laid_out(ctx: ToolContext, asked: Asked) -> Layout:
    mine = None if ctx.asker.role == "admin" else ctx.roster.teams_of(ctx.asker)
    teams = mine if asked.teams is None else asked.teams
    queue.bring_up_to_date(ctx, ctx.models.serving(Ranking))
    terms = Terms(
        most=asked.max_per_rep,
        minimum=asked.min_per_rep or 0,
        fair_share=ctx.policy.fair_share,
        switching=ctx.policy.switching_cost,
    )
    wanted = Wanted(
        asked.pool,
        owner_ids=None if teams is None else _owners(ctx, teams),
        team_ids=teams,
        terms=terms,
        excluded=asked.exclude,
        pinned=asked.pin,
        apart=ctx.policy.hold_out,
    )
    return lay_out(ctx.db, ctx.models, wanted, now=ctx.now)


def _owners(ctx: ToolContext, teams: Collection[str | None]) -> list[str | None]:
    """Nobody, and those of some teams whose leads the asker may see."""
    seen = [each for each in ctx.roster.people if access.sight(ctx.asker, ctx.roster, each.id) == "all"]
    return [None, *(each.id for each in seen if each.team_id in teams)]


def _moves(ctx: ToolContext, laid: Layout, made: Plan) -> list[Move]:
    """Every lead of the pool with who is to have it, those that change hands first, the most valuable change first."""
    case, ids = laid.case, list(laid.reps.index)
    rows = np.flatnonzero(case.pool & (made.rep >= 0))
    with_new, owned = case.chance[rows, made.rep[rows]], case.owner[rows] >= 0
    with_old = np.where(owned, case.chance[rows, case.owner[rows]], 0.0)
    more = (with_new - with_old) * case.worth[rows]
    order = np.lexsort((-more, made.rep[rows] == case.owner[rows]))
    return [
        Move(
            lead_id=str(laid.leads.index[row := rows[place]]),
            from_id=laid.leads["owner_id"].iloc[row],
            to_id=str(ids[made.rep[row]]),
            value_before=float(with_old[place] * case.worth[row]),
            value_after=float(with_new[place] * case.worth[row]),
            chance_before=float(with_old[place]) if owned[place] else None,
            chance_after=float(with_new[place]),
            why=plan_words.why(ctx, laid, row, int(made.rep[row])),
            arm="today" if case.held_out[row] else "plan",
        )
        for place in order
    ]


def _kept(
    ctx: ToolContext, asked: Asked, laid: Layout, made: Plan, moves: Sequence[Move], replaces: str | None
) -> Proposal:
    gain = made.rivals["today"]
    return proposals.create(
        ctx.db,
        kind="plan",
        by=ctx.asker.id,
        at=ctx.now,
        team_ids=sorted({*laid.reps["team_id"]}, key=str),
        arguments={
            "pool": asked.pool,
            "max_per_rep": asked.max_per_rep,
            "min_per_rep": asked.min_per_rep,
            "exclude": list(asked.exclude),
            "pin": dict(asked.pin),
        },
        figures={
            "prices": dict(zip(laid.reps.index, made.prices.tolist(), strict=True)),
            "closes": made.closes,
            "value": made.value,
            "more_closes": vars(gain.more_closes),
            "more_value": vars(gain.more_value),
            "currency": plan_words.currency(ctx, laid),
        },
        moves=moves,
        replaces=replaces,
    )


def _told(
    ctx: ToolContext, asked: Asked, laid: Layout, made: Plan, moved: Sequence[Move], kept: Proposal | None
) -> AllocationPlan:
    case, currency = laid.case, plan_words.currency(ctx, laid)
    taken = sum(move.chance_before is not None for move in moved)
    shown = _shown(ctx, [move for move in moved if move.arm == "plan"][:MOVES_SHOWN])
    reps = _reps(ctx, laid, made)
    plan = AllocationPlan(
        text="",
        citations=_citations(ctx, laid, shown),
        covers=plan_words.covers(ctx, asked.pool),
        as_of=ctx.now,
        owners=(None, *laid.reps.index),
        names=tuple(move.name for move in shown),
        files=(_picture(made, reps),) if kept else (),
        proposal=kept.id if kept else None,
        pool=asked.pool,
        max_per_rep=asked.max_per_rep,
        min_per_rep=asked.min_per_rep,
        excluded=tuple(asked.exclude),
        pinned=dict(asked.pin),
        looked_at=int(case.pool.sum()) + sum(laid.staying.values()),
        given=len(moved) - taken,
        taken=taken,
        worth_moving=made.worth_moving,
        closes=made.closes,
        value=made.value,
        currency=currency,
        comparisons=tuple(_comparison(way, rival) for way, rival in made.rivals.items()),
        costs=tuple(RuleCost(rule=rule, name=plan_words.RULES[rule], value=cost) for rule, cost in made.costs.items()),
        reps=reps,
        moves=tuple(shown),
        apart=int(case.held_out.sum()),
        apart_closes=made.apart,
        staying=dict(laid.staying),
        notes=plan_words.notes(ctx, laid, made, kept is not None),
    )
    return plan.model_copy(update={"text": plan_words.text(plan, made.net)})


def _comparison(way: Way, rival: Rival) -> Comparison:
    return Comparison(
        way=way,
        name=plan_words.WAYS[way],
        closes=rival.closes,
        value=rival.value,
        more_closes=rival.more_closes,
        more_value=rival.more_value,
    )


def _reps(ctx: ToolContext, laid: Layout, made: Plan) -> tuple[RepLoad, ...]:
    named = len(laid.reps) >= NAMED_AT_LEAST
    before, after = made.before, made.after
    return tuple(
        RepLoad(
            person_id=str(id_),
            name=ctx.roster.name(str(id_)),
            leads_before=int(before.leads[place]),
            leads_after=int(after.leads[place]),
            best_before=int(before.top[place]),
            best_after=int(after.top[place]),
            closes_before=float(before.closes[place]) if named else None,
            closes_after=float(after.closes[place]) if named else None,
            price=float(made.prices[place]),
        )
        for place, id_ in enumerate(laid.reps.index)
    )


def _shown(ctx: ToolContext, moves: Sequence[Move]) -> list[PlannedMove]:
    leads = records.leads(ctx.db, [move.lead_id for move in moves])
    return [
        PlannedMove(
            lead_id=move.lead_id,
            name=leads[move.lead_id].name,
            company=leads[move.lead_id].company,
            giver=ctx.roster.name(move.from_id) if move.from_id else None,
            taker=ctx.roster.name(move.to_id),
            more=move.value_after - move.value_before,
            why=move.why,
        )
        for move in moves
        if move.lead_id in leads
    ]


def _picture(made: Plan, reps: Sequence[RepLoad]) -> Attachment:
    lowest, highest = (f(made.after.leads) for f in (np.min, np.max))
    title = f"Everyone has {lowest} to {highest} open leads after the plan" if len(reps) > 1 else "Leads after the plan"
    holdings = [
        charts.Holding(each.name, each.leads_before, each.leads_after, each.best_before, each.best_after)
        for each in reps
    ]
    figure = charts.before_and_after(holdings, title, measures="open leads", part="the pool's best leads")
    return Attachment(name="plan.png", title=title, content=charts.png(figure))


def _citations(ctx: ToolContext, laid: Layout, shown: Sequence[PlannedMove]) -> tuple[Citation, ...]:
    return (
        record("leads", "", "leads looked at", f"{len(laid.leads):,}"),
        *(record("leads", move.lead_id, move.name) for move in shown),
        *cite_models(ctx),
    )


def cite_models(ctx: ToolContext) -> list[Citation]:
    """Citations of the models that say how likely a lead is won, and with whom."""
    cards = [served.card for served in (ctx.models.serving(Ranking), ctx.models.serving(Matching)) if served]
    return [
        Citation(kind="model", key=f"model:{card.model}@{card.version}", label=f"{card.model} {card.version}")
        for card in cards
    ]
