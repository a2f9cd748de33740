"""One turn with a chat model: what it was told before, the tools it asks, and what of its words is released."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bot import lock as locks
from bot import metrics
from bot.lock import Lock, sentences
from tools import access
from tools.base import Refusal, Result, Tool, ToolContext

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from knowledge.ledger import Turn
    from knowledge.people import Person

logger = logging.getLogger(__name__)

MODEL_CALLS, TOOL_CALLS = 6, 8
# What a model is told of a thread, in tokens of about so many letters.
REMEMBERED, LETTERS_PER_TOKEN = 2_000, 4
# Of an earlier question, so many letters tell what it was about.
GIST = 120
EARLIER = "Earlier in this thread I asked: {}"
AS_SAID = "As said in the answer."
PROMPT = Path(__file__).with_name("prompt.md")
DOING = "is looking at {}…"


class Listener(Protocol):
    """Hears an answer while it is made: what is being done, and each sentence once it may be said."""

    def status(self, text: str) -> None:
        """What is being done, in a few words."""

    def said(self, sentence: str) -> None:
        """A piece of the answer's text, final; the pieces one after the other are the whole text."""


class Gate:
    """A listener that can be spared the rest, where somebody goes on talking who was given up."""

    def __init__(self, listener: Listener) -> None:
        self._listener: Listener | None = listener

    def status(self, text: str) -> None:
        if self._listener:
            self._listener.status(text)

    def said(self, sentence: str) -> None:
        if self._listener:
            self._listener.said(sentence)

    def close(self) -> None:
        """Passes nothing on any more."""
        self._listener = None


def converse(
    model: BaseChatModel,
    tools: Sequence[Tool],
    ctx: ToolContext,
    question: str,
    before: list[BaseMessage],
    listener: Listener | None = None,
    middleware: Sequence[Any] = (),
    callbacks: Sequence[Any] = (),
    show: Callable[[str], str] = str,
    told: Sequence[BaseMessage] = (),
) -> list[BaseMessage]:
    """The messages since a question, the last of them what the model says to it.

    `told` is what the tools have answered already. `show` puts the real names into what the listener hears before the
    middleware has done so.

    Raises
    ------
    ModelCallLimitExceededError
        When it does not come to an end.
    """
    from langchain.agents import create_agent
    from langchain.agents.middleware import ModelCallLimitMiddleware, ToolCallLimitMiddleware
    from langchain_core.messages import HumanMessage

    offered = [tool.for_langchain(ctx) for tool in tools if tool.offered and ctx.asker.role in tool.roles]
    around: list[Any] = [
        *middleware,
        ModelCallLimitMiddleware(run_limit=MODEL_CALLS, exit_behavior="error"),
        ToolCallLimitMiddleware(run_limit=TOOL_CALLS),
    ]
    agent = create_agent(model, offered, system_prompt=PROMPT.read_text(encoding="utf-8"), middleware=around)
    given: Any = {"messages": [*before, HumanMessage(question), *told]}
    heard: Any = {"callbacks": list(callbacks)}
    if listener is None:
        return list(agent.invoke(given, heard)["messages"][len(before) + 1 :])
    messages: list[BaseMessage] = []
    speech = Speech(listener, question, ctx.now.astimezone(ctx.zone), show)
    event: Any
    for mode, event in agent.stream(given, heard, stream_mode=["values", "messages"]):
        if mode == "values":
            messages = list(event["messages"][len(before) + 1 :])
            speech.follow(messages)
        else:
            speech.hear(event[0])
    return messages


class Speech:
    """Passes on what a model does and says, each sentence once it is whole and may be said.

    A model's words before the first tool has answered are not passed on, and none after a sentence that may not be
    said: what is said in its place is for `release`.
    """

    def __init__(self, listener: Listener, question: str, now: datetime, show: Callable[[str], str]) -> None:
        self._listener, self._question, self._now, self._show = listener, question, now, show
        self._results: list[Result] = []
        self._before = ""
        self._status, self._pending, self._is_over = "", "", False

    def follow(self, messages: Sequence[BaseMessage]) -> None:
        """Takes in the messages so far."""
        self._results, _ = outcome(messages)
        asked = getattr(messages[-1], "tool_calls", ()) if messages else ()
        doing = DOING.format(" and ".join(dict.fromkeys(call["name"].replace("_", " ") for call in asked)))
        if asked and doing != self._status:
            self._status, self._pending = doing, ""
            self._listener.status(doing)

    def hear(self, piece: BaseMessage) -> None:
        """Takes in a piece of what the model says."""
        from langchain_core.messages import AIMessageChunk

        is_refused = any(isinstance(each, Refusal) for each in self._results)
        if self._is_over or is_refused or not self._results or not isinstance(piece, AIMessageChunk):
            return
        self._pending += piece.text
        *whole, self._pending = sentences(self._pending) or [""]
        for sentence in whole:
            lock = Lock(self._results, self._question, self._now)
            sentence = lock.resolved(self._show(sentence))
            if self._is_over or lock.fault(sentence, self._before):
                self._is_over = True
                return
            self._before += sentence
            self._listener.said(sentence)


