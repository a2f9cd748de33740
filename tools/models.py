"""What the models that serve are worth: trained on what, how good, where not to be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from knowledge import models, rules
from knowledge.citations import Citation
from knowledge.errors import BadInput, NotTrained
from knowledge.models import Card
from scoring.evaluation import RATES
from scoring.registry import CATALOG, Unreadable
from tools import cards, charts, findings, grades, nouns, pictures, verdicts, wording
from tools.base import Attachment, Result, ToolContext, tool
from tools.findings import Figure, Findings

ModelName = Annotated[
    str,
    Field(
        max_length=40,
        description=(
            "ranking (whom to call), reach (at what hour), waiting (how soon), pace (how fast), "
            "uplift (whom contact moves), matching (what reps add), win, slippage, flags and closing (of deals), "
            "forecast, next_step, next_touch"
        ),
    ),
]
Known = Literal["before", "after"]
_RULE: dict[Known, rules.Rule] = {"before": "keep", "after": "drop"}


class Doubt(BaseModel):
    """A column of which only a person can say whether it is known before the outcome."""

    model_config = ConfigDict(frozen=True)

    column: str
    question: str
    evidence: str


class ModelReport(Result):
    """A model that serves: the advice first, then what it rests on.

    `left_out` are columns that may know the outcome, `doubts` questions to an admin about those nobody can be sure of.
    """

    model: str
    version: int
    advice: str
    details: tuple[str, ...]
    others: str
    n: int
    metrics: dict[str, Figure]
    left_out: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class ColumnDecision(Result):
    """What was noted of a column."""

    column: str
    known: Known


@tool(
    words={
        "model": {
            "ranking": "ranking / lead scoring / lead score / lead scores / scoring / scores / chances",
            "reach": """
                reach / time to call / best time to call / calling times / call times / pick-up / pick up / answered /
                when to call
                """,
            "waiting": "waiting / speed to lead / response time / first contact / how soon to call",
            "uplift": "uplift / effect of contact / whom contact moves / who responds because of contact",
            "pace": "pace / time to convert / ideal customer / who converts fast / how fast leads convert",
            "win": "win model / win chance / win chances",
            "slippage": "slippage / slip model / slip chance",
            "forecast": "forecast model / forecasting model",
            "next_step": "next step model / next steps",
            "next_touch": "next touch model / next touches",
            "flags": "flags model / red flags model / red flags",
            "closing": "closing model / closing dates",
            "matching": "matching / rep effects",
        }
    },
)
def model_report(ctx: ToolContext, *, model: ModelName | None = None) -> ModelReport:
    """How far a model can be trusted: what it learnt from, how good it was on unseen cases, where it fails, drift.

    Use for "how accurate is lead scoring", "can I trust the scores", "what was the ranking trained on".
    """
    serving = {card.model: card for card in models.versions(ctx.db) if card.serves and card.model in CATALOG}
    held = _chosen(serving, model)
    found, said = findings.read(held.report), rules.of(ctx.db)
    made = cards.card(held, said=said, since=models.serving_since(ctx.db).get(held.model))
    doubts = _doubts(found, said) if ctx.asker.role == "admin" else ()
    unreadable = ctx.models.unreadable(CATALOG[held.model])
    advice = f"{nouns.of(found).model or 'It'} ({_name(held)}): {_lower(_first(found, unreadable))}"
    details = _unfit(ctx, unreadable) if unreadable else _details(ctx, held, found, len(doubts))
    others = _others([] if model else [name for name in serving if name != held.model])
    return ModelReport(
        text="\n".join([advice, *details, others]),
        citations=_citations(held, found),
        covers=f"{made.title}, judged on {found.n:,} cases that it had not seen",
        as_of=held.as_of,
        files=() if unreadable else ctx.keep(("card", held.model, held.version), lambda: _files(held, made)),
        model=held.model,
        version=held.version,
        advice=advice,
        details=details,
        others=others,
        n=found.n,
        metrics={name: figure for name, figure in found.metrics.items() if figure},
        left_out=_left_out(found, said),
        doubts=doubts,
    )


@tool(
    roles=("admin",),
    examples="column {number} is known before the outcome / column {number} is filled in only after the outcome",
    offered=False,
)
def decide_column(
    ctx: ToolContext, *, column: Annotated[str, Field(min_length=1, max_length=500)], known: Known
) -> ColumnDecision:
    """Notes whether a doubtful column is known before the outcome (kept) or only after it (left out)."""
    asked = {
        flag.column: held for held in models.versions(ctx.db) for flag in findings.read(held.report).flags("doubtful")
    }
    if column not in asked:
        raise BadInput(f'Nobody asks about a column "{column}"; ask "how good is the model" for those in doubt.')
    rules.decide(ctx.db, column, _RULE[known], by=ctx.asker.id)
    what = "is kept: it may be learnt from" if known == "before" else "is left out: it will not be learnt from"
    when = "before the outcome" if known == "before" else "only after the outcome"
    held = asked[column]
    return ColumnDecision(
        text=f"{column} is known {when}, says {ctx.asker.name}, so it {what}. The next training goes by that.",
        citations=(Citation(kind="model", key=f"{_key(held)}#{column}", label=f"{column}, in doubt in {_name(held)}"),),
        covers=f"one column, {column}",
        as_of=ctx.now,
        column=column,
        known=known,
    )


def _chosen(serving: dict[str, Card], name: str | None) -> Card:
    """The version to report on; unless one is named, that of the first model of the catalogue that serves."""
    wanted = [name.strip().casefold()] if name else [each for each in CATALOG if each in serving][:1]
    if name and wanted[0] not in CATALOG:
        raise BadInput(f'There is no model "{name}"; there are {wording.listing(list(CATALOG))}.')
    if not wanted or wanted[0] not in serving:
        which = f"No {wanted[0]} model" if wanted else "No model"
        command = f"callsheet train {wanted[0]}" if wanted else "callsheet train"
        raise NotTrained(
            f"{which} serves yet; an admin can run `{command}`, which says why if there is too little to learn."
        )
    return serving[wanted[0]]


def _first(found: Findings, unreadable: Unreadable | None) -> str:
    """What to do with the model, or without it."""
    if unreadable is None:
        return verdicts.instruction(found)
    return (
        "Not used, for another version of Callsheet stored it. Until an admin has run "
        f"`callsheet train {unreadable.card.model}`, what is simpler stands in."
    )


def _unfit(ctx: ToolContext, unreadable: Unreadable) -> tuple[str, ...]:
    """What does not fit, for those who look after models."""
    return (f"What does not fit: {unreadable.why}.",) if ctx.asker.role == "admin" else ()


def _details(ctx: ToolContext, held: Card, found: Findings, doubts: int) -> tuple[str, ...]:
    """How good it is, how to use it and what it rests on; all else is on its card."""
    told = (
        _why_plain(found),
        verdicts.beside(found),
        _in_use(found),
        _learnt(held, found, ctx.zone),
        grades.told(ctx) if held.model == "ranking" else None,
        f"say below of {wording.count(doubts, 'column')} when it is known" if doubts else None,
    )
    return tuple(wording.sentence(each) for each in told if each)


def _why_plain(found: Findings) -> str | None:
    """Why something simpler serves, where it does."""
    if found.chosen in RATES:
        return f"nothing that learns did better on unseen cases than {RATES[found.chosen]}, so that serves"
    return found.note


def _in_use(found: Findings) -> str | None:
    """How much of the list holds most of what is looked for, and how far to believe a chance."""
    gap = None if found.ece is None or verdicts.is_off(found) else verdicts.average_gap(found)
    return "; ".join(filter(None, (verdicts.keep(found), gap))) or None


def _learnt(held: Card, found: Findings, zone: ZoneInfo) -> str:
    """What it learnt from, and whether that still holds as far as it was looked at."""
    seen, words = found.trained_on, nouns.of(found)
    known = f"as known on {wording.day(held.as_of, zone)}"
    steady = f". {verdicts.drift(found)}" if found.drift or found.outcome_drift else ""
    if seen is None or not seen.leads:
        return f"It learnt from the books {known}{steady}"
    won = f", {seen.won:,} of them {words.ended}," if seen.won else ""
    return f"It learnt from {wording.count(seen.leads, words.case)}{won} {known}{steady}"


def _left_out(found: Findings, said: dict[str, str]) -> tuple[str, ...]:
    """The columns that were left out since they may know the outcome, and what an admin says of those in doubt."""
    return tuple(
        f"{flag.column} ({verdicts.RULES.get(said.get(flag.column, ''), 'doubtful')})"
        if flag.verdict == "doubtful"
        else flag.column
        for flag in found.flagged
    )


def _others(serving: Sequence[str]) -> str:
    """What it is not for, and how to ask about other models that serve."""
    ask = f" Ask “how good is the … model” of {wording.listing([_plain(name) for name in serving])} too."
    return f"Not for decisions on pay, discipline or dismissal.{ask if serving else ''}"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


def _doubts(found: Findings, said: dict[str, str]) -> tuple[Doubt, ...]:
    """Doubtful columns that nobody has decided on yet."""
    return tuple(
        Doubt(
            column=flag.column,
            question=f"When is {flag.column} known: before the outcome, or only after?",
            evidence=wording.sentence(flag.evidence),
        )
        for flag in found.flags("doubtful")
        if flag.column not in said
    )


def _citations(held: Card, found: Findings) -> tuple[Citation, ...]:
    whole = Citation(kind="model", key=_key(held), label=f"{_name(held)}, its back-test", value=found.how)
    figures = (
        Citation(
            kind="model",
            key=f"{_key(held)}#{name}",
            label=verdicts.named(name, verdicts.METRICS),
            value=verdicts.shown(name, figure),
        )
        for name, figure in found.metrics.items()
        if figure
    )
    return (whole, *figures)


def _files(held: Card, made: cards.ModelCard) -> tuple[Attachment, ...]:
    """The chart that says most, and the card as a page."""
    name, drawn = f"{held.model}-{held.version}", pictures.best(made.found)
    page = Attachment(name=f"{name}.html", title=f"Model card of {made.title}", content=cards.html(made).encode())
    if drawn is None:
        return (page,)
    return (Attachment(name=f"{name}.png", title=charts.title(drawn), content=charts.png(drawn)), page)


def _name(held: Card) -> str:
    return f"{_plain(held.model)} {held.version}"


def _plain(model: str) -> str:
    return model.replace("_", " ")


def _key(held: Card) -> str:
    return f"model:{held.model}@{held.version}"
