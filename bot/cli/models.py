"""Commands for the versions of models: which there are, what each is worth, which one serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json, known, writable, write
from tools.errors import BadInput

app = typer.Typer(name="models", help="Versions of models and which of them serve.", invoke_without_command=True)


@app.callback()
def models(ctx: typer.Context, as_json: Json = False) -> None:
    """List the versions of every model, how good each was found, and since when one serves."""
    if ctx.invoked_subcommand:
        return
    from knowledge.models import serving_since, versions

    db = opening.company().db
    cards, since = versions(db), serving_since(db)
    if as_json:
        printing.as_json([vars(card) for card in cards])
        return
    from tools import verdicts

    columns = ["model", "version", "trained", "as of", "how good", "calibration error", "serves since"]
    printing.table(columns, [verdicts.line(card, since.get(card.model)) for card in cards])


@app.command()
def card(
    model: Annotated[str, typer.Argument(help="Which model.")],
    version: Annotated[int | None, typer.Argument(help="Which version; the one that serves by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it to a file, .html (with plots) or .md.")] = None,
) -> None:
    """Print a model's card: trained on what, how good, where it fails, what it must not be used for."""
    from scoring.registry import CATALOG
    from tools import cards

    if out and out.suffix not in (".html", ".md"):
        raise BadInput(f'--out is "{out}"; name a file that ends in .html or .md.')
    name, file = known([model], CATALOG)[0], writable(out)
    made = cards.find(opening.company().db, name, version)
    if file is None:
        typer.echo(cards.markdown(made), nl=False)
        return
    write(file, cards.html(made) if file.suffix == ".html" else cards.markdown(made))
    typer.echo(f"The card of {made.title} is in {file}.")


@app.command()
def promote(model: str, version: int) -> None:
    """Let a version serve."""
    _serve(model, version)


@app.command()
def rollback(model: str, version: int) -> None:
    """Let an earlier version serve again."""
    _serve(model, version)


def _serve(model: str, version: int) -> None:
    from knowledge.models import serve, versions
    from scoring import refresh
    from scoring.registry import CATALOG, Registry

    name, company = known([model], CATALOG)[0], opening.company()
    db, now = company.db, company.now
    chosen = next((card for card in versions(db, name) if card.version == version), None)
    if chosen and Registry(db).version(CATALOG[name], chosen) is None:
        raise BadInput(f"{name} {version} cannot be read any more; run `callsheet train {name}` for one that can.")
    serve(db, name, version, at=now, by="the command line")
    if name in ("ranking", *refresh.deal_scorers()):
        # Until all are scored by it, records would stand in the order of two versions.
        with printing.progress() as progress:
            refresh.score(db, name, as_of=now, default_zone=company.settings.timezone, progress=progress)
    typer.echo(f"{name} {version} serves now.")
