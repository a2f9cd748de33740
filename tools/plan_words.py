"""A plan in sentences: what to do first, what it brings, what its rules cost, who gets what and why."""

from __future__ import annotations

from knowledge import languages, metrics
from knowledge.stock import Pool
from scoring.layout import Layout
from scoring.matching import Matching
from scoring.outcomes import Interval
from scoring.placing import Rule
from scoring.plans import Plan
from scoring.ways import Way
from tools import wording
from tools.base import ToolContext
from tools.planned import AllocationPlan, Comparison, PlannedMove

WAYS: dict[Way, str] = {
    "today": "today's owners",
    "in turn": "dealing them out in turn",
    "best to best": "the best leads to the best reps at equal load",
}
RULES: dict[Rule, str] = {
    "capacity": "room for each rep",
    "minimum": "the least that each rep gets",
    "fairness": "a fair share of the best leads",
    "switching": "the cost of taking leads away",
}
POOLS: dict[Pool, str] = {"new": "new leads", "aged": "aged leads", "all": "open leads"}
STAYING_SHOWN = 3


def text(plan: AllocationPlan, net: Interval) -> str:
    """What to do first, then why."""
    told = [_advice(plan, net), *_gains(plan), _costs(plan), *(f"• {_move(move)}" for move in plan.moves)]
    more = plan.given + plan.taken - len(plan.moves)
    told += [f"And {wording.count(more, 'more lead')}."] if more > 0 and plan.moves else []
    return "\n".join([*filter(None, told), *plan.notes])


def covers(ctx: ToolContext, pool: Pool) -> str:
    """Which leads were looked at."""
    whose = "the whole company's" if ctx.asker.role == "admin" else "your team's"
    return f"{whose} {POOLS[pool]}, and those that nobody has in its territory"


def why(ctx: ToolContext, laid: Layout, row: int, rep: int) -> str:
    """Why a lead goes to a rep, in a sentence that both its old and its new owner may read."""
    case, owner = laid.case, int(laid.case.owner[row])
    if owner == rep:
        return "It stays where it is."
    if case.held_out[row]:
        return "Dealt out in turn, to compare with the plan."
    if case.pinned[row] >= 0:
        return "Settled by hand."
    value = float(case.chance[row, rep] * case.worth[row])
    if owner < 0:
        left = ctx.roster.get(laid.leads["owner_id"].iloc[row])
        had = f"{left.name} left" if left else "Nobody had it"
        return wording.sentence(
            f"{had}, and here it should bring {_worth(ctx, laid, value)}{_language(laid, row, rep)}"
        )
    more = value - float(case.chance[row, owner] * case.worth[row])
    return wording.sentence(f"It should bring {_worth(ctx, laid, more)} more here{_language(laid, row, rep)}")


def notes(ctx: ToolContext, laid: Layout, made: Plan, is_proposed: bool) -> tuple[str, ...]:
    """What a plan rests on, and what it leaves alone."""
    apart, matching = int(laid.case.held_out.sum()), ctx.models.serving(Matching)
    return tuple(
        filter(
            None,
            (
                ""
                if matching
                else "No rep is known to win more than another with any kind of lead, so only load counts.",
                _staying(laid),
                f"{wording.count(apart, 'lead')} {'goes' if apart == 1 else 'go'} on by today's rule, to measure what "
                f"plans bring; {made.apart:.1f} wins are expected of {'it' if apart == 1 else 'them'}."
                if apart and is_proposed
                else "",
            ),
        )
    )


def amount(value: float, currency: str | None) -> str:
    """An amount of money, or of wins where no lead has a value."""
    return f"{value:.2f} wins" if currency is None else wording.money(round(value), currency).removesuffix(".00")


def between(figure: Interval, currency: str | None) -> str:
    """`€12,000 (90 % interval €4,000 to €20,000)`."""
    low, high = (amount(end, currency) for end in (figure.low, figure.high))
    return f"{amount(figure.value, currency)} ({low} to {high}, 90 % sure)"


