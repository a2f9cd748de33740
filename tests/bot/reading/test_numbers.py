from __future__ import annotations

import pytest

from bot.reading import numbers


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("top 3 leads", [3]),
        ("a dozen prospects", [12]),
        ("half a dozen", [6]),
        ("I have 20 minutes, who should I call", []),
        ("deals over $50k or 2.5m", []),
        ("give 15 % off", []),
        ("the second one, and the 3rd", []),
        ("which one should I call", []),
        ("brief me at 8:30, three nudges at most", [3]),
        ("7 names for the next hour", [7]),
    ],
)
def test_only_what_may_count_records_is_a_count(text: str, counts: list[int]) -> None:
    assert numbers.counts(text) == counts


@pytest.mark.parametrize(
    ("said", "figures"),
    [
        ("brief me at half past 8", "brief me at 8:30"),
        ("at quarter to eight please", "at 7:45 please"),
        ("at ten to one", "at 12:50"),
        ("twenty past 6 pm", "6:20 pm"),
        ("8 o'clock", "8:00"),
        ("five to call", "five to call"),
        ("top ten after lunch", "top ten after lunch"),
    ],
)
def test_times_of_day_in_words_become_figures(said: str, figures: str) -> None:
    assert numbers.clocked(said) == figures


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("at most 15 each", {"max_per_rep": 15}),
        ("cap it at 20", {"max_per_rep": 20}),
        ("25 max per head", {"max_per_rep": 25}),
        ("min 5 and no more than twenty per rep", {"min_per_rep": 5, "max_per_rep": 20}),
        ("share out the new leads", {}),
    ],
)
def test_how_many_each_is_to_get(text: str, limits: dict[str, int]) -> None:
    assert numbers.per_rep(text) == limits
