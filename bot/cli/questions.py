"""Commands that ask: a question without Slack, and which tools there are to answer it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json
from tools.errors import BadInput

if TYPE_CHECKING:
    from tools.base import Tool

app = typer.Typer()


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    asker: Annotated[str, typer.Option("--as", help="Who asks: a name, an id or an e-mail.")] = "",
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read one question a line, each a fresh conversation.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask without Slack; the same path, the same answers."""
    from bot.app import create_assistant
    from knowledge import people

    if not stdin and not (question or "").strip():
        raise BadInput("Ask something, for example: which leads should I call now?")
    company = opening.company()
    assistant = create_assistant(company.settings, company.db)
    person = people.find(assistant.services.roster(), asker)
    for line in sys.stdin if stdin else [question or ""]:
        try:
            said = assistant.ask(line, person)
            typer.echo(
                json.dumps(printing.answer(said), ensure_ascii=False, default=str) if as_json else printing.words(said)
            )
        except BadInput as error:
            if not stdin:
                raise
            typer.echo(json.dumps({"error": str(error)}) if as_json else str(error))
        sys.stdout.flush()


@app.command()
def tools(as_json: Json = False) -> None:
    """List the tools there are: name, arguments, roles."""
    from tools.catalog import TOOLS

    listed = [_listed(tool) for tool in TOOLS if tool.offered]
    if as_json:
        printing.as_json(listed)
        return
    printing.table(
        ["tool", "arguments", "says"],
        [[each["name"], ", ".join(each["arguments"]), each["description"]] for each in listed],
    )


def _listed(tool: Tool) -> dict[str, Any]:
    fields = tool.arguments.model_fields
    return {
        "name": tool.name,
        "roles": list(tool.roles),
        "description": tool.description.splitlines()[0],
        "arguments": {
            name: "required" if info.is_required() else str(info.get_default()) for name, info in fields.items()
        },
    }
