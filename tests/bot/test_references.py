"""A model may point at a figure instead of writing it."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage

from bot.conversation import Speech
from bot.lock import Lock, release, sentences
from tests.company import NOW
from tools.base import Result

LIST = Result(
    text=(
        "Call Ada Byron first.\n"
        "1. Ada Byron (Loom Co.), 34 % chance (19–52 %), worth $12,000. Last touch: call 5 days ago.\n"
        "2. Bo Li, 12 % chance (3.1–30 %), worth $9,500. Last touch: email 1 day ago.\n"
        "Quota $65,000: 35 % chance to reach it."
    ),
    names=("Ada Byron", "Bo Li"),
)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Ada Byron has a {{Ada Byron: chance}} chance.", "Ada Byron has a 34 % chance."),
        ("Bo is worth {{ Bo Li : worth }}, not more.", "Bo is worth $9,500, not more."),
        ("Bo Li stands at {{bo li: Chance}} %.", "Bo Li stands at 12 %."),
        ("Ada Byron is worth ${{Ada Byron: worth}}.", "Ada Byron is worth $12,000."),
        ("Ada Byron waits since {{Ada Byron: touch}}.", "Ada Byron waits since 5 days."),
        ("The quota is {{quota}}.", "The quota is $65,000."),
        (
            "{{Ada Byron: worth}} and {{Bo Li: worth}}, for Ada Byron and Bo Li.",
            "$12,000 and $9,500, for Ada Byron and Bo Li.",
        ),
    ],
)
def test_a_reference_becomes_the_figure_that_the_tool_wrote(written: str, said: str) -> None:
    released = release(Lock([LIST], "whom first?", NOW), written)
    assert (released.text, list(released.faults)) == (said, [])


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("Ada Byron is at {{Ada Byron: size}}.", "reference"),
        ("Cy Young is at {{Cy Young: chance}}.", "reference"),
        ("They stand at {{Ada Byron Bo Li: chance}}.", "reference"),
        ("Bo Li stands at {{chance of Bo Li}}.", "reference"),
        ("Bo Li stands at {{Bo Li: chance.", "reference"),
        ("Bo Li stands at {{Ada Byron: chance}}.", "record"),
        ("Bo Li is worth $1{{Bo Li: worth}}.", "figure"),
    ],
)
def test_a_reference_that_leads_nowhere_or_elsewhere_is_not_said(written: str, reason: str) -> None:
    released = release(Lock([LIST], "whom first?", NOW), written)
    assert list(released.faults) == [reason]
    assert "{{" not in released.text


def test_a_reference_is_never_torn_into_two_sentences() -> None:
    assert sentences("It is {{Loom Inc. Leeds? Yes: chance}}. So call.") == [
        "It is {{Loom Inc. Leeds? Yes: chance}}. ",
        "So call.",
    ]
    assert sentences("It is {{Loom. Le") == ["It is {{Loom. Le"]


class Ear:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def status(self, text: str) -> None:
        """What is being done is of no interest here."""

    def said(self, sentence: str) -> None:
        self.heard.append(sentence)


@pytest.mark.parametrize(
    ("last", "heard"),
    [
        ("Bo Li has {{Bo Li: worth}} in it.", ["Bo Li has $9,500 in it. "]),
        ("Bo Li has {{Bo Li: size}} in it.", []),
    ],
)
def test_a_stream_lets_a_sentence_go_when_its_references_are_figures(last: str, heard: list[str]) -> None:
    speech = Speech(ear := Ear(), "whom first?", NOW, str)
    asked = AIMessage("", tool_calls=[{"name": "leads_to_call", "args": {}, "id": "1"}])
    speech.follow([asked, ToolMessage(LIST.text, tool_call_id="1", artifact=LIST)])
    text = f"Call Ada Byron: {{{{Ada Byron: chance}}}}. {last} That is it."
    for start in range(0, len(text), 5):
        speech.hear(AIMessageChunk(text[start : start + 5]))
    assert ear.heard == ["Call Ada Byron: 34 %. ", *heard]
