"""What a retro-evaluation says, in sentences; the answer and the page share them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from knowledge.people import Roster
from knowledge.records import LeadRecord
from scoring.metrics import Metric
from scoring.retro.missed import LATE_DAYS, Missed
from scoring.retro.report import DONE, FIFO, LAST_TOUCH, RANDOM, RANKING, Keep, Retro
from tools import wording

NINETY = 0.9
ORDERS = {
    RANKING: "ranking",
    DONE: "as called",
    FIFO: "oldest first",
    LAST_TOUCH: "last touched first",
    RANDOM: "any order",
}


@dataclass(frozen=True)
class Reader:
    """Who reads a report, and what its ids are called.

    Attributes
    ----------
    leads : the leads left on the table that the reader may see
    hidden : how many more there are
    whose : whose records are covered, as in "your team's"
    compares : whether people may be compared by name
    """

    leads: Mapping[str, LeadRecord]
    hidden: int
    roster: Roster
    currency: str
    zone: ZoneInfo
    whose: str
    compares: bool


def told(metric: Metric) -> str:
    """`41 % (35–48 %)`."""
    return f"{wording.percent(metric.value)} ({wording.interval(metric.low, metric.high)})"


def told_number(metric: Metric) -> str:
    """`8.2 (6.6–10)`: as fine as percentages."""
    value, low, high = (_decimal(each) for each in (metric.value, metric.low, metric.high))
    return f"{value} ({low}–{high})"


def told_money(metric: Metric, currency: str) -> str:
    """`€368,000 (€155,000–€887,000)`: to three digits, as no more of it is known."""
    value, low, high = (wording.money(_rounded(each), currency) for each in (metric.value, metric.low, metric.high))
    return f"{value} ({low}–{high})"


def is_better(retro: Retro) -> bool:
    """Whether the ranking's order is better than what was done (or any order) beyond chance."""
    return retro.more.low > 0 if retro.more else ninety(retro).saved.low > 0


def ninety(retro: Retro) -> Keep:
    """What it takes to keep 90 % of the wins."""
    return next(keep for keep in retro.keep if keep.wins == NINETY)


def span(retro: Retro) -> str:
    """`May 2026 to Oct 2026`."""
    labels = [each.label for each in retro.spans if each.listed]
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


def headline(retro: Retro) -> str:
    """The finding, in one sentence without its stop."""
    keep = ninety(retro)
    need = told(keep.calls[RANKING])
    if not retro.has_calls:
        if is_better(retro):
            return f"Working the list in the ranking's order would have kept 90 % of the wins with {need} of the leads"
        return f"The ranking's order is not clearly better than any other: 90 % of the wins are in {need} of the list"
    if is_better(retro):
        return f"Calling in the ranking's order would have kept 90 % of the wins with {need} of the calls"
    return (
        f"Calling in the ranking's order is not clearly better: 90 % of the wins take {need} of the calls, "
        f"and took {told(keep.calls[DONE])}"
    )


def findings(retro: Retro) -> list[str]:
    """What stands behind the headline, in sentences, the most telling first."""
    half, keep = retro.first_half, ninety(retro).calls
    if not retro.has_calls:
        others = wording.listing([f"{ORDERS[name]} {told(keep[name])}" for name in (FIFO, LAST_TOUCH) if name in keep])
        return [
            f"Any order needs 90 % of the leads for that{f'; {others}' if others else ''}.",
            f"In the first half of the list it finds {told_number(half[RANKING])} wins in 100 leads; any order finds "
            f"{told_number(half[RANDOM])}.",
        ]
    found = [
        f"The order in which the team really called needed {told(keep[DONE])} of the calls for that.",
        f"In the first half of the calls it finds {told_number(half[RANKING])} wins in 100 calls where the team found "
        f"{told_number(half[DONE])}"
        + (f": {told_number(retro.more)} more." if retro.more and retro.more.value > 0 else "."),
    ]
    if retro.same_effort:
        found.append(
            f"Of all leads open, as many as the team took up, but from the top of the ranking, would have held "
            f"{told(retro.same_effort[RANKING])} of the later wins; those it took up held "
            f"{told(retro.same_effort[DONE])}."
        )
    return found


