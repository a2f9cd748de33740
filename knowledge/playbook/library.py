"""The playbook as one thing: documents in, passages out."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select

from knowledge import notices
from knowledge.database import Database
from knowledge.errors import BadInput, Unavailable, UnknownRecord
from knowledge.playbook import glossary, intake, marks, publishing
from knowledge.playbook.documents import EVERYONE, Document, audience_of
from knowledge.playbook.embedding import Embedding, Hashing
from knowledge.playbook.intake import Change, Progress, Root
from knowledge.playbook.marks import Tally, Verdict
from knowledge.playbook.passages import Passage
from knowledge.playbook.publishing import Serving
from knowledge.playbook.search import DEPTH, Entry, Found, Index
from knowledge.playbook.tables import DocumentRow, PassageRow, Source
from knowledge.playbook.vectors import Folder, Store
from knowledge.playbook.words import Glossary

logger = logging.getLogger(__name__)
Only = Literal["words", "vectors"]


class Playbook:
    """What the company knows, as far as it is written down.

    The database holds the text and says which index serves, so every process sees a change with its next question.
    """

    def __init__(self, db: Database, store: Store, embedding: Embedding) -> None:
        self._db, self._store, self._embedding = db, store, embedding
        self._lock = threading.Lock()
        self._kept: tuple[Serving, Index] | None = None
        self._worth: tuple[object, dict[str, float]] | None = None

    @classmethod
    def beside(cls, db: Database, folder: Path) -> Playbook:
        """The playbook with all that works without anything else: vectors in a folder, embedded by their letters."""
        return cls(db, Folder(folder), Hashing())

    def add(self, path: Path, *, now: datetime, progress: Progress, audience: str = EVERYONE) -> Change:
        """Takes in a folder or a file, and whatever changed in it since; `audience` is for what names none itself.

        Raises
        ------
        BadInput
            When it is not there, is no document, or overlaps with what was added before.
        Overtaken
            When somebody else changed the playbook meanwhile.
        Unavailable
            When the vectors' server or the embedding cannot be reached.
        """
        roots, root = {each.path: each for each in self._roots()}, _whole(path)
        if not (root.is_dir() or root.is_file()):
            raise BadInput(f"There is no {root}; give a folder or a file.")
        for other in map(Path, roots):
            if other != root and (other in root.parents or root in other.parents):
                raise BadInput(f"{root} overlaps with {other}, which was added before; run `callsheet playbook sync`.")
        old = roots.get(str(root))
        new = Root(str(root), old.added_at if old else now, audience_of(audience), old.glossary if old else {})
        anew = {str(root)} if old and old.audience != new.audience else set()
        return self._changed([new], now, progress, anew)[0]

    def sync(self, path: Path | None = None, *, now: datetime, progress: Progress) -> list[Change]:
        """Takes up whatever changed in all that was added, or in one folder or file of it.

        Embeds everything anew if that is set otherwise.

        Raises
        ------
        BadInput
            When `path` was never added.
        """
        roots = self._roots()
        return self._changed(roots if path is None else [self._root(path, roots)], now, progress)

    def remove(self, path: Path, *, progress: Progress) -> int:
        """Forgets a folder or file that was added; how many documents that were.

        Raises
        ------
        BadInput
            When it was never added.
        """
        root, count = self._root(path, self._roots()).path, len(self.documents(path))
        publishing.publish(self._db, self._store, self._embedding, [], [root], progress)
        return count

    def documents(self, path: Path | None = None) -> list[Document]:
        """All documents by id, or those of one folder or file that was added.

        Raises
        ------
        BadInput
            When `path` was never added.
        """
        query = select(DocumentRow).order_by(DocumentRow.id)
        if path is not None:
            query = query.where(DocumentRow.source == self._root(path, self._roots()).path)
        with self._db.read() as session:
            return [publishing.document(row) for row in session.scalars(query)]

    def entries(self) -> list[Entry]:
        """Every passage that may be quoted, with its document."""
        return publishing.entries(self._db)

    def opened(self, passage_id: str) -> tuple[Document, list[Passage]]:
        """The document of a passage, whole.

        Raises
        ------
        UnknownRecord
            When the passage is no more.
        """
        with self._db.read() as session:
            row = session.get(PassageRow, passage_id)
            if row is None:
                raise UnknownRecord("That passage has changed since; ask again.")
            of = session.get_one(DocumentRow, row.document_id)
            query = select(PassageRow).where(PassageRow.document_id == of.id).order_by(PassageRow.position)
            return publishing.document(of), [publishing.passage(each) for each in session.scalars(query)]

    def search(
        self, question: str, *, audiences: Sequence[str] | None, now: datetime, limit: int = 3, only: Only | None = None
    ) -> Found:
        """The passages that answer a question best, among those for some audiences (None: for anybody).

        Without vectors, as when their server is down, the words alone decide. `only` takes "words" or "vectors" alone,
        to compare them.
        """
        serving = publishing.serving(self._db)
        if serving is None:
            return Found((), 0.0, ())
        index = self._index(serving)
        allowed, asked = index.allowed(audiences), index.asked(question)
        near = self._near(serving, index, question, audiences) if asked.terms and only != "words" else {}
        # Who may read a passage is the database's to say; the vectors' store may know it late.
        near = {place: cosine for place, cosine in near.items() if allowed[place]}
        by_words = index.by_words(asked, allowed) if only != "vectors" else []
        if only is not None:
            return index.in_order(asked, by_words or list(near), limit)
        return index.ranked(asked, by_words, near, self._marks(), now.date(), limit)

    def warm_up(self, now: datetime) -> None:
        """Reads in what the first question would otherwise wait for."""
        self.search("what is the first question", audiences=None, now=now, limit=1)

    def mark(self, passage_id: str, *, person_id: str, verdict: Verdict, at: datetime, tell: str | None) -> None:
        """Keeps what a person thinks of a passage, and tells whoever looks after the document, if that is somebody.

        Raises
        ------
        UnknownRecord
            When the passage is no more.
        """
        document, _ = self.opened(passage_id)
        with self._db.write(books=False) as session:
            marks.put(
                session,
                passage_id=passage_id,
                document_id=document.id,
                person_id=person_id,
                verdict=verdict,
                at=at,
            )
            if tell is not None:
                # However many like a document on a day, that is told once.
                about = f"{document.id}/{at:%Y-%m-%d}" if verdict == "useful" else f"{passage_id}/{person_id}"
                args = {"passage": passage_id, "verdict": verdict, "by": person_id}
                key = f"passage/{verdict}/{about}"
                notices.post(session, key=key, person_id=tell, tool="passage_news", args=args, at=at)

    def missed(self, question: str, *, person_id: str, at: datetime) -> None:
        """Keeps a question that found nothing."""
        marks.missed(self._db, question, person_id=person_id, at=at)

    def tallies(self) -> Sequence[Tally]:
        """What people thought of passages."""
        return marks.tallies(self._db)

    def _near(self, serving: Serving, index: Index, question: str, audiences: Sequence[str] | None) -> dict[int, float]:
        """The passages nearest to the question by their places, with their cosines."""
        if serving.embedding != self._embedding.name:
            logger.warning("The playbook is embedded otherwise; sync it", extra={"action": "embedding_differs"})
            return {}
        try:
            if not self._store.has(serving.place):
                logger.warning("The playbook's vectors are not here; sync it", extra={"action": "vectors_missing"})
                return {}
            vector = self._embedding.vectors([question])
            near = self._store.nearest(serving.place, vector, DEPTH, audiences)
        except Unavailable:
            logger.exception("A question went without vectors", extra={"action": "vectors_unavailable"})
            return {}
        return {index.places[id_]: cosine for id_, cosine in near if id_ in index.places}

    def _index(self, serving: Serving) -> Index:
        """The words of the present generation, made anew when another serves."""
        with self._lock:
            if self._kept is None or self._kept[0] != serving:
                terms = Glossary(glossary.groups(each.glossary for each in self._roots()))
                self._kept = serving, Index(self.entries(), terms)
            return self._kept[1]

    def _marks(self) -> dict[str, float]:
        """What people think of passages by their ids, read anew when somebody marks one."""
        key = marks.version(self._db)
        with self._lock:
            if self._worth is None or self._worth[0] != key:
                self._worth = key, {each.passage_id: each.worth for each in self.tallies()}
            return self._worth[1]

    def _roots(self) -> list[Root]:
        with self._db.read() as session:
            rows = session.scalars(select(Source).order_by(Source.path))
            return [Root(row.path, row.added_at, row.audience, row.glossary) for row in rows]

    @staticmethod
    def _root(path: Path, roots: Sequence[Root]) -> Root:
        """The one of the roots that a path means."""
        root = str(_whole(path))
        found = next((each for each in roots if each.path == root), None)
        if found is None:
            raise BadInput(f"{root} was never added; `callsheet playbook list` shows what was.")
        return found

    def _changed(
        self, roots: Sequence[Root], now: datetime, progress: Progress, anew: Collection[str] = ()
    ) -> list[Change]:
        known = self.documents()
        changes = []
        for root in roots:
            change = intake.compared(root, known, anew=root.path in anew, now=now, progress=progress)
            known = [*known, *(each.document for each in change.added)]
            changes.append(change)
        if roots:
            publishing.publish(self._db, self._store, self._embedding, changes, [], progress)
        return changes


def _whole(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such person's home, links in a circle
        raise BadInput(f"There is no {path}; give a folder or a file.") from error
