"""A language model that says what it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult


class Scripted(BaseChatModel):
    """Says one line of its script a turn, in pieces where it is streamed; an exception in the script is raised.

    A function in the script is given the messages, and says what it returns.
    """

    script: list[Any]
    heard: list[list[BaseMessage]]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Any:
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        said = self._next(messages)
        for start in range(0, len(said.text), 7):
            chunk = ChatGenerationChunk(message=AIMessageChunk(said.text[start : start + 7]))
            if run_manager:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        calls = [
            tool_call_chunk(name=each["name"], args=json.dumps(each["args"]), id=each["id"], index=i)
            for i, each in enumerate(said.tool_calls)
        ]
        yield ChatGenerationChunk(message=AIMessageChunk("", tool_call_chunks=calls, chunk_position="last"))

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        self.heard.append(messages)
        said = self.script.pop(0)
        if callable(said):
            said = said(messages)
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, AIMessage) else AIMessage(said)


def call(name: str, **args: Any) -> AIMessage:
    """A message that asks a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": "c1"}])
