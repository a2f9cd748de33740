from __future__ import annotations

from uuid import uuid4

from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, LLMResult

from bot.meter import Meter

ASKED = [[HumanMessage("x" * 400)]]


def test_a_call_that_is_given_up_has_taken_what_it_read_and_wrote_until_then() -> None:
    meter, first, second = Meter(), uuid4(), uuid4()
    meter.on_chat_model_start({}, ASKED, run_id=first)
    assert meter.taken == (100, 0)
    meter.on_llm_new_token("", chunk=ChatGenerationChunk(message=AIMessageChunk("y" * 40)), run_id=first)
    meter.on_llm_error(ConnectionError("cut"), run_id=first)
    assert meter.taken == (100, 10)
    meter.on_chat_model_start({}, ASKED, run_id=second)
    meter.on_llm_error(ConnectionError("refused"), run_id=second)
    assert meter.taken == (100, 10)


def test_what_a_provider_tells_counts_more_than_what_is_estimated() -> None:
    meter = Meter()
    said = AIMessage("z" * 80, usage_metadata={"input_tokens": 7, "output_tokens": 5, "total_tokens": 12})
    for message, taken in ((said, (7, 5)), (AIMessage("z" * 80), (107, 25))):
        run = uuid4()
        meter.on_chat_model_start({}, ASKED, run_id=run)
        meter.on_llm_end(LLMResult(generations=[[ChatGeneration(message=message)]]), run_id=run)
        assert meter.taken == taken
