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


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nxt frcst, pls", "next forecast, please"),
        ("winrate by callslist and leadsbysource", "win rate by calls list and leads by source"),
        ("calls 2 make, 2 calls", "calls to make, 2 calls"),
        ("$$ wn", "money wn"),
        ("calls/rep and win/loss", "calls per rep and win/loss"),
        ("# of leads, name #2", "number of leads, name #2"),
        ("list", "list"),
        ("hw our kpi rt dm", "how our kpi rt dm"),
        ("calls" * 800, "calls" * 800),
    ],
)
def test_words_without_vowels_run_together_and_signs_are_read(typed: str, meant: str) -> None:
    used = (
        USED
        | dict.fromkeys(("next", "win", "won", "rate", "calls", "list", "source", "by", "keep", "rate", "demo"), 9)
        | {"how": 200}
    )
    language = {"loss", "and", "number", "name", "money", "our"}
    assert Spelling(used, language.__contains__, infinitives={"make"}).mended(typed) == meant


def test_what_is_called_so_counts_as_often_said_and_verbs_stand_behind_to() -> None:
    texts = [f"leads to call {day}" for day in ("today", "now", "soon")] + ["call somenumber leads"] * 3
    spelling = Spelling.learn(texts, {"bookings"}, lambda word: False, "somenumber")
    assert spelling.mended("bokings of lds 2 call") == "bookings of leads to call"
    assert spelling.infinitives == {"call"}
