"""Folders of documents, and stores of both kinds for their vectors."""

from __future__ import annotations

import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from knowledge.playbook import Playbook
from knowledge.playbook.embedding import Hashing
from knowledge.playbook.vectors import Folder, Server, Store

STARTING_S = 30


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file of the folder `docs`."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Chroma server of the test run's own."""
    command = Path(sys.executable).parent / "chroma"
    if not command.is_file():
        pytest.skip("the `chroma` command is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    said = folder / "log"
    with said.open("wb") as log:
        server = subprocess.Popen(
            [command, "run", "--host", "127.0.0.1", "--port", str(port), "--path", folder / "data"],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        if not _answers(url, server):
            pytest.skip(f"a Chroma server cannot be started: {said.read_text(errors='replace')[-300:]}")
        yield url
    finally:
        server.kill()
        server.wait()


def _answers(url: str, server: subprocess.Popen[bytes]) -> bool:
    # Each try waits for as long as the server leaves it unanswered, the process itself for at most a while.
    for _ in range(STARTING_S * 10):
        try:
            if httpx.get(f"{url}/api/v2/heartbeat", timeout=STARTING_S).is_success:
                return True
        except httpx.TransportError:
            try:
                server.wait(0.1)
                return False
            except subprocess.TimeoutExpired:
                continue
    return False


@pytest.fixture(params=["folder", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of vectors, once of each kind."""
    if request.param == "folder":
        yield Folder(tmp_path / "vectors")
        return
    server = Server(request.getfixturevalue("chroma_url"), uuid.uuid4().hex)
    yield server
    with server._reached() as client:
        # Chroma's client and the one within it have no other way to hang up: `close` leaves connections open.
        for each in (client, client._admin_client):
            each._server._session.close()


@pytest.fixture
def folder_store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "vectors")


@pytest.fixture
def book(sqlite_db, folder_store) -> Playbook:
    """A playbook without documents."""
    return Playbook(sqlite_db, folder_store, Hashing())
