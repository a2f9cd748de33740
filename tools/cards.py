"""The card of a model: what it was trained on, how good it is, where it fails, what it must not be used for.

A card is worked out once, as sections, and written as Markdown or as a page. After Mitchell et al. (2019), "Model cards
for model reporting", Proc. FAT*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from knowledge import models, rules
from knowledge.database import Database
from knowledge.errors import UnknownRecord
from knowledge.models import Card
from tools import charts, descriptions, findings, nouns, pages, pictures, verdicts, wording
from tools.findings import Figure, Findings, Group
from tools.verdicts import BASELINES, METRICS, RULES

UTC = ZoneInfo("UTC")
WORST_SHOWN = 8
NO_EFFECT = (
    "Saying what a call would cause: a chance tells what usually becomes of records like this one, and is no effect."
)
ONLY_RESPONSE = "Saying what a call would win: it tells what contact adds to the chance of a response, not of a win."
MUST_NOT = (
    "Decisions about the people who sell, such as pay, discipline or dismissal: it judges records, not who works them.",
    "Records unlike any that it has seen, such as a new market, product or way of selling: train it on those first.",
    "Deciding alone: it advises a person, who may know better.",
)


@dataclass(frozen=True)
class Table:
    """Rows of words and figures under their heads."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """One part of a card: sentences, named facts, a list, a table; `drawn` where charts go with it."""

    title: str
    says: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    points: Sequence[str] = ()
    tables: Sequence[Table] = ()
    drawn: bool = False


@dataclass(frozen=True)
class ModelCard:
    """A card, ready to be written."""

    title: str
    status: str
    advice: str
    tiles: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    found: Findings


def find(db: Database, model: str, version: int | None = None) -> ModelCard:
    """The card of a version; of the one that serves, or else the latest, unless one is named.

    Raises
    ------
    UnknownRecord
        When there is no such version.
    """
    held = models.versions(db, model)
    named = [each for each in held if version in (None, each.version)]
    if not named:
        which = model if version is None else f"{model} {version}"
        raise UnknownRecord(f"There is no {which}; `callsheet models` lists what was trained.")
    chosen = next((each for each in named if each.serves), named[0])
    return card(chosen, said=rules.of(db), since=models.serving_since(db).get(model))


def card(held: Card, *, said: Mapping[str, str], since: datetime | None = None) -> ModelCard:
    """The card of a version; `said` is what people said of columns, `since` when the version began to serve."""
    found = findings.read(held.report)
    serves = f"Serves since {wording.day(since or held.trained_at, UTC)}" if held.serves else "Does not serve"
    sections = (
        _what_it_says(held.model, found),
        _trained_on(held, found),
        _left_out(found, said),
        _how_good(found),
        _where_it_fails(found),
        _tried(found),
        _champion(found),
        Section("What else was found", points=[wording.sentence(each) for each in found.facts])
        if found.facts
        else None,
        Section("What it must not be used for", points=(ONLY_RESPONSE if found.effects else NO_EFFECT, *MUST_NOT)),
        _sources(held.model),
    )
    return ModelCard(
        f"{held.model} {held.version}",
        f"{serves}; trained {wording.day(held.trained_at, UTC)}",
        verdicts.advice(found),
        _tiles(found),
        [section for section in sections if section],
        found,
    )


def markdown(made: ModelCard) -> str:
    """The card as Markdown, without its charts."""
    parts = [f"# {made.title}", f"{made.status}.", f"**{_plain(made.advice)}**"]
    for section in made.sections:
        parts += [f"## {section.title}", *map(_plain, section.says)]
        facts = [f"- **{name}**: {_plain(value)}" for name, value in section.facts]
        points = [f"- {_plain(point)}" for point in section.points]
        parts += ["\n".join(each) for each in (facts, points) if each]
        parts += map(_as_markdown, section.tables)
    return "\n\n".join(parts) + "\n"


def html(made: ModelCard) -> str:
    """The card as a page with its charts."""
    drawn = [charts.svg(chart) for draw in pictures.ALL if (chart := draw(made.found))]
    return pages.render("card.html", card=made, charts=drawn)


def _as_markdown(table: Table) -> str:
    rows = [table.head, ["---"] * len(table.head), *([_plain(cell) for cell in row] for row in table.rows)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{table.caption}:\n\n{lines}" if table.caption else lines


def _plain(text: str) -> str:
    """Names of columns and their values, so that no Markdown is read in them."""
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", text)


def _tiles(found: Findings) -> list[tuple[str, str]]:
    needed, ece, main, words = found.calls_to_keep.get("90"), found.ece, found.main, nouns.of(found)
    told = [
        _main_tile(*main) if main else None,
        (
            wording.percent(needed.value),
            f"of the {words.case}s hold 90 % of the {words.hits} ({wording.interval(needed.low, needed.high)})",
        )
        if needed
        else None,
        (verdicts.points(ece.value), "average distance between chance and outcome") if ece else None,
        (f"{found.n:,}", "unseen cases that it was judged on") if found.n else None,
    ]
    return [tile for tile in told if tile]


def _main_tile(name: str, figure: Figure) -> tuple[str, str]:
    value, _, interval = verdicts.shown(name, figure).partition(" (")
    return value, f"{METRICS.get(name, name)} ({interval}"


def _what_it_says(model: str, found: Findings) -> Section:
    about = descriptions.parts(model)
    says = [" ".join(text.split()) for text in about.get("", "").split("\n\n") if text.strip()]
    facts = [("Learnt to tell", descriptions.event(model, found.basis))] if found.basis else []
    assumed = [f"Assumed: {each}" for each in descriptions.listed(about.get("Assumptions", ""))]
    return Section("What it says", says=says, facts=facts, points=assumed)


def _trained_on(held: Card, found: Findings) -> Section:
    facts = [("Books as known on", wording.day(held.as_of, UTC)), ("Fingerprint of the books", held.fingerprint)]
    if seen := found.trained_on:
        told = {
            "Period": f"{seen.since} to {seen.to}" if seen.since and seen.to else None,
            "Leads": seen.leads,
            f"Of them {nouns.of(found).ended}": seen.won,
            "Past instants": seen.instants,
            "Rows (a lead at an instant)": seen.rows,
        }
        facts += [(name, value if isinstance(value, str) else f"{value:,}") for name, value in told.items() if value]
    columns = ", ".join(dict.fromkeys(map(verdicts.subject, held.features)))
    return Section("What it was trained on", facts=[*facts, (f"Columns ({len(held.features)})", columns)])


def _left_out(found: Findings, said: Mapping[str, str]) -> Section | None:
    rows = [
        (
            flag.column,
            RULES.get(said.get(flag.column, ""), verdicts.FLAGS[flag.verdict]),
            wording.sentence(flag.evidence),
        )
        for flag in found.flagged
    ]
    says = "These columns know the outcome, or may, because they are filled in late. Nothing was learnt from them."
    return (
        Section("Columns left out", says=[says], tables=[Table(("column", "verdict", "evidence"), rows)])
        if rows
        else None
    )


def _how_good(found: Findings) -> Section:
    words, told = nouns.of(found), [verdicts.keep(found), verdicts.average_gap(found)]
    judged = f"Judged on {found.n:,} cases that it had not seen, {wording.percent(found.base_rate)} {words.hit}"
    says = [
        f"{judged}: {found.how}." if found.how else f"{judged}.",
        " ".join(wording.sentence(each) for each in told if each),
        "Each figure stands with its 95 % interval, from drawing the records again.",
    ]
    beside = {name: values for name, values in found.baselines.items() if any(values.values())}
    head = [
        "",
        verdicts.named(found.chosen or found.model, BASELINES),
        *(verdicts.named(name, BASELINES) for name in beside),
    ]
    rows = [
        [
            verdicts.named(name, METRICS),
            verdicts.shown(name, figure),
            *(verdicts.alone(name, each.get(name)) for each in beside.values()),
        ]
        for name, figure in found.metrics.items()
        if figure
    ]
    tables = [each for each in (Table(head, rows), _by_effect(found)) if each.rows]
    return Section("How good it is", says=says, tables=tables, drawn=True)


def _by_effect(found: Findings) -> Table:
    rows = [
        (each.label, f"{each.n:,}", f"{100 * each.said:.1f} points", verdicts.shown("uplift_30", each.found))
        for each in found.effects
    ]
    return Table(("", "leads", "said", "found"), rows, "What contact adds, from the least to the most said")


def _where_it_fails(found: Findings) -> Section:
    words, said = nouns.of(found), (_groups(found), verdicts.coverage(found), verdicts.drift(found))
    head = ("", f"{words.case}s", "said", words.hit)
    off = [(*_row(each), verdicts.lean(each)) for each in found.off[:WORST_SHOWN]]
    weak = [(*_row(each), str(each.auc)) for each in found.weak[:WORST_SHOWN]]
    moved = [(verdicts.feature(each.feature), f"{each.psi:.2f}", each.verdict) for each in found.moved[:WORST_SHOWN]]
    tables = (
        Table((*head, "chances run"), off, "Groups whose chances are off"),
        Table((*head, "AUC"), weak, "Groups that are ranked worse than their chances promise"),
        Table(("", "stability index", "verdict"), moved, "Features whose values among open leads have moved"),
    )
    says = [wording.sentence(each) for each in said if each]
    return Section("Where it fails", says=says, tables=[table for table in tables if table.rows])


def _groups(found: Findings) -> str:
    if not found.groups:
        return "How good it is by group was not measured"
    off, weak, n = len(found.off), len(found.weak), len(found.groups)
    if not off and not weak:
        return (
            f"In none of {n} groups are the chances off, or the order worse than they promise, beyond what chance does"
        )
    return (
        f"Beyond what chance does, {off} of {n} groups have chances that are off, and {weak} are ranked worse within "
        "themselves than their chances promise; a lead can be in several"
    )


def _row(group: Group) -> tuple[str, ...]:
    return (str(group), f"{group.n:,}", wording.percent(group.said), group.won.percent)


def _tried(found: Findings) -> Section | None:
    if not found.candidates:
        return None
    names = list(dict.fromkeys(name for each in found.candidates.values() for name in each))
    rows = [
        [verdicts.named(name, BASELINES), *(verdicts.shown(metric, figures.get(metric)) for metric in names)]
        for name, figures in found.candidates.items()
    ]
    says = (
        f"The same cases were put to each; {verdicts.named(found.chosen, BASELINES)} was taken."
        if found.chosen
        else "The same cases were put to each."
    )
    return Section(
        "What was tried", says=[says], tables=[Table(["", *(verdicts.named(n, METRICS) for n in names)], rows)]
    )


def _champion(found: Findings) -> Section | None:
    met = found.champion
    if met is None:
        return None
    rows = [(name, str(figure)) for name, figure in met.log_loss.items() if figure]
    judged = f" ({met.window}, {met.n:,} cases)" if met.window and met.n else ""
    table = [Table(("", f"log-loss{judged}"), rows)] if rows else []
    return Section(
        "Against the one that served before", says=[wording.sentence(met.why)] if met.why else (), tables=table
    )


def _sources(model: str) -> Section | None:
    papers = descriptions.listed(descriptions.parts(model).get("References", ""))
    return Section("Sources", points=papers) if papers else None
