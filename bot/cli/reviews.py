"""The list of answers that somebody found bad."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json

app = typer.Typer()
MOST = 50


@app.command()
def review(
    done: Annotated[str | None, typer.Option("--done", help="Take the answer of this audit id off the list.")] = None,
    as_json: Json = False,
) -> None:
    """List the answers that got a thumb down, with the reason, the question and the tools asked."""
    from knowledge import reviews
    from knowledge.people import roster

    company = opening.company()
    if done:
        reviews.settle(company.db, done, by=None, at=company.now)
        typer.echo(f"{done} is off the list.")
        return
    found = reviews.waiting(company.db, limit=MOST)
    if as_json:
        printing.as_json([vars(each) for each in found])
        return
    everyone = roster(company.db)
    for each in found:
        asked = each.question or "a question that is not kept"
        typer.echo(
            f"{each.audit_id}  {each.at:%Y-%m-%d %H:%M} UTC  {everyone.name(each.person_id)}: {asked}\n"
            f"    {each.reason or 'no reason given'} (answered by {', '.join(each.tools) or 'no tool'})"
        )
    typer.echo("No answer waits for a review." if not found else "`callsheet review --done ID` takes one off the list.")
