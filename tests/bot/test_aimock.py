"""The model's path against an OpenAI-compatible server that others wrote: both of its protocols, streamed and not."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import settings
from bot.agent import Assistant
from bot.app import create_model
from bot.reading import Reader
from knowledge.memory import Memory
from tests.company import Books
from tools.catalog import TOOLS

FOLDER = Path(sys.prefix) / "aimock"
SERVER = FOLDER / "node_modules" / ".bin" / "llmock"
QUESTION, WORDS = "surprise me", "Start at the top of the list. Then look at the forecast."
ASKED = [{"name": "leads_to_call", "arguments": {"limit": 2}}, {"name": "forecast_sales", "arguments": {}}]
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": QUESTION, "hasToolResult": True}, "response": {"content": WORDS}},
        {"match": {"userMessage": QUESTION}, "response": {"toolCalls": ASKED}},
    ]
}
pytestmark = pytest.mark.skipif(
    not SERVER.exists() or not shutil.which("node"),
    reason=f"aimock is not there; npm install --prefix {FOLDER} @copilotkit/aimock@1.43.0 puts it in",
)


class Ear:
    """What is heard of an answer while it is made."""

    def __init__(self) -> None:
        self.doing: list[str] = []
        self.sentences: list[str] = []

    def status(self, text: str) -> None:
        self.doing.append(text)

    def said(self, sentence: str) -> None:
        self.sentences.append(sentence)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("fixtures")
    (folder / "answers.json").write_text(json.dumps(FIXTURES), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(SERVER), "--port", str(port), "--fixtures", str(folder), "--log-level", "silent"]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/__aimock/journal", timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("responses", [False, True], ids=["chat completions", "responses"])
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_tools_are_asked_side_by_side_and_the_words_come_through(
    server: str, books: Books, reader: Reader, monkeypatch: pytest.MonkeyPatch, responses: bool, streamed: bool
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    read = settings.read({"CALLSHEET_MODEL": "openai:gpt-5-mini", "OPENAI_BASE_URL": f"{server}/v1"})
    model: Any = create_model(read)
    model = model.model_copy(update={"use_responses_api": responses})
    assistant = Assistant(books.services, TOOLS, reader, Memory(books.db), model, "openai:gpt-5-mini")
    ear = Ear() if streamed else None
    said = replace(assistant).ask(QUESTION, books.person("rep"), listener=ear)
    assert (said.text, said.planner) == (WORDS, "openai:gpt-5-mini")
    assert [call["name"] for call in said.calls] == ["leads_to_call", "forecast_sales"]
    if ear:
        assert WORDS.startswith("".join(ear.sentences).strip())
        assert ear.sentences
        assert any("forecast sales" in each for each in ear.doing)


def test_no_name_is_in_its_journal(server: str, books: Books) -> None:
    journal = urllib.request.urlopen(f"{server}/__aimock/journal", timeout=30).read().decode()
    names = {lead.name for lead in books.leads_of(books.person("rep"))}
    assert "NAME_" in journal
    assert not [name for name in names if json.dumps(name)[1:-1] in journal]
