"""Commands for the books: loading files, bringing the schema up to date, how fresh everything is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json

app = typer.Typer()


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV (also .gz) or Parquet.")],
    table: Annotated[str, typer.Option("--as", help="The table of the data model.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="Where the fields come from (YAML).")] = None,
    rejects: Annotated[Path | None, typer.Option(help="Where rejected rows go.")] = None,
    as_json: Json = False,
) -> None:
    """Load a file into a table; rows that cannot be used go to a file with the reason."""
    from knowledge.imports import load_file

    company = opening.company()
    with printing.progress() as progress:
        report = load_file(
            company.db, file, table, mapping=mapping, now=company.now, rejects=rejects, progress=progress
        )
    if as_json:
        printing.as_json(vars(report))
        return
    printing.note(f"Mapping used: {json.dumps(report.mapping, ensure_ascii=False, default=str)}")
    for note in report.notes:
        printing.note(note)
    typer.echo(
        f"{report.rows_read:,} rows read: {report.added:,} added, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, {report.rejected:,} rejected"
        + (f" (see {report.rejects_file})." if report.rejects_file else ".")
    )


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    opening.company()
    typer.echo("The database is up to date.")


@app.command()
def status(as_json: Json = False) -> None:
    """Freshness, models, queues."""
    from knowledge.inbox import Inbox
    from knowledge.models import versions
    from knowledge.records import last_write

    company = opening.company()
    serving = {card.model: card for card in versions(company.db) if card.serves}
    facts: dict[str, Any] = {
        "database": str(company.db),
        "last_activity": last_write(company.db, until=company.now),
        "questions_waiting": Inbox(company.db).waiting(),
        "serving": {name: {"version": card.version, "trained_at": card.trained_at} for name, card in serving.items()},
    }
    if as_json:
        printing.as_json(facts)
        return
    told = [f"{card.model} {card.version}, trained {card.trained_at:%Y-%m-%d %H:%M} UTC" for card in serving.values()]
    for name, value in (facts | {"serving": "; ".join(told) or "no model"}).items():
        typer.echo(f"{name.replace('_', ' ')}: {value}")
