"""Answers a question, whoever carries it: the command line, Slack and the tests all come through `Assistant.ask`."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import conversation, metrics
from bot.settings import OFFLINE
from tools import names, playbook
from tools.base import Attachment, Result, Services, Tool, ToolContext
from tools.errors import BadInput

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from bot.conversation import Listener
    from bot.reading import Reader
    from knowledge.citations import Citation
    from knowledge.memory import Memory
    from knowledge.people import Person

logger = logging.getLogger(__name__)

LONGEST_QUESTION = 2_000
TURNS_REMEMBERED = 6


@dataclass(frozen=True)
class Answer:
    """What is said to a question, with the tools asked, their results, and who planned it."""

    text: str
    calls: Sequence[dict[str, Any]]
    results: Sequence[Result]
    planner: str
    audit_id: str
    elapsed_ms: float

    @property
    def citations(self) -> list[Citation]:
        """All the evidence, each piece once."""
        return list({citation.key: citation for result in self.results for citation in result.citations}.values())

    @property
    def files(self) -> list[Attachment]:
        """All the files that go with it."""
        return [file for result in self.results for file in result.files]


@dataclass(frozen=True)
class Assistant:
    """Everything that answering needs; `model` is None where the planner answers alone."""

    services: Services
    tools: Sequence[Tool]
    reader: Reader
    memory: Memory
    model: BaseChatModel | None = None
    model_name: str = OFFLINE

    def warm_up(self) -> None:
        """Reads in what the first question would otherwise wait for: the agent's library and the models that serve."""
        import langchain.agents

        logger.info("%s is ready", langchain.agents.__name__, extra={"action": "warmed_up"})
        self.services.models.warm_up()
        self.services.playbook.warm_up(self.services.clock())

    def ask(
        self,
        question: str,
        asker: Person,
        *,
        thread: str | None = None,
        audit_id: str | None = None,
        keep: bool = True,
        listener: Listener | None = None,
    ) -> Answer:
        """The answer for an asker; `thread` is the conversation it belongs to, None for a fresh one.

        A `listener` hears what a language model is doing and says. What it heard may differ from the answer, where a
        model failed half way: the answer is what counts.

        The thread remembers it, unless `keep` is False: whoever may yet give it up calls `remember` when it is said.

        Raises
        ------
        BadInput
            When the question is empty or too long.
        """
        started = time.perf_counter()
        question = check(question)
        ctx = self.services.for_(asker, self.services.roster(), audit_id)
        before = conversation.history(self.memory.turns(thread, TURNS_REMEMBERED)) if thread else []
        planner, messages = self._run(ctx, question, before, listener)
        results, calls = conversation.outcome(messages)
        metrics.asked(calls, results)
        text = messages[-1].text.strip() if messages else ""
        if planner != OFFLINE:
            text = conversation.release(text, results)
        elapsed = (time.perf_counter() - started) * 1000
        logger.info(
            "Answered %s with %s",
            asker.id,
            [call["name"] for call in calls],
            extra={"action": "answered", "audit_id": ctx.audit_id, "elapsed_ms": round(elapsed)},
        )
        said = Answer(text, calls, results, planner, ctx.audit_id, elapsed)
        if thread and keep:
            self.remember(thread, asker, question, said, ctx.now)
        return said

    def remember(self, thread: str, asker: Person, question: str, said: Answer, now: datetime) -> None:
        """Keeps an answer in its thread, so that it can be asked about there."""
        told = zip(said.calls, said.results, strict=True)
        shown = [call | {"names": list(result.names)} for call, result in told]
        self.memory.remember(thread, asker.id, question, said.text, shown, now)

    def _run(
        self, ctx: ToolContext, question: str, before: list[BaseMessage], listener: Listener | None
    ) -> tuple[str, list[BaseMessage]]:
        """Who planned, and the messages since the question. A model that fails leaves the question to the planner."""
        from bot.planner import OfflinePlanner

        planner = OfflinePlanner(
            reader=self.reader,
            link=partial(names.link, ctx, ordinary=self.reader.vocabulary),
            knows=partial(playbook.knows, ctx),
        )
        converse = partial(conversation.converse, tools=self.tools, ctx=ctx, question=question, before=before)
        if self.model is not None:
            try:
                return self.model_name, converse(self.model, listener=listener)
            except Exception:  # whatever the provider does, people get the same figures
                logger.exception(
                    "The language model failed", extra={"action": "model_failed", "audit_id": ctx.audit_id}
                )
        return OFFLINE, converse(planner)


def check(question: str) -> str:
    """The question without the space around it.

    Raises
    ------
    BadInput
        When it is empty or too long.
    """
    question = question.strip()
    if not question:
        raise BadInput("Ask something, for example: which leads should I call now?")
    if len(question) > LONGEST_QUESTION:
        raise BadInput(f"That is {len(question):,} characters long; ask in at most {LONGEST_QUESTION:,}.")
    return question
