"""Reads files that can be turned against their reader in a process apart, with little time and memory.

A file that never ends, or that unpacks to gigabytes, ends that process and is left out; the next gets a fresh one.
"""

from __future__ import annotations

import logging
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import TracebackType

from knowledge.errors import BadFile
from knowledge.playbook.blocks import Draft
from knowledge.playbook.readers import read

APART = frozenset((".pdf", ".docx", ".pptx"))
# A text no larger than this takes a second at the very worst, however it is written; a process apart takes as long.
AT_HAND = 100_000
SECONDS, MEMORY = 60.0, 2_000_000_000


class Reader:
    """Reads one file after the other; to be used in a `with` block, which ends the process apart."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._line: Connection | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def read(self, path: Path) -> Draft:
        """The file as blocks.

        Raises
        ------
        BadFile
            When it cannot be read, or takes more time or memory than a document does.
        """
        if path.suffix.lower() not in APART and _is_small(path):
            return read(path)
        if self._process is None or not self._process.is_alive():
            self._end()
        line = self._line or self._begin()
        try:
            line.send(path)
            if not line.poll(self._seconds):
                self._end()
                raise BadFile(f"reading it took longer than {self._seconds:.0f} seconds")
            found = line.recv()
        except (EOFError, ConnectionError) as error:
            self._end()
            raise BadFile("reading it took more memory than a document does") from error
        if isinstance(found, str):
            raise BadFile(found)
        assert isinstance(found, Draft)
        return found

    def _begin(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._line, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far,), daemon=True)
        self._process.start()
        far.close()
        return self._line

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= AT_HAND
    except OSError:  # `read` says why
        return True


def _serve(line: Connection) -> None:
    """Answers each path with its draft, or with the words that say why there is none."""
    _limit_memory()
    # A file's peculiarities are the libraries' own to complain of; nobody reads it there.
    logging.disable()
    while True:
        try:
            path = line.recv()
        except EOFError:
            return
        try:
            line.send(read(path))
        except BadFile as error:
            line.send(str(error))
        except MemoryError:
            line.send("reading it took more memory than a document does")


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    limit = MEMORY if most == resource.RLIM_INFINITY else min(MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
