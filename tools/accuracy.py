"""How past forecasts came true, and, for the asker alone, how their own dates and amounts did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from knowledge import calendar, metrics
from knowledge.calendar import Period
from knowledge.citations import Citation, record
from knowledge.errors import Unavailable
from knowledge.people import Person
from scoring.forecast import optimism
from scoring.forecast.optimism import Lean, Optimism
from tools import access, charts, findings, projections, wording
from tools.access import Scope
from tools.base import Attachment, Column, Result, ToolContext, tool
from tools.forecast_words import Words
from tools.forecasts import NAMED_AT_LEAST
from tools.projections import WEEK, Forecaster

Periods = Annotated[int, Field(ge=1, le=12, description="how many past quarters, 1 to 12")]
# Into a period when its forecast is looked at: a third of it is known then.
PART = 3
# Forecasts that are off by less, all in all, are neither too high nor too low.
WORTH_SAYING = 0.05
# With fewer inside, what was 80 % sure cannot be relied on.
HELD_ENOUGH = 0.6
LEANS: dict[Lean, str] = {
    "optimistic": "fewer than usual, so dates run early",
    "cautious": "but most wins were not dated so, which holds wins back from the forecast",
    "in line": "as with everyone, as far as can be told",
    "not known": "too few to tell",
}
# Of several people, those of whom there is no more to say.
_ALIKE: dict[Lean, str] = {
    "in line": "Close dates come true as with everyone",
    "not known": "Too few dates to tell",
}


class Graded(BaseModel):
    """What was told of a period a third into it, and what came; `source` says whether it was kept or made again."""

    model_config = ConfigDict(frozen=True)

    period: str
    told_on: str
    p10: float
    p50: float
    p90: float
    came: float
    source: Literal["kept", "made again"]

    @property
    def is_inside(self) -> bool:
        return self.p10 <= self.came <= self.p90


class OwnWord(BaseModel):
    """How one person's dates and amounts came true over the last year: private to that person and the manager."""

    model_config = ConfigDict(frozen=True)

    person: str
    dated: int
    came: int
    won: int
    lean: Lean
    amount_ratio: float | None


class ForecastAccuracy(Result):
    """Past projections against what happened, oldest first; `bias` is told more than came, as a share of what came."""

    currency: str
    graded: tuple[Graded, ...]
    inside: int
    bias: float | None
    own_words: tuple[OwnWord, ...]
    addable = (Column("graded", "came", name=""), Column("graded", "p50", name=""))

    @property
    def own_lines(self) -> list[str]:
        """What each person's own word is worth: a sentence each, but one for all of whom there is nothing to say."""
        return _own_lines(self.own_words)


@tool()
def forecast_accuracy(ctx: ToolContext, *, periods: Periods = 4) -> ForecastAccuracy:
    """Past forecasts against what happened: how far off, how often inside the interval, and how own dates come true.

    Use for "how far off were we", "did our last forecasts come true", "am I too optimistic with my close dates".
    """
    scope, asked = access.scope(ctx, "me"), projections.forecaster(ctx)
    projections.grade(ctx, asked.history)
    graded = tuple(filter(None, (_graded(ctx, scope, asked, span) for span in _spans(ctx, periods))))
    own = _own_words(ctx, asked, scope)
    if not graded and not own:
        raise Unavailable("No quarter is over yet of which a forecast could be judged; ask again when one is.")
    currency = metrics.currency(ctx.db)
    came = sum(each.came for each in graded)
    bias = (sum(each.p50 for each in graded) - came) / came if came else None
    inside = sum(each.is_inside for each in graded)
    words = Words(currency, "", scope.label)
    return ForecastAccuracy(
        text="\n".join([*_lines(words, graded, inside, bias, asked, own), *_reach(graded, periods)]),
        citations=_citations(asked, graded, words),
        covers=f"{scope.label} deals, the last {wording.count(periods, 'quarter')}",
        as_of=ctx.now,
        hidden=len(scope.hidden_people),
        owners=scope.owners,
        files=(_picture(words, graded, inside),) if graded else (),
        currency=currency,
        graded=graded,
        inside=inside,
        bias=bias,
        own_words=own,
    )


def _spans(ctx: ToolContext, periods: int) -> list[Period]:
    """The last quarters that are over, oldest first."""
    spans, at = [], ctx.now
    for _ in range(periods):
        span = calendar.period("last quarter", at, ctx.zone)
        local = span.start.astimezone(ctx.zone)
        spans.append(Period(f"{local.year}-Q{(local.month + 2) // 3}", span.start, span.end))
        at = span.start
    return spans[::-1]


def _graded(ctx: ToolContext, scope: Scope, asked: Forecaster, span: Period) -> Graded | None:
    """What was told of a quarter a third into it; None where the books do not reach back so far."""
    at = span.start + (span.end - span.start) / PART
    came = projections.booked(asked.history, ctx.now, scope.owner_ids, span.start, span.end)
    if rows := [row for row in projections.kept(ctx, projections.scope_key(ctx, scope), span) if row.at <= at]:
        row = rows[-1]
        day = wording.day(row.at, ctx.zone)
        return Graded(period=str(span), told_on=day, p10=row.p10, p50=row.p50, p90=row.p90, came=came, source="kept")
    if asked.history.first is None or at <= asked.history.first + 8 * WEEK:
        return None
    band = projections.as_of_then(asked, at).project(ctx, span, at).band(scope.owner_ids)
    day = wording.day(at, ctx.zone)
    return Graded(
        period=str(span), told_on=day, p10=band.p10, p50=band.p50, p90=band.p90, came=came, source="made again"
    )


