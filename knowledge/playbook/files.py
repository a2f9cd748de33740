"""Which files of a folder belong to the playbook; nothing outside of it is ever read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import BadInput
from knowledge.playbook import glossary
from knowledge.playbook.blocks import is_seen
from knowledge.playbook.readers import MAX_BYTES, READERS

MAX_FILES = 100_000


@dataclass(frozen=True)
class Listing:
    """The documents in a folder, in the order of their paths, and what was left out of it, each with the reason."""

    documents: tuple[Path, ...]
    left: tuple[tuple[Path, str], ...] = ()


def found(root: Path) -> Listing:
    """The documents in a folder, or the one file.

    Raises
    ------
    BadInput
        When it is not there, or is no document.
    """
    if not os.path.exists(root):
        raise BadInput(f"There is no {root}; give a folder or a file.")
    if root.is_dir():
        every = sorted(_below(root))
    elif root.suffix.lower() in READERS:
        every = [(root, _unfit(root, root.name))]
    else:
        raise BadInput(f"{root.name} is no document; give one of {', '.join(sorted(READERS))}.")
    if len(every) > MAX_FILES:
        raise BadInput(f"{root} holds more than {MAX_FILES:,} documents; add its folders one by one.")
    return Listing(tuple(path for path, why in every if not why), tuple((path, why) for path, why in every if why))


def terms(root: Path) -> Path | None:
    """The folder's glossary, if it has one."""
    names = sorted(path for path in root.iterdir() if path.name in glossary.NAMES) if root.is_dir() else []
    return next((path for path in names if path.is_file() and not path.is_symlink()), None)


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    """What is below a folder and named like a document, with why it is left out if so; hidden files are passed by."""
    closed: list[tuple[Path, str]] = []

    def note(error: OSError) -> None:
        closed.append((Path(error.filename), "it is a folder that cannot be opened"))

    for folder, below, names in os.walk(root, onerror=note, followlinks=False):
        below[:] = [name for name in below if not name.startswith(".")]
        links = [name for name in below if os.path.islink(Path(folder, name))]
        files = [name for name in names if not name.startswith((".", "~$")) and Path(name).suffix.lower() in READERS]
        for path in (Path(folder, name) for name in (*links, *files)):
            yield path, _unfit(path, str(path.relative_to(root)))
    yield from closed


def _unfit(path: Path, name: str) -> str:
    """Why a file is not even opened; nothing if it may be."""
    try:
        about = path.lstat()
    except OSError:
        return "it cannot be opened"
    if stat.S_ISLNK(about.st_mode):
        return "it is a link, which could lead anywhere; put the file itself here"
    if not stat.S_ISREG(about.st_mode):
        return "it is no file"
    if name.splitlines() != [name] or "\t" in name or not all(map(is_seen, name)):
        return "its name holds signs that cannot be seen; rename it"
    return f"it is larger than {MAX_BYTES // 1_000_000} MB; split it" if about.st_size > MAX_BYTES else ""
