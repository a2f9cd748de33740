"""Commands that train, evaluate and use models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import AsOf, Json, instant, known, writable
from tools.errors import BadInput

if TYPE_CHECKING:
    from knowledge.playbook import Found
    from knowledge.playbook.library import Only

app = typer.Typer()
PLAYBOOK, NUDGES, AGENT = "playbook", "nudges", "agent"


@app.command()
def train(
    models: Annotated[list[str] | None, typer.Argument(help="Which models; all by default.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Train challengers, back-test them, promote only what is better, and score every open record."""
    from bot.app import preferences
    from scoring import refresh, training
    from scoring.registry import CATALOG

    names, company = known(models, CATALOG), opening.company()
    db, now, settings = company.db, company.now, company.settings
    with printing.progress() as progress:
        trained = training.train(
            db, names, as_of=instant(as_of, now), now=now, preferences=preferences(settings), progress=progress
        )
        refresh.score_all(db, as_of=now, default_zone=settings.timezone, progress=progress)
    if as_json:
        printing.as_json([vars(each) for each in trained])
        return
    for each in trained:
        typer.echo(each.statement)


@app.command()
def evaluate(
    model: Annotated[str, typer.Argument(help="Which model.")],
    split: Annotated[str, typer.Option(help="time, or folds where there is no time.")] = "time",
    questions: Annotated[
        Path | None,
        typer.Option(
            help="For playbook: a CSV of questions, with the documents that answer each. For agent: a line of JSON for "
            "each question, with the tool and the arguments it has to reach; without, the tools' own examples."
        ),
    ] = None,
    leaks: Annotated[bool, typer.Option("--leaks", help="Only say which columns seem to know the outcome.")] = False,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Back-test a model on what it has not seen, against its baselines; or ask the playbook what is known of it; or
    rehearse nudges on invented people; or examine the planners (agent)."""
    from bot.app import preferences
    from scoring import training
    from scoring.registry import CATALOG

    if model == AGENT:
        from bot.cli import exams

        taken = exams.take(questions)
        printing.as_json(taken) if as_json else typer.echo(exams.told(taken))
        return
    if model in (PLAYBOOK, NUDGES):
        found = _asked(questions) if model == PLAYBOOK else _rehearsed()
        printing.as_json(found) if as_json else typer.echo(printing.report(found))
        return
    name = known([model], CATALOG)[0]
    if split not in ("time", "folds"):
        raise BadInput(f'--split is "{split}"; it takes time or folds.')
    how: Literal["time", "folds"] = "time" if split == "time" else "folds"
    company = opening.company()
    wanted = preferences(company.settings)
    at, tell = instant(as_of, company.now), printing.leaks if leaks else printing.report
    with printing.progress() as progress:
        found = (
            training.suspected(company.db, name, as_of=at).to_json()
            if leaks
            else training.evaluate(
                company.db, name, as_of=at, split=how, preferences=wanted, progress=progress
            ).to_json()
        )
    printing.as_json(found) if as_json else typer.echo(tell(found))


def _rehearsed() -> dict[str, Any]:
    """What choosing nudges by learnt response rates brings invented people."""
    from scoring import rehearsal

    with printing.progress() as progress:
        return rehearsal.evaluate(progress=progress)


def _asked(questions: Path | None) -> dict[str, Any]:
    """How well the playbook answers questions."""
    from bot.app import open_playbook
    from scoring import retrieval

    company = opening.company()
    playbook = open_playbook(company.settings, company.db)
    if not playbook.documents():
        raise BadInput("There are no documents to ask; `callsheet playbook add FOLDER` takes them in.")

    def search(case: retrieval.Case, only: Only | None) -> Found:
        return playbook.search(
            case.question, audiences=case.audiences, now=company.now, limit=retrieval.DEPTH, only=only
        )

    return retrieval.evaluate(search, retrieval.cases(questions or retrieval.EVALUATION))


@app.command()
def score(
    model: Annotated[str, typer.Argument(help="Which model.")],
    out: Annotated[Path | None, typer.Option(help="Also write them to a CSV file.")] = None,
) -> None:
    """Score every open record."""
    from scoring import refresh
    from scoring.registry import CATALOG

    name, file, company = known([model], CATALOG)[0], writable(out), opening.company()
    with printing.progress() as progress:
        scored = refresh.score(
            company.db, name, as_of=company.now, default_zone=company.settings.timezone, out=file, progress=progress
        )
    typer.echo(f"{len(scored):,} records scored" + (f"; see {file}." if file else "."))
