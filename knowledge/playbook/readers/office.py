"""What Word and PowerPoint files share: they are archives, and say of themselves the same things."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from knowledge.errors import BadFile

# What an archive may unpack to; a bomb of a few kilobytes unpacks to gigabytes.
MAX_UNPACKED, MAX_PARTS = 200_000_000, 20_000


def check(path: Path) -> None:
    """Refuses archives that unpack to more than any document is.

    Raises
    ------
    BadFile
        When it does, or is no archive at all.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise BadFile("it is damaged, or no Office file") from error
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise BadFile("it unpacks to far more than a document holds")


def facts(properties: Any) -> dict[str, Any]:
    """Title, author and last change as the file's properties say."""
    changed = properties.modified or properties.created
    found = {"title": properties.title, "owner": properties.author, "reviewed": changed.date() if changed else None}
    return {name: value for name, value in found.items() if value}
