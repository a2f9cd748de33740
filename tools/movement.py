"""Why a lead's score moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import expit

from knowledge import calendar, frames, models, overrides, records
from knowledge.citations import Citation, record
from knowledge.errors import BadInput
from knowledge.overrides import Opinion
from knowledge.records import LeadRecord
from scoring import opinions
from scoring.movement import Movement, Part, movement
from scoring.ranking import Ranking
from scoring.registry import Served
from tools import names, wording
from tools.base import LeadName, ToolContext, tool
from tools.leads import OneLead, about, event_line, serving

LOOK_BACK = timedelta(days=7)
FACTS_SHOWN = 4
RECORDS_SHOWN = 5
Since = Annotated[
    str, Field(max_length=60, description='since when: "yesterday", "last week", "last 14 days", "2026-03-01", …')
]
Kind = Literal["time", "facts", "model", "override"]


class Share(BaseModel):
    """What one thing did to a score: log-odds, and its share of the change in points of the chance as shown."""

    model_config = ConfigDict(frozen=True)

    kind: Kind
    text: str
    effect: float
    points: float


class ScoreChange(OneLead):
    """Why a lead's chance is not what it was: shares that sum to the change, on the log-odds and as shown."""

    since: datetime
    chance_then: float
    chance_now: float
    log_odds_then: float
    log_odds_now: float
    shares: tuple[Share, ...]
    news: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Then:
    """The instant to compare with, the model that served at it, and what has to be said of both."""

    since: datetime
    served: Served[Ranking]
    notes: tuple[str, ...]


@tool()
def score_change(ctx: ToolContext, *, lead: LeadName, since: Since | None = None) -> ScoreChange:
    """Why a lead's score moved since an instant: new facts, passing time, another model, or a person's word.

    Use for "why did the score drop" and "what changed since last week". Without `since`, the last week is taken.
    """
    found = names.lead(ctx, lead)
    held = records.leads(ctx.db, [found.id])[found.id]
    _is_open(ctx, held)
    served = serving(ctx)
    then = _then(ctx, held, since, served)
    rated = [overrides.in_force(ctx.db, at, [found.id]).get(found.id) for at in (then.since, ctx.now)]
    moved = movement(
        frames.load(ctx.db, until=ctx.now, ids=[found.id]),
        found.id,
        since=then.since,
        then=then.served.model,
        now=served.model,
        shifts=(_shift(rated[0]), _shift(rated[1])),
    )
    before, after = float(expit(moved.before)), float(expit(moved.after))
    shares = _shares(moved, before, after, _model_text(then.served, served), _override_text(ctx, *rated))
    news = _news(ctx, found.id, then.since)
    return ScoreChange(
        text=_text(ctx, found.name, then, before, after, shares, news),
        citations=(
            record("leads", found.id, found.name),
            *_cite_models(found.id, then.served, served, moved),
            *news,
        ),
        **about(ctx, found),
        since=then.since,
        chance_then=before,
        chance_now=after,
        log_odds_then=moved.before,
        log_odds_now=moved.after,
        shares=shares,
        news=tuple(citation.label for citation in news),
        notes=then.notes,
    )


def points(effects: Sequence[float], before: float, after: float) -> list[float]:
    """The change from one chance to another as it is shown, shared out like the effects on the log-odds.

    What is shown is rounded, and so are the shares; whoever lost most by rounding gets what is left over, so that the
    shares add up to the difference of the two figures shown.
    """
    shown = [float(wording.percent(chance).removesuffix(" %")) for chance in (before, after)]
    step = 1.0 if min(shown) >= 10 else 0.1
    total = fsum(effects)
    slope = (after - before) / total if abs(total) > 1e-9 else before * (1 - before)
    exact = np.array(effects) * slope * 100 / step
    whole = np.floor(exact)
    each, left = divmod(round((shown[1] - shown[0]) / step - whole.sum()), len(effects))
    whole += each
    whole[np.argsort(whole - exact, kind="stable")[:left]] += 1
    return [round(float(steps) * step, 1) + 0.0 for steps in whole]


def _is_open(ctx: ToolContext, lead: LeadRecord) -> None:
    if lead.outcome != "open":
        when = f" on {wording.day(lead.outcome_at, ctx.zone)}" if lead.outcome_at else ""
        raise BadInput(f"{lead.name} was {lead.outcome}{when}, so its chance no longer moves; ask to see its record.")


def _then(ctx: ToolContext, lead: LeadRecord, words: str | None, served: Served[Ranking]) -> _Then:
    since, notes = _since(ctx, lead, words)
    card = models.served_at(ctx.db, Ranking.name, since)
    if card is None:
        note = "No ranking served then, so today's is used for both instants."
        return _Then(since, served, (*notes, note))
    if card.version == served.card.version:
        return _Then(since, served, notes)
    kept = ctx.keep(("version", Ranking.name, card.version), lambda: ctx.models.version(Ranking, card))
    if kept is None:
        note = f"Ranking {card.version}, which served then, cannot be read any more; today's is used for both instants."
        return _Then(since, served, (*notes, note))
    return _Then(since, kept, notes)


def _since(ctx: ToolContext, lead: LeadRecord, words: str | None) -> tuple[datetime, tuple[str, ...]]:
    """The instant that was asked for, but not before the lead came in; and what has to be said of it."""
    since = ctx.now - LOOK_BACK if words is None else calendar.period(words, ctx.now, ctx.zone).start
    if since > ctx.now:
        raise BadInput(f'"{words}" has not begun; name a day or a period in the past.')
    if lead.created_at is None or lead.created_at <= since:
        return since, ()
    day = wording.day(lead.created_at, ctx.zone)
    return lead.created_at, (f"It was not there before {day}, when it came in; the change is counted from then.",)


