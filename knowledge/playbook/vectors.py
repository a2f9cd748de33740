"""The vectors of the passages in Chroma: in a folder beside the database, or on a server that replicas share.

Chroma is given vectors, never texts, for its own embedding would be downloaded. In a folder two processes see each
other's changes late or never, so a folder that serves is never written to: a change copies it, and the copy serves once
the database says so. On a server passages are added before the database knows them and removed after it forgot them;
what the database does not know is never shown.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
import uuid
from abc import ABC, abstractmethod
from collections.abc import Collection as Some
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np

from knowledge.errors import BadInput, Unavailable
from knowledge.playbook.embedding import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

PASSAGES = "passages"
PLACE = re.compile(r"(\d+)-[0-9a-f]{12}")
# Chroma takes no more at once.
BATCH = 5_000
# How many times as many neighbours are looked at as are wanted. Of 85,000 passages Chroma's graph finds 42 % of the
# nearest 50 if asked for those, 69 % if asked for 1,000. Mostly enough of these are for whoever asks, and Chroma takes
# half a second to see who each passage is for.
AROUND = 20


class Store(ABC):
    """Where vectors are kept. The database points to the place that serves; `draft` makes the next one.

    Each change has a number, one more than the last. What was left behind by changes of that number or before can be
    cleared away when it serves: whoever else made a change of that number came too late.

    Raises
    ------
    Unavailable
        From everything but `has` in a folder: when the vectors cannot be reached, read or written.
    """

    @abstractmethod
    def draft(self, before: str | None, gone: Sequence[str], number: int) -> str:
        """A place to add to: what is in `before` without those that are gone, or empty."""

    @abstractmethod
    def settle(self, place: str, before: str | None, kept: Some[str], number: int) -> None:
        """Removes what serves no longer, once the database points to `place`; of its passages some are kept."""

    @abstractmethod
    def has(self, place: str) -> bool:
        """Whether there is such a place."""

    @abstractmethod
    @contextmanager
    def _open(self, place: str) -> Iterator[Collection]: ...

    def add(self, place: str, ids: Sequence[str], vectors: Vectors, audiences: Sequence[str], number: int) -> None:
        """Keeps vectors (n, size) by the ids of their passages, with who each is for."""
        with self._open(place) as collection:
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                collection.upsert(
                    ids=list(ids[part]),
                    embeddings=vectors[part],
                    metadatas=[{"audience": audience, "number": number} for audience in audiences[part]],
                )

    def nearest(
        self, place: str, vector: Vectors, limit: int, audiences: Sequence[str] | None
    ) -> list[tuple[str, float]]:
        """The passages nearest to a vector (1, size) with their cosines, the nearest first.

        Only among those for some audiences, if given.
        """
        with self._open(place) as collection:
            found = _query(collection, vector, AROUND * limit)
            allowed = [each for each in found if audiences is None or each[2] in audiences]
            if len(allowed) < limit and len(found) < collection.count():
                # Chroma's graph may find nothing of the few that are left, so these are compared one by one.
                allowed = _compared(collection, vector, audiences)
        return [(id_, cosine) for id_, cosine, _ in allowed[:limit]]


class Folder(Store):
    """Chroma in a folder, one below it for each change; the one that serves is only read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._clients: dict[str, ClientAPI] = {}

    def draft(self, before: str | None, gone: Sequence[str], number: int) -> str:
        place = _name(number)
        with _disk():
            if before is not None and self.has(before):
                shutil.copytree(self._folder / before, self._folder / place)
            else:
                (self._folder / place).mkdir(parents=True)
        with self._open(place) as collection:
            for start in range(0, len(gone), BATCH):
                collection.delete(ids=list(gone[start : start + BATCH]))
        return place

    def settle(self, place: str, before: str | None, kept: Some[str], number: int) -> None:
        # Whoever reads the one before goes on until the next question.
        for old in self._folder.iterdir():
            if _is_left(old.name, number) and old.name not in (place, before):
                self._close(old.name)
                shutil.rmtree(old, ignore_errors=True)

    def has(self, place: str) -> bool:
        return (self._folder / place / "chroma.sqlite3").is_file()

    @contextmanager
    def _open(self, place: str) -> Iterator[Collection]:
        import chromadb
        from chromadb.config import Settings

        with _disk():
            # Two threads that open one folder at once get in each other's way.
            with self._lock:
                if place not in self._clients:
                    self._forget()
                    settings = Settings(anonymized_telemetry=False)
                    self._clients[place] = chromadb.PersistentClient(str(self._folder / place), settings)
                collection = _collection(self._clients[place], PASSAGES)
            yield collection

    def _forget(self) -> None:
        """Lets go of folders that another process removed."""
        for place in [each for each in self._clients if not self.has(each)]:
            cast("Any", self._clients.pop(place)).close()

    def _close(self, place: str) -> None:
        with self._lock:
            client = self._clients.pop(place, None)
        if client is not None:
            cast("Any", client).close()


