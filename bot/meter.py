"""What a provider reads and writes for one answer, whatever becomes of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, GenerationChunk, LLMResult

from bot.conversation import LETTERS_PER_TOKEN


@dataclass
class Call:
    """What one call has taken so far, in tokens."""

    read: int
    written: float = 0.0


class Meter(BaseCallbackHandler):
    """Counts the tokens of every call: as its provider tells them, or else estimated from the letters.

    A call that breaks off has taken what it read and wrote until then, one that is given up what it read; one that
    failed before a word was said took nothing.
    """

    def __init__(self) -> None:
        self._calls: dict[UUID, Call] = {}

    @property
    def is_used(self) -> bool:
        """Whether the provider was asked at all."""
        return bool(self._calls)

    @property
    def taken(self) -> tuple[int, int]:
        """The tokens read and written so far."""
        calls = list(self._calls.values())
        return sum(call.read for call in calls), round(sum(call.written for call in calls))

    def on_chat_model_start(
        self, serialized: dict[str, Any], messages: list[list[BaseMessage]], *, run_id: UUID, **kwargs: Any
    ) -> None:
        """A call begins; the tools that are offered with it are read as well."""
        tools = (kwargs.get("invocation_params") or {}).get("tools")
        self._calls[run_id] = Call(sum(count_tokens_approximately(each, tools=tools) for each in messages))

    def on_llm_new_token(
        self, token: Any, *, chunk: GenerationChunk | ChatGenerationChunk | None = None, run_id: UUID, **kwargs: Any
    ) -> None:
        """A piece of a stream came."""
        self._calls[run_id].written += len(chunk.text) / LETTERS_PER_TOKEN if chunk else 0

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """A call came to its end."""
        said = [each.message for each in response.generations[0] if isinstance(each, ChatGeneration)]
        told = [each.usage_metadata for each in said if isinstance(each, AIMessage) and each.usage_metadata]
        call = self._calls[run_id]
        # Many servers do not count what they stream; then they say nothing, or 0.
        if told and told[0]["input_tokens"] > 0:
            call.read, call.written = told[0]["input_tokens"], told[0]["output_tokens"]
        else:
            call.written = count_tokens_approximately(said)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """A call failed."""
        if not self._calls[run_id].written:
            self._calls[run_id].read = 0