def _shares(moved: Movement, before: float, after: float, model: str, override: str) -> tuple[Share, ...]:
    """The strongest first; new facts one by one, the smaller ones together."""
    told = [part for part in moved.facts if part.text]
    shown, others = told[:FACTS_SHOWN], [*told[FACTS_SHOWN:], *(part for part in moved.facts if not part.text)]
    parts: list[tuple[Kind, str, float]] = [
        *(("facts", part.text, part.effect) for part in shown),
        ("facts", "what else is on record, as it weighs beside that", fsum(part.effect for part in others)),
        ("time", _time_text(moved.time), fsum(part.effect for part in moved.time)),
        ("model", model, moved.model),
        ("override", override, moved.override),
    ]
    parts = sorted((part for part in parts if part[2]), key=lambda part: -abs(part[2]))
    given = points([effect for _, _, effect in parts], before, after) if parts else []
    return tuple(
        Share(kind=kind, text=text, effect=effect, points=share)
        for (kind, text, effect), share in zip(parts, given, strict=True)
    )


def _time_text(parts: Sequence[Part]) -> str:
    """Passing time, with what it weighs most by."""
    total = fsum(part.effect for part in parts)
    told = [part.text for part in parts if part.text and part.effect * total > 0]
    return f"time that passed: {told[0]}" if told else "time that passed"


def _model_text(then: Served[Ranking], now: Served[Ranking]) -> str:
    return f"another model: ranking {then.card.version} served then, ranking {now.card.version} serves now"


def _override_text(ctx: ToolContext, then: Opinion | None, now: Opinion | None) -> str:
    if now is not None:
        return opinions.told(now, ctx.roster.names)
    return "" if then is None else f"no longer so: {opinions.told(then, ctx.roster.names)}"


def _shift(rated: Opinion | None) -> float:
    return 0.0 if rated is None else rated.shift


def _news(ctx: ToolContext, lead_id: str, since: datetime) -> list[Citation]:
    """What the books learnt of the lead since, newest first."""
    events = records.learnt(ctx.db, lead_id, since=since, until=ctx.now)
    edits = records.edits(ctx.db, lead_id, since=since, until=ctx.now)
    found = [(event.at, record("activities", event.id, event_line(ctx, event))) for event in events]
    for edit in edits:
        told = _edited(ctx, edit.field, edit.old, edit.new)
        found.append((edit.at, record("lead_changes", edit.id, f"{wording.day(edit.at, ctx.zone)}: {told}")))
    return [citation for _, citation in sorted(found, key=lambda each: each[0], reverse=True)]


def _edited(ctx: ToolContext, field: str, old: str | None, new: str | None) -> str:
    """An edit of a record in words: of its owner by name, of anything else as it stands."""
    if field == "owner_id":
        field, old, new = "owner", old and ctx.roster.name(old), new and ctx.roster.name(new)
    name = field.removeprefix("attributes.").replace("_", " ")
    return f"{name} changed from {old} to {new or 'nothing'}" if old else f"{name} set to {new or 'nothing'}"


def _cite_models(lead_id: str, then: Served[Ranking], now: Served[Ranking], moved: Movement) -> list[Citation]:
    """The models compared, and what each fact did to the score of the first."""
    versions = {then.card.version: "served then", now.card.version: "serves now"}
    cited = [
        Citation(kind="model", key=f"model:ranking@{version}", label=f"ranking {version}, which {how}")
        for version, how in versions.items()
    ]
    return cited + [
        Citation(
            kind="model",
            key=f"model:ranking@{then.card.version}#{lead_id}/{part.subject}",
            label=part.text,
            value=f"{part.effect:+.2f} log-odds",
        )
        for part in moved.facts[:FACTS_SHOWN]
        if part.text
    ]


def _text(
    ctx: ToolContext,
    name: str,
    then: _Then,
    before: float,
    after: float,
    shares: Sequence[Share],
    news: Sequence[Citation],
) -> str:
    lines = [_headline(name, before, after, wording.day(then.since, ctx.zone), shares)]
    moving = [share for share in shares if share.points]
    if len(moving) == 1 and moving[0].text in lines[0]:
        lines[0] = lines[0].removesuffix(" In points:")
    else:
        digits = 1 if any(share.points % 1 for share in moving) else 0
        lines += [f"• {share.points:+.{digits}f}: {share.text}" for share in moving]
    if news:
        more = f" And {len(news) - RECORDS_SHOWN} more." if len(news) > RECORDS_SHOWN else ""
        told = "; ".join(each.label for each in news[:RECORDS_SHOWN])
        lines.append(f"{wording.sentence(f'New on record: {told}')}{more}")
    else:
        lines.append("Nothing new is on record since then.")
    return "\n".join([*lines, *then.notes])


def _headline(name: str, before: float, after: float, day: str, shares: Sequence[Share]) -> str:
    """Both figures and what did most for the difference."""
    was, is_ = wording.percent(before), wording.percent(after)
    pulls = [share for share in shares if share.effect * (after - before) > 0]
    if was == is_:
        cancels = any(share.points for share in shares)
        return f"{name} stands at {is_}, as on {day}{'; what moved it cancels out, in points:' if cancels else '.'}"
    way = "rose" if after > before else "dropped"
    because = f", mostly because of {_cause(pulls[0])}" if pulls else ""
    return f"{name} {way} from {was} to {is_} since {day}{because}. In points:"


def _cause(share: Share) -> str:
    return {"time": "", "facts": "a new fact: ", "model": "", "override": "a person's word: "}[share.kind] + share.text
