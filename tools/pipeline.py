"""Any count, sum, rate or average of the books, by any dimension they have."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from knowledge import calendar, metrics
from knowledge.citations import Citation
from knowledge.errors import NotAllowed
from knowledge.metrics import Dimension, Filter, Metric, Report
from tools import access, names, wording
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
                conversion rate / conversion rates / conv rate / conversion / converts best / convert best / converts /
                converting / turn into customers / become customers / become deals / share of leads / leads … convert /
                converted best / percentage of leads / leads do we win / convert / convert better / convert well
                """,
            "win_rate": """
                win rate / win rates / winning rate / close rate / closing rate / hit rate / how often … win /
                percentage of deals won / share of deals / share … deals … win / share … won / deals … out of ten /
                success rate / wins and losses
                """,
            "pipeline_value": """
                pipeline / pipeline value / open pipeline / open deals worth / value of open deals / pipe / in play /
                open deals / my deals worth / much … open / in negotiation / deals in each stage / open business
                """,
            "bookings": """
                bookings / booked / book / did we book / revenue / sales / sell / sold / turnover / closed amount / won
                amount / closed / close / closing / bring in / brought in / bring home / money / income / earn / earned
                / order intake / business did / signed / turned over / sales did / order book / in dollars / in money /
                in euros / in pounds
                """,
            "average_deal_size": """
                average deal size / deal size / average size / size of the deals / size of our deals / average deal /
                avg deal size / average deal value / size of deals / typical deal / mean deal size / deal … on average /
                order value / big … deals / big … deal / deal … worth / average order / average contract
                """,
            "won_deals": """
                won the most deals / most deals won / closed the most deals / deals won / won deals / deals did we win /
                did we win / did i win / deals closed won / wins / deals we won / deals i won / deals have we won /
                deals … win / deals … won / how many deals … win / how many deals … won / how many deals … closed /
                deals have won / win most / won most / won … deals / deals signed / closed deals / deals closed / deals
                did … close / deals … closed / won / winning more / winning / are we winning
                """,
            "lost_deals": """
                deals lost / lost deals / how many deals … lose / how many deals … lost / losses / deals did we lose /
                deals have we lost / deals we lost / lose / deals … lose / deals … lost / lost … deals / lost most / did
                we lose / lost / losing
                """,
            "time_to_first_touch": """
                time to first touch / speed to lead / response time / first response / respond to new leads / first
                touch / how fast do we call / how quickly do we respond / react to new leads / quick … new leads / fast
                … leads / quickly … leads / fast … call / wait for us / leads wait / the first call / get back to leads
                / react to leads / response times / reaction time / follow up on new leads / new leads … called / get
                their first call / first call / get a call / first contact / get to new leads / how long … new lead /
                how long … fresh lead / how many hours … lead / how many minutes … lead / hear from us / hears from us
                """,
            "time_to_close": """
                time to close / sales cycle / close a deal / cycle length / how long do deals take / days to close /
                cycle time / long … deal / long … close / days … win / days … deal / long … win / long … sale / time …
                deal / closing time / days until … close / days to … close / take … close / until we win / time from
                lead to deal / duration of / lead to win / lead to deal / first contact to close / until signature / to
                signature
                """,
            "conversions": """
                conversions / leads won / won leads / leads converted / converted leads / leads did we win / leads … won
                / leads … win / leads became / leads turned / how many leads … convert / how many leads … converted /
                how many leads … win
                """,
            "calls": """
                calls / how many calls / number of calls / quantity of calls / dials / dialed / dialled / phone calls /
                calls made / calls did / call / call volume / called / calling / conversations / did … call / phoning /
                dial / people did … talk / talk to / talked to / spoke to / reach / reached / conversations did
                """,
            "meetings": """
                meetings / how many meetings / how many demos / demos / appointments / meetings held / meeting / demo /
                appointment / demos held / demos booked / meetings booked / appointments booked / booked demos / booked
                meetings
                """,
            "activities": """
                activities / activity / touches / e-mails and calls / activity level / what did … do / active
                """,
            "deals": """
                deals / opportunities / how many deals / how many open deals / deals opened / new deals / number of
                deals / opportunity / deals created / opportunities opened / new opportunities / deals were created /
                pipeline created
                """,
            "leads": """
                leads / new leads / number of leads / how many leads / how many new leads / how many prospects /
                quantity of leads / inbound / leads came in / prospects / enquiries / lead / lead volume / signups /
                requests / inquiries / came in / new names
                """,
        },
        "by": {
            "rep": """
                by rep / per rep / each seller / per seller / by seller / every seller / by person / per person / each
                rep / by salesperson / by agent / by owner / every rep / per head / which rep / who of us / who / whose
                / rep by rep / which of us / each of us / each colleague / every person / every colleague / every
                salesperson / per colleague / per salesperson / each person / reps / ranking of reps / by name /
                individually / who … most
                """,
            "team": "by team / per team / each team / by teams / team by team / which team / teams / between teams",
            "source": """
                by source / per source / each source / which source / which lead source / by channel / per channel /
                which sources / by lead source / by origin / channel / channels / which channel / which channels / where
                … come from / where … came from / sources / what source / what sources / per lead source / by where
                """,
            "stage": """
                by stage / per stage / each stage / stages / by status / per status / by phase / which stage / stage by
                stage / in each stage
                """,
            "industry": """
                by industry / per industry / each industry / which industry / industries / by sector / sector / sectors
                / which sector / per sector / per vertical / by vertical / what industry / by branch / which industries
                / verticals
                """,
            "segment": """
                by segment / per segment / each segment / which segment / segments / by size / by company size / per
                company size / what segment / per size / size of company
                """,
            "kind": "by kind / per kind / by type / per type / each kind / each type / by sort / which kind",
            "day": """
                by day / per day / daily / each day / every day / a day / day by day / on each day / per working day
                """,
            "week": """
                by week / per week / week to week / week over week / weekly / each week / every week / week by week / a
                week / weeks / by the week / per calendar week
                """,
            "month": """
                by month / per month / month to month / month over month / monthly / each month / every month / month by
                month / a month / months / by the month / over the months / trend
                """,
            "quarter": """
                by quarter / per quarter / quarterly / each quarter / every quarter / quarter by quarter / a quarter /
                quarters / by the quarter / over the quarters / quarter to quarter / quarter over quarter
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
    where = dict(where or {})
    if "source" in where:
        where["source"] = names.source(ctx, where["source"])
    report = metrics.report(
        ctx.db,
        metric,
        by=by,
        span=span,
        where=where,
        owner_ids=scope.owner_ids,
        now=ctx.now,
        zone=ctx.zone,
        readable=access.visible(ctx.asker, ctx.roster),
    )
    lines = tuple(_line(row, report, by) for row in report.rows)
    total = _line(report.total, report)
    filters = "".join(f" with {name} {value}" for name, value in where.items())
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


def _line(row: metrics.Row, report: Report, by: Dimension | None = None) -> Line:
    return Line(
        label=wording.step(row.label) if by in metrics.BUCKETS else row.label,
        value=row.value,
        shown=wording.figure(row.value, report.unit, report.currency),
        n=row.n,
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