def _advice(plan: AllocationPlan, net: Interval) -> str:
    if not plan.looked_at:
        return f"There are no {POOLS[plan.pool]} to share out."
    if plan.given + plan.taken == 0:
        gain = between(net, plan.currency)
        return f"Not worth moving: taking leads away would bring {gain} after its cost, which may be nothing at all."
    parts = [
        f"give {wording.count(plan.given, 'lead')} an owner" if plan.given else "",
        f"move {wording.count(plan.taken, 'lead')} to another rep" if plan.taken else "",
    ]
    still = "" if plan.worth_moving or plan.taken else " Nobody loses a lead: that would not surely pay."
    return f"Approve, adjust or reject: {wording.listing([*filter(None, parts)])}.{still}"


def _gains(plan: AllocationPlan) -> list[str]:
    if not plan.given + plan.taken:
        return []
    value = "" if plan.currency is None else f" worth {amount(plan.value, plan.currency)}"
    return [
        f"It should bring {plan.closes:.1f} wins{value}. In brackets is what is 90 % sure:",
        *(
            f"  {more(each, plan.currency)} {each.name}{'.' if each is plan.comparisons[-1] else ','}"
            for each in plan.comparisons
        ),
    ]


def more(each: Comparison, currency: str | None) -> str:
    """`$4,000 (+$1,000 to +$7,000) more than`; of what is less, the ends are of how much less."""
    found = each.more_closes if currency is None else each.more_value
    ends, way = ((found.low, found.high), "more") if found.value >= 0 else ((-found.high, -found.low), "less")
    if currency is None:
        low, high = (f"{end:+.1f}" for end in ends)
        return f"{abs(found.value):.1f} wins ({low} to {high}) {way} than"
    low, high = (_signed(end, currency) for end in ends)
    return f"{amount(abs(found.value), currency)} ({low} to {high}) {way} than"


def _costs(plan: AllocationPlan) -> str:
    if not plan.given + plan.taken:
        return ""
    told = [f"{each.name} {amount(each.value, plan.currency)}" for each in plan.costs if round(each.value, 2)]
    free = [each.name for each in plan.costs if not round(each.value, 2)]
    return wording.sentence(
        "; ".join(
            [
                *([f"what the rules cost: {', '.join(told)}"] if told else []),
                *([f"{wording.listing(free)} {'costs' if len(free) == 1 else 'cost'} nothing"] if free else []),
            ]
        )
    )


def _move(move: PlannedMove) -> str:
    company = f" ({move.company})" if move.company else ""
    return f"{move.name}{company}: {f'{move.giver} → ' if move.giver else ''}{move.taker}. {move.why}"


def _staying(laid: Layout) -> str:
    if not laid.staying:
        return ""
    reasons = list(laid.staying.items())
    told = ", ".join(f"{reason} ({count})" for reason, count in reasons[:STAYING_SHOWN])
    n = sum(laid.staying.values())
    return f"{wording.count(n, 'lead')} {'stays' if n == 1 else 'stay'} with the owner: {told}."


def _language(laid: Layout, row: int, rep: int) -> str:
    """That a rep speaks the lead's language, where not everyone does."""
    code = languages.code(laid.leads["language"].iloc[row])
    spoken = laid.reps["languages"]
    if code is None or code not in spoken.iloc[rep] or all(code in each for each in spoken):
        return ""
    return f", in {languages.ENGLISH.languages[code]}"


def _worth(ctx: ToolContext, laid: Layout, value: float) -> str:
    return amount(value, currency(ctx, laid))


def currency(ctx: ToolContext, laid: Layout) -> str | None:
    """What values are in; None where only wins are counted."""
    return ctx.keep("currency", lambda: metrics.currency(ctx.db)) if laid.in_money else None


def _signed(value: float, currency: str) -> str:
    return f"{'+' if value > 0 else ''}{amount(value, currency)}"
