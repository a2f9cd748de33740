"""One question put to a language model: in time, or given up with what the tools have told by then."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import BaseMessage

from bot import conversation
from bot.conversation import Gate
from bot.lock import Lock, release
from bot.meter import Meter
from bot.threads import started
from tools.base import Refusal
from tools.errors import TooSlow

if TYPE_CHECKING:
    from bot.conversation import Listener

CUT_SHORT = ("length", "content_filter", "incomplete", "failed")


class NoWords(Exception):
    """A language model said nothing that may be said."""


class Attempt(AgentMiddleware[Any, Any, Any]):
    """Follows a turn from outside the model, and ends it where nobody waits for it any more.

    A tool is let finish, since whoever takes over would have to ask it again; no other is asked after that.

    Parameters
    ----------
    time_s : how long the model may take
    """

    def __init__(self, time_s: float) -> None:
        super().__init__()
        self.meter = Meter()
        self._time_s = time_s
        self._messages: Sequence[BaseMessage] = ()
        self._changed = threading.Condition()
        self._is_asking = self._is_over = False

    def before_model(self, state: Any, runtime: Any) -> None:
        """Keeps what was said so far."""
        self._messages = state["messages"]

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """The model's response, if somebody waits for it.

        Raises
        ------
        TooSlow
            When nobody does.
        """
        self._turn_to(asking=True)
        try:
            return handler(request)
        finally:
            self._turn_to(asking=False)

    def answer(
        self, converse: Callable[..., list[BaseMessage]], listener: Listener | None, unasked: Lock
    ) -> list[BaseMessage]:
        """The messages since the question, if a model gives them in time; `unasked` is what it may say by itself.

        Raises
        ------
        TooSlow
            When it does not; what it says later is not heard.
        NoWords
            When it asks nothing and says nothing that may be said, or breaks off.
        """
        heard = Gate(listener) if listener else None
        outcome = started(partial(converse, listener=heard))
        if not wait([outcome], self._time_s).done:
            if heard:
                heard.close()
            self._give_up(outcome)
        messages = outcome.result()
        said, results = messages[-1].text.strip() if messages else "", conversation.outcome(messages)[0]
        if not results and (not said or release(unasked, said).faults):
            raise NoWords("The language model asked nothing and said nothing that may be said.")
        if not _is_whole(messages[-1]):
            raise NoWords("The language model broke off.")
        return messages

    def told(self) -> list[BaseMessage]:
        """What the tools told until it ended, each once, as messages that another can go on from.

        What a model was refused is left out: it may have asked for what nobody wanted to know.
        """
        turn = conversation.this_turn(self._messages)
        is_planned = bool(turn) and conversation.is_planned(turn[0])
        told = {
            json.dumps(call, sort_keys=True): (call, result)
            for result, call in zip(*conversation.outcome(turn), strict=True)
            if is_planned or not isinstance(result, Refusal)
        }
        return conversation.exchanged(list(told.values()))

    def _turn_to(self, *, asking: bool) -> None:
        with self._changed:
            self._is_asking = asking
            self._changed.notify_all()
            if self._is_over:
                raise self._late()

    def _give_up(self, outcome: Future[Any]) -> None:
        """Ends it, as soon as nothing but the model is waited for."""
        outcome.add_done_callback(lambda _: self._wake())
        with self._changed:
            self._is_over = True
            self._changed.wait_for(lambda: self._is_asking or outcome.done())
        if not outcome.done():
            raise self._late()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _late(self) -> TooSlow:
        return TooSlow(f"The language model took longer than {self._time_s:g} seconds.")


def fault(error: Exception) -> str:
    """What may be noted of an error: its kind, the provider's status and id for it, and the place in the code.

    What it says by itself may hold the prompt, and with it what people asked and are told.
    """
    status, request = getattr(error, "status_code", None), getattr(error, "request_id", None)
    told = [f"status {status}"] if status else []
    told += [f"request {str(request)[:64]}"] if request else []
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return ", ".join([type(error).__name__, *told, f"{Path(frame.filename).name}:{frame.lineno}"])


def _is_whole(message: BaseMessage) -> bool:
    """Whether a model came to its end: it says so where its provider is one that tells, and was not cut short."""
    told = message.response_metadata
    end = told.get("finish_reason") or told.get("status")
    return end not in CUT_SHORT and (bool(end) or told.get("model_provider") != "openai")
