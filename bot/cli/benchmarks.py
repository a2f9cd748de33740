"""The command that measures this project."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.arguments import Json, known

app = typer.Typer()


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Which benchmarks; all by default.")] = None,
    as_json: Json = False,
) -> None:
    """Measure this project against a baseline run beside it."""
    from bot.bench import BENCHMARKS, table

    for name in known(names, BENCHMARKS):
        found = BENCHMARKS[name]()
        typer.echo(json.dumps({name: found}, default=str) if as_json else f"{name}\n{table(found)}")
