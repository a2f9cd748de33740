from __future__ import annotations

from typing import Any, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from bot.planner import OfflinePlanner
from tools.catalog import TOOLS


class TestOfflinePlannerAsAChatModel(ChatModelUnitTests):
    """LangChain's standard suite for chat models."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return OfflinePlanner


class TestOfflinePlannerInUse(ChatModelIntegrationTests):
    """LangChain's standard suite for chat models in use; this one needs no network for it."""

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return OfflinePlanner

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True


def test_tools_are_offered_as_langchain_describes_them_though_that_is_made_only_once() -> None:
    for _ in range(2):
        offered = [tool.for_langchain(cast("Any", None)) for tool in TOOLS]
        bound: Any = OfflinePlanner().bind_tools(offered)
        assert bound.kwargs["tools"] == [convert_to_openai_tool(tool) for tool in offered]
