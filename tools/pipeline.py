"""Any count, sum, rate or average of the books, by any dimension they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import calendar, metrics
from knowledge.citations import Citation
from knowledge.errors import NotAllowed
from knowledge.metrics import Dimension, Filter, Metric, Report
from tools import access, wording
from tools.access import Scope
from tools.base import Owner, PeriodWords, Result, ToolContext, tool

# Comparing two colleagues by name says more of a person than of the books.
NAMED_AT_LEAST = 3
ROWS_TOLD = 12

NOUNS: dict[Metric, str] = {
    "leads": "leads that came in",
    "conversions": "leads won",
    "conversion_rate": "conversion rate",
    "deals": "deals opened",
    "won_deals": "deals won",
    "lost_deals": "deals lost",
    "win_rate": "win rate",
    "pipeline_value": "open pipeline",
    "bookings": "bookings",
    "average_deal_size": "average size of a won deal",
    "activities": "activities",
    "calls": "calls",
    "meetings": "meetings",
    "time_to_first_touch": "average time to the first touch",
    "time_to_close": "average time to close a deal",
}


class Line(BaseModel):
    """One group of a report."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: float | None
    shown: str
    n: int


class PipelineReport(Result):
    """A figure over all records asked for, then by group; `n` is the number of records behind each."""

    metric: Metric
    by: Dimension | None
    period: str
    unit: str
    total: Line
    lines: tuple[Line, ...]


@tool(
    words={
        "metric": {
            "conversion_rate": """
                conversion rate / conversion rates / conversion / converts best / convert best / converts / converting
                """,
            "win_rate": "win rate / win rates / winning rate / close rate / closing rate / hit rate",
            "pipeline_value": """
                pipeline / pipeline value / open pipeline / open deals worth / value of open deals / pipe
                """,
            "bookings": """
                bookings / booked / book / did we book / revenue / sales / sell / sold / turnover / closed amount /
                won amount
                """,
            "average_deal_size": """
                average deal size / deal size / average deal / avg deal size / average deal value / size of deals
                """,
            "won_deals": """
                won the most deals / most deals won / closed the most deals / deals won / won deals /
                deals did we win / deals closed won / wins / deals we won / deals i won / deals have we won
                """,
            "lost_deals": """
                deals lost / lost deals / losses / deals did we lose / deals have we lost / deals we lost / lose
                """,
            "time_to_first_touch": """
                time to first touch / speed to lead / response time / first response / respond to new leads /
                first touch / how fast do we call / how quickly do we respond / react to new leads
                """,
            "time_to_close": """
                time to close / sales cycle / close a deal / cycle length / how long do deals take / days to close /
                cycle time
                """,
            "conversions": """
                conversions / leads won / won leads / leads converted / converted leads / leads did we win
                """,
            "calls": "calls / dials / phone calls / calls made / calls did",
            "meetings": "meetings / demos / appointments / meetings held",
            "activities": "activities / activity / touches / e-mails and calls",
            "deals": "deals / opportunities / deals opened / new deals / number of deals",
            "leads": """
                leads / new leads / number of leads / inbound / leads came in / prospects / enquiries
                """,
        },
        "by": {
            "rep": """
                by rep / per rep / by person / per person / each rep / by salesperson / by agent / by owner /
                every rep / per head / which rep / who of us
                """,
            "team": "by team / per team / each team / by teams",
            "source": """
                by source / per source / each source / which source / by channel / per channel / which sources /
                by lead source
                """,
            "stage": "by stage / per stage / each stage / stages / by status / per status",
            "industry": """
                by industry / per industry / each industry / which industry / industries / by sector
                """,
            "segment": """
                by segment / per segment / each segment / which segment / segments / by size
                """,
            "kind": "by kind / per kind / by type / per type / each kind / each type",
            "day": "by day / per day / daily / each day / every day / a day",
            "week": """
                by week / per week / weekly / each week / every week / week by week / a week
                """,
            "month": """
                by month / per month / monthly / each month / every month / month by month / a month
                """,
            "quarter": """
                by quarter / per quarter / quarterly / each quarter / every quarter / quarter by quarter / a quarter
                """,
        },
    },
)
def pipeline_report(
    ctx: ToolContext,
    *,
    metric: Metric,
    by: Annotated[Dimension | None, Field(description="what to split the figure by")] = None,
    period: PeriodWords | None = None,
    owner: Owner = "team",
    where: Annotated[
        dict[Filter, str] | None, Field(description='only such records, e.g. {"source": "Webinar"}')
    ] = None,
) -> PipelineReport:
    """Any count, sum, rate or average of leads, deals and activities, by rep, team, source, stage, industry or time.

    Use for "how many", "how much", "what is our win rate", "by source", "per month".
    """
    scope = access.scope(ctx, owner)
    _check_named(scope, by)
    span = calendar.period(period, ctx.now, ctx.zone) if period else None
    report = metrics.report(
        ctx.db,
        metric,
        by=by,
        span=span,
        where=where or {},
        owner_ids=scope.owner_ids,
        now=ctx.now,
        zone=ctx.zone,
        readable=access.visible(ctx.asker, ctx.roster),
    )
    lines = tuple(_line(row, report) for row in report.rows)
    total = _line(report.total, report)
    filters = "".join(f" with {name} {value}" for name, value in (where or {}).items())
    hidden = len(scope.hidden_people)
    return PipelineReport(
        text=_text(report, by, period, scope, filters, total, lines),
        citations=(
            Citation(
                kind="crm",
                key=f"{metric}?by={by or ''}&period={period or ''}&owner={owner}{filters}",
                label=f"{NOUNS[metric]}, {wording.count(total.n, 'record')}",
                value=total.shown,
            ),
        ),
        covers=f"{scope.label} records{filters}",
        as_of=ctx.now,
        hidden=hidden,
        owners=scope.owners,
        names=tuple(line.label for line in lines),
        metric=metric,
        by=by,
        period=period or "all time",
        unit=report.unit,
        total=total,
        lines=lines,
    )


