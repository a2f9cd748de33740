"""What changed in a folder since it was last read: documents that came, changed, moved and went."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from knowledge.errors import BadFile
from knowledge.playbook import documents, files, glossary, passages
from knowledge.playbook.apart import Reader
from knowledge.playbook.documents import Document
from knowledge.playbook.passages import Passage
from knowledge.playbook.readers import READERS

Progress = Callable[[str, float], None]
READING = "Reading documents"
# Changes with the way in which files are read and cut, so that all are read anew.
READ_AS = "1"


@dataclass(frozen=True)
class Root:
    """A folder or file that belongs to the playbook; `audience` is for documents that name none themselves."""

    path: str
    added_at: datetime
    audience: str
    glossary: dict[str, list[str]]


@dataclass(frozen=True)
class Written:
    """A document with its passages, as they are to be kept."""

    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Change:
    """What there is to do about one root.

    Attributes
    ----------
    added, changed : documents to keep, new ones and others
    moved : documents whose file is elsewhere now, and nothing else
    gone : ids of documents whose file is no more
    unchanged : how many stayed as they were
    skipped : files that were left out, and why; of one that was known, what was known stays
    """

    root: Root
    added: tuple[Written, ...] = ()
    changed: tuple[Written, ...] = ()
    moved: tuple[Document, ...] = ()
    gone: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Look:
    """The files of a folder by their names, what each holds as a digest, and what was left out and why."""

    files: dict[str, Path]
    digests: dict[str, str]
    left: dict[str, str]

    def leaves(self, path: str) -> bool:
        """Whether a file is there, or may be, but was left out."""
        return path in self.left or any(path.startswith(f"{each}/") for each in self.left)


def compared(root: Root, known: Sequence[Document], *, anew: bool, now: datetime, progress: Progress) -> Change:
    """What changed below a root against all documents that are known; `anew` reads unchanged files as well.

    Raises
    ------
    BadInput
        When the root is no document.
    """
    folder = Path(root.path)
    here = {each.path: each for each in known if each.source == root.path}
    if not os.path.exists(folder):
        return _nowhere(root, len(here))
    look = _look(folder)
    left = {path for path in here if look.leaves(path)}
    old = {name: here[name] for name in look.digests if name in here}
    moved = _moved([each for path, each in here.items() if path not in old and path not in left], look)
    same = [] if anew else [name for name in old if old[name].digest == look.digests[name]]
    taken = {each.id for each in known if each.source != root.path or each.path in old or each.path in left}
    ids = {name: each.id for name, each in (old | moved).items()}
    ids = _named([name for name in look.digests if name not in same], ids, taken | {each.id for each in moved.values()})
    added = {name: each.added_at for name, each in (old | moved).items()}
    written, skipped = _read(root, look, ids, lambda name: added.get(name, now), progress)
    as_it_was = [name for name in moved if name in written and _is_same(written[name].document, moved[name])]
    # Of a file that cannot be read what was known stays, but not where who may read it was just decided anew.
    unread = set() if anew else {*(here[path].id for path in left), *(ids[name] for name in skipped if name in added)}
    stays = unread | {old[name].id for name in same} | {ids[name] for name in written if name in added}
    terms, complaint = _terms(folder)
    return Change(
        replace(root, glossary=root.glossary if complaint else terms),
        tuple(each for name, each in written.items() if name not in added),
        tuple(each for name, each in written.items() if name in added and name not in as_it_was),
        tuple(written[name].document for name in as_it_was),
        tuple(each.id for each in here.values() if each.id not in stays),
        len(same),
        tuple((_shown(name), why) for name, why in sorted((look.left | skipped | complaint).items())),
    )


def _nowhere(root: Root, count: int) -> Change:
    """A folder that is not there may be a drive that is not connected, so nothing of it is forgotten."""
    why = "it is not there, so its documents were kept; `callsheet playbook remove` forgets them"
    return Change(root, unchanged=count, skipped=((root.path, why),))


def _look(folder: Path) -> _Look:
    listing = files.found(folder)
    left = {_name(folder, path): why for path, why in listing.left}
    found, digests = {_name(folder, path): path for path in listing.documents}, {}
    for name, path in found.items():
        try:
            digests[name] = _digest(path)
        except OSError:
            left[name] = "it cannot be opened"
    return _Look(found, digests, left)


def _moved(gone: Sequence[Document], look: _Look) -> dict[str, Document]:
    """Documents whose file went, while the same content turned up under a name that is new, by that name."""
    # Under another ending the same content means something else.
    waiting = {(each.digest, _kind(each.path)): each for each in gone}
    paths = {each.path for each in gone}
    found = {}
    for name, digest in look.digests.items():
        if name not in paths and (old := waiting.pop((digest, _kind(name)), None)):
            found[name] = old
    return found


def _is_same(document: Document, old: Document) -> bool:
    return replace(document, path=old.path) == old


def _read(
    root: Root, look: _Look, ids: dict[str, str], since: Callable[[str], datetime], progress: Progress
) -> tuple[dict[str, Written], dict[str, str]]:
    """The documents of some files by their names, and why others could not be read."""
    written, skipped = {}, {}
    with Reader() as reader:
        for count, (name, id_) in enumerate(ids.items(), start=1):
            progress(READING, count / len(ids))
            try:
                written[name] = _written(reader, root, look, name, id_, since(name))
            except BadFile as error:
                skipped[name] = str(error)
    return written, skipped


def _written(reader: Reader, root: Root, look: _Look, name: str, id_: str, added_at: datetime) -> Written:
    draft = reader.read(look.files[name])
    about = documents.described(name, draft.facts, root.audience)
    links = documents.inside(name, draft.links)
    document = Document(
        id=id_, source=root.path, path=name, digest=look.digests[name], links=links, added_at=added_at, **about
    )
    return Written(document, tuple(passages.split(id_, document.title, draft.blocks)))


def _terms(folder: Path) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The folder's glossary, and why it could not be read."""
    path = files.terms(folder)
    if path is None:
        return {}, {}
    try:
        return glossary.read(path), {}
    except BadFile as error:
        return {}, {path.name: str(error)}


def _name(folder: Path, file: Path) -> str:
    return file.name if file == folder else file.relative_to(folder).as_posix()


def _named(names: Sequence[str], known: dict[str, str], taken: set[str]) -> dict[str, str]:
    """The id of each file: the one it has, else a free one."""
    found, taken = {}, set(taken)
    for name in names:
        found[name] = known.get(name) or _free(name, taken)
        taken.add(found[name])
    return found


def _free(name: str, taken: Collection[str]) -> str:
    """The path without its ending, or with it where two files differ in nothing else, or numbered."""
    plain = name.rpartition(".")[0]
    tries = itertools.chain((plain, name), (f"{name}-{n}" for n in itertools.count(2)))
    return next(each for each in tries if each not in taken)


def _kind(name: str) -> object:
    return READERS[Path(name).suffix.lower()]


def _shown(name: str) -> str:
    """A name as it can be shown: what could break or turn a line is not in it."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return f"{READ_AS}:{hashlib.file_digest(content, 'sha256').hexdigest()}"
