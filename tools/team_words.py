"""How a summary is worded: the result first, then what to do, then who and what is behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tools import wording
from tools.standings import AHEAD, BEHIND, Evidence, Standing, Standings
from tools.team_parts import Parts, Section
from tools.teams import NAMED_AT_LEAST, Stretch

if TYPE_CHECKING:
    from tools.team_actions import Action
    from tools.team_facts import Facts, TeamLine
    from tools.team_figures import Aim, Figure, Moved, Nudged, Waiting

NOT_ONE = "that is more than one person's matter, so nobody is singled out for it."
TOO_FEW = f"With fewer than {NAMED_AT_LEAST} reps nobody is compared by name."
NOBODY = "Nobody is out of the ordinary."
TEAMS_TOLD, NAMED_TOLD = 5, 3
_TO_DATE = {"month": "Month to date", "quarter": "Quarter to date", "year": "Year to date"}
_A_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
# From such a chance on, reaching the quota is likely rather than open.
LIKELY = 0.6
UP, DOWN, SAME = "▲", "▼", "="


@dataclass(frozen=True)
class Words:
    """The words for one stretch of a team's results."""

    currency: str
    label: str
    asked: Stretch

    @classmethod
    def of(cls, found: Facts) -> Words:
        """The words for what was found."""
        return cls(found.currency, found.asked.label, found.stretch)

    def summary(
        self, found: Facts, who: Standings, actions: Sequence[Action], lines: Sequence[TeamLine], reps: int
    ) -> Parts:
        """The whole answer, in its parts."""
        results, aim = self.results(found.figures), self.aim(found.aim)
        fate = self.fate(found.aim)
        # Of what goes on, where it will end matters most; of what is over, what came of it.
        ends_first = bool(fate) and self.asked.is_running
        first = (f"{self.name}: {fate} {aim}", f"{self._when}: {results}") if ends_first else ()
        stands = wording.sentence(f"{fate} {aim}")
        return Parts(
            title=self._title,
            aim=stands,
            first=first or (f"{self._title}: {results}", stands),
            todo=tuple(self.action(place, each) for place, each in enumerate(actions, 1)),
            named=self.teams(lines) if lines else self.names(who, reps, actions),
            people=() if lines else tuple(self.standings(who, reps, found.aim)),
            small=self._small(found),
        )

    def totals(self, found: Facts) -> Parts:
        """What everyone in the team may read."""
        small, aim = self._small(found), self.aim(found.aim, with_forecast=False)
        first = (f"{self._title}: {self.results(found.figures)}", aim, *small)
        return Parts(title=self._title, aim=aim, first=first, small=small)

    def _small(self, found: Facts) -> tuple[str, ...]:
        told = (self.pipeline(found.pipeline), self.waiting(found.waiting), self.nudged(found.nudged))
        return tuple(filter(None, told))

    def teams(self, lines: Sequence[TeamLine]) -> tuple[str, ...]:
        """How some teams stand, those furthest from their quota first."""
        far = sorted(lines, key=lambda each: (_chance(each.aim), each.name))
        more = len(far) - TEAMS_TOLD
        return (*map(self.line, far[:TEAMS_TOLD]), *([f"• {wording.count(more, 'more team')}."] if more > 0 else ()))

    def line(self, each: TeamLine) -> str:
        """One of several teams."""
        told = [f"{each.booked.shown} booked ({self._short(each.booked)})"]
        if each.aim:
            told.append(f"{wording.percent(each.aim.booked / each.aim.amount)} of {self.money(each.aim.amount)} quota")
            told += [] if each.aim.chance is None else [f"chance to reach it {chance(each.aim.chance)}"]
        return f"• {each.name}: {', '.join(told)}."

    def money(self, amount: float) -> str:
        """An amount in the base currency; cents say nothing in a summary."""
        return wording.money(round(amount), self.currency)

    @property
    def name(self) -> str:
        """Whose results they are, at the head of a line."""
        return self.label[0].upper() + self.label[1:]

    def results(self, figures: Sequence[Figure]) -> str:
        """What was booked, and the other results, each with its change."""
        if not any(each.value or each.before for each in figures):
            return f"nothing is on record, nor {self.asked.before}."
        booked, *others = figures
        told = wording.listing([f"{wording.counted(each.shown, each.noun)} ({self._short(each)})" for each in others])
        return f"{booked.shown} booked, {self.change(booked)}; {told}."

    @property
    def _title(self) -> str:
        return f"{self.name}, {self._when[0].lower()}{self._when[1:]}"

    @property
    def _when(self) -> str:
        span = str(self.asked.span)
        # A single day that was asked for as a date is told as one.
        span = wording.on(date.fromisoformat(span)) if _A_DAY.fullmatch(span) else span
        return f"{span[0].upper()}{span[1:]}{' so far' if self.asked.is_running else ''}"

    def change(self, figure: Figure) -> str:
        """`▲ from $45,100 at this point last week`, `as much as the week before`."""
        if figure.value == figure.before:
            return f"as much as {self.asked.before}"
        return f"{sign(figure)} from {figure.shown_before} {self.asked.before}"

    def fate(self, aim: Aim | None) -> str:
        """What becomes of the quota that is running, in words; nothing of one that is over."""
        if aim is None or aim.chance is None:
            return ""
        return f"the {aim.unit}'s quota {_fate(aim)}." if aim.unit in _TO_DATE else f"the quota {_fate(aim)}."

    def aim(self, aim: Aim | None, *, with_forecast: bool = True) -> str:
        """How the quota stands."""
        if aim is None:
            return "No quota is set for this time."
        share = wording.percent(aim.booked / aim.amount)
        name = _TO_DATE.get(aim.unit, "So far") if aim.chance is not None else f"That {aim.unit}"
        said = f"{name}: {self.money(aim.booked)} booked of {self.money(aim.amount)} quota ({share})"
        if aim.chance is None:
            return f"{said}."
        said += f", with {wording.percent(aim.gone)} of the {aim.unit} gone"
        if not with_forecast or aim.p50 is None:
            return f"{said}."
        if aim.booked >= aim.amount:
            return f"{said}; reached. The forecast is {self.money(aim.p50)}."
        return f"{said}; the forecast is {self.money(aim.p50)}, and the chance to reach it {chance(aim.chance)}."

    def pipeline(self, found: Moved) -> str:
        """What became of the pipeline."""
        parts = [
            f"{wording.count(found.opened, 'deal')} opened",
            f"{found.won:,} won",
            f"{found.lost:,} lost",
            f"{found.slipped:,} slipped past their close date" if found.slipped else "",
            f"{found.pushed:,} pushed out" if found.pushed else "",
            f"{found.pulled:,} pulled in" if found.pulled else "",
            f"{found.advanced:,} moved a stage on" if found.advanced else "",
            f"{found.set_back:,} moved back" if found.set_back else "",
        ]
        way = "is still" if round(found.open_before) == round(found.open_after) else "went from"
        ends = [self.money(each) for each in (found.open_before, found.open_after)]
        amount = f"{way} {ends[1]}" if way == "is still" else f"{way} {ends[0]} to {ends[1]}"
        return f"Pipeline: {wording.listing([part for part in parts if part])}; what is open {amount}."

    def waiting(self, found: Waiting) -> str:
        """How many leads wait for a first touch."""
        if not found.count:
            return "No open lead waits for a first touch."
        old = "" if found.oldest_days is None else f", the oldest for {wording.count(found.oldest_days, 'day')}"
        verb = "waits" if found.count == 1 else "wait"
        return f"{wording.count(found.count, 'open lead')} {verb} for a first touch{old}."

    def nudged(self, found: Nudged) -> str:
        """What people made of nudges; nothing where there were none."""
        if not found.sent:
            return ""
        return f"{wording.count(found.sent, 'nudge')} sent, {found.acted:,} acted on."

    def action(self, place: int, action: Action) -> str:
        """A thing to do, what is at stake and why."""
        return f"{place}. {action.what} ({self.money(action.stake)} at stake){': ' if action.why else ''}{action.why}."

    def standing(self, each: Standing, team: Aim | None) -> str:
        """Why somebody is ahead or needs help."""
        told = [self._by_quota(each.by_quota)] if each.by_quota else []
        told += [evidence(one) for one in each.evidence]
        if each.by_quota and each.way == "help":
            told.append(self._wins(each.by_quota, team))
            told += [] if each.evidence else ["calls, meetings, new deals and win rate as usual"]
        return "; ".join(told)

    def standings(self, found: Standings, reps: int, team: Aim | None) -> list[Section]:
        """Who is ahead and who needs help, or why nobody is named."""
        if reps < NAMED_AT_LEAST:
            return [Section(head=TOO_FEW)]
        ahead, help_ = (
            tuple((each.name, f"{self.standing(each, team)}.") for each in some) for some in (found.ahead, found.help)
        )
        told = [Section(head=head, lines=lines) for head, lines in (("Ahead", ahead), ("Needs help", help_)) if lines]
        if 2 * found.behind > reps:
            told.append(Section(head=f"{found.behind} of {reps} reps are unlikely to reach their quota; {NOT_ONE}"))
        return told or [Section(head=NOBODY)]

    def names(self, found: Standings, reps: int, actions: Sequence[Action]) -> tuple[str, ...]:
        """Who is ahead and who needs help beside those whom there is something to do about, each with a reason."""
        if reps < NAMED_AT_LEAST:
            return (TOO_FEW,)
        done = {each.key.removeprefix("people/") for action in actions for each in action.evidence}
        help_ = [each for each in found.help if each.person_id not in done]
        head = "Needs help" if len(help_) == len(found.help) else "Needs help too"
        told = [self._named(words, some) for words, some in (("Ahead", found.ahead), (head, help_)) if some]
        if 2 * found.behind > reps:
            told.append(f"{found.behind} of {reps} reps are unlikely to reach their quota; {NOT_ONE}")
        return (" ".join(told),) if told else () if found.help else (NOBODY,)

    def _named(self, head: str, some: Sequence[Standing]) -> str:
        told = [f"{each.name} ({self.short(each)})" for each in some[:NAMED_TOLD]]
        more = [f"{len(some) - NAMED_TOLD} more"] if len(some) > NAMED_TOLD else []
        return f"{head}: {wording.listing([*told, *more])}."

    def short(self, each: Standing) -> str:
        """The first of the reasons."""
        return self._by_quota(each.by_quota) if each.by_quota else evidence(each.evidence[0])

    def _wins(self, own: Aim, team: Aim | None) -> str:
        """How many deals it came to, and of what size."""
        if not own.won:
            return "no deal won"
        size = f"{self.money(own.booked / own.won)}{' on average' if own.won > 1 else ''}"
        beside = f" (the team's average is {self.money(team.booked / team.won)})" if team and team.won else ""
        return f"{wording.count(own.won, 'deal')} won, {size}{beside}"

    def _by_quota(self, aim: Aim) -> str:
        said = f"{self.money(aim.booked)} booked of {self.money(aim.amount)} quota"
        if aim.chance is None or aim.booked >= aim.amount:
            return said
        return f"{said}, chance to reach it {chance(aim.chance)}"

    def _short(self, figure: Figure) -> str:
        return "the same" if figure.value == figure.before else f"{sign(figure)} from {figure.shown_before}"


def evidence(one: Evidence) -> str:
    """`41 calls, 78 are usual for the time at work`."""
    usual = f"{one.usual:.0f}" if one.usual >= 10 else f"{one.usual:.1f}"
    among = f" of {one.of:,}" if one.of is not None else ""
    noun = one.noun if one.seen == 1 and one.of is None else one.plural
    return f"{one.seen:,}{among} {noun}, {usual} {one.usually}"


def chance(share: float) -> str:
    """A chance from draws is never quite nothing or everything."""
    return "less than 1 %" if share < 0.01 else "more than 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def _chance(aim: Aim | None) -> float:
    return 1.0 if aim is None or aim.chance is None else aim.chance


def _fate(aim: Aim) -> str:
    chance = _chance(aim)
    if aim.booked >= aim.amount:
        return "is reached"
    if chance >= AHEAD:
        return "is as good as reached"
    if chance <= BEHIND:
        return "is as good as out of reach"
    if chance > LIKELY:
        return "is likely to be reached"
    return "is likely to be missed" if chance < 1 - LIKELY else "is open"


def sign(figure: Figure) -> str:
    """Which way a figure went."""
    return UP if figure.value > figure.before else DOWN if figure.value < figure.before else SAME
