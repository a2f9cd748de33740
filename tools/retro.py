"""The own past replayed: what a better order of calls would have kept, and what was left on the table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, TypeAdapter, ValidationError

from knowledge import metrics, records, reports
from knowledge.citations import Citation, record
from knowledge.database import Database
from knowledge.people import Roster
from scoring import training
from scoring.base import Progress, silent
from scoring.ranking import Ranking
from scoring.registry import Registry
from scoring.retro import MOST_MONTHS, Replay, Retro, check_months, look_back, replay
from tools import access, charts, retro_page, retro_words, wording
from tools.base import Attachment, Result, ToolContext, tool
from tools.retro_page import page
from tools.retro_words import Reader

KIND = "retro"
# A replay takes a while and last month does not change: one this young is shown again.
FRESH = timedelta(days=7)
# Comparing two colleagues by name says more of a person than of the books.
NAMED_AT_LEAST = 3
LEADS_TOLD = 3
__all__ = ["RetroReport", "check_months", "figures", "numbers", "page", "reader_of", "retro_report", "summary"]

Months = Annotated[int, Field(ge=1, le=MOST_MONTHS, description=f"how many past months, 1 to {MOST_MONTHS}")]
Owners = Collection[str | None] | None


class RetroReport(Result):
    """What a replay of the past found; the whole of it is in the page that goes with it.

    Attributes
    ----------
    missed : the leads left on the table that were worth most, in words
    made_at : when the replay was made
    """

    headline: str
    findings: tuple[str, ...]
    left: str
    missed: tuple[str, ...]
    notes: tuple[str, ...]
    made_at: datetime


@tool(
    roles=("manager", "admin"),
)
def retro_report(ctx: ToolContext, *, months: Months = 6) -> RetroReport:
    """The own past replayed month by month with models that knew only what was known then, as a page.

    Use for "what did we miss", "what did we leave on the table", "would the ranking have saved us calls".
    """
    owners = access.visible(ctx.asker, ctx.roster)
    made_at, retro = _recent(ctx, months, owners) or (ctx.now, _fresh(ctx, months, owners))
    scope = access.scope(ctx, "team")
    reader = reader_of(
        ctx.db,
        ctx.roster,
        retro,
        zone=ctx.zone,
        whose=scope.label,
        may_see=lambda owner: access.sight(ctx.asker, ctx.roster, owner) == "all",
    )
    return _report(ctx, retro, reader, made_at, owners)


def figures(
    db: Database,
    models: Registry,
    *,
    months: int,
    now: datetime,
    owners: Owners = None,
    progress: Progress = silent,
) -> Retro:
    """The figures of a fresh replay, kept for whoever asks next.

    Raises
    ------
    BadInput
        When the number of months makes no sense, or nothing orders the leads in time.
    NotTrained
        When too little is known of that time.
    """
    return _looked_back(db, models, _replayed(db, months, now, progress), months, owners)


def summary(retro: Retro, db: Database) -> list[str]:
    """The findings in sentences, without a name."""
    said = [f"{retro_words.headline(retro)}.", *retro_words.findings(retro)]
    return [*said, retro_words.left_behind(retro, metrics.currency(db))]


def numbers(retro: Retro) -> dict[str, Any]:
    """The figures as plain JSON; records and people are in it by their ids."""
    found: dict[str, Any] = _shape().dump_python(retro, mode="json")
    return {"headline": retro_words.headline(retro)} | found


def reader_of(
    db: Database,
    roster: Roster,
    retro: Retro,
    *,
    zone: ZoneInfo,
    whose: str = "the whole company's",
    may_see: Callable[[str | None], bool] = lambda owner: True,
) -> Reader:
    """Who reads a report, and the names that they may see of what was left on the table."""
    ids = [lead.lead for lead in retro.left.leads] if retro.left else []
    leads = {id_: lead for id_, lead in records.leads(db, ids).items() if may_see(lead.owner_id)}
    reps = {group.name for group in retro.by_rep if group.name is not None}
    return Reader(
        leads,
        len(ids) - len(leads),
        roster,
        metrics.currency(db),
        zone,
        whose,
        len(reps) >= NAMED_AT_LEAST,
    )


def _recent(ctx: ToolContext, months: int, owners: Owners) -> tuple[datetime, Retro] | None:
    """A replay of the same months and records that is less than a week old, and when it was made."""
    kept = reports.latest(ctx.db, KIND, _key(months, owners), since=ctx.now - FRESH)
    if kept is None or kept[0] > ctx.now:
        return None
    try:
        return kept[0], _shape().validate_python(kept[1])
    except ValidationError:  # kept by an earlier version
        return None


def _fresh(ctx: ToolContext, months: int, owners: Owners) -> Retro:
    # Whose records are looked at changes nothing in the replay, which takes nearly all the time.
    past = ctx.keep(("replay", months, ctx.now.date()), partial(_replayed, ctx.db, months, ctx.now))
    return _looked_back(ctx.db, ctx.models, past, months, owners)


def _replayed(db: Database, months: int, now: datetime, progress: Progress = silent) -> Replay:
    check_months(months)
    progress("reading the books", 0.0)
    history = training.learn_from(db, now)
    progress("reading the books", 1.0)
    return replay(history, Ranking, as_of=now, months=months, progress=progress)


def _looked_back(db: Database, models: Registry, past: Replay, months: int, owners: Owners) -> Retro:
    served = models.serving(Ranking)
    flagged = served.card.report.get("flagged", []) if served else []
    retro = look_back(past, owners=owners, flagged=flagged)
    reports.save(db, KIND, past.as_of, _shape().dump_python(retro, mode="json"), _key(months, owners))
    return retro


def _key(months: int, owners: Owners) -> str:
    """What tells one report from another: the months, and whose records are in it."""
    whose = "all" if owners is None else "/".join(sorted(owner or "" for owner in owners))
    return f"{months}:{hashlib.blake2b(whose.encode(), digest_size=8).hexdigest()}"


@cache
def _shape() -> TypeAdapter[Retro]:
    return TypeAdapter(Retro)


def _report(ctx: ToolContext, retro: Retro, reader: Reader, made_at: datetime, owners: Owners) -> RetroReport:
    named = [lead for lead in retro.left.leads if lead.lead in reader.leads][:LEADS_TOLD] if retro.left else []
    headline, findings = retro_words.headline(retro), tuple(retro_words.findings(retro))
    left = retro_words.left_behind(retro, reader.currency)
    missed = tuple(retro_words.missed_lead(lead, retro, reader) for lead in named)
    notes = _notes(ctx, retro, reader, made_at)
    advice = "Call in the order of the ranking" if retro_words.is_better(retro) else "Keep your own order for now"
    # The first of the findings is what the headline is held against; the others are on the card and the page.
    told = [f"{advice}. {headline}.", *findings[:1], left, *(f"• {line}" for line in missed), " ".join(notes)]
    return RetroReport(
        text="\n".join(told),
        citations=(
            *(record("leads", lead.lead, reader.leads[lead.lead].name, lead.fate) for lead in named),
            _cite(ctx, retro),
        ),
        covers=f"{reader.whose} leads and those without an owner, {retro_words.span(retro)}",
        as_of=retro.as_of,
        hidden=reader.hidden,
        owners=tuple(owners if owners is not None else [None, *(person.id for person in ctx.roster.people)]),
        names=tuple(reader.leads[lead.lead].name for lead in named),
        files=_files(retro, reader),
        headline=headline,
        findings=findings,
        left=left,
        missed=missed,
        notes=notes,
        made_at=made_at,
    )


def _notes(ctx: ToolContext, retro: Retro, reader: Reader, made_at: datetime) -> tuple[str, ...]:
    again = "" if made_at == ctx.now else f" Replayed {wording.ago(ctx.now, made_at)}; made anew after a week."
    others = " Leads of other teams are not in it." if ctx.asker.role == "manager" else ""
    hidden = f" {reader.hidden} of them are not yours to see." if reader.hidden else ""
    return (
        "Only leads that were worked have an outcome that says much, and a chance is not the effect of a call.",
        f"{wording.sentence(reader.whose)[:-1]} leads, {retro_words.span(retro)}, "
        f"as of {wording.day(retro.as_of, ctx.zone)}.{others}{hidden}{again} The page has all of it.",
    )


def _cite(ctx: ToolContext, retro: Retro) -> Citation:
    served = ctx.models.serving(Ranking)
    version = f"@{served.card.version}" if served else ""
    return Citation(
        kind="model",
        key=f"model:ranking{version}#replayed",
        label=f"ranking{f' {served.card.version}' if served else ''}, trained anew for each month on what was known",
        value=f"AUC {retro.auc}" if retro.auc else "",
    )


def _files(retro: Retro, reader: Reader) -> tuple[Attachment, ...]:
    headline = retro_words.headline(retro)
    return (
        Attachment(
            name=f"retro-{retro.as_of:%Y-%m-%d}.html", title="Retro-evaluation", content=page(retro, reader).encode()
        ),
        Attachment(name="retro-gains.png", title=headline, content=charts.png(retro_page.gains(retro))),
    )
