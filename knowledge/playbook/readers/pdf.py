"""PDF: the text of each page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Block, Draft, clean

MAX_PAGES = 2_000


def read(path: Path) -> Draft:
    """One block for each paragraph, with its page.

    Raises
    ------
    BadFile
        When it is locked by a password, too long, or holds no text.
    """
    reader = PdfReader(path)
    _unlock(reader)
    if len(reader.pages) > MAX_PAGES:
        raise BadFile(f"it has more than {MAX_PAGES:,} pages; split it")
    pages = [page.extract_text() for page in reader.pages]
    blocks = [
        Block(clean(part), page=number)
        for number, text in enumerate(pages, start=1)
        for part in text.split("\n\n")
        if clean(part)
    ]
    if not blocks:
        raise BadFile("it holds pictures of text, but no text; run a text recognition over it")
    return Draft(tuple(blocks), _facts(reader))


def _unlock(reader: PdfReader) -> None:
    try:
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError:  # a cipher that only an extra library knows
        locked = True
    if locked:
        raise BadFile("it is locked; save it without a password")


def _facts(reader: PdfReader) -> dict[str, Any]:
    about = reader.metadata
    if about is None:
        return {}
    try:
        changed = about.modification_date or about.creation_date
    except ValueError:  # many programs write dates of their own kind
        changed = None
    found = {"title": about.title and str(about.title), "owner": about.author and str(about.author)}
    return {name: value for name, value in found.items() if value} | ({"reviewed": changed.date()} if changed else {})
