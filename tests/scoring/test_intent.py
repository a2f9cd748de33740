from __future__ import annotations

import pytest

from scoring.intent import Intents

EXAMPLES = {
    "call": ("who should I call", "which leads to phone", "my call list", "whom to ring next"),
    "report": ("how many leads came in", "win rate by source", "bookings per month", "number of calls"),
    "thanks": ("thanks", "thank you", "cheers"),
}


@pytest.fixture(scope="module")
def intents() -> Intents:
    return Intents(EXAMPLES)


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in EXAMPLES.items() for text in texts])
def test_an_example_is_of_its_own_kind(intents: Intents, kind: str, text: str) -> None:
    assert intents(text)[0].kind == kind


@pytest.mark.parametrize(
    ("text", "kind"), [("whom shuold i cal", "call"), ("WIN RATES BY SOURCES", "report"), ("thank u", "thanks")]
)
def test_slips_of_the_pen_and_capitals_are_forgiven(intents: Intents, text: str, kind: str) -> None:
    assert intents(text)[0].kind == kind


def test_chances_are_sorted_and_add_up_to_one(intents: Intents) -> None:
    guesses = intents("who should I thank by month")
    assert sum(guess.chance for guess in guesses) == pytest.approx(1)
    assert [guess.chance for guess in guesses] == sorted((guess.chance for guess in guesses), reverse=True)


def test_it_is_sure_of_what_it_knows_and_unsure_of_the_rest(intents: Intents) -> None:
    assert intents("who should I call")[0].chance > 0.7
    assert intents("zxcv qwerty")[0].chance < 0.7
