"""Commands for people: who is known, and who is who in Slack."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json

app = typer.Typer(name="people", help="Who is known: id, name, role, team, Slack id.", invoke_without_command=True)
TOLD = ("id", "name", "role", "team", "email", "active", "slack_user_id")


@app.callback()
def people(ctx: typer.Context, as_json: Json = False) -> None:
    """List who is known."""
    if ctx.invoked_subcommand:
        return
    from knowledge.people import roster

    known = roster(opening.company().db).people
    if as_json:
        printing.as_json([{name: getattr(person, name) for name in TOLD} for person in known])
        return
    printing.table(
        ["id", "name", "role", "team", "Slack id"],
        [[p.id, p.name, p.role, p.team or "", p.slack_user_id or ""] for p in known],
    )


@app.command()
def link(
    person: Annotated[str, typer.Argument(help="A name, an id or an e-mail.")],
    slack_user_id: Annotated[str, typer.Argument(help="The Slack user, such as U012AB3CD.")],
    slack_team_id: Annotated[str, typer.Option("--team", help="The Slack workspace, such as T012AB3CD.")],
) -> None:
    """Tie a Slack user to a person."""
    from knowledge import people as known

    db = opening.company().db
    found = known.find(known.roster(db), person)
    known.link(db, found.id, slack_team_id=slack_team_id, slack_user_id=slack_user_id)
    typer.echo(f"{found.name} is now {slack_user_id}.")
