"""Commands that write a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import writable, write

app = typer.Typer()


@app.command()
def retro(
    months: Annotated[int, typer.Option(help="How many past months, 1 to 36.")] = 6,
    out: Annotated[Path | None, typer.Option(help="Write the report to this HTML file.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON; nothing else is written.")
    ] = False,
) -> None:
    """Replay the past months with models that knew only what was known then: what was missed, what it cost."""
    from bot.app import create_services
    from tools import retro as replaying

    replaying.check_months(months)
    file, company = writable(out), opening.company()
    services = create_services(company.settings, company.db)
    with printing.progress() as progress:
        found = replaying.figures(company.db, services.models, months=months, now=company.now, progress=progress)
    if file:
        zone = ZoneInfo(company.settings.timezone)
        write(file, replaying.page(found, replaying.reader_of(company.db, services.roster(), found, zone=zone)))
    if as_json:
        printing.as_json(replaying.numbers(found))
    else:
        typer.echo("\n".join([*replaying.summary(found, company.db), *([f"See {file}."] if file else [])]))
