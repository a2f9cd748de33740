from __future__ import annotations

import pytest

from bot.reading.spelling import Spelling

USED = {"forecast": 50, "leads": 90, "interested": 20, "which": 40, "should": 30, "rename": 3, "rare": 1}
SPELLING = Spelling(USED, {"planets", "leeds", "heads"}.__contains__)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pls u r gonna b4 tmrw", "please you are going to before tomorrow"),
        ("whats my fcst next qtr", "what's my forecast next quarter"),
        ("forcast for teh ladesx", "forecast for teh ladesx"),
        ("wich leads shuld I", "which leads should I"),
        ("not intrested", "not interested"),
        ("Leeds planets heads", "Leeds planets heads"),
        ("Ana's repname a@forcast.com", "Ana's repname a@forcast.com"),
        ("rar", "rar"),
    ],
)
def test_shorthand_is_written_out_and_slips_are_mended(typed: str, meant: str) -> None:
    assert Spelling(USED | {"repname": 9}, SPELLING.is_word).mended(typed) == meant


def test_a_word_is_strange_that_neither_questions_nor_the_language_have() -> None:
    assert [word for word in ("leads", "planets", "okonjo") if SPELLING.is_strange(word)] == ["okonjo"]
