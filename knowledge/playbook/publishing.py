"""Makes changes serve: vectors into the next index, then text and pointer in one transaction.

Whatever cuts it short leaves the present index serving, and a draft that the next change clears away.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.errors import Overtaken, Unavailable
from knowledge.playbook.documents import RETIRED, Document
from knowledge.playbook.embedding import Embedding
from knowledge.playbook.intake import Change, Progress
from knowledge.playbook.passages import Passage
from knowledge.playbook.search import Entry
from knowledge.playbook.tables import DocumentRow, PassageRow, Shelf, Source
from knowledge.playbook.vectors import Store

logger = logging.getLogger(__name__)

EMBEDDING = "Indexing passages"
AT_ONCE = 1_000
SHELF = 1
OVERTAKEN = "Somebody else changed the playbook meanwhile, so nothing was changed; run it again."


@dataclass(frozen=True)
class Serving:
    """Which index serves: the how-manieth, made with which embedding, kept where."""

    generation: int
    embedding: str
    place: str


def serving(db: Database) -> Serving | None:
    """Which index serves; None where there is no playbook."""
    with db.read() as session:
        row = session.get(Shelf, SHELF)
        return Serving(row.generation, row.embedding, row.place) if row else None


def publish(
    db: Database, store: Store, embedding: Embedding, changes: Sequence[Change], gone: Sequence[str], progress: Progress
) -> None:
    """Lets changes serve, and forgets the roots that are gone with all their documents.

    Raises
    ------
    Overtaken
        When another change was published meanwhile; nothing was changed by this one.
    Unavailable
        When the embedding or the vectors' server cannot be reached; nothing was changed.
    """
    before = serving(db)
    usable = before is not None and before.embedding == embedding.name and store.has(before.place)
    if usable and not gone and not any(_differs(db, change) for change in changes):
        return
    try:
        place = _drafted(db, store, embedding, changes, gone, before if usable else None, _next(before), progress)
        _commit(db, changes, gone, before, Serving(_next(before), embedding.name, place))
    except (Unavailable, IntegrityError) as error:
        # Whoever was faster has cleared the draft away, or made the shelf that this wanted to make.
        if serving(db) == before:
            raise
        raise Overtaken(OVERTAKEN) from error
    try:
        store.settle(place, before.place if before else None, _kept(db), _next(before))
    except Unavailable:
        logger.warning("What serves no longer was not cleared; the next change does", extra={"action": "unsettled"})


def _next(before: Serving | None) -> int:
    return (before.generation if before else 0) + 1


def _drafted(
    db: Database,
    store: Store,
    embedding: Embedding,
    changes: Sequence[Change],
    gone: Sequence[str],
    base: Serving | None,
    number: int,
    progress: Progress,
) -> str:
    """The place of the next index: the present one with its changes, or everything anew where that is of no use."""
    fresh = [
        Entry(passage, each.document)
        for change in changes
        for each in (*change.added, *change.changed)
        for passage in each.passages
        if each.document.status != RETIRED
    ]
    out, again = _dropped(db, changes, gone), {entry.passage.id for entry in fresh}
    wanted = fresh if base else [*entries(db, without=out), *fresh]
    place = store.draft(base.place if base else None, sorted(out - again), number)
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        vectors = embedding.vectors([told(entry) for entry in part])
        ids, audiences = [each.passage.id for each in part], [each.document.audience for each in part]
        store.add(place, ids, vectors, audiences, number)
        progress(EMBEDDING, (start + len(part)) / len(wanted))
    return place


def _differs(db: Database, change: Change) -> bool:
    """Whether there is anything to write down."""
    if change.added or change.changed or change.moved or change.gone:
        return True
    with db.read() as session:
        row = session.get(Source, change.root.path)
    return row is None or (row.audience, row.glossary) != (change.root.audience, change.root.glossary)


def told(entry: Entry) -> str:
    """What of a passage is embedded: a paragraph alone does not say what it is about, nor how people ask for it."""
    asked = "\n".join(entry.document.asked)
    return f"{entry.document.title}\n{entry.passage.section}\n{entry.passage.text}\n{asked}"


def _dropped(db: Database, changes: Sequence[Change], gone: Sequence[str]) -> set[str]:
    """The passages as they are kept of all documents that change or go."""
    ids = [each.document.id for change in changes for each in change.changed] + _leaving(changes)
    with db.read() as session:
        of = select(PassageRow.id).join(DocumentRow, DocumentRow.id == PassageRow.document_id)
        found = set(session.scalars(of.where(DocumentRow.source.in_(gone))))
        for start in range(0, len(ids), AT_ONCE):
            found |= set(session.scalars(of.where(DocumentRow.id.in_(ids[start : start + AT_ONCE]))))
    return found


def _leaving(changes: Sequence[Change]) -> list[str]:
    return [id_ for change in changes for id_ in change.gone]


def _commit(
    db: Database, changes: Sequence[Change], gone: Sequence[str], before: Serving | None, next_: Serving
) -> None:
    with db.write() as session:
        row = session.get(Shelf, SHELF, with_for_update=True)
        if (row.generation if row else 0) != (before.generation if before else 0):
            raise Overtaken(OVERTAKEN)
        session.merge(Shelf(id=SHELF, **asdict(next_)))
        session.execute(delete(Source).where(Source.path.in_(gone)))
        for change in changes:
            _write(session, change)


def _write(session: Session, change: Change) -> None:
    session.merge(Source(**asdict(change.root)))
    session.flush()
    for id_ in (*change.gone, *(each.document.id for each in change.changed)):
        session.execute(delete(DocumentRow).where(DocumentRow.id == id_))
    for document in change.moved:
        session.execute(update(DocumentRow).where(DocumentRow.id == document.id).values(path=document.path))
    written = (*change.added, *change.changed)
    session.add_all(DocumentRow(**asdict(each.document)) for each in written)
    session.flush()
    session.add_all(PassageRow(**asdict(passage)) for each in written for passage in each.passages)
    session.flush()


def entries(db: Database, *, without: Collection[str] = ()) -> list[Entry]:
    """Every passage that may be quoted, with its document."""
    quoted = select(DocumentRow).where(DocumentRow.status != RETIRED)
    # Bare rows: a large playbook's passages as objects of the session would take twice the time and memory.
    columns = [getattr(PassageRow, name) for name in Passage.__dataclass_fields__]
    query = select(*columns).order_by(PassageRow.document_id, PassageRow.position)
    with db.read() as session:
        documents = {row.id: document(row) for row in session.scalars(quoted)}
        passages = (Passage(*row) for row in session.execute(query))
        return [
            Entry(each, documents[each.document_id])
            for each in passages
            if each.document_id in documents and each.id not in without
        ]


def _kept(db: Database) -> set[str]:
    """The passages that may be quoted, by their ids."""
    of = select(PassageRow.id).join(DocumentRow, DocumentRow.id == PassageRow.document_id)
    with db.read() as session:
        return set(session.scalars(of.where(DocumentRow.status != RETIRED)))


def document(row: DocumentRow) -> Document:
    """A row as a document."""
    values = {name: getattr(row, name) for name in Document.__dataclass_fields__}
    return Document(**values | {"links": tuple(row.links), "asked": tuple(row.asked)})


def passage(row: PassageRow) -> Passage:
    """A row as a passage."""
    return Passage(**{name: getattr(row, name) for name in Passage.__dataclass_fields__})
