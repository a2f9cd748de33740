"""The plan before the words: where the offline planner is sure, its tools are asked and a model only phrases."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage

from bot import conversation

if TYPE_CHECKING:
    from bot.planner import OfflinePlanner


class PlanFirst(AgentMiddleware[Any, Any, Any]):
    """Asks the planner first. What it is sure of is done, and a model then has the words but no tools."""

    def __init__(self, planner: OfflinePlanner) -> None:
        super().__init__()
        self._planner = planner

    def wrap_model_call(
        self, request: ModelRequest[Any], handler: Callable[[ModelRequest[Any]], ModelResponse[Any]]
    ) -> ModelResponse[Any] | AIMessage:
        """The planner's message where it is sure; else the model's."""
        turn = conversation.this_turn(request.messages)
        if not turn and (planned := self._planner.plan(request.messages, request.tools)):
            return planned
        if turn and conversation.is_planned(turn[0]):
            return _only_words(handler(request.override(tools=[])))
        return handler(request)


def _only_words(response: ModelResponse[Any]) -> ModelResponse[Any]:
    """A response without the tools that a model asks for though it was offered none."""
    said = [
        AIMessage(each.text, id=each.id, usage_metadata=each.usage_metadata, response_metadata=each.response_metadata)
        if isinstance(each, AIMessage)
        else each
        for each in response.result
    ]
    return ModelResponse(result=said, structured_response=response.structured_response)
