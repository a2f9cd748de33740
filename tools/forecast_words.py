"""How forecasts are worded: the sum first, then quota, something simple beside it, what moved, what is not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from knowledge.quotas import Target
from tools import wording
from tools.forecast_facts import Outcome, Split

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
    "new": "new deals against what was expected",
    "changed": "changes of stage and amount and time passed",
    "model": "model",
}
_BEHIND = {
    "stage_conversion": "These books hold no signal beyond stage conversion, so that serves.",
    "last_period": "These books hold no signal beyond the last period, so the last period again serves.",
    "mean_4_weeks": "These books hold no signal beyond the mean of four weeks, so that serves.",
}


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
        """`$400,000 (80 % interval $350,000 to $460,000)`."""
        return f"{self.money(told.p50)} (80 % interval {self.money(told.p10)} to {self.money(told.p90)})"

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
            self._beside(facts),
            " ".join(filter(None, [*facts["caveats"], _how(facts["told_by"])])),
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
            how = f"On {day} the forecast was" if was_kept else f"From what was known on {day}, stage conversion tells"
            lines.append(f"{how} {self.range(told)}; what came is {inside} that interval.")
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
        return f"{self.money(aim.amount)}{' (the part of a longer one by days)' if aim.is_pro_rata else ''}"

    def _beside(self, facts: Mapping[str, Any]) -> str:
        return (
            f"Stage conversion alone tells {self.money(facts['stage_conversion'])}; {self._span_before} brought "
            f"{self.money(facts['last_period'])}. Deals not opened yet are expected to bring "
            f"{self.money(facts['to_come'])}.{self._series(facts['series_factor'])}"
        )

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
        parts = [
            f"{_MOVED[step.name]} {self.signed(step.amount)}"
            for step in facts["bridge"]
            if abs(step.amount) >= TOLD_FROM * max(now, facts["week_ago"])
        ]
        moved = wording.listing(parts) or "hardly anything"
        then = self.money(facts["week_ago"])
        return f"Since a week ago the expected sum went from {then} to {self.money(now)}: {moved}."

    def _rests(self, facts: Mapping[str, Any]) -> str:
        told = [f"{deal.name} ({self.deal(deal.chance, deal.worth)})" for deal in facts["deals"]]
        return f"It rests most on {wording.listing(told)}." if told else "No open deal is likely to be won in it."


def _how(told_by: str) -> str:
    for way, sentence in _BEHIND.items():
        if f"({way})" in told_by:
            return sentence
    return "" if told_by.startswith("forecast") else "No trained forecast serves yet: this is plain stage conversion."