def left_behind(retro: Retro, currency: str) -> str:
    """How many leads were left on the table, and what they were expected to bring."""
    if retro.left is None:
        return "Who was contacted when is not in the books, so nobody can tell what was left on the table."
    n, expected = len(retro.left.leads), retro.left.expected
    if not n:
        return f"Nothing was left on the table: no lead at the top of a list waited {LATE_DAYS} days and was lost."
    worth = f", worth {told_money(expected.value, currency)}" if expected.value else ""
    unvalued = f" {expected.without_value:,} without a value are not in the sum." if _part(retro) else ""
    return (
        f"{wording.count(n, 'lead')} in the top fifth of a month's list heard nothing for {LATE_DAYS} days, then "
        f"{'was' if n == 1 else 'were'} lost or went cold. Leads like these usually bring {told_number(expected.wins)} "
        f"wins{worth}.{unvalued}"
    )


def fared(retro: Retro) -> str:
    """How leads as high fared that were, and were not, contacted in time; empty where there are too few."""
    left = retro.left
    if left is None or left.in_time is None or left.late is None:
        return ""
    return (
        f"Of the leads as high that heard from somebody within {LATE_DAYS} days, {told(left.in_time)} have been won; "
        f"of those that waited longer, {told(left.late)}. These are different leads; it is not the effect of a call."
    )


def missed_lead(lead: Missed, retro: Retro, reader: Reader) -> str:
    """One lead left on the table, in a line."""
    held = reader.leads[lead.lead]
    company = f" ({held.company})" if held.company else ""
    value = f", {wording.money(lead.value, reader.currency)}" if lead.value is not None else ""
    chance = f"{wording.percent(lead.chance)} chance ({wording.interval(lead.low, lead.high)})"
    return f"{held.name}{company}: {place(lead, retro)}, {chance}{value}; {fate(lead, reader.zone)}"


def place(lead: Missed, retro: Retro) -> str:
    """`14th of 838 in Sep 2026`."""
    return f"{_ordinal(lead.rank)} of {lead.listed:,} in {retro.spans[lead.span].label}"


def fate(lead: Missed, zone: ZoneInfo) -> str:
    """`first contact after 20 days, lost 9 Jul 2026`."""
    heard = f"next contact after {lead.waited:.0f} days" if lead.waited is not None else "no contact since"
    if lead.fate == "lost":
        return f"{heard}, lost {wording.day(lead.since, zone)}" if lead.since else f"{heard}, lost"
    return f"{heard}, cold since {wording.day(lead.since, zone)}" if lead.since else f"{heard}, gone cold"


def limits(retro: Retro) -> list[str]:
    """What the figures cannot know, plainly."""
    return [
        "Only leads that somebody worked have an outcome that says much: one that nobody called could hardly be won. "
        "The past therefore speaks for whatever the team chose to do.",
        "A chance says what usually becomes of leads like this one, not what a call would cause. The expected value is "
        "what such leads usually bring, not what a call would have saved.",
        *_limits_of_time(retro),
        "The team, the offer and the way leads are worked may have changed since; what held then need not hold now.",
        "Intervals say how much is owed to the luck of so few wins, not how different next year will be.",
    ]


def _limits_of_time(retro: Retro) -> list[str]:
    """What follows from how far the books reach back, and from what they keep of the past."""
    if retro.basis == "ever won":
        return [
            "The file has no dates. Its later half was replayed in the order of the file, each part by a model that "
            "learnt from all before it; each lead is seen as it stands in the file, which may be after it was decided."
        ]
    recent = retro.as_of.astimezone(ZoneInfo("UTC"))
    skipped = [f"{each.label} ({each.left_out})" for each in retro.spans if each.left_out]
    short = f"The past is short, so chances look {retro.horizon_days} days ahead instead of 90."
    between = (
        f"{wording.count(retro.decided_between, 'lead')} came in and {'was' if retro.decided_between == 1 else 'were'} "
        "decided between two first days of a month, and so stand on no list."
    )
    return [
        f"Wins are those known on {wording.day(recent, ZoneInfo('UTC'))}; the latest months have had less time to win.",
        "Each model knew what the books say was known on the first day of its month. A field that the CRM overwrites "
        "without keeping a history is seen as it is today.",
        *([short] if retro.horizon_days < 90 else []),
        *([f"Left out: {'; '.join(skipped)}."] if skipped else []),
        *([between] if retro.decided_between else []),
    ]


def _part(retro: Retro) -> bool:
    return bool(retro.left and retro.left.expected.value and retro.left.expected.without_value)


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{ending}"


def _decimal(number: float) -> str:
    return f"{number:.1f}" if abs(number) < 9.95 else f"{number:,.0f}"


def _rounded(amount: float) -> float:
    return float(f"{amount:.3g}")
