"""Vectors from a provider, asked of a real server on loopback."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot import app, embeddings, settings
from bot.embeddings import BYTES_A_REQUEST, BYTES_A_TEXT, SIZE, OpenAI
from tools.errors import BadInput, Unavailable

KEY = "sk-of-this-test-0123456789"
SAID = "what somebody asked"
Script = Callable[[list[str]], tuple[int, Any]]


def vector(text: str) -> list[float]:
    """A vector of a text of length two: its first letter says where."""
    return [2.0 if place == ord(text[0]) % SIZE else 0.0 for place in range(SIZE)]


def told(texts: list[str]) -> tuple[int, Any]:
    """An answer as OpenAI gives it, but not in order."""
    data = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
    return 200, {"object": "list", "model": "m", "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def failing(status: int) -> Script:
    """An error that says back what it was asked, key and all."""
    return lambda texts: (status, {"error": {"message": f"not with {KEY} for {texts}", "type": "t", "code": "c"}})


class Provider:
    """Answers /v1/embeddings by a script, whose last line is said again and again."""

    def __init__(self) -> None:
        self.script: list[Script] = [told]
        self.asked: list[list[str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert (self.path, body["model"]) == ("/v1/embeddings", "text-embedding-3-small")
                status, answer = provider.answer(body["input"], self.headers["Authorization"])
                said = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.send_header("Retry-After-Ms", "1")
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def answer(self, texts: list[str], authorization: str) -> tuple[int, Any]:
        self.asked.append(texts)
        if authorization != f"Bearer {KEY}":
            return failing(401)(texts)
        return (self.script.pop(0) if len(self.script) > 1 else self.script[0])(texts)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    provider = Provider()
    thread = threading.Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield provider
    provider.server.shutdown()
    thread.join()
    provider.server.server_close()


def test_each_text_gets_its_own_vector_of_length_one(provider: Provider) -> None:
    found = OpenAI(provider.url).vectors(["apple", "bread", "cheese"])
    assert found.shape == (3, SIZE)
    assert found.dtype == np.float32
    assert found.argmax(axis=1).tolist() == [ord("a"), ord("b"), ord("c")]
    assert found.max(axis=1) == pytest.approx(1.0)


def test_no_text_asks_nothing(provider: Provider) -> None:
    assert OpenAI(provider.url).vectors([]).shape == (0, SIZE)
    assert provider.asked == []


def test_many_texts_are_sent_as_many_at_once_as_are_taken(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two thousand vectors are forty megabytes of JSON.
    monkeypatch.setattr(embeddings, "TEXTS_A_REQUEST", 40)
    texts = ["a"] * 41 + [letter + "é" * 4_000 for letter in "bcdefg"] * 7
    found = OpenAI(provider.url).vectors(texts)
    assert [text for part in provider.asked for text in part] == texts
    assert all(sum(len(text.encode()) for text in part) <= BYTES_A_REQUEST for part in provider.asked)
    # Then 37 texts of 8,001 bytes are the most that 300,000 bytes hold.
    assert [len(part) for part in provider.asked] == [40, 38, 5]
    assert found.argmax(axis=1).tolist() == [ord(text[0]) for text in texts]


def test_what_is_too_long_is_cut_between_two_letters_and_what_is_empty_is_sent_as_a_blank(provider: Provider) -> None:
    OpenAI(provider.url).vectors(["x" + "é" * BYTES_A_TEXT, "", "\ud800"])
    (sent,) = provider.asked
    assert sent == ["x" + "é" * ((BYTES_A_TEXT - 1) // 2), " ", " "]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_fails_once_is_asked_again_while_nobody_waits(provider: Provider, status: int) -> None:
    provider.script = [failing(status), told]
    assert OpenAI(provider.url).vectors(["apple", "bread"]).shape == (2, SIZE)
    assert len(provider.asked) == 2


def test_somebody_who_waits_for_one_text_does_not_wait_for_a_second_attempt(provider: Provider) -> None:
    provider.script = [failing(429), told]
    with pytest.raises(Unavailable, match="takes no more just now"):
        OpenAI(provider.url).vectors(["apple"])
    assert len(provider.asked) == 1


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (400, r"answers with an error \(400\)"),
        (403, "refuses OPENAI_API_KEY"),
        (404, "has no text-embedding-3-small"),
        (429, "takes no more just now"),
        (500, r"answers with an error \(500\)"),
    ],
)
def test_what_goes_on_failing_is_one_sentence_that_holds_no_secret(
    provider: Provider, status: int, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.script = [failing(status)]
    assert_told(provider, sentence, caplog)


def test_a_wrong_key_is_told_without_it(
    provider: Provider, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
    assert_told(provider, "refuses OPENAI_API_KEY", caplog)
    assert "sk-wrong" not in caplog.text


def assert_told(provider: Provider, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("tests")
    with caplog.at_level(logging.INFO):
        try:
            OpenAI(provider.url).vectors([SAID])
        except Unavailable as error:
            said = str(error)
            log.exception("As the playbook logs it")
    assert sentence.replace("\\", "") in said
    assert said.endswith(".")
    assert "Traceback" in caplog.text
    assert KEY not in caplog.text
    assert SAID not in caplog.text


def short(texts: list[str]) -> tuple[int, Any]:
    status, answer = told(texts)
    for each in answer["data"]:
        each["embedding"] = each["embedding"][:100]
    return status, answer


def too_few(texts: list[str]) -> tuple[int, Any]:
    status, answer = told(texts)
    return status, answer | {"data": answer["data"][1:]}


def nothing(texts: list[str]) -> tuple[int, Any]:
    status, answer = told(texts)
    return status, answer | {"data": [each | {"embedding": [0.0] * SIZE} for each in answer["data"]]}


@pytest.mark.parametrize(
    "answer", [short, too_few, nothing, lambda _: (200, {}), lambda _: (200, "hello"), lambda _: (200, {"data": 1})]
)
def test_an_answer_that_is_no_vectors_is_refused(provider: Provider, answer: Script) -> None:
    provider.script = [answer]
    with pytest.raises(Unavailable, match="no vectors"):
        OpenAI(provider.url).vectors(["apple", "bread"])


def test_where_nothing_listens_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as taken:
        # Bound and not listened to: nobody else gets the port meanwhile.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="cannot be reached"):
            OpenAI(f"http://127.0.0.1:{taken.getsockname()[1]}/v1").vectors(["apple"])


def test_the_settings_name_the_embedding(tmp_path: Path) -> None:
    def name(**environment: str) -> str:
        return app.create_embedding(settings.read({"CALLSHEET_HOME": str(tmp_path), **environment})).name

    assert name() == "hashing-1024"
    assert name(OPENAI_API_KEY=KEY) == "openai-text-embedding-3-small-1536"
    assert name(OPENAI_API_KEY=KEY, CALLSHEET_EMBEDDING="hashing") == "hashing-1024"
    for file in ("model.safetensors", "tokenizer.json"):
        (tmp_path / file).touch()
    assert name(CALLSHEET_EMBEDDING="minilm", CALLSHEET_MINILM=str(tmp_path)) == "minilm-l6-v2"


def test_an_embedding_that_cannot_be_had_is_named_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="OPENAI_API_KEY is not set"):
        settings.read({"CALLSHEET_EMBEDDING": "openai"})
    config = settings.read({"CALLSHEET_EMBEDDING": "minilm", "CALLSHEET_MINILM": str(tmp_path)})
    with pytest.raises(BadInput, match=r"There is no model\.safetensors in .*CALLSHEET_MINILM"):
        app.create_embedding(config)
