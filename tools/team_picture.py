"""A team's bookings as a picture: how they come in beside quota and the period before, and where they may end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from knowledge import calendar
from knowledge.calendar import Period
from tools import charts, team_figures, wording
from tools.base import Attachment, ToolContext
from tools.team_words import Words

if TYPE_CHECKING:
    from tools.team_facts import Facts
    from tools.team_figures import Aim

# A shorter period says too little of how bookings come in: its quarter is drawn, and the period marked in it.
DRAWN_DAYS = 28
SHORT_DAYS = 45
DAY = timedelta(days=1)


def picture(ctx: ToolContext, facts: Facts, *, with_forecast: bool) -> Attachment:
    """How bookings come in beside quota and the period before."""
    aim, words = facts.aim, Words.of(facts)
    span = _drawn(ctx, facts)
    earlier, owners = calendar.before(span, ctx.zone), facts.asked.scope.owner_ids
    days = (span.end - span.start).days
    day = min((ctx.now - span.start) / DAY, float(days))
    # The day that is not over counts as far as it has come.
    now = [*(each for each in team_figures.cumulated(ctx, owners, span) if each[0] < day)]
    now.append((day, team_figures.reported(ctx, "bookings", owners, span)))
    before = team_figures.cumulated(ctx, owners, earlier)
    point = Period("", earlier.start, calendar.same_point(span, earlier, ctx.now, ctx.zone))
    title = _title(words, now[-1][1], aim)
    band = None
    if with_forecast and aim and aim.p10 is not None and aim.p50 is not None and aim.p90 is not None:
        band = (aim.p10, aim.p50, aim.p90)
    part = facts.stretch.span if facts.stretch.span.start >= span.start and facts.stretch.span != span else None
    figure = charts.pacing(
        charts.Pace(
            now=now,
            before=before,
            days=days,
            marks=_marks(span, ctx),
            aim=aim.amount if aim else None,
            outlook=band,
            asked=((part.start - span.start) / DAY, min((part.end - span.start) / DAY, days), str(part))
            if part
            else None,
        ),
        # A figure and its unit stay on one line.
        title.replace(" %", "\N{NO-BREAK SPACE}%"),
        told=words.money,
        so_far="booked",
        earlier=f"the {_unit(days)} before",
        aimed="quota",
    )
    reached = team_figures.reported(ctx, "bookings", owners, point)
    # For those who do not see it.
    alt = f"{title}; {words.money(reached)} at this point before"
    return Attachment(name="team.png", title=alt, content=charts.png(figure))


def _title(words: Words, booked: float, aim: Aim | None) -> str:
    """What the picture shows."""
    quota = f" of {words.money(aim.amount)} quota ({wording.percent(booked / aim.amount)})" if aim else ""
    gone = f", {wording.percent(aim.gone)} of the {aim.unit} gone" if aim and aim.gone < 1 else ""
    return f"{words.name}: {words.money(booked)} booked{quota}{gone}"


def _marks(span: Period, ctx: ToolContext) -> list[tuple[float, str]]:
    """The first of each month, or each Monday of a short period, and where it lies in days."""
    first, days = span.start.astimezone(ctx.zone).date(), (span.end - span.start).days
    dates = [(float(n), first + n * DAY) for n in range(days)]
    return [
        (n, f"{each.day} {each:%b}")
        for n, each in dates
        if each.day == 1 or (days <= SHORT_DAYS and each.weekday() == 0)
    ]


def _unit(days: int) -> str:
    return next((name for name, most in (("month", 31), ("quarter", 92), ("year", 366)) if days <= most), "time")


def _drawn(ctx: ToolContext, facts: Facts) -> Period:
    if facts.aim:
        return Period("", facts.aim.start, facts.aim.end)
    span = facts.stretch.span
    if (span.end - span.start).days >= DRAWN_DAYS:
        return span
    return calendar.period("this quarter", facts.stretch.until - calendar.INSTANT, ctx.zone)