def _own_words(ctx: ToolContext, asked: Forecaster, scope: Scope) -> tuple[OwnWord, ...]:
    """Of a rep the own; of a manager or an admin each rep's, where there are enough to compare."""
    reps = [person for person in scope.people if person.role == "rep" and person.active]
    if ctx.asker.role != "rep" and len(reps) < NAMED_AT_LEAST:
        return ()
    measured = [
        (person, ctx.keep(("optimism", person.id), lambda person=person: _measured(ctx, asked, person)))  # type: ignore[misc]
        for person in reps
    ]
    return tuple(_word(person, found) for person, found in measured if found.said or found.won)


def _measured(ctx: ToolContext, asked: Forecaster, person: Person) -> Optimism:
    return optimism.measure(asked.history, as_of=ctx.now, owners=[person.id])


def _word(person: Person, found: Optimism) -> OwnWord:
    return OwnWord(
        person=person.name,
        dated=found.said,
        came=found.came,
        won=found.won,
        lean=found.lean,
        amount_ratio=found.amount_ratio,
    )


def _lines(
    words: Words,
    graded: tuple[Graded, ...],
    inside: int,
    bias: float | None,
    asked: Forecaster,
    own: tuple[OwnWord, ...],
) -> list[str]:
    told = [head(words, graded, inside, bias)]
    told += [
        f"• {wording.step(each.period)}: {words.money(each.p50)} forecast on {each.told_on}"
        f"{'†' if each.source == 'made again' else ''}, {words.money(each.p10)} to {words.money(each.p90)}; "
        f"{words.money(each.came)} booked, {'inside' if each.is_inside else 'outside'}."
        for each in graded
    ]
    again = any(each.source == "made again" for each in graded)
    notes = [*(["† worked out afterwards, from what was known that day."] if again else []), *_backtest(asked)]
    return list(filter(None, [*told, *_own_lines(own), " ".join(notes)]))


def _reach(graded: Sequence[Graded], periods: int) -> list[str]:
    """That fewer quarters are told of than were asked for."""
    return ["The books do not reach back far enough to judge more quarters."] if 0 < len(graded) < periods else []


def head(words: Words, graded: tuple[Graded, ...], inside: int, bias: float | None) -> str:
    """What to make of a forecast, by how past ones came true."""
    if not graded:
        return "No past quarter can be judged yet."
    held = f"{inside} of {wording.count(len(graded), 'past quarter')} ({words.whose}) came inside what was 80 % sure"
    if bias is None or abs(bias) < WORTH_SAYING:
        what = (
            "the forecasts" if inside >= HELD_ENOUGH * len(graded) else "the middle of a forecast more than by its ends"
        )
        return f"Go by {what}: {held}, and all in all they were neither too high nor too low."
    way, other = ("high", "less") if bias > 0 else ("low", "more")
    off = f"{wording.percent(abs(bias))} too {way}"
    return f"Expect rather {other} than a forecast says: all in all they were {off}; {held}."


def _backtest(asked: Forecaster) -> list[str]:
    """What the back-test of the version that serves found, over the whole company."""
    if asked.card is None:
        return ["No trained forecast serves yet: past quarters are told by how deals of each stage usually end."]
    found = findings.read(asked.card.report)
    wape, coverage = found.metric("wape"), found.metric("coverage_80")
    if wape is None:
        return []
    plain = found.baselines.get("last_period", {}).get("wape")
    beside = f", going by the period before by {wording.percent(plain.value)}" if plain else ""
    held = f"; {wording.percent(coverage.value)} came inside what was 80 % sure" if coverage else ""
    over = f"over {wording.count(found.n, 'past instant')} of the whole company"
    return [f"Four weeks ahead, {over}, it was off by {wording.percent(wape.value)} of what came{beside}{held}."]


def _own_lines(own: tuple[OwnWord, ...]) -> list[str]:
    if len(own) == 1:
        return [_own(own[0])]
    alike = {lean: [each.person for each in own if each.lean == lean] for lean in _ALIKE}
    told = [_own(each) for each in own if each.lean not in _ALIKE]
    return [*told, *(f"{_ALIKE[lean]}: {wording.listing(names)}." for lean, names in alike.items() if names)]


def _own(each: OwnWord) -> str:
    ratio = (
        f" Wins brought {wording.percent(each.amount_ratio)} of the amount they stood at."
        if each.amount_ratio is not None
        else ""
    )
    return (
        f"Close dates of {each.person}: of {wording.count(each.dated, 'deal')} dated into the next four weeks "
        f"{each.came} {'was' if each.came == 1 else 'were'} won in time, of {wording.count(each.won, 'win')} in all: "
        f"{LEANS[each.lean]}.{ratio}"
    )


def _citations(asked: Forecaster, graded: tuple[Graded, ...], words: Words) -> tuple[Citation, ...]:
    key = f"forecast@{asked.version}" if asked.card else "forecast#stage_conversion"
    kept = tuple(
        record("forecasts", each.period, f"{each.period}, told on {each.told_on}", words.money(each.p50))
        for each in graded
    )
    return (*kept, Citation(kind="model", key=key, label="the forecast's back-test"))


def _picture(words: Words, graded: tuple[Graded, ...], inside: int) -> Attachment:
    title = f"{inside} of {wording.count(len(graded), 'past quarter')} came inside what was 80 % sure ({words.whose})"
    figure = charts.ranges(
        [charts.Range(each.period, 0.0, each.p10, each.p50, each.p90, each.came) for each in graded],
        title,
        told=words.money,
        certain="told a third into the quarter",
        aim="what came",
    )
    return Attachment(name="forecast-accuracy.png", title=title, content=charts.png(figure))
