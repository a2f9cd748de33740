"""A chat model without a language model: it reads the question, asks the tools, and says what they say.

To LangChain it is one more chat model, so that the path through the agent is the same with a key and without.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCall, tool_call, tool_call_chunk
from langchain_core.output_parsers import JsonOutputParser, PydanticOutputParser
from langchain_core.output_parsers.base import OutputParserLike
from langchain_core.output_parsers.openai_tools import JsonOutputKeyToolsParser, PydanticToolsParser
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool, StructuredTool
from langchain_core.utils.function_calling import convert_to_json_schema, convert_to_openai_tool
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import BaseModel, ConfigDict, Field

from bot import smalltalk
from bot.filling import fill, likeliest
from bot.reading import Call, Knows, Link, Reader

NAME = "callsheet-offline-planner"


class OfflinePlanner(BaseChatModel):
    """Chooses tools by their own examples and answers with their own sentences.

    Parameters
    ----------
    reader : reads questions for the tools it knows; others are chosen by the words they share with the question
    knows : whether the company's documents answer a text
    link : finds the names in a question that its asker may hear of
    """

    model_config = ConfigDict(populate_by_name=True, arbitrary_types_allowed=True)

    reader: Reader | None = Field(default=None, exclude=True)
    link: Link | None = Field(default=None, exclude=True)
    knows: Knows = Field(default=lambda text: False, exclude=True)
    model_name: str = Field(default=NAME, alias="model")
    temperature: float | None = None
    max_tokens: int | None = None
    timeout: float | None = None
    max_retries: int | None = None
    stop: list[str] | None = Field(default=None, alias="stop_sequences")
    streaming: bool = False

    @property
    def _llm_type(self) -> str:
        return NAME

    @property
    def _identifying_params(self) -> Mapping[str, Any]:
        return {"model_name": self.model_name}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"], params["ls_model_name"] = "callsheet", kwargs.get("model", self.model_name)
        if stops := stop or self.stop:
            params["ls_stop"] = stops
        return params

    def plan(self, messages: Sequence[BaseMessage], tools: Sequence[BaseTool | dict[str, Any]]) -> AIMessage | None:
        """What it would say to a question, or ask of the tools; None where it is not sure."""
        asked = max(i for i, message in enumerate(messages) if isinstance(message, HumanMessage))
        if self.reader is None or self.link is None:
            return None
        reading = self.reader.read(messages[asked].text, self.link, past_calls(messages[:asked]), self.knows)
        offered = {_described(tool, None)["function"]["name"] for tool in tools}
        calls = [call for call in reading.calls if call.tool in offered]
        if reading.is_unsure or len(calls) < len(reading.calls):
            return None
        told = {"model_provider": "callsheet"}
        return AIMessage(reading.reply, tool_calls=_calls(calls), response_metadata=told)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | dict[str, Any] | bool | None = None,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """This model, offered some tools."""
        chosen = {"tool_choice": tool_choice} if tool_choice else {}
        return self.bind(tools=[_described(tool, strict) for tool in tools], **chosen, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: str = "function_calling",
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """This model, answering in a schema."""
        pydantic_schema: Any = schema if isinstance(schema, type) and is_basemodel_subclass(schema) else None
        form = convert_to_json_schema(schema)
        traced = {"kwargs": {"method": method, "strict": strict}, "schema": form}
        parser: OutputParserLike[Any]
        if method == "function_calling":
            name = convert_to_openai_tool(schema)["function"]["name"]
            model = self.bind_tools([schema], tool_choice=name, ls_structured_output_format=traced)
            parser = (
                PydanticToolsParser(tools=[pydantic_schema], first_tool_only=True)
                if pydantic_schema
                else JsonOutputKeyToolsParser(key_name=name, first_tool_only=True)
            )
        else:
            model = self.bind(response_schema=form, ls_structured_output_format=traced)
            parser = PydanticOutputParser(pydantic_object=pydantic_schema) if pydantic_schema else JsonOutputParser()
        if not include_raw:
            return model | parser
        parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
        nothing = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=model) | parsed.with_fallbacks([nothing], exception_key="parsing_error")

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text, calls = self._respond(messages, stop, kwargs)
        message = AIMessage(
            content=text,
            tool_calls=calls,
            usage_metadata=_usage(messages, text, calls),
            response_metadata=self._metadata(calls, kwargs),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        text, calls = self._respond(messages, stop, kwargs)
        for word in re.findall(r"\s*\S+|\s+$", text):
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=word))
            if run_manager:
                run_manager.on_llm_new_token(word, chunk=chunk)
            yield chunk
        pieces = [
            tool_call_chunk(
                name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=i
            )
            for i, call in enumerate(calls)
        ]
        yield ChatGenerationChunk(
            message=AIMessageChunk(
                content="",
                tool_call_chunks=pieces,
                usage_metadata=_usage(messages, text, calls),
                response_metadata=self._metadata(calls, kwargs),
                chunk_position="last",
            )
        )

    def _metadata(self, calls: Sequence[ToolCall], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "model_name": kwargs.get("model", self.model_name),
            "model_provider": "callsheet",
            "finish_reason": "tool_calls" if calls else "stop",
        }

    def _respond(
        self, messages: Sequence[BaseMessage], stop: list[str] | None, kwargs: Mapping[str, Any]
    ) -> tuple[str, list[ToolCall]]:
        """What is said, up to a stop word, or the tools asked."""
        text, calls = self._plan(messages, kwargs)
        for word in stop or self.stop or ():
            text = text.split(word)[0]
        return text or ("" if calls else " "), calls

    def _plan(self, messages: Sequence[BaseMessage], kwargs: Mapping[str, Any]) -> tuple[str, list[ToolCall]]:
        asked = max((i for i, message in enumerate(messages) if isinstance(message, HumanMessage)), default=-1)
        question = messages[asked].text if asked >= 0 else ""
        results = [message.text for message in messages[asked + 1 :] if isinstance(message, ToolMessage)]
        if schema := kwargs.get("response_schema"):
            return json.dumps(fill(schema, question), ensure_ascii=False), []
        tools = [tool["function"] for tool in kwargs.get("tools") or ()]
        choice = _choice(kwargs.get("tool_choice"))
        if choice in ("any", "required") or choice in {tool["name"] for tool in tools}:
            forced = [tool for tool in tools if tool["name"] == choice] or tools
            return "", _calls([_filled(likeliest(forced, question) or forced[0], question)])
        if results:
            return "\n\n".join(results), []
        if choice == "none" or not tools:
            return smalltalk.ABILITIES, []
        return self._read(question, messages[:asked], tools)

    def _read(
        self, question: str, before: Sequence[BaseMessage], tools: Sequence[Mapping[str, Any]]
    ) -> tuple[str, list[ToolCall]]:
        offered = {tool["name"] for tool in tools}
        if self.reader is None or self.link is None or not offered & set(self.reader.tools):
            best = likeliest(tools, question)
            return ("", _calls([_filled(best, question)])) if best else (smalltalk.UNSURE, [])
        reading = self.reader.among(offered).read(question, self.link, past_calls(before), self.knows)
        calls = [call for call in reading.calls if call.tool in offered]
        if reading.calls and not calls:
            return "That is not yours to ask for in your role; ask your manager.", []
        return reading.reply, _calls(calls)


def _described(tool: dict[str, Any] | type | Callable[..., Any] | BaseTool, strict: bool | None) -> dict[str, Any]:
    """A tool as a model is told of it; that of ours is the same for every question, and takes a while to make."""
    if isinstance(tool, StructuredTool) and isinstance(tool.args_schema, type):
        return _described_once(tool.name, tool.description, tool.args_schema, strict)
    return convert_to_openai_tool(tool, strict=strict)


@lru_cache(256)
def _described_once(name: str, description: str, schema: type[BaseModel], strict: bool | None) -> dict[str, Any]:
    alike = StructuredTool(name=name, description=description, args_schema=schema, func=print)
    return convert_to_openai_tool(alike, strict=strict)


def past_calls(messages: Sequence[BaseMessage]) -> list[Call]:
    """The tools asked earlier in a thread, with the names that their answers showed."""
    shown = {
        message.tool_call_id: getattr(message.artifact, "names", ())
        for message in messages
        if isinstance(message, ToolMessage)
    }
    return [
        Call(call["name"], call["args"], shown.get(call["id"] or "", ()))
        for message in messages
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    ]


def _choice(choice: Any) -> Any:
    if isinstance(choice, dict):
        return choice.get("function", {}).get("name", "any")
    return "any" if choice is True else choice


def _filled(tool: Mapping[str, Any], question: str) -> Call:
    return Call(tool["name"], fill(tool.get("parameters") or {}, question))


def _calls(calls: Sequence[Call]) -> list[ToolCall]:
    return [tool_call(name=call.tool, args=dict(call.args), id=_call_id(i, call)) for i, call in enumerate(calls)]


def _call_id(place: int, call: Call) -> str:
    content = f"{place} {call.tool} {json.dumps(call.args, sort_keys=True, default=str)}"
    return f"call_{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _usage(messages: Sequence[BaseMessage], text: str, calls: Sequence[ToolCall]) -> UsageMetadata:
    # No tokens are paid for; four characters a token keeps the figures comparable.
    read = sum(len(message.text) for message in messages) // 4 + 1
    said = (len(text) + len(json.dumps([call["args"] for call in calls], default=str))) // 4 + 1
    return UsageMetadata(input_tokens=read, output_tokens=said, total_tokens=read + said)
