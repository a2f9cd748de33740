"""What leaves for a language model's provider: without personal names, and with all that tools tell fenced as data."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from bot.identities import identities
from bot.privacy import KINDS, Veil
from tools.base import Result, ToolContext

logger = logging.getLogger(__name__)

Note = Callable[..., None]


class Leaving(AgentMiddleware[Any, Any, Any]):
    """Goes around the model itself: what the tools and the planner see and say keeps its real names.

    The fence has a code that is drawn for each question, so that no record can hold one that closes it.
    """

    def __init__(self, veil: Veil, ctx: ToolContext, provider: str, note: Note | None = None) -> None:
        super().__init__()
        self._veil, self._ctx, self._provider, self._noted = veil, ctx, provider, note
        self._code = secrets.token_hex(4)

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """The model's response with the real names."""
        for message in request.messages:
            if isinstance(message, ToolMessage) and isinstance(message.artifact, Result):
                self._veil.knows(identities(message.artifact))
        messages: Any = [self._outgoing(message) for message in request.messages]
        self._note(messages, request.messages)
        response = handler(request.override(messages=messages))
        return ModelResponse(
            result=[self._incoming(message) for message in response.result],
            structured_response=response.structured_response,
        )

    def _outgoing(self, message: BaseMessage) -> BaseMessage:
        text = self._veil.hide(message.text)
        if isinstance(message, ToolMessage):
            return ToolMessage(self._fenced(text), tool_call_id=message.tool_call_id, name=message.name)
        if isinstance(message, AIMessage):
            calls = [call | {"args": self._veil.hide_in(call["args"])} for call in message.tool_calls]
            return AIMessage(text, tool_calls=calls)
        return message.model_copy(update={"content": text})

    def _incoming(self, message: Any) -> Any:
        if not isinstance(message, AIMessage):
            return message
        calls = [call | {"args": self._veil.show_in(call["args"])} for call in message.tool_calls]
        return AIMessage(
            self._veil.show(message.text),
            tool_calls=calls,
            invalid_tool_calls=message.invalid_tool_calls,
            id=message.id,
            usage_metadata=message.usage_metadata,
            response_metadata=message.response_metadata,
        )

    def _fenced(self, text: str) -> str:
        return f"<data {self._code}>\n{text}\n</data {self._code}>"

    def _note(self, messages: list[BaseMessage], shown: Sequence[BaseMessage]) -> None:
        """The access log: how much of which records left for whom, and what was hidden of it; never a word of it."""
        letters = sum(len(message.text) for message in messages)
        hidden, self._veil.hidden = self._veil.hidden, Counter()
        logger.info(
            "%d characters to %s; hidden: %s",
            letters,
            self._provider,
            dict(hidden) or "nothing",
            extra={"action": "left_for_provider", "audit_id": self._ctx.audit_id},
        )
        if self._noted:
            artifacts = [each.artifact for each in shown if isinstance(each, ToolMessage)]
            results = [each for each in artifacts if isinstance(each, Result)]
            keys = {cited.key for result in results for cited in result.citations if cited.kind == "crm"}
            amount = {
                "audit_id": self._ctx.audit_id,
                "characters": letters,
                "hidden": {kind: hidden[kind] for kind in KINDS},
            }
            self._noted(
                at=self._ctx.now, person_id=self._ctx.asker.id, tool=self._provider, records=[amount, *sorted(keys)]
            )
