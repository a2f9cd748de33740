"""What is written into a button is what is read out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agent import Answer
from bot.blockkit import problems
from bot.views import blocks, buttons
from bot.views.buttons import Call
from tools.base import Result
from tools.catalog import TOOLS
from tools.outcomes import NOTE_LIMIT, OutcomeProposal
from tools.ratings import rate_lead

NAMES = st.sampled_from(["lead", "view", "column", "known"])


def clicked(button: dict[str, Any]) -> dict[str, Any]:
    """What Slack sends of a button."""
    return {name: button[name] for name in ("type", "action_id", "text", "value")} | {"block_id": "b1"}


@given(st.sampled_from(TOOLS), st.dictionaries(NAMES, st.text(max_size=60)), st.text(min_size=1, max_size=200))
def test_a_click_calls_the_tool_that_was_drawn_whatever_its_arguments_say(
    tool: Any, arguments: dict[str, str], text: str
) -> None:
    for kind, draw in (("asks", buttons.asks), ("decides", buttons.decides), ("renews", buttons.renews)):
        assert buttons.call(clicked(draw(text, tool, **arguments))) == Call(kind, tool.name, arguments)


def test_two_ways_to_settle_one_thing_stand_beside_each_other() -> None:
    pair = [buttons.decides(text, rate_lead, lead="L-1", view=text) for text in ("higher", "lower")]
    payload = {"channel": "C1", "text": "x", "blocks": [buttons.row(*pair)]}
    assert not problems("chat.postMessage", payload)
    assert problems("chat.postMessage", payload | {"blocks": [buttons.row(pair[0], pair[0])]})


@pytest.mark.parametrize("text", ["x" * 2_000, "a:b::c", "🙂" * 75])
def test_whatever_a_button_says_slack_takes_it(text: str) -> None:
    button = buttons.asks(text, rate_lead, lead="L-1")
    drawn = buttons.row(buttons.sure(button, "Rate it?", "It counts at once."))
    assert not problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": [drawn]})


@pytest.mark.parametrize("note", ['"\\' * 350, "🙂" * 700, "<!channel> & " * 50])
def test_a_note_of_nothing_but_marks_fits_into_the_button_that_is_to_write_it(note: str) -> None:
    found = proposal(note[:NOTE_LIMIT])
    drawn = blocks.drawn(found)
    assert not problems("chat.postMessage", {"channel": "C1", "text": "x", "blocks": drawn})
    assert buttons.call(clicked(drawn[-1]["elements"][0])).arguments["note"] == found.note


def test_what_awaits_a_click_has_its_button_though_a_language_model_words_the_answer() -> None:
    said = Answer("Shall I log that?", [], [proposal(None), Result(text="a figure")], "gpt", "a1", 1.0)
    text, *_ = drawn = blocks.answer(said)
    assert text["text"]["text"] == "Shall I log that?"
    assert [button["text"]["text"] for block in drawn for button in block.get("elements", ()) if "value" in button] == [
        "Log it",
        "Something else…",
    ]
    assert "a figure" not in str(drawn)


def proposal(note: str | None) -> OutcomeProposal:
    return OutcomeProposal(
        text="Log this?", record="leads/" + "9" * 60, name="Jane Doe", outcome="reached", note=note, entry="e" * 16
    )
