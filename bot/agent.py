"""Answers a question, whoever carries it: the command line, Slack and the tests all come through `Assistant.ask`."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from bot import conversation, metrics
from bot.breaker import Breaker
from bot.identities import identities
from bot.lock import Lock
from bot.privacy import Veil
from bot.purse import LAST_TODAY, Purse
from bot.settings import OFFLINE, Privacy
from tools import mentions, playbook
from tools.base import Attachment, Result, Services, Tool, ToolContext
from tools.errors import BadInput

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from bot.attempts import Attempt
    from bot.conversation import Listener
    from bot.meter import Meter
    from bot.reading import Reader
    from knowledge.citations import Citation
    from knowledge.ledger import Turn
    from knowledge.memory import Memory
    from knowledge.people import Person

logger = logging.getLogger(__name__)

LONGEST_QUESTION = 2_000
TURNS_REMEMBERED = 12
MODEL_TIME_S = 20.0


@dataclass(frozen=True)
class Answer:
    """What is said to a question, with the tools asked, their results, and who planned it.

    `note` is for whoever asked, beside the answer.
    """

    text: str
    calls: Sequence[dict[str, Any]]
    results: Sequence[Result]
    planner: str
    audit_id: str
    elapsed_ms: float
    note: str = ""

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
    """Everything that answering needs; `model` is None where the planner answers alone.

    Attributes
    ----------
    model_time_s : how long the model may take for an answer before the planner gives it
    breaker : leaves a provider in trouble alone
    purse : counts what the model's answers take; None where nobody counts
    note_leaving : keeps in the access log what left for the model's provider
    privacy : what is hidden from the model's provider, with stand-ins made under `privacy_key`
    """

    services: Services
    tools: Sequence[Tool]
    reader: Reader
    memory: Memory
    model: BaseChatModel | None = None
    model_name: str = OFFLINE
    model_time_s: float = MODEL_TIME_S
    breaker: Breaker = field(default_factory=Breaker)
    purse: Purse | None = None
    note_leaving: Callable[..., None] | None = None
    privacy: Privacy = "names"
    privacy_key: bytes = field(default_factory=partial(secrets.token_bytes, 32), repr=False)

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
        from bot.attempts import Attempt

        started, attempt = time.perf_counter(), Attempt(self.model_time_s)
        question = check(question)
        ctx = self.services.for_(asker, self.services.roster(), audit_id)
        held = self.memory.turns(thread, TURNS_REMEMBERED) if thread else []
        turns = [turn for turn in held if conversation.may_hear(ctx, turn)]
        veil = self._veil(ctx, thread or ctx.audit_id, turns)
        planner, messages = self._run(ctx, question, conversation.history(turns), veil, attempt, listener)
        results, calls = conversation.outcome(messages)
        metrics.asked(calls, results)
        text = messages[-1].text.strip() if messages else ""
        if planner != OFFLINE:
            text = conversation.release(text, results, Lock(results, question, ctx.now.astimezone(ctx.zone)))
        note = LAST_TODAY if self._take(ctx, attempt.meter) else ""
        if planner == OFFLINE:
            note = note or conversation.aside(messages)
        elapsed = (time.perf_counter() - started) * 1000
        logger.info(
            "Answered %s with %s",
            asker.id,
            [call["name"] for call in calls],
            extra={"action": "answered", "audit_id": ctx.audit_id, "elapsed_ms": round(elapsed)},
        )
        said = Answer(text, calls, results, planner, ctx.audit_id, elapsed, note)
        if thread and keep:
            self.remember(thread, asker, question, said, ctx.now)
        return said

    def remember(self, thread: str, asker: Person, question: str, said: Answer, now: datetime) -> None:
        """Keeps an answer in its thread, so that it can be asked about there."""
        told = zip(said.calls, said.results, strict=True)
        shown = [
            call | conversation.shown(result, asker) | {"identities": sorted(identities(result) - {*result.names})}
            for call, result in told
        ]
        self.memory.remember(thread, asker.id, question, said.text, shown, now, said.audit_id)

    def _run(
        self,
        ctx: ToolContext,
        question: str,
        before: list[BaseMessage],
        veil: Veil,
        attempt: Attempt,
        listener: Listener | None,
    ) -> tuple[str, list[BaseMessage]]:
        """Who planned, and the messages since the question.

        A model that fails leaves the question to the planner, with what the tools have told by then.
        """
        from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError

        from bot.attempts import NoWords, fault
        from bot.leaving import Leaving
        from bot.planner import OfflinePlanner
        from bot.planning import PlanFirst

        planner = OfflinePlanner(
            reader=self.reader,
            link=partial(mentions.link, ctx, ordinary=self.reader.vocabulary),
            knows=partial(playbook.knows, ctx),
        )
        converse = partial(conversation.converse, tools=self.tools, ctx=ctx, question=question, before=before)
        if self.model is not None and self._may_ask(ctx):
            try:
                leaving = Leaving(veil, ctx, self.model_name, self.note_leaving)
                messages = attempt.answer(
                    partial(
                        converse,
                        self.model,
                        middleware=[PlanFirst(planner), attempt, leaving],
                        callbacks=[attempt.meter],
                        show=veil.show,
                    ),
                    listener,
                    Lock((), question, ctx.now.astimezone(ctx.zone)),
                )
            except Exception as error:  # whatever the provider does, people get the same figures
                # What one question makes of a model closes the breaker for nobody else.
                went_well = isinstance(error, NoWords | ModelCallLimitExceededError)
                self._note(type(error).__name__, attempt.meter, went_well=went_well)
                noted = {"action": "model_failed", "audit_id": ctx.audit_id}
                logger.error("The language model failed: %s", fault(error), extra=noted)
            else:
                is_planned = conversation.is_planned(messages[-1])
                self._note("planned" if is_planned else "answered", attempt.meter, went_well=True)
                return OFFLINE if is_planned else self.model_name, messages
        return OFFLINE, converse(planner, told=attempt.told())

    def _veil(self, ctx: ToolContext, thread: str, turns: Sequence[Turn]) -> Veil:
        """Stand-ins for the thread, which know its people and what it has shown."""
        link = partial(mentions.link, ctx, ordinary=self.reader.vocabulary)
        veil = Veil(self.privacy, self.privacy_key, thread, link, self.reader.vocabulary)
        veil.knows(person.name for person in ctx.roster.people)
        for call in (call for turn in turns for call in turn.calls):
            veil.knows([*call["names"], *call.get("identities", ())])
        return veil

    def _may_ask(self, ctx: ToolContext) -> bool:
        """Whether the model may be asked: the asker has tokens left, and the provider is not left alone."""
        if self.purse is not None and not self.purse.allows(ctx):
            metrics.MODELS.labels("capped").inc()
            return False
        if not self.breaker.allows():
            metrics.MODELS.labels("resting").inc()
            return False
        return True

    def _take(self, ctx: ToolContext, meter: Meter) -> bool:
        """Counts what a language model took, whoever answered in the end; whether that used up the asker's day."""
        read, written = meter.taken
        return self.purse is not None and read + written > 0 and self.purse.take(ctx, self.model_name, read, written)

    def _note(self, outcome: str, meter: Meter, *, went_well: bool) -> None:
        if meter.is_used:
            self.breaker.note(went_well=went_well)
        else:
            self.breaker.give_back()
        metrics.MODELS.labels(outcome).inc()


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
