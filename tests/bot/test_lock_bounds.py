"""What the number lock takes for a rounding, and for a bound near the figure."""

from __future__ import annotations

import pytest

from bot.lock import Lock
from tests.company import NOW
from tools.base import Result

TEXT = (
    "1. Ada Byron: 34 % chance, $46,609, 23 calls. First contacted 39 minutes after coming in.\n"
    "2. Ben Liu: 27 % chance, $3,040, 0.1 wins. Last touch: call 11 days ago; opened 2 minutes ago."
)


@pytest.mark.parametrize(
    "honest_words",
    [
        "Ada is worth under $50k.",
        "Ada brings more than $45,000.",
        "Ada's chance is over 30 %.",
        "Ada's chance is below 35 percent.",
        "Ada has had more than twenty calls.",
        "Ada was contacted within 40 minutes.",
        "Ada has not had more than 25 calls.",
        "Just over $3,000 hangs on Ben.",
        "Ben is worth a little more than $3k.",
        "Ben was called more than a week ago.",
        "Ben was called less than two weeks ago.",
        "Ben adds a tenth of a win.",
        "Roughly a third of leads like Ada convert.",
        "More than a quarter of leads like Ben convert.",
        "Ben's chance is about 27 %, Ada's 34 %.",
    ],
)
def test_a_bound_near_the_figure_and_on_its_side_may_be_said(honest_words: str) -> None:
    assert Lock([Result(text=TEXT, names=("Ada Byron", "Ben Liu"))], "who?", NOW).fault(honest_words) is None


@pytest.mark.parametrize(
    "lie",
    [
        "Ada is worth over $50k.",
        "Ada is worth under $90k.",
        "Ada is worth just over $40,000.",
        "Ada brings less than $45,000.",
        "Ada's chance is below 30 %.",
        "Ada's chance is over 50 %.",
        "Ada has had fewer than twenty calls.",
        "Ada has had more than ten calls.",
        "Ada was contacted within half an hour.",
        "Ada has had no more than 20 calls.",
        "Just over $3,000 hangs on Ada.",
        "Ben was called more than two weeks ago.",
        "Ben was called less than a week ago.",
        "Ben adds a fifth of a win.",
        "A third of leads like Ben convert.",
        "More than half of leads like Ada convert.",
        "Ada has had at most 25 calls.",
    ],
)
def test_a_bound_on_the_other_side_or_far_away_may_not(lie: str) -> None:
    assert Lock([Result(text=TEXT, names=("Ada Byron", "Ben Liu"))], "who?", NOW).fault(lie)


def test_halves_and_compound_times_are_read() -> None:
    lock = Lock(
        [Result(text="It should bring 1.6 wins. It is open for 2 minutes and 40 seconds. It came after 45 minutes.")],
        "?",
        NOW,
    )
    for honest_words in (
        "That is a bit more than one and a half wins.",
        "It is open for two minutes and 40 seconds.",
        "That is under three minutes.",
        "It came after three quarters of an hour.",
    ):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("That is a bit more than two and a half wins.", "It is open for two minutes and 50 seconds."):
        assert lock.fault(lie) == "figure", lie


def test_a_quarter_or_a_month_may_leave_its_year_out() -> None:
    lock = Lock([Result(text="• Q3 2025: 64 % booked.\n• Q1 2026: 81 % booked.")], "how accurate?", NOW)
    for honest_words in ("Q3 was worse.", "Q1 2026 came to 81 %.", "Both were booked in 2025 or in 2026."):
        assert lock.fault(honest_words) is None, honest_words
    for lie in ("Q4 was worse.", "Q3 2026 came to 64 %.", "All of it was in 2024."):
        assert lock.fault(lie), lie


def test_what_is_about_is_about_for_the_rest_of_its_sentence() -> None:
    lock = Lock([Result(text="AUC 0.848 (0.827–0.869), against 0.499 for one rate for all.")], "how good?", NOW)
    assert lock.fault("It scores about 0.85 and could be at 0.83.") is None
    assert lock.fault("It scores 0.85 and could be at 0.83.") == "figure"
    assert lock.fault("It scores about 0.85 and could be at 0.81.") == "figure"
