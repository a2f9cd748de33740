"""A language model over real HTTP: whatever the provider does, people get the right figures in honest words."""

from __future__ import annotations

import json
import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import settings
from bot.agent import Answer, Assistant
from bot.app import create_model
from bot.breaker import Breaker
from bot.privacy import KINDS
from bot.purse import Purse
from bot.reading import Reader
from knowledge.crm import Account, Contact, Lead, Person
from knowledge.database import Database
from knowledge.ledger import Access, record_access
from knowledge.memory import Memory
from tests.company import Books
from tests.provider import Provider, Reply, Script, fails, provider, says
from tools.catalog import TOOLS

# The planner is not sure what the first asks; it is of the second.
OPEN, SURE = "surprise me", "which leads should I call now"


@pytest.fixture(scope="module")
def books(company_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The demo company, one for all tests: nothing here changes it, and what is read in serves the next."""
    shutil.copytree(company_file.parent, folder := tmp_path_factory.mktemp("still"), dirs_exist_ok=True)
    return Books(Database(f"sqlite:///{folder / 'callsheet.db'}"))


@pytest.fixture(scope="module")
def assistant(books: Books, reader: Reader) -> Assistant:
    return Assistant(books.services, TOOLS, reader, Memory(books.db))


@pytest.fixture
def served(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Callable[[Provider], Assistant]:
    """The assistant with the model that a provider serves."""

    def made(stub: Provider, **more: Any) -> Assistant:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        read = settings.read({"OPENAI_BASE_URL": stub.url, "OPENAI_API_KEY": "none", "CALLSHEET_MODEL": "openai:stub"})
        model = create_model(read)
        assert model is not None
        return replace(assistant, model=model, model_name="openai:stub", **{"breaker": Breaker(), **more})

    return made


def answers(
    served: Callable[..., Assistant], books: Books, *script: Reply | Script, question: str = OPEN, **more: Any
) -> tuple[Answer, Provider]:
    with provider(*script) as stub:
        return served(stub, **more).ask(question, books.person("rep")), stub


def test_tools_are_asked_side_by_side_and_their_figures_worded(served: Any, books: Books) -> None:
    both = says(None, ("leads_to_call", '{"limit": 2}'), ("forecast_sales", "{}"))
    said, stub = answers(served, books, both, lambda request: says(told(request)))
    assert [call["name"] for call in said.calls] == ["leads_to_call", "forecast_sales"]
    assert said.planner == "openai:stub"
    assert said.results[0].names[0] in said.text
    assert len(stub.heard) == 2


def told(request: dict[str, Any]) -> str:
    """The first sentence of what the first tool told, as the model was shown it."""
    fenced = next(message["content"] for message in request["messages"] if message["role"] == "tool")
    return str(fenced.split("\n")[1])


@pytest.mark.parametrize(
    "script",
    [
        [fails(500)],
        [fails(429, Retry_After="0")],
        [Reply(b"<html>gateway</html>")],
        [Reply({"nothing": "here"})],
        [says("")],
        [says(None)],
        [says(None, refusal="I cannot help with that.")],
        [says(None, ("no_such_tool", "{}"))],
        [says(None, ("leads_to_call", '{"limit": '))],
        [says("You will win 87 % of 412 deals, $9,120,000 in all.")],
    ],
    ids=["500", "429", "html", "empty object", "no words", "null", "refusal", "no such tool", "no json", "made up"],
)
def test_what_goes_wrong_leaves_the_answer_to_the_planner(
    served: Any, assistant: Assistant, books: Books, script: list[Reply], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.0)
    monkeypatch.setattr("openai._base_client.MAX_RETRY_DELAY", 0.0)
    for question in (OPEN, SURE):
        plain = assistant.ask(question, books.person("rep"))
        said, stub = answers(served, books, *script, question=question)
        assert said.text == plain.text
        assert [call["name"] for call in said.calls] == [call["name"] for call in plain.calls]
        assert stub.heard


def test_the_log_names_what_failed_and_not_what_the_provider_said_of_it(
    served: Any, books: Books, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    answers(served, books, Reply({"error": {"message": "Jane Doe is too long"}}, 400, {"x-request-id": "req_7"}))
    assert "RequestError, status 400, request req_7" in caplog.text
    assert "Jane Doe" not in caplog.text


def test_a_busy_provider_is_asked_again(served: Any, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openai._base_client.INITIAL_RETRY_DELAY", 0.0)
    said, stub = answers(served, books, fails(429, Retry_After="0"), says("Good morning."))
    assert (said.text, len(stub.heard)) == ("Good morning.", 2)


def test_wrong_arguments_are_told_to_the_model_which_asks_again(served: Any, books: Books) -> None:
    script = [says(None, ("leads_to_call", '{"limit": 900}')), says(None, ("leads_to_call", '{"limit": 1}'))]
    said, stub = answers(served, books, *script, lambda request: says("Call the first."))
    assert said.calls[-1]["args"] == {"limit": 1}
    assert "limit" in str(stub.heard[1]["messages"][-1])


def test_a_tool_of_another_role_is_not_there_to_be_asked(served: Any, books: Books) -> None:
    said, stub = answers(served, books, says(None, ("team_summary", "{}")), says("Your team is doing well."))
    assert "team_summary" not in [tool["function"]["name"] for tool in stub.heard[0]["tools"]]
    assert said.results == []


def test_a_stream_that_breaks_off_leaves_the_answer_to_the_planner(
    served: Any, assistant: Assistant, books: Books
) -> None:
    class Ear:
        def status(self, text: str) -> None: ...

        def said(self, sentence: str) -> None: ...

    half = replace(says("Start at the top of the list. Then go on to the rest of it, one by one."), cut=True)
    noted: list[dict[str, Any]] = []

    def note(**taken: Any) -> int:
        noted.append(taken)
        return 0

    purse = Purse(lambda *_: 0, note, 10_000_000)
    with provider(half) as stub:
        said = served(stub, purse=purse).ask(SURE, books.person("rep"), listener=Ear())
    (taken,) = noted
    assert taken["input_tokens"] > 100
    assert 5 <= taken["output_tokens"] <= 15
    assert (said.planner, said.text) == ("offline", assistant.ask(SURE, books.person("rep")).text)


@pytest.mark.parametrize("mode", ["names", "strict"])
def test_no_name_address_or_number_to_dial_leaves_the_house(
    served: Any, books: Books, mode: settings.Privacy, caplog: pytest.LogCaptureFixture
) -> None:
    with books.db.read() as session:
        leads = session.execute(select(Lead.name, Lead.company, Lead.email, Lead.phone)).all()
        others = [*session.scalars(select(Account.name)), *session.scalars(select(Contact.name))]
        others += session.scalars(select(Person.name))
    secrets = {each for row in leads for each in row if each} | {name for name in others if name}
    secrets = {each for each in secrets if len(each) > 5}
    caplog.set_level(logging.INFO)
    rep = books.person("rep")
    with provider(lambda request: says(told(request) if "role': 'tool" in str(request) else "Well.")) as stub:
        asker = served(stub, privacy=mode, note_leaving=partial(record_access, books.db))
        first = asker.ask(SURE, rep, thread=mode)
        names = first.results[0].names
        for question in (f"why {names[1].split()[0].lower()}?", "which of my deals are at risk", OPEN, "my day"):
            asker.ask(question, rep, thread=mode)
        # With the system's prompt and the tools on offer, which speak of nobody either.
        bodies = [json.dumps(each, ensure_ascii=False) for each in stub.heard]
    assert len(bodies) >= 4
    left = {each for each in secrets for body in bodies if each in body}
    assert left == set()
    assert names[0] in first.text
    assert "NAME_" not in first.text
    if mode == "strict":
        told_numbers = {n for body in bodies for n in re.findall(r"\$\d", body.split('"role": "tool"')[-1])}
        assert told_numbers == set()
    assert any(getattr(record, "action", "") == "left_for_provider" for record in caplog.records)
    with books.db.read() as session:
        (noted, *_) = session.scalars(select(Access).where(Access.tool == "openai:stub")).all()
    assert noted.person_id == rep.id
    assert noted.records[0]["hidden"]["name"] > 0
    assert {*noted.records[0]["hidden"]} == {*KINDS}
    assert any(str(key).startswith("leads/") for key in noted.records[1:])
    assert not [record for record in caplog.records if names[0] in record.getMessage()]


def test_a_name_has_one_stand_in_in_a_thread_and_another_elsewhere(served: Any, books: Books) -> None:
    rep, seen = books.person("rep"), []
    for thread in ("a", "a", "b"):
        with provider(lambda request: says("Well.")) as stub:
            served(stub, privacy_key=b"one").ask(SURE, rep, thread=thread)
            seen.append(re.findall(r"Call (NAME_\w+)", str(stub.heard[-1]["messages"]))[-1])
    assert seen[0] == seen[1] != seen[2]
