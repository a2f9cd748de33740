from __future__ import annotations

from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from bot.planner import OfflinePlanner


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
