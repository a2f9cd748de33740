from __future__ import annotations

from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult

from bot.meter import Meter

# Four letters a token; the role of a message and what parts it from the next are tokens as well.
ASKED, READ = [[HumanMessage("x" * 400)]], 104


def test_a_call_that_is_given_up_has_taken_what_it_read_and_wrote_until_then() -> None:
    meter, first, second = Meter(), uuid4(), uuid4()
    meter.on_chat_model_start({}, ASKED, run_id=first)
    assert meter.taken == (READ, 0)
    meter.on_llm_new_token("", chunk=ChatGenerationChunk(message=AIMessageChunk("y" * 40)), run_id=first)
    meter.on_llm_error(ConnectionError("cut"), run_id=first)
    assert meter.taken == (READ, 10)
    meter.on_chat_model_start({}, ASKED, run_id=second)
    meter.on_llm_error(ConnectionError("refused"), run_id=second)
    assert meter.taken == (READ, 10)


def test_what_a_provider_tells_counts_more_than_what_is_estimated() -> None:
    meter = Meter()
    said = AIMessage("z" * 80, usage_metadata={"input_tokens": 7, "output_tokens": 5, "total_tokens": 12})
    for message, taken in ((said, (7, 5)), (AIMessage("z" * 80), (READ + 7, 5 + 26))):
        run = uuid4()
        meter.on_chat_model_start({}, ASKED, run_id=run)
        meter.on_llm_end(LLMResult(generations=[[ChatGeneration(message=message)]]), run_id=run)
        assert meter.taken == taken


def test_the_tools_that_are_offered_are_read_as_well() -> None:
    meter, tool = Meter(), {"type": "function", "function": {"name": "leads_to_call", "description": "d" * 400}}
    meter.on_chat_model_start({}, ASKED, run_id=uuid4(), invocation_params={"tools": [tool]})
    assert READ + 100 < meter.taken[0] < READ + 130
