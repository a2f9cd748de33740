"""Commands for the playbook: documents in, what is known, and what wants looking after."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import printing
from bot.cli import opening
from bot.cli.arguments import Json

if TYPE_CHECKING:
    from knowledge.playbook import Playbook
    from knowledge.playbook.intake import Change

Source = Annotated[Path | None, typer.Argument(help="Only this folder or file that was added.")]
app = typer.Typer(name="playbook", help="The company's documents: what is quoted in answers.", no_args_is_help=True)
PARTS = ("added", "changed", "moved", "gone")
LINES = 20


@app.command()
def add(
    path: Annotated[Path, typer.Argument(help="A folder or a file: Markdown, HTML, PDF, DOCX, PPTX, text, CSV.")],
    audience: Annotated[
        str, typer.Option(help='Whom documents are for that name nobody: everyone, rep, manager or "team: NAME".')
    ] = "everyone",
    as_json: Json = False,
) -> None:
    """Take in documents, and whatever changed in them since."""
    company = opening.company()
    with printing.progress() as progress:
        change = _playbook(company).add(path, now=company.now, audience=audience, progress=progress)
    _tell([change], as_json)


@app.command()
def sync(path: Source = None, as_json: Json = False) -> None:
    """Take up whatever changed in all that was added."""
    company = opening.company()
    with printing.progress() as progress:
        changes = _playbook(company).sync(path, now=company.now, progress=progress)
    _tell(changes, as_json)


@app.command()
def remove(path: Annotated[Path, typer.Argument(help="A folder or file that was added.")]) -> None:
    """Forget a folder or file, and the documents in it."""
    with printing.progress() as progress:
        count = _playbook(opening.company()).remove(path, progress=progress)
    typer.echo(f"{count:,} documents forgotten; the files stay where they are.")


@app.command("list")
def list_(path: Source = None, as_json: Json = False) -> None:
    """List the documents: title, owner, whom they are for, when they were reviewed, what people thought."""
    playbook = _playbook(opening.company())
    tallies: dict[str, list[int]] = {}
    for each in playbook.tallies():
        counts = tallies.setdefault(each.document_id, [0, 0])
        counts[0], counts[1] = counts[0] + each.useful, counts[1] + each.outdated
    documents = playbook.documents(path)
    if as_json:
        marked = [dict(zip(("useful", "outdated"), tallies.get(each.id, [0, 0]), strict=True)) for each in documents]
        printing.as_json([_plain(asdict(each)) | counts for each, counts in zip(documents, marked, strict=True)])
        return
    if not documents:
        typer.echo("No documents yet; `callsheet playbook add FOLDER` takes them in.")
        return
    printing.table(
        ["document", "title", "owner", "for", "status", "reviewed", "useful / outdated"],
        [
            [
                each.id,
                each.title,
                each.owner or "",
                each.audience,
                each.status,
                str(each.reviewed or ""),
                " / ".join(str(count) for count in tallies.get(each.id, [])),
            ]
            for each in documents
        ],
    )


@app.command()
def check(path: Source = None, as_json: Json = False) -> None:
    """Say what wants looking after: outdated, duplicate, contradictory, dead, and what was asked in vain."""
    from knowledge.people import roster
    from knowledge.playbook import upkeep

    company = opening.company()
    names = {person.name for person in roster(company.db).people if person.active}
    playbook = _playbook(company)
    with printing.progress() as progress:
        findings = upkeep.check(company.db, playbook, people=names, now=company.now, progress=progress)
    if path is not None:
        ids = {document.id for document in playbook.documents(path)}
        findings = [each for each in findings if ids & set(each.documents)]
    if as_json:
        printing.as_json([asdict(each) for each in findings])
        return
    for each in findings:
        typer.echo(f"{each.kind}: {each.text}")
    typer.echo(f"{len(findings):,} findings." if findings else "Nothing wants looking after.")


def _playbook(company: opening.Company) -> Playbook:
    from bot.app import open_playbook

    return open_playbook(company.settings, company.db)


def _tell(changes: list[Change], as_json: bool) -> None:
    if as_json:
        printing.as_json([_counted(change) for change in changes])
        return
    for change in changes:
        counts = [f"{len(getattr(change, part)):,} {part}" for part in PARTS if getattr(change, part)]
        typer.echo(f"{change.root.path}: {', '.join([*counts, f'{change.unchanged:,} unchanged'])}.")
        for name, why in change.skipped[:LINES]:
            typer.echo(f"  left out {name}: {why}")
        if len(change.skipped) > LINES:
            typer.echo(f"  and {len(change.skipped) - LINES:,} more left out")
    if not changes:
        typer.echo("Nothing was added yet; `callsheet playbook add FOLDER` takes documents in.")


def _counted(change: Change) -> dict[str, Any]:
    written = {part: [each.document.id for each in getattr(change, part)] for part in ("added", "changed")}
    return {
        "path": change.root.path,
        **written,
        "moved": [each.id for each in change.moved],
        "removed": list(change.gone),
        "unchanged": change.unchanged,
        "skipped": [{"file": name, "why": why} for name, why in change.skipped],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in values.items()}
