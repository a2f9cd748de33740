"""Commands that bring the bot into a workspace: the demo's local Slack, or the real one."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import printing
from bot.cli import opening

app = typer.Typer()


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the local Slack.")] = 8000,
    fresh: Annotated[bool, typer.Option("--fresh", help="Build the demo company anew.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    prepare: Annotated[bool, typer.Option("--prepare", help="Only build, train and score, then stop.")] = False,
) -> None:
    """A local Slack in the browser with the bot and a demo company; nothing else is needed."""
    from bot import demo as demonstration

    settings = opening.settings()
    with printing.progress() as progress:
        ready = demonstration.prepare(settings, fresh=fresh, complete=prepare, progress=progress)
    for note in ready.notes:
        printing.note(note)
    if not prepare:
        demonstration.open_workspace(settings, ready.books, port=port, browser=not no_browser, say=printing.note)


@app.command()
def run(
    http: Annotated[int | None, typer.Option("--http", help="Serve HTTP on this port instead of Socket Mode.")] = None,
) -> None:
    """Connect to Slack."""
    from bot import running

    running.run(opening.settings(), http=http, say=printing.note)
