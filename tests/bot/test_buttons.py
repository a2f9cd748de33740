"""What is written into a button is what is read out of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blockkit import problems
from bot.views import buttons
from bot.views.buttons import Call
from tools.catalog import TOOLS
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