def _check_named(scope: Scope, by: Dimension | None) -> None:
    active = [person for person in scope.people if person.role == "rep"]
    if by == "rep" and 1 < len(active) < NAMED_AT_LEAST:
        raise NotAllowed(
            f"A comparison by name needs at least {NAMED_AT_LEAST} people; ask for the team's total instead."
        )


def _line(row: metrics.Row, report: Report) -> Line:
    return Line(
        label=row.label, value=row.value, shown=wording.figure(row.value, report.unit, report.currency), n=row.n
    )


def _text(
    report: Report,
    by: Dimension | None,
    period: str | None,
    scope: Scope,
    filters: str,
    total: Line,
    lines: tuple[Line, ...],
) -> str:
    when = f" {period}" if period else " so far" if report.metric != "pipeline_value" else ""
    noun = NOUNS[report.metric]
    head = f"{noun[0].upper()}{noun[1:]}{filters}{when} ({scope.label}): {total.shown}{_behind(report, total)}."
    # The latest steps of a time split say most; everything else comes biggest first.
    shown = lines[-ROWS_TOLD:] if by in metrics.BUCKETS else lines[:ROWS_TOLD]
    told = [f"• {line.label}: {line.shown}{_behind(report, line)}" for line in shown]
    more = len(lines) - ROWS_TOLD
    notes = [
        f"And {more} {'before' if by in metrics.BUCKETS else 'more'}." if more > 0 else "",
        f"{report.left_out} without an amount or a rate into {report.currency} left out." if report.left_out else "",
        f"{wording.count(len(scope.hidden_people), 'colleague')} in your team not shown: theirs are not yours to see."
        if scope.hidden_people
        else "",
    ]
    return "\n".join([head, *told, *filter(None, notes)])


def _behind(report: Report, line: Line) -> str:
    """The number of records behind a rate, an average or a sum; a count is that number already."""
    kind = {"conversion_rate": "closed lead", "time_to_first_touch": "lead"}.get(report.metric, "deal")
    return "" if report.unit == "count" else f" ({wording.count(line.n, kind)})"