def history(turns: Sequence[Turn]) -> list[BaseMessage]:
    """The turns of a thread as messages, each call with the names that its answer showed.

    The latest are whole, as far as `REMEMBERED` tokens go, and of one that is longer its beginning; of those before, it
    is told what they were about.
    """
    from langchain_core.messages import HumanMessage

    kept: list[BaseMessage] = []
    left = REMEMBERED * LETTERS_PER_TOKEN
    for place, turn in reversed(list(enumerate(turns))):
        room = left - len(turn.question)
        if kept and room < len(turn.answer):
            asked = "; ".join(_cut(each.question, GIST) for each in turns[: place + 1])
            return [HumanMessage(EARLIER.format(asked)), *kept]
        kept[:0] = _messages(turn, _cut(turn.answer, room))
        left = room - len(turn.answer)
    return kept


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def _messages(turn: Turn, answer: str) -> list[BaseMessage]:
    """A turn: what was asked, the tools that were, and what was said; the answer stands there once."""
    from langchain_core.messages import AIMessage, HumanMessage

    told = [(call, Result(text=answer, names=tuple(call["names"]))) for call in turn.calls]
    return [HumanMessage(turn.question), *exchanged(told, turn.id, AS_SAID), AIMessage(answer)]


def exchanged(
    told: Sequence[tuple[dict[str, Any], Result]], key: str = "told", text: str | None = None
) -> list[BaseMessage]:
    """Calls of tools with their results, as messages; a model reads the results' own words, or else `text`."""
    from langchain_core.messages import AIMessage, ToolMessage

    if not told:
        return []
    ids = [f"{key}-{i}" for i in range(len(told))]
    calls = [{"name": call["name"], "args": call["args"], "id": id_} for id_, (call, _) in zip(ids, told, strict=True)]
    answers = [
        ToolMessage(text or result.text, tool_call_id=id_, artifact=result)
        for id_, (_, result) in zip(ids, told, strict=True)
    ]
    return [AIMessage("", tool_calls=calls), *answers]


def this_turn(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The messages since the question."""
    from langchain_core.messages import HumanMessage

    asked = max((i for i, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
    return list(messages[asked + 1 :])


def is_planned(message: BaseMessage) -> bool:
    """Whether the offline planner said it."""
    return message.response_metadata.get("model_provider") == "callsheet"


def shown(result: Result, asker: Person) -> dict[str, Any]:
    """What a thread keeps of a result beside its text: the names it showed, and what decides who may hear of it."""
    kept = {"names": list(result.names), "owners": list(result.owners), "audiences": list(result.audiences)}
    return kept | {"role": asker.role}


def may_hear(ctx: ToolContext, turn: Turn) -> bool:
    """Whether an earlier turn of a thread may still be spoken of to the asker.

    What others were told has to be the asker's to see. What they were told themselves may speak of colleagues, but
    not of people beyond them by now, nor be what another role heard.
    """
    owners = {owner for call in turn.calls for owner in call.get("owners", ())}
    readers = {reader for call in turn.calls for reader in call.get("audiences", ())}
    own = turn.person_id == ctx.asker.id and all(
        call.get("role", ctx.asker.role) == ctx.asker.role for call in turn.calls
    )
    if not own:
        return access.may_all_see([ctx.asker], ctx.roster, list(owners), readers)
    within = all(access.sight(ctx.asker, ctx.roster, owner) != "nothing" for owner in owners)
    return within and access.may_read(ctx.asker, ctx.roster, readers)


def outcome(messages: Sequence[BaseMessage]) -> tuple[list[Result], list[dict[str, Any]]]:
    """The tools that answered, in order, with what they were asked."""
    from langchain_core.messages import AIMessage, ToolMessage

    asked = {call["id"]: call for message in messages if isinstance(message, AIMessage) for call in message.tool_calls}
    answered = [
        (m.artifact, asked[m.tool_call_id])
        for m in messages
        if isinstance(m, ToolMessage) and isinstance(m.artifact, Result) and m.tool_call_id in asked
    ]
    return [result for result, _ in answered], [{"name": call["name"], "args": call["args"]} for _, call in answered]


def aside(messages: Sequence[BaseMessage]) -> str:
    """What was said while the tools were asked."""
    from langchain_core.messages import AIMessage

    return next((m.text for m in messages if isinstance(m, AIMessage) and m.tool_calls), "")


def release(said: str, results: Sequence[Result], lock: Lock) -> str:
    """What of a model's words may be said, with the tools' own sentences in the place of others.

    A refusal is said in its own words: they are chosen so that they hint at nothing.
    """
    own = "\n\n".join(result.text for result in results)
    refused = [result.text for result in results if isinstance(result, Refusal)]
    if refused and len(refused) == len(results):
        return own
    released = locks.release(lock, said)
    for fault in released.faults:
        metrics.HELD_BACK.labels(fault).inc()
    if released.faults:
        logger.warning("%d sentences were held back", len(released.faults), extra={"action": "sentence_held_back"})
    if not released.text:
        return own
    return "\n\n".join([released.text, *(each for each in refused if each not in released.text)])