class Server(Store):
    """A Chroma server, one collection for each embedding; it can be shared by companies and by replicas.

    Raises
    ------
    BadInput
        When the address is none.
    """

    def __init__(self, url: str, company: str) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in ("http", "https") or not self._url.hostname:
            raise BadInput(f'CALLSHEET_CHROMA_URL is "{url}"; give an address such as http://chroma:8000.')
        self._prefix = f"callsheet-{hashlib.sha256(company.encode()).hexdigest()[:12]}-"
        self._lock = threading.Lock()
        self._client: ClientAPI | None = None

    def draft(self, before: str | None, gone: Sequence[str], number: int) -> str:
        return before or f"{self._prefix}{_name(number)}"

    def settle(self, place: str, before: str | None, kept: Some[str], number: int) -> None:
        with self._open(place) as collection:
            old = collection.get(where=cast("Any", {"number": {"$lte": number}}), include=[])["ids"]
            gone = [id_ for id_ in old if id_ not in kept]
            for start in range(0, len(gone), BATCH):
                collection.delete(ids=gone[start : start + BATCH])
        with self._reached() as client:
            for each in client.list_collections():
                name = each.name.removeprefix(self._prefix)
                if name != each.name and _is_left(name, number) and each.name not in (place, before):
                    client.delete_collection(each.name)

    def has(self, place: str) -> bool:
        from chromadb.errors import NotFoundError

        with self._reached() as client:
            try:
                client.get_collection(place, embedding_function=None)
            except NotFoundError:
                return False
            return True

    @contextmanager
    def _open(self, place: str) -> Iterator[Collection]:
        with self._reached() as client:
            yield _collection(client, place)

    @contextmanager
    def _reached(self) -> Iterator[ClientAPI]:
        import chromadb
        import httpx
        from chromadb.config import Settings
        from chromadb.errors import ChromaError

        try:
            with self._lock:
                if self._client is None:
                    self._client = chromadb.HttpClient(
                        host=str(self._url.hostname),
                        port=self._url.port or (443 if self._url.scheme == "https" else 80),
                        ssl=self._url.scheme == "https",
                        settings=Settings(anonymized_telemetry=False),
                    )
            yield self._client
        except (httpx.HTTPError, ConnectionError, ChromaError, ValueError) as error:
            # The client says with a ValueError that nothing answers.
            if isinstance(error, ValueError) and "connect" not in str(error).lower():
                raise
            raise Unavailable(
                "The Chroma server does not answer; check CALLSHEET_CHROMA_URL and that it runs."
            ) from error


@contextmanager
def _disk() -> Iterator[None]:
    """Turns a folder that is full, damaged or no longer there into one clear sentence."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError) as error:
        raise Unavailable("The playbook's vectors cannot be read or written; see that their disk has room.") from error


def _name(number: int) -> str:
    return f"{number}-{uuid.uuid4().hex[:12]}"


def _is_left(name: str, number: int) -> bool:
    """Whether a place was made by a change of that number or before."""
    found = PLACE.fullmatch(name)
    return found is not None and int(found[1]) <= number


def _collection(client: ClientAPI, name: str) -> Collection:
    return client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
    )


def _query(collection: Collection, vector: Vectors, limit: int) -> list[tuple[str, float, str]]:
    """The passages nearest to a vector by Chroma's graph, their cosines, and who each is for."""
    found = collection.query(query_embeddings=vector, n_results=limit, include=["distances", "metadatas"])
    distances, about = (found["distances"] or [[]])[0], (found["metadatas"] or [[]])[0]
    return [
        (id_, 1.0 - distance, str(each["audience"]))
        for id_, distance, each in zip(found["ids"][0], distances, about, strict=True)
    ]


def _compared(collection: Collection, vector: Vectors, audiences: Sequence[str] | None) -> list[tuple[str, float, str]]:
    """The same of all that are for some audiences, as many as Chroma gives at once, without its graph."""
    only = None if audiences is None else {"audience": {"$in": list(audiences)}}
    found = collection.get(where=cast("Any", only), limit=BATCH, include=["embeddings", "metadatas"])
    if not found["ids"]:
        return []
    cosines = np.asarray(found["embeddings"]) @ vector[0]
    about = found["metadatas"] or []
    every = [(id_, float(c), str(each["audience"])) for id_, c, each in zip(found["ids"], cosines, about, strict=True)]
    return sorted(every, key=lambda each: -each[1])
