"""How forecasts are worded: the sum first, then quota, something simple beside it, what moved, what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.quotas import Target
from tools import wording
from tools.forecast_facts import Outcome, Split, Step

# Parts of the bridge below this share of the forecast are not told one by one.
TOLD_FROM = 0.005
GROUPS_TOLD = 12
_UNSPLIT: dict[Split, str] = {
    "rep": "What each person is to bring is told to managers, where there are three to compare.",
    "team": "It is all of one team.",
    "segment": "No segments are known to split it by.",
    "product": "No products are known to split it by.",
}
_MOVED = {
    "won": "won",
    "lost": "lost",
    "slipped": "slipped",
    "changed": "changes in open deals",
    "model": "another view of the model",
}
_STAGES = "It goes by how deals of each stage usually end"
_BEHIND = {
    "stage_conversion": f"{_STAGES}: nothing that learns did better.",
    "last_period": "It goes by what the last period brought: nothing that learns did better.",
    "mean_4_weeks": "It goes by the mean of the last four weeks: nothing that learns did better.",
}
DEALS_TOLD = 3


@dataclass(frozen=True)
class Words:
    """The words for one period of some people's bookings."""

    currency: str
    period: str
    whose: str

    def money(self, amount: float) -> str:
        """An amount in the base currency; cents say nothing in a forecast."""
        return wording.money(round(amount), self.currency)

    def signed(self, amount: float) -> str:
        """An amount with its sign."""
        return f"+{self.money(amount)}" if amount >= 0 else self.money(amount)

    def deal(self, chance: float, worth: float) -> str:
        """`34 % chance, worth $20,000`."""
        return f"{wording.percent(chance)} chance, worth {self.money(worth)}"

    def day(self, at: datetime, zone: ZoneInfo) -> str:
        """A day as people write it."""
        return wording.day(at, zone)

    def range(self, told: Outcome) -> str:
        """`$400,000 ($350,000 to $460,000, 80 % sure)`."""
        return f"{self.money(told.p50)} ({self.money(told.p10)} to {self.money(told.p90)}, 80 % sure)"

    def title(self, total: Outcome) -> str:
        """What the chart shows."""
        return f"Forecast {self.period} ({self.whose}): {self.range(total)}"

    def coming(self, facts: Mapping[str, Any], aim: Target | None, groups: Sequence[Outcome] | None = None) -> str:
        """The answer for a period that is not over; with a line for each of the groups, if it was asked to be split."""
        total: Outcome = facts["total"]
        booked = f"{self.money(total.booked)} of it is booked" if total.booked else "nothing is booked yet"
        lines = [
            f"Forecast {self.period} ({self.whose}): {self.range(total)}; {booked}.",
            self._quota(total, facts["quota_chance"], aim),
            *self._split(facts["split"], groups),
            self._rests(facts),
            self._moved(facts),
            " ".join(filter(None, [_how(facts["told_by"]), self._beside(facts), *facts["caveats"]])),
        ]
        return "\n".join(filter(None, lines))

    def past(self, came: float, told: Outcome | None, day: str | None, was_kept: bool, aim: Target | None) -> str:
        """The answer for a period that is over."""
        lines = [f"Booked {self.period} ({self.whose}): {self.money(came)}."]
        if aim and aim.amount:
            lines.append(f"Quota was {self._aim(aim)}: {wording.percent(came / aim.amount)} of it.")
        if told is None:
            lines.append("What would have been forecast then cannot be told: the books do not reach back far enough.")
        else:
            inside = "inside" if told.p10 <= came <= told.p90 else "outside"
            how = f"On {day} the forecast was" if was_kept else f"What was known on {day} tells"
            lines.append(f"{how} {self.range(told)}; what came is {inside} that range.")
        return "\n".join(filter(None, lines))

    def _split(self, split: Split, groups: Sequence[Outcome] | None) -> list[str]:
        if groups is not None and len(groups) < 2:
            return [_UNSPLIT[split]]
        return [f"• {self._group(each)}" for each in groups or () if each.p90 > 0][:GROUPS_TOLD]

    def _group(self, each: Outcome) -> str:
        middle, low, high = (self.money(figure) for figure in (each.p50, each.p10, each.p90))
        booked = f", {self.money(each.booked)} booked" if each.booked else ""
        return f"{each.name}: {middle} ({low} to {high}){booked}."

    def _quota(self, total: Outcome, chance: float | None, aim: Target | None) -> str:
        if aim is None or chance is None:
            return f"No quota is set for {self.period}."
        if total.booked >= aim.amount:
            return f"Quota {self._aim(aim)} is reached: {self.money(total.booked - aim.amount)} above it is booked."
        gap = aim.amount - total.p50
        left = f"{self.money(gap)} short of it" if gap > 0 else f"{self.money(-gap)} above it"
        return f"Quota {self._aim(aim)}: {wording.percent(chance)} chance to reach it; the forecast is {left}."

    def _aim(self, aim: Target) -> str:
        return f"{self.money(aim.amount)}{' (by days, of a longer one)' if aim.is_pro_rata else ''}"

    def _beside(self, facts: Mapping[str, Any]) -> str:
        plain = self.money(facts["stage_conversion"])
        told = [
            "" if _how(facts["told_by"]) else f"how deals of each stage usually end tells {plain}",
            f"{self._span_before} brought {self.money(facts['last_period'])}",
            f"deals not opened yet are expected to bring {self.money(facts['to_come'])}",
        ]
        return f"{wording.sentence('; '.join(filter(None, told)))}{self._series(facts['series_factor'])}"

    @property
    def _span_before(self) -> str:
        """What came before the period, as people call it."""
        which, _, span = self.period.partition(" ")
        if span not in ("week", "month", "quarter", "year"):
            return "the period of that length before"
        return f"last {span}" if which == "this" else f"the {span} before"

    def _series(self, factor: float) -> str:
        if abs(factor - 1) < TOLD_FROM:
            return ""
        way = "up" if factor > 1 else "down"
        return f" The series of past bookings moves what deals tell {way} by {wording.percent(abs(factor - 1))}."

    def _moved(self, facts: Mapping[str, Any]) -> str:
        if facts["week_ago"] is None:
            return ""
        now = facts["total"].expected
        large = [step for step in facts["bridge"] if abs(step.amount) >= TOLD_FROM * max(now, facts["week_ago"])]
        parts = [f"{_moved(step)} {self.signed(step.amount)}" for step in large]
        # What is told adds up to the difference, but for what rounding makes of each.
        rest = now - facts["week_ago"] - sum(step.amount for step in large)
        moved = wording.listing([*parts, *([f"the rest {self.signed(rest)}"] if parts and abs(rest) >= 1 else [])])
        moved = moved or "hardly anything"
        then = self.money(facts["week_ago"])
        return f"Since a week ago what is expected on average went from {then} to {self.money(now)}: {moved}."

    def _rests(self, facts: Mapping[str, Any]) -> str:
        told = [f"{deal.name} ({self.deal(deal.chance, deal.worth)})" for deal in facts["deals"][:DEALS_TOLD]]
        return f"It rests most on {wording.listing(told)}." if told else "No open deal is likely to be won in it."


def _moved(step: Step) -> str:
    if step.name == "new":
        return f"{'more' if step.amount >= 0 else 'fewer'} new deals than expected"
    return _MOVED[step.name]


def _how(told_by: str) -> str:
    for way, sentence in _BEHIND.items():
        if f"({way})" in told_by:
            return sentence
    return "" if told_by.startswith("forecast") else f"{_STAGES}, as no trained forecast serves."
