"""What was typed behind a command, read and checked: options that many share, instants, names, files to write."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tools.errors import BadInput

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="What was known on this day (YYYY-MM-DD or an ISO time).")]


def instant(text: str | None, now: datetime) -> datetime:
    """The instant that --as-of names; now, if it was left out."""
    if text is None:
        return now
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f'--as-of is "{text}"; write a day such as 2026-03-18.') from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def known(names: list[str] | None, catalog: Mapping[str, object]) -> list[str]:
    """The names, each of which is in the catalogue; all that is in it, if none was given."""
    for name in names or []:
        if name not in catalog:
            raise BadInput(f'There is no "{name}"; there are {", ".join(catalog)}.')
    return list(names or catalog)


def writable(out: Path | None) -> Path | None:
    """A file that can be written to, as far as its folder goes; said before the work begins."""
    if out and not out.absolute().parent.is_dir():
        raise BadInput(f"There is no folder {out.absolute().parent}; make it first.")
    if out and out.is_dir():
        raise BadInput(f"{out} is a folder; name a file in it.")
    return out


def write(file: Path, text: str) -> None:
    """Writes a file whole or not at all: whoever reads it meanwhile finds the old one."""
    unfinished = file.with_name(f".{file.name}.{uuid.uuid4().hex[:8]}")
    try:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadInput(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.") from error
